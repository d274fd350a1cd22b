//! The Why panel: explains the chosen partition by its row of nodes and by every rule with the numbers it checked.
//!
//! Invariant: the panel only shows the engine's explanation. Not here: the rules' wording (see `rules`) and the ways out
//! (see `ways_list`).

use rosterlab_engine::{
    Answer, Availability, Explanation, NodeId, PARTITIONS, PartitionId, Role, Rule, Seat, convert,
};
use rosterlab_scenario::words::marks;
use rosterlab_scenario::words::terms::Term;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::page::Dispatch;
use crate::page::element::{element, keyed, unspoken};
use crate::page::icons::{Icon, icon};
use crate::page::term::term;
use crate::rules;
use crate::state::{Action, State};
use crate::why::ways_list::ways_list;

/// The number of nodes at the start of the row that always get a chip.
const FIRST_SEATS: usize = 7;

/// The marks of a version in the order in which they are shown: the letter, what it means, and whether a node's version has
/// it.
type Mark = (&'static str, Term, fn(&Seat) -> bool);
const MARKS: [Mark; 3] = [
    ("s", Term::Subset, |seat| seat.version.is_subset()),
    ("e", Term::Evade, |seat| seat.version.is_evade()),
    ("r", Term::Revived, |seat| seat.version.revived().is_some()),
];

/// The panel.
pub fn why_panel(state: &State, dispatch: &Dispatch) -> Html {
    let explanation = state.explanation.as_ref();
    let verdict = explanation.map(|explanation| explanation.verdict);
    let class = match verdict.map(|verdict| verdict.availability) {
        Some(Availability::Active) => Some("active"),
        Some(Availability::Unavailable) => Some("unavailable"),
        Some(Availability::Dead) => Some("dead"),
        None => None,
    };
    let settings = state.view.namespaces.get(state.namespace);
    let is_uniform = settings.is_some_and(|settings| settings.prefer_uniform_balance);
    let cell = state.cells.get(state.partition().index());
    let is_fresh = cell.is_some_and(|cell| cell.fresh);
    let on = state.shown_orphan();
    let decided = verdict.map(|verdict| {
        html! {
            <p class="why-verdict">
                <b {class}>{ availability(verdict.availability) }</b>
                { match verdict.rule.number() {
                    Some(number) => format!(", decided by rule {number}"),
                    None => match on {
                        Some(orphan) => format!(" on {orphan}: an orphan, {}", rules::because(verdict)),
                        None => format!(": {}", rules::because(verdict)),
                    },
                } }
                { element("span", "why-fresh", is_fresh.then_some("; it came up empty")) }
            </p>
        }
    });
    html! {
        <section class={classes!["panel", "why", class]} aria-label="Why">
            <div class="panel-head">
                { chooser(state.partition(), dispatch) }
                { element("div", "why-decided", decided) }
            </div>
            { element("div", "why-body", explanation.map(|explanation| body(explanation))) }
            { ways_list(state, dispatch) }
            { element("div", "why-sources", explanation.map(|explanation| sources(explanation, is_uniform))) }
        </section>
    }
}

/// An availability, explained unless it is active.
fn availability(availability: Availability) -> Html {
    let word = availability.to_string();
    match Term::of_availability(availability) {
        Some(meaning) => term(meaning, &word),
        None => html! { word },
    }
}

/// The field for the partition's number.
fn chooser(shown: PartitionId, dispatch: &Dispatch) -> Html {
    let onchange = dispatch.on_event(move |event: Event| {
        let input: HtmlInputElement = event.target_unchecked_into();
        if let Ok(partition) = input.value().trim().parse() {
            return Some(Action::ShowPartition(partition));
        }
        input.set_value(&shown.to_string());
        let say = format!("Partitions are numbered 0 to 4095; {shown} is still shown.");
        Some(Action::Announce(say.into()))
    });
    html! {
        <h2 class="chooser">
            <label for="partition">{ "Partition" }</label>
            <input
                id="partition"
                type="number"
                min="0"
                max={(PARTITIONS - 1).to_string()}
                inputmode="numeric"
                value={shown.to_string()}
                {onchange}
            />
        </h2>
    }
}

/// Whether a node of the row gets a chip: in a large cluster most nodes have no part in the partition.
fn has_chip(place: usize, seat: &Seat) -> bool {
    let has_part = seat.role != Role::Other || seat.replica_here || seat.working_master;
    place < FIRST_SEATS || has_part || seat.version.has_data() || seat.filling
}

/// The row of nodes and the list of rules.
fn body(explanation: &Explanation) -> Html {
    let shown = explanation.row.iter().enumerate().filter(|(place, seat)| has_chip(*place, seat));
    let seats: Vec<Html> = shown.map(|(place, seat)| chip(place, seat)).collect();
    let others = explanation.row.len() - seats.len();
    let more = (others > 0).then(|| {
        let nodes = crate::text::count(convert::count(others), "node");
        keyed("li", "more", "chip-more", format!("and {nodes} without data"))
    });
    let rules =
        explanation.answers.iter().map(|(rule, answer)| rule_line(explanation, *rule, *answer));
    let working = marks::working_order(explanation);
    let label = working.map(|_| element("p", "row-label", marks::ROSTER_ORDER));
    let working = working.map(|order| {
        let node = |node: &NodeId| keyed("li", node.to_string(), "id", node.to_string());
        html! {
            <>
                { element("p", "row-label", marks::WORKING_ORDER) }
                <ol class="row working" aria-label={marks::WORKING_ORDER}>{ for order.iter().map(node) }</ol>
            </>
        }
    });
    html! {
        <div class="why-rows">
            { element("div", "", label) }
            <ol class="row" aria-label={marks::ROSTER_ORDER}>{ for seats.into_iter().chain(more) }</ol>
            { element("div", "row-working", working) }
            { element("p", "row-changed", marks::changed(explanation)) }
            <ol class="rules" start="0">{ for rules }</ol>
        </div>
    }
}

/// How the shown facts are known (the marks of docs/domain.md §4 and §5).
fn sources(explanation: &Explanation, is_uniform: bool) -> Html {
    let counts = if is_uniform {
        " · Counts: approximate, as of the latest rebalance; with prefer-uniform-balance, which partition is where is our own choice"
    } else {
        " · Counts: exact, as of the latest rebalance"
    };
    let rule = explanation.verdict.rule;
    let document = rules::document(rule).map(|heading| format!(", “{heading}”"));
    let is_there = |(.., is_on): &Mark| explanation.row.iter().any(is_on);
    let mark = |(letter, meaning, _): Mark| {
        let source = meaning.source().words();
        html! { <span key={letter}>{ format!(" · Mark {letter}: ") }{ element("b", "", source) }</span> }
    };
    html! {
        <p class="source">
            { format!("{}: ", crate::text::capitalized(&rules::label(rule))) }
            { element("b", "", rules::source(rule).words()) }
            { document }
            <span>{ for MARKS.into_iter().filter(is_there).map(mark) }</span>
            { counts }
        </p>
    }
}

/// A node of the row.
fn chip(place: usize, seat: &Seat) -> Html {
    let role = match (Term::of_role(seat.role), marks::role(seat.role)) {
        (Some(meaning), role) => term(meaning, role),
        (None, "") => html! { "no replica" },
        (None, role) => html! { role },
    };
    let is_minor = matches!(seat.role, Role::Other | Role::NotInRoster);
    let version = seat.version;
    let marks = MARKS.into_iter().filter(|(_, _, is_on)| is_on(seat)).map(|(letter, meaning, _)| {
        html! { <span key={letter} class={classes!["mark", letter]}>{ term(meaning, letter) }</span> }
    });
    let class = classes![
        "chip-node",
        (!seat.present).then_some("absent"),
        is_minor.then_some("minor"),
        seat.working_master.then_some("serving"),
    ];
    let before = marks::seen_before(seat).map(|before| format!("before: {before}"));
    let serves = seat.working_master.then(|| term(Term::WorkingMaster, "working master"));
    html! {
        <li key={seat.node.to_string()} {class} title={format!("version {version}")}>
            <span class="chip-top">
                { element("b", "id", seat.node.to_string()) }
                { element("span", "chip-holds", marks::copy(seat)) }
                { for marks }
            </span>
            { element("span", "chip-before", before) }
            <span class="chip-role">
                { element("span", "", role) }{ element("span", "", seat.quiesced.then(|| term(Term::Quiesced, "quiesced"))) }
            </span>
            { element("span", "chip-serves", serves) }
            { element("span", "chip-version", version.to_string()) }
            { element("span", "visually-hidden", format!(" place {}", place + 1)) }
        </li>
    }
}

/// A rule: its question, what it saw, and its answer.
fn rule_line(explanation: &Explanation, rule: Rule, answer: Answer) -> Html {
    let is_decided = answer == Answer::Decided;
    let holds = rules::holds(rule, is_decided, explanation.verdict);
    let (sign, said) = match (answer, holds) {
        (Answer::NotReached, _) => ("–", "not reached"),
        (_, true) => ("✓", "yes"),
        (_, false) => ("✕", "no"),
    };
    let seen = explanation
        .facts
        .as_ref()
        .filter(|_| answer != Answer::NotReached)
        .map(|facts| rules::seen(rule, facts, explanation.profile));
    let class = classes![
        "rule",
        is_decided.then_some("decided"),
        (answer == Answer::NotReached).then_some("not-reached"),
        if holds { "yes" } else { "no" },
    ];
    let number = rule.number().map(|number| number.to_string());
    html! {
        <li key={rules::label(rule)} {class} aria-current={is_decided.then_some("true")}>
            { element("span", "rule-number", number) }
            { unspoken("rule-sign", sign) }
            { element("span", "visually-hidden", [said, ": "].concat()) }
            <span class="rule-question">
                { rules::question(rule) }
                { element("span", "rule-inferred", (rules::source(rule) == rules::Source::Inferred).then_some(" (inferred)")) }
            </span>
            { element("span", "rule-seen", seen) }
            { element("span", "rule-decided", is_decided.then(|| icon(Icon::Play))) }
        </li>
    }
}
