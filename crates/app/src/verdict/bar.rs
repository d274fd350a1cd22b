//! The verdict bar: what a client of the whole network can reach, why, and the ways out. It stays in view.
//!
//! Invariant: the bar has the same height in every state of a window's width, so nothing moves under the pointer when
//! something happens. What is cut off there stands in full in the panels. Not here: one side's numbers (see `sides`).

use rosterlab_engine::{Mode, Served};
use rosterlab_scenario::foresight::ways::{Risk, Way};
use rosterlab_scenario::words::served::{headline, outcome};
use yew::prelude::*;

use crate::margin::words::mode_of;
use crate::news::nodes;
use crate::page::Dispatch;
use crate::page::button::plain_button;
use crate::page::element::{element, unspoken};
use crate::state::{Action, OneSide, State};
use crate::text::thousands;
use crate::time::compare::Side;
use crate::time::state::TimeAction;
use crate::verdict::words::{NAMED, REASONS, outlook, reasons, who, worst_first};
use crate::why::ways::{WaysAction, effect, makes_worse, reach, title};

/// The bar.
pub fn verdict_bar(state: &State, dispatch: &Dispatch) -> Html {
    let all = state.served_now();
    let headline = headline(all);
    let order = worst_first(all);
    let is_many = all.len() > 1;
    let one = |place: &usize| {
        let name = is_many.then(|| format!("{} ", state.view.namespaces[*place].name));
        // That all or none are served is exact.
        let is_part = all[*place].active() > 0 && all[*place].inactive() > 0;
        let is_about = is_part && state.timeline.setup().is_about(*place);
        let about = if is_about { "about " } else { "" };
        html! {
            <span key={*place} class="verdict-counts">
                { element("span", "id", name) }{ about }{ outcome(all[*place]) }
            </span>
        }
    };
    let more = all.len().saturating_sub(NAMED);
    let more = (more > 0).then(|| format!("and {more} more"));
    // A cluster has at least one namespace.
    let worst = order.first().copied().unwrap_or_default();
    let [first, second] = match all.get(worst) {
        Some(served) if served.inactive() > 0 => ways(state, dispatch),
        Some(served) if served.twice > 0 => out_of_two_sides(state, dispatch),
        _ => margin(state),
    };
    html! {
        <section
            class={classes!["verdict", headline.class]}
            aria-label="Verdict"
            data-verdict={headline.class}
        >
            <div class="verdict-now">
                <h2 class="verdict-head" tabindex="-1">
                    { unspoken("verdict-sign", headline.glyph) }
                    <b data-headline="">{ headline.words }</b>
                    { element("span", "verdict-who", who(&state.view)) }
                    <span class="verdict-outcome" data-outcome="">
                        { for order.iter().take(NAMED).map(one) }
                        { element("span", "", more) }
                    </span>
                </h2>
                { element("div", "verdict-first", first) }
            </div>
            { element("p", "verdict-why", why(state, &order, all)) }
            { element("div", "verdict-second", second) }
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

/// Why partitions are what they are: of each namespace that is not wholly served, or else of the one that fares worst.
fn why(state: &State, worst_first: &[usize], all: &[Served]) -> Html {
    if state.view.sub_clusters.is_empty() {
        return html! { <>{ label("Why") }{ element("span", "", "a node in no cluster serves nothing") }</> };
    }
    let is_served = |place: &&usize| all[**place].inactive() == 0;
    let unserved = worst_first.iter().take_while(|place| !is_served(place)).count();
    let told = worst_first.iter().take(unserved.clamp(1, NAMED));
    let mut each: Vec<(Vec<&str>, String)> = Vec::new();
    for place in told {
        let name = &*state.view.namespaces[*place].name;
        let why = match all[*place] {
            served if served.inactive() > 0 || served.twice == 0 => why_of(state, *place),
            _ if mode_of(&state.view, *place) == Mode::Available => {
                "in AP every side serves".to_owned()
            }
            _ => "two sides have rosters of their own in force".to_owned(),
        };
        match each.iter_mut().find(|(_, other)| *other == why) {
            Some((names, _)) => names.push(name),
            None => each.push((vec![name], why)),
        }
    }
    let is_many = all.len() > 1;
    let one = |(names, why): &(Vec<&str>, String)| {
        let of = is_many.then(|| element("span", "id", [&names.join(", "), " "].concat()));
        html! { <span key={names[0]} class="verdict-counts">{ of }{ why }</span> }
    };
    html! { <>{ label("Why") }<span>{ for each.iter().map(one) }</span></> }
}

/// The reasons of one namespace, each with its number.
fn why_of(state: &State, namespace: usize) -> String {
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
    said.join(" · ")
}

/// What ends it that two sides serve the same partitions.
fn out_of_two_sides(state: &State, dispatch: &Dispatch) -> [Html; 2] {
    let (title, then) = match state.sides_at_odds() {
        Some(OneSide { kept, others }) => (
            format!("Keep {}’s side: stop {}, heal, start", kept.principal, nodes(&others)),
            "Its roster is set once more first, because the newest wins. What only the others hold is lost.",
        ),
        None => (
            "Heal all links".to_owned(),
            "Both sides take writes: of two versions of a record, one is kept.",
        ),
    };
    let way = html! {
        <p class="verdict-way way-risky">
            { label("May lose writes") }
            { plain_button(
                dispatch,
                ("tool", "way-one-side"),
                (Some(title.clone().into()), None),
                Action::Ways(WaysAction::OneSide),
                title.into(),
            ) }
        </p>
    };
    [way, element("p", "verdict-way", then)]
}

fn label(words: &'static str) -> Html {
    element("b", "verdict-label", [words, " "].concat())
}

/// What one more loss would do, in the bar's colours.
fn margin(state: &State) -> [Html; 2] {
    let found = state.margin.found();
    let (class, words) = found
        .map_or(("", String::new()), |found| outlook(found, mode_of(&state.view, state.namespace)));
    let name = (state.view.namespaces.len() > 1).then(|| state.namespace_name());
    let said = html! {
        <p class={classes!["verdict-outlook", class]} data-outlook={class}>
            { words }{ element("span", "id", name.map(|name| format!(" ({name})"))) }
        </p>
    };
    [said, Html::default()]
}

/// The first way out without risk, and the first that may lose writes.
fn ways(state: &State, dispatch: &Dispatch) -> [Html; 2] {
    let Some(answer) = state.whole_answer() else {
        let waiting =
            if state.is_running() { "Pause time to search for a way out." } else { "Searching…" };
        return [element("p", "verdict-way dim", waiting), Html::default()];
    };
    let first = |name: &'static str, risk: Risk, action: &'static str| {
        // What makes something else worse is in the list below, and not offered here as safe.
        let is_it = |way: &Way| way.risk == risk && (risk != Risk::None || !makes_worse(way));
        let place = answer.ways.iter().position(is_it)?;
        let way = &answer.ways[place];
        let title = title(way, &state.view);
        // The label of the others says what may be lost.
        let told = if risk == Risk::None { effect } else { reach };
        Some(html! {
            <p class={classes!["verdict-way", action]}>
                { label(name) }
                { plain_button(
                    dispatch,
                    ("tool", action),
                    (Some(title.clone().into()), None),
                    Action::Ways(WaysAction::Take(answer.quest, place)),
                    (&*title).into(),
                ) }
                { element("span", "verdict-effect", ["→ ", &told(way, &state.view)].concat()) }
                { plain_button(
                    dispatch,
                    ("tool bare", "compare-way"),
                    (None, Some(format!("Compare now with the way out: {title}").into())),
                    Action::Time(TimeAction::Compare(Side::Way(place))),
                    "▸ compare".into(),
                ) }
            </p>
        })
    };
    let safe = first("Safe", Risk::None, "way-safe");
    let behind = || first("Leaves copies", Risk::LeavesCopiesBehind, "way-behind");
    let nothing = || {
        let said =
            if answer.ways.is_empty() { "No way out was found." } else { "No way out is safe." };
        element("p", "verdict-way", said)
    };
    let risky = first("May lose writes", Risk::MayLoseWrites, "way-risky");
    [safe.or_else(behind).unwrap_or_else(nothing), risky.unwrap_or_default()]
}
