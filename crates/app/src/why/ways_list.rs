//! The nearest ways out of the explained partition, each with its risk and a button that takes it.
//!
//! Invariant: the search runs in slices between frames, and no timer runs when there is nothing to search for. Not here:
//! the search itself (the scenario crate's `foresight::ways`) and the wording (see `ways`).

use rosterlab_engine::{ClusterView, convert};
use rosterlab_scenario::foresight::ways::{Risk, Search, Way};
use yew::prelude::*;

use crate::browser::{InSlices, use_after};
use crate::page::Dispatch;
use crate::page::button::{button_of, plain_button};
use crate::page::element::element;
use crate::state::{Action, State};
use crate::text::count;
use crate::why::ways::{Answer, Quest, WaysAction, WaysStatus, reach, risk, status, title};

/// Searches, a slice at a time, for the ways that the page has to show.
#[hook]
pub fn use_search(state: &State, dispatch: &Dispatch) {
    let timeline = state.timeline.clone();
    let view = state.view.clone();
    let dispatch = dispatch.clone();
    use_after(state.quest(), move |quest| {
        quest.map(|quest| {
            let namespace = view.namespaces[quest.namespace].name.clone();
            let mut search: Option<Search> = None;
            InSlices::begin(move || {
                let search = search.get_or_insert_with(|| {
                    Search::new(timeline.cluster(), &namespace, quest.partition)
                });
                let is_done = search.advance(1);
                if is_done {
                    let answer = Answer::of(quest, search).into();
                    dispatch.dispatch(Action::Ways(WaysAction::Found(answer)));
                }
                is_done
            })
        })
    });
}

/// The ways out, as a part of the Why panel: those that may lose writes are closed.
pub fn ways_list(state: &State, dispatch: &Dispatch) -> Html {
    let ways_status = state.ways_status();
    let view = &state.view;
    let found = match &ways_status {
        WaysStatus::Found(answer) => &*answer.ways,
        _ => &[],
    };
    let safer = found.partition_point(|way| way.risk < Risk::MayLoseWrites);
    let quest = state.explained_quest();
    let lines = |from: usize, to: usize| {
        let lines = found[from..to].iter().zip(from..);
        let lines = lines.map(|(way, place)| line((quest, place), way, view, dispatch));
        html! { <ul class="way-list">{ for lines }</ul> }
    };
    let risky = convert::count(found.len() - safer);
    html! {
        <div class="ways">
            { element("h3", "", "Nearest ways out") }
            <p class="ways-status" aria-live="polite">{ status(&ways_status, view) }</p>
            { lines(0, safer) }
            <div class="ways-risky">
                if risky > 0 {
                    <details>
                        { element("summary", "", format!("May lose writes: {}", count(risky, "way"))) }
                        { lines(safer, found.len()) }
                    </details>
                }
            </div>
        </div>
    }
}

/// One way out: its button and its risk.
fn line(
    (quest, place): (Quest, usize),
    way: &Way,
    view: &ClusterView,
    dispatch: &Dispatch,
) -> Html {
    let (class, glyph, words) = risk(way.risk);
    html! {
        <li key={place} class="way">
            { button_of("data-way", place.to_string(), plain_button(
                dispatch,
                ("tool", "take-way"),
                (Some("do this now, as the next step of the timeline".into()), None),
                Action::Ways(WaysAction::Take(quest, place)),
                title(way, view).into(),
            )) }
            <span class={classes!["way-risk", class]} data-risk={class}>
                <span aria-hidden="true">{ glyph }{ " " }</span>
                { words }
                { element("span", "dim", [" · then ", &reach(way, view)].concat()) }
            </span>
        </li>
    }
}
