//! The roster panel: the current, pending and observed roster of the shown namespace in the shown sub-cluster, with their
//! differences; where there is no cluster, the rosters that nodes hold. It previews each action, shows it as commands for a
//! real cluster, and has an editor.
//!
//! Invariant: the panel decides nothing; previews and warnings come from the state. Every action can be previewed by
//! pointer or focus before its button is pressed. Not here: the wording (see `words`).

use rosterlab_engine::{Mode, NodeId, NodeView, RosterEntry, convert};
use rosterlab_scenario::foresight::preview::Warning;
use rosterlab_scenario::words::terms::Term;
use yew::prelude::*;

use crate::margin::words::mode_of;
use crate::page::Dispatch;
use crate::page::button::{Face, copy_button, tool_button, verb_button};
use crate::page::element::{element, keyed, unspoken};
use crate::page::term::explained;
use crate::page::verbs::Verb;
use crate::roster::diff::{Mark, marked};
use crate::roster::draft::RosterDraft;
use crate::roster::held::{Held, held};
use crate::roster::state::{Asking, RosterAction};
use crate::roster::words::{consequence, of_holders, of_warning};
use crate::state::{Action, State};
use crate::text::{count, thousands};

/// Selects the buttons of the question that is asked before a known mistake.
pub const QUESTION: &str = ".question button";

/// A roster with more entries scrolls, and the other lists then show only their differences from it.
const MANY: usize = 32;

/// Groups of nodes whose rosters are shown where there is no cluster; further groups are counted.
const MOST_HELD: usize = 3;

/// The panel.
pub fn roster_panel(state: &State, dispatch: &Dispatch) -> Html {
    let namespace = state.shown_namespace();
    let orphan = state.shown_orphan();
    let is_strong = mode_of(&state.view, state.namespace) == Mode::StrongConsistency;
    let by_themselves = namespace.is_none() && is_strong;
    let groups =
        if by_themselves { held(&state.view, state.namespace, orphan) } else { Vec::new() };
    let empty: &[RosterEntry] = &[];
    let (roster, pending, observed) = match (namespace, groups.first()) {
        (Some(here), _) => (&*here.roster, &*here.pending, &*here.observed),
        (None, Some(held)) => (&*held.roster, &*held.pending, empty),
        (None, None) => (empty, empty, empty),
    };
    let shown = state.shown_sub_cluster().filter(|_| state.view.sub_clusters.len() > 1);
    let shown = match orphan {
        Some(orphan) => Some(format!(" on the orphan {orphan}")),
        None => shown.map(|sub| format!(" in sub-cluster {}", sub.principal)),
    };
    let (is_due, differs) = hint(state, roster, pending, observed);
    let due = if is_due { "roster-hint due" } else { "roster-hint dim" };
    let tools = |verbs: &[Verb]| -> Html {
        verbs.iter().map(|verb| considerable(state, dispatch, *verb)).collect()
    };
    let no_cluster = namespace.is_none().then(|| no_observed(state).to_owned());
    html! {
        <section class="panel roster" aria-labelledby="roster-title">
            <div class="panel-head">
                <h2 id="roster-title">
                    { "Roster of " }{ element("span", "id", state.namespace_name().to_owned()) }
                    { element("span", "", shown) }
                </h2>
                <p class={due}>{ differs }</p>
                { verb_button(state, dispatch, Verb::EditRoster, Face::Words) }
            </div>
            <dl class="roster-lines">
                { line("Roster", roster, roster, groups.first().map(of_holders), tools(&[Verb::Recluster, Verb::Revive])) }
                { line("Pending", pending, roster, None, Html::default()) }
                { line("Observed", observed, if by_themselves { empty } else { roster }, no_cluster, tools(&[Verb::StageObserved, Verb::StageAndRecluster])) }
            </dl>
            { others(&groups) }
            { element("div", "roster-edit-room", state.rosters.draft.as_ref().map(|draft| editor(state, dispatch, draft))) }
            { outlook(state, dispatch) }
            { element("div", "question-room", state.rosters.asking.as_ref().map(|asking| question(dispatch, asking))) }
        </section>
    }
}

/// One of the lists, what is to be said of it, and its buttons.
fn line(
    label: &'static str,
    list: &[RosterEntry],
    other: &[RosterEntry],
    note: Option<String>,
    tools: Html,
) -> Html {
    html! {
        <div key={label} class="roster-line">
            { element("dt", "", label) }
            <dd>{ chips(list, other) }{ element("p", "roster-note dim", note) }</dd>
            { element("dd", "roster-tools", tools) }
        </div>
    }
}

/// What the other groups of nodes hold, where there is no cluster.
fn others(groups: &[Held]) -> Html {
    let shown = groups.iter().skip(1).take(MOST_HELD - 1).enumerate().map(|(place, held)| {
        let staged = (held.pending != held.roster)
            .then(|| html! { <div key="staged">{ "pending " }{ chips(&held.pending, &held.roster) }</div> });
        html! {
            <div key={place} class="roster-other">
                { element("p", "dim", of_holders(held)) }
                { chips(&held.roster, &held.roster) }
                { element("div", "", staged) }
            </div>
        }
    });
    let more = convert::count(groups.len().saturating_sub(MOST_HELD));
    let more = (more > 0).then(|| {
        keyed(
            "p",
            "more",
            "dim",
            format!("and {} of nodes with other rosters", count(more, "group")),
        )
    });
    html! { <div class="roster-held"><div>{ for shown }</div>{ element("div", "", more) }</div> }
}

