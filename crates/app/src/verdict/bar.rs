//! The verdict bar: what a client of the whole network can reach, why, and the ways out. It stays in view.
//!
//! Invariant: the bar has the same height in every state of a window's width, so nothing moves under the pointer when
//! something happens. What is cut off there stands in full in the panels. Not here: one side's numbers (see `sides`).

use rosterlab_scenario::foresight::ways::{Risk, Way};
use rosterlab_scenario::words::served::{headline, outcome};
use yew::prelude::*;

use crate::margin::words::mode_of;
use crate::page::Dispatch;
use crate::state::{Action, State};
use crate::text::thousands;
use crate::verdict::words::{NAMED, REASONS, outlook, reasons, who, worst_first};
use crate::why::ways::{WaysAction, WaysStatus, effect, title};

/// The bar.
pub fn verdict_bar(state: &State, dispatch: &Dispatch) -> Html {
    let all = state.timeline.served(state.timeline.position());
    let headline = headline(all);
    let order = worst_first(all);
    let is_many = all.len() > 1;
    let one = |place: &usize| {
        let name = is_many.then(|| format!("{} ", state.view.namespaces[*place].name));
        html! {
            <span key={*place} class="verdict-counts">
                <span class="id">{ name }</span>{ outcome(all[*place]) }
            </span>
        }
    };
    let more = all.len().saturating_sub(NAMED);
    let more = (more > 0).then(|| format!("and {more} more"));
    // A cluster has at least one namespace.
    let worst = order.first().copied().unwrap_or_default();
    let is_served = all.get(worst).is_some_and(|served| served.inactive() == 0);
    let [first, second] = if is_served { margin(state) } else { ways(state, dispatch) };
    html! {
        <section
            class={classes!["verdict", headline.class]}
            aria-label="Verdict"
            data-verdict={headline.class}
        >
            <div class="verdict-now">
                <h2 class="verdict-head">
                    <span class="verdict-sign" aria-hidden="true">{ headline.glyph }</span>
                    <b data-headline="">{ headline.words }</b>
                    <span class="verdict-who">{ who(&state.view) }</span>
                    <span class="verdict-outcome" data-outcome="">
                        { for order.iter().take(NAMED).map(one) }
                        <span>{ more }</span>
                    </span>
                </h2>
                <div class="verdict-first">{ first }</div>
            </div>
            <p class="verdict-why">{ why(state, worst, is_many) }</p>
            <div class="verdict-second">{ second }</div>
            <div class="verdict-last">
                <p data-news="" tabindex="0" aria-label="What happened last">{ &*state.news }</p>
                <div role="alert" class="refusal">
                    if let Some(why) = state.refusal.as_ref() {
                        <p key="refusal">{ "Not done. " }{ &**why }</p>
                    }
                </div>
            </div>
        </section>
    }
}

/// Why the partitions of the namespace that fares worst are what they are.
fn why(state: &State, namespace: usize, is_many: bool) -> Html {
    if state.view.sub_clusters.is_empty() {
        return html! { <>{ label("Why") }<span>{ "a node in no cluster serves nothing" }</span></> };
    }
    let reasons = reasons(&state.view, namespace);
    let others: u32 = reasons.iter().skip(REASONS).map(|(_, number)| number).sum();
    let mut said: Vec<String> = reasons
        .iter()
        .take(REASONS)
        .map(|(why, number)| format!("{why} ({})", thousands(*number)))
        .collect();
    if others > 0 {
        let more = reasons.len() - REASONS;
        said.push(format!("{more} more reasons ({}), below", thousands(others)));
    }
    let of = is_many.then(
        || html! { <span class="id">{ &state.view.namespaces[namespace].name }{ " " }</span> },
    );
    html! { <>{ label("Why") }<span>{ of }</span>{ said.join(" · ") }</> }
}

fn label(words: &'static str) -> Html {
    html! { <b class="verdict-label">{ words }{ " " }</b> }
}

/// What one more loss would do, in the bar's colours.
fn margin(state: &State) -> [Html; 2] {
    let found = state.margin.found();
    let (class, words) = found
        .map_or(("", String::new()), |found| outlook(found, mode_of(&state.view, state.namespace)));
    let name = (state.view.namespaces.len() > 1).then(|| state.namespace_name());
    let said = html! {
        <p class={classes!["verdict-outlook", class]} data-outlook={class}>
            { words }<span class="id">{ name.map(|name| format!(" ({name})")) }</span>
        </p>
    };
    [said, Html::default()]
}

/// The nearest way out without risk, and the nearest with one.
fn ways(state: &State, dispatch: &Dispatch) -> [Html; 2] {
    let WaysStatus::Found(answer) = state.ways_status() else {
        let waiting = if state.is_running() { "Pause time to search for a way out." } else { "" };
        return [html! { <p class="dim">{ waiting }</p> }, Html::default()];
    };
    let nearest = |is_wanted: fn(&Way) -> bool, name: &'static str, class: &'static str| {
        let place = answer.ways.iter().position(is_wanted)?;
        let way = &answer.ways[place];
        Some(html! {
            <p class={classes!["verdict-way", class]}>
                { label(name) }
                <button
                    type="button"
                    class="tool"
                    data-action={if class == "safe" { "way-safe" } else { "way-risky" }}
                    title="do this now, as the next step of the timeline"
                    onclick={dispatch.on(Action::Ways(WaysAction::Take(place)))}
                >
                    { title(way, &state.view) }
                </button>
                <span class="verdict-effect">{ " → " }{ effect(way, &state.view) }</span>
            </p>
        })
    };
    let safe = nearest(|way| way.risk == Risk::None, "Safe", "safe");
    let risky = nearest(|way| way.risk == Risk::MayLoseWrites, "May lose writes", "loses");
    [safe, risky].map(Option::unwrap_or_default)
}
