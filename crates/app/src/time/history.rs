//! The history: every step up to the present position with its sentences, latest first.
//!
//! Invariant: at most `MOST_STEPS` steps are rendered, however long the timeline is. Not here: the sentences (see
//! `news`).

use rosterlab_engine::convert;
use rosterlab_scenario::Entry;
use yew::prelude::*;
use yew::virtual_dom::Key;

use crate::news;
use crate::page::element::element;
use crate::state::State;
use crate::text::{clock, count};

/// The most steps that are listed.
const MOST_STEPS: usize = 60;

/// The list.
pub fn history(state: &State) -> Html {
    let timeline = &state.timeline;
    let steps = timeline.entries()[..timeline.position()].iter().enumerate().rev();
    let setup = timeline.setup();
    let undone = timeline.entries().len() - timeline.position();
    let undone = convert::count(undone);
    let summary = count(convert::count(timeline.position()), "step");
    html! {
        <section class="history" aria-labelledby="history-title">
            <div class="panel-head">
                <h3 id="history-title">{ "What happened" }</h3>
                <p class="dim">
                    { summary }
                    { element("span", "", (undone > 0).then(|| format!(", {undone} undone"))) }
                </p>
            </div>
            <ol class="steps" tabindex="0" aria-labelledby="history-title" reversed={true}>
                { for steps.take(MOST_STEPS).map(|(place, entry)| step(state, place, entry)) }
                { line("first".into(), 0, news::start(setup), &news::beginning(setup)) }
            </ol>
        </section>
    }
}

/// A step: when it was done, what it was, and what followed.
fn step(state: &State, place: usize, entry: &Entry) -> Html {
    let events = state.timeline.events_of(place);
    let told = news::history(events, &state.view);
    let title = news::of_entry(entry, state.view.nodes.len());
    line(place.into(), state.timeline.at_ms(place), &title, &told.join(" "))
}

fn line(key: Key, at_ms: u64, title: &str, text: &str) -> Html {
    html! {
        <li {key} class="step">
            { element("span", "step-time", clock(at_ms)) }
            { element("b", "step-title", title) }
            { element("span", "step-text", text) }
        </li>
    }
}