/// Why no nodes are observed.
fn no_observed(state: &State) -> &'static str {
    if state.shown_orphan().is_some() {
        "none: an orphan is in no cluster"
    } else if state.view.nodes.iter().any(|node| node.state.is_up()) {
        "none: no node is in a cluster"
    } else {
        "none: no node is up"
    }
}

/// A button that previews its action when the pointer or the focus reaches it.
fn considerable(state: &State, dispatch: &Dispatch, verb: Verb) -> Html {
    let consider = Action::Roster(RosterAction::Consider(verb));
    // A button can come to a pointer that is still, when the page scrolls; then it does not move.
    let onpointerover = dispatch.on(consider.clone());
    // Not when the focus returns from a closed question: then the preview is of the next step.
    let onfocusin = dispatch
        .on_event(move |event: FocusEvent| event.related_target().map(|_| consider.clone()));
    html! {
        <span class="considerable" {onpointerover} {onfocusin}>
            { verb_button(state, dispatch, verb, Face::Words) }
        </span>
    }
}

/// The next step that the differences suggest, and whether it is due.
fn hint(
    state: &State,
    roster: &[RosterEntry],
    pending: &[RosterEntry],
    observed: &[RosterEntry],
) -> (bool, &'static str) {
    if mode_of(&state.view, state.namespace) == Mode::Available {
        (false, "available (AP): no roster")
    } else if state.shown_orphan().is_some() {
        (false, "an orphan accepts only revive")
    } else if state.shown_namespace().is_none() {
        let is_any_up = state.view.nodes.iter().any(|node| node.state.is_up());
        let down = "no node is up: these are on the drives";
        (
            false,
            if is_any_up { "no node is in a cluster: each holds these by itself" } else { down },
        )
    } else if pending != roster {
        (true, "staged, not in force: recluster, or the next cluster change does it")
    } else if state.awaits_recluster().is_some() {
        (true, "revived, not in effect: recluster, or the next cluster change does it")
    } else if roster.is_empty() {
        (true, "no roster yet: stage the observed nodes and recluster")
    } else if observed != roster {
        (false, "observed differs from the roster")
    } else {
        (false, "all three agree")
    }
}

/// The preview of the considered action, and the commands that do the same on a real cluster.
fn outlook(state: &State, dispatch: &Dispatch) -> Html {
    let verb = state.considered();
    let refused = state.considered_refusal();
    let (class, told) = match (&refused, state.weighed()) {
        (Some(why), _) => (Some("dim"), format!("Not now: {why} There is no command to copy.")),
        (None, Some(Ok(preview))) => (None, consequence(verb, preview)),
        (None, _) if state.is_revive_of_orphan(verb) => {
            let effect = "it takes effect at the next change of the cluster that takes it in";
            (None, format!("The orphan turns its e into r; {effect}."))
        }
        (None, _) if state.to_weigh().is_some() => (Some("dim"), "…".to_owned()),
        (None, _) => (Some("dim"), "Point at an action to preview it.".to_owned()),
    };
    let lines = state.roster_commands().into_iter().flatten();
    html! {
        <div class="outlook" data-verb={verb.action()}>
            <p class="outlook-text" data-consequence="">
                { element("b", "", verb.label()) }{ " · " }<span {class}>{ explained(&told, "regime", Term::Regime) }</span>
            </p>
            <ul class="commands" aria-label={format!("{} on a real cluster", verb.label())}>
                { for lines.map(|(tool, text)| command(state, dispatch, tool, text)) }
            </ul>
        </div>
    }
}

/// A command for a real cluster, with a button that copies it.
fn command(state: &State, dispatch: &Dispatch, tool: &'static str, text: String) -> Html {
    let name = format!("copy-{tool}");
    html! {
        <li key={tool} class="command">
            { element("span", "dim", tool) }
            <code data-command={tool}>{ text.clone() }</code>
            { copy_button(state, dispatch, name, ("Copy", "tool small"), move || text.clone()) }
        </li>
    }
}

/// The question that is asked before a known mistake.
fn question(dispatch: &Dispatch, asking: &Asking) -> Html {
    let warning = |(place, warning): (usize, &Warning)| {
        html! {
            <li key={place}>
                { of_warning(warning) }{ " " }
                { element("span", "source", warning.source().words()) }
            </li>
        }
    };
    let onkeydown = dispatch.on_escape(Action::Roster(RosterAction::Cancel));
    html! {
        <div
            class="question"
            role="alertdialog"
            aria-labelledby="question-title"
            aria-describedby="question-text"
            {onkeydown}
        >
            <h3 id="question-title">
                { format!("{}: a known mistake?", asking.verb.label()) }
            </h3>
            <ul id="question-text">{ for asking.warnings.iter().enumerate().map(warning) }</ul>
            <div class="question-tools">
                { tool_button(dispatch, "roster-cancel", "Cancel", Action::Roster(RosterAction::Cancel)) }
                { tool_button(dispatch, "roster-confirm", "Do it anyway", Action::Roster(RosterAction::Confirm)) }
            </div>
        </div>
    }
}

/// The editor of a new roster: as text, and node by node.
fn editor(state: &State, dispatch: &Dispatch, draft: &RosterDraft) -> Html {
    let oninput =
        dispatch.on_value::<InputEvent>(|value| Some(Action::Roster(RosterAction::Type(value))));
    let onkeydown = dispatch.on_event(|event: KeyboardEvent| match event.key().as_str() {
        "Enter" => {
            event.prevent_default();
            Some(Action::Press(Verb::SetRoster))
        }
        "Escape" => {
            event.prevent_default();
            Some(Action::Press(Verb::EditRoster))
        }
        _ => None,
    });
    let is_bad = draft.error.is_some();
    let nodes = draft.entries.iter().map(|entry| entry.node);
    let nodes: Vec<NodeId> = nodes.filter(|node| state.view.node(*node).is_none()).collect();
    let unknown = (!nodes.is_empty()).then(|| of_warning(&Warning::NoSuchNodes { nodes }));
    html! {
        <div key="editor" class="roster-editor">
            <label for="draft-text">{ "New roster" }</label>
            <textarea
                id="draft-text"
                class="field id"
                rows="2"
                spellcheck="false"
                autocomplete="off"
                value={draft.text.clone()}
                aria-invalid={is_bad.then_some("true")}
                aria-describedby="draft-error"
                {oninput}
                {onkeydown}
            />
            <p id="draft-error" class="draft-error" aria-live="polite">
                { draft.error.clone().or(unknown).unwrap_or_default() }
            </p>
            <ul class="draft-nodes" aria-label="Nodes of the new roster">
                { for state.view.nodes.iter().map(|node| draft_node(dispatch, draft, node)) }
            </ul>
            <div class="roster-tools">
                { considerable(state, dispatch, Verb::SetRoster) }
                { considerable(state, dispatch, Verb::SetAndRecluster) }
            </div>
        </div>
    }
}

/// A node in the editor: whether the new roster has it, and on which rack.
fn draft_node(dispatch: &Dispatch, draft: &RosterDraft, node: &NodeView) -> Html {
    let id = node.id;
    let rack = draft.rack_of(id);
    let toggle = dispatch.on(Action::Roster(RosterAction::Toggle(id)));
    let put_on_rack = dispatch
        .on_value::<Event>(move |value| Some(Action::Roster(RosterAction::PutOnRack(id, value))));
    let down = (!node.state.is_up()).then_some("down");
    html! {
        <li key={id.to_string()} class="draft-node">
            <label>
                <input
                    type="checkbox"
                    data-draft={id.to_string()}
                    checked={rack.is_some()}
                    onchange={toggle}
                />
                { element("span", "id", id.to_string()) }
                { element("span", "dim", down) }
            </label>
            <label class="draft-rack">
                { element("span", "dim", "rack") }
                <input
                    type="number"
                    class="field"
                    min="0"
                    max="1000000"
                    aria-label={format!("Rack of {id} in the new roster")}
                    data-draft-rack={id.to_string()}
                    disabled={rack.is_none()}
                    value={rack.unwrap_or(node.rack).to_string()}
                    onchange={put_on_rack}
                />
            </label>
        </li>
    }
}

/// The entries of a list, marked by how it differs from another.
fn chips(list: &[RosterEntry], other: &[RosterEntry]) -> Html {
    let chip = |(entry, mark): (RosterEntry, Mark)| {
        let (class, sign, said) = match mark {
            Mark::Same => ("same", "", ""),
            Mark::Added => ("added", "+", " added"),
            Mark::Missing => ("missing", "−", " missing"),
            Mark::Moved => ("moved", "↔", " on another rack"),
        };
        html! {
            <li key={entry.node.to_string()} class={classes!["entry", class]}>
                { unspoken("", sign) }
                { element("span", "entry-name", entry.to_string()) }
                { element("span", "visually-hidden", said) }
            </li>
        }
    };
    let mut told = marked(list, other);
    let mut same = None;
    if told.len() > MANY && !std::ptr::eq(list, other) {
        // In a long list only the differences can be found by eye; the roster above has the rest.
        let all = told.len();
        told.retain(|(_, mark)| *mark != Mark::Same);
        let as_there = convert::count(all - told.len());
        same = Some(html! {
            <li key="same" class="dim">{ format!("{} as in the roster", thousands(as_there)) }</li>
        });
    }
    let class = if told.len() > MANY { "entries many" } else { "entries" };
    let is_long = told.len() > MANY;
    html! {
        <ul
            {class}
            tabindex={is_long.then_some("0")}
            aria-label={is_long.then_some("All entries")}
        >
            { for same.into_iter().chain(told.into_iter().map(chip)) }
        </ul>
    }
}
