//! The roster of the shown namespace in the shown sub-cluster: in force, pending and observed, with what differs; what each
//! action would do before it is done, the same as commands of a real cluster, and an editor.
//!
//! Invariant: nothing here decides; what an action would do and what is wrong with it stands in the state. Each button
//! can be come to and read about before it is pressed.

use rosterlab_engine::{Mode, NodeId, NodeView, RosterEntry};
use rosterlab_scenario::foresight::preview::Warning;
use wasm_bindgen::JsCast;
use yew::prelude::*;

use crate::browser::copy;
use crate::page::Dispatch;
use crate::page::button::{Face, verb_button};
use crate::page::class_list::classes;
use crate::page::ear::{Ear, key_of, on_escape, on_press, value_of};
use crate::page::h::ui;
use crate::page::verbs::Verb;
use crate::roster::desk::{Asking, RosterAction};
use crate::roster::diff::{Mark, marked};
use crate::roster::draft::Draft;
use crate::roster::words::{commands, consequence, of_warning};
use crate::state::{Action, State};
use crate::text::thousands;

/// The button that confirms a mistake.
pub const QUESTION: &str = ".question button";

/// More entries than this are a list to scroll in, and the other lists show only what differs from it.
const MANY: usize = 32;

/// The panel.
pub fn roster_panel(state: &State, dispatch: &Dispatch) -> Html {
    let namespace = state.shown_namespace();
    let empty: &[RosterEntry] = &[];
    let (roster, pending, observed) =
        namespace.map_or((empty, empty, empty), |n| (&*n.roster, &*n.pending, &*n.observed));
    let line = |label: &'static str, list: &[RosterEntry], other: &[RosterEntry], verb: Verb| {
        ui! {
            <div key={label} class="roster-line">
                <dt>{ label }</dt>
                <dd>{ chips(list, other) }</dd>
                <dd class="roster-tool">{ considerable(state, dispatch, verb) }</dd>
            </div>
        }
    };
    let shown = state.shown_sub_cluster().filter(|_| state.view().sub_clusters.len() > 1);
    let shown = match state.shown_orphan() {
        Some(orphan) => Some(format!(" on the orphan {orphan}")),
        None => shown.map(|sub| format!(" in sub-cluster {}", sub.principal)),
    };
    let (is_due, differs) = hint(state, roster, pending, observed);
    let due = if is_due { "roster-hint due" } else { "roster-hint dim" };
    ui! {
        <section class="panel roster" aria-labelledby="roster-title">
            <div class="panel-head">
                <h2 id="roster-title">
                    { "Roster of " }<span class="id">{ state.namespace_name().to_owned() }</span>
                    <span>{ shown }</span>
                </h2>
                <p class={due}>{ differs }</p>
                { verb_button(state, dispatch, Verb::EditRoster, Face::Words) }
            </div>
            <dl class="roster-lines">
                { line("Roster", roster, roster, Verb::Recluster) }
                { line("Pending", pending, roster, Verb::StageObserved) }
                { line("Observed", observed, roster, Verb::Revive) }
            </dl>
            <div class="roster-edit-room">
                { for state.rosters().draft().map(|draft| editor(state, dispatch, draft)) }
            </div>
            { outlook(state, dispatch) }
            <div class="question-room">
                { for state.rosters().asking().map(|asking| question(dispatch, asking)) }
            </div>
        </section>
    }
}

/// A button that tells what it would do as soon as the pointer or the focus comes to it.
fn considerable(state: &State, dispatch: &Dispatch, verb: Verb) -> Html {
    let consider = Action::Roster(RosterAction::Consider(verb));
    ui! {
        <span
            class="considerable"
            onpointermove={on_press(dispatch, consider.clone())}
            onfocusin={Ear::new(dispatch, consider, |event, consider| {
                // Not when it comes back from a question that is closed: then the next step is told of.
                event.unchecked_ref::<FocusEvent>().related_target().map(|_| consider)
            })}
        >
            { verb_button(state, dispatch, verb, Face::Words) }
        </span>
    }
}

/// What the differences ask for, and whether it is due.
fn hint(
    state: &State,
    roster: &[RosterEntry],
    pending: &[RosterEntry],
    observed: &[RosterEntry],
) -> (bool, &'static str) {
    let mode = state.view().namespaces.get(state.namespace()).map(|namespace| namespace.mode);
    if mode == Some(Mode::Available) {
        (false, "available (AP): no roster")
    } else if state.shown_orphan().is_some() {
        (false, "of these an orphan takes revive only")
    } else if state.shown_namespace().is_none() {
        let is_any_up = state.view().nodes.iter().any(|node| node.state.is_up());
        (false, if is_any_up { "no node is in a cluster" } else { "no node is up" })
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

/// What the considered action would do, and the commands that do it on a real cluster.
fn outlook(state: &State, dispatch: &Dispatch) -> Html {
    let verb = state.considered();
    let (class, told) = match state.weighed() {
        Some(Ok(preview)) => ("", consequence(verb, preview)),
        Some(Err(why)) => ("dim", format!("Not now: {why}")),
        None if state.is_revive_of_orphan(verb) => {
            let effect = "it takes effect at the next change of the cluster that takes it in";
            ("", format!("The orphan turns its e into r; {effect}."))
        }
        None if state.to_weigh().is_some() => ("dim", "…".to_owned()),
        None => ("dim", "Point at an action to preview it.".to_owned()),
    };
    // What is refused has no command, and there is none of an empty list.
    let lists = state.roster_lists();
    let is_empty = match verb {
        Verb::StageObserved => lists.observed.is_empty(),
        Verb::SetRoster => lists.draft.is_empty(),
        _ => false,
    };
    let is_shown = !is_empty && !matches!(state.weighed(), Some(Err(_)));
    let lines = is_shown.then(|| commands(verb, state.namespace_name(), lists));
    ui! {
        <div class="outlook" data-verb={verb.action()}>
            <p class="outlook-text" data-consequence="">
                <b>{ verb.label() }</b>{ " · " }<span {class}>{ told }</span>
            </p>
            <ul class="commands" aria-label={format_args!("{} on a real cluster", verb.label())}>
                { for lines.into_iter().flatten().map(|(tool, text)| command(dispatch, tool, text)) }
            </ul>
        </div>
    }
}

fn command(dispatch: &Dispatch, tool: &'static str, text: String) -> Html {
    let onclick = {
        let (dispatch, text) = (dispatch.clone(), text.clone());
        Callback::from(move |_: MouseEvent| {
            let (dispatch, copied) = (dispatch.clone(), text.clone());
            copy(&text, None, move |is_done| {
                let said = if is_done {
                    format!("Copied: {copied}")
                } else {
                    "Not copied: the browser does not allow it. Select the text instead.".to_owned()
                };
                dispatch.dispatch(Action::Announce(said.into()));
            });
        })
    };
    ui! {
        <li key={tool} class="command">
            <span class="dim">{ tool }</span>
            <code data-command={tool}>{ text }</code>
            <button
                type="button"
                class="tool small"
                data-action={format_args!("copy-{tool}")}
                aria-label={format_args!("Copy the {tool} command")}
                {onclick}
            >
                { "Copy" }
            </button>
        </li>
    }
}

/// What stands before a mistake.
fn question(dispatch: &Dispatch, asking: &Asking) -> Html {
    let warning = |(place, warning): (usize, &Warning)| {
        ui! {
            <li key={place}>
                { of_warning(warning) }{ " " }
                <span class="source">{ warning.source().words() }</span>
            </li>
        }
    };
    let cancel_by_key = on_escape(dispatch, Action::Roster(RosterAction::Cancel));
    ui! {
        <div
            class="question"
            role="alertdialog"
            aria-labelledby="question-title"
            aria-describedby="question-text"
            onkeydown={cancel_by_key}
        >
            <h3 id="question-title">
                { format_args!("{}: a known mistake?", asking.verb.label()) }
            </h3>
            <ul id="question-text">{ for asking.warnings.iter().enumerate().map(warning) }</ul>
            <div class="question-tools">
                <button
                    type="button"
                    class="tool"
                    data-action="roster-cancel"
                    onclick={on_press(dispatch, Action::Roster(RosterAction::Cancel))}
                >
                    { "Cancel" }
                </button>
                <button
                    type="button"
                    class="tool"
                    data-action="roster-confirm"
                    onclick={on_press(dispatch, Action::Roster(RosterAction::Confirm))}
                >
                    { "Do it anyway" }
                </button>
            </div>
        </div>
    }
}

/// The roster being written: as text, and node by node.
fn editor(state: &State, dispatch: &Dispatch, draft: &Draft) -> Html {
    let on_text = Ear::new(dispatch, Action::Roster(RosterAction::Cancel), |event, _| {
        Some(Action::Roster(RosterAction::Type(value_of(event)?)))
    });
    let on_key = Ear::new(dispatch, Action::Press(Verb::SetRoster), |event, set| {
        match key_of(event).as_str() {
            "Enter" => {
                event.prevent_default();
                Some(set)
            }
            "Escape" => Some(Action::Press(Verb::EditRoster)),
            _ => None,
        }
    });
    let is_bad = draft.error.is_some();
    let nodes = draft.entries.iter().map(|entry| entry.node);
    let nodes: Vec<NodeId> = nodes.filter(|node| state.view().node(*node).is_none()).collect();
    let unknown = (!nodes.is_empty()).then(|| of_warning(&Warning::NoSuchNodes { nodes }));
    ui! {
        <div key="editor" class="roster-editor">
            <div class="draft-line">
                <label for="draft-text">{ "New roster" }</label>
                <input
                    id="draft-text"
                    class="field id"
                    type="text"
                    spellcheck="false"
                    autocomplete="off"
                    value={draft.text.clone()}
                    aria-invalid={is_bad.then_some("true")}
                    aria-describedby="draft-error"
                    oninput={on_text}
                    onkeydown={on_key}
                />
                { considerable(state, dispatch, Verb::SetRoster) }
            </div>
            <p id="draft-error" class="draft-error" aria-live="polite">
                { draft.error.clone().or(unknown).unwrap_or_default() }
            </p>
            <ul class="draft-nodes" aria-label="Nodes of the new roster">
                { for state.view().nodes.iter().map(|node| draft_node(dispatch, draft, node)) }
            </ul>
        </div>
    }
}

fn draft_node(dispatch: &Dispatch, draft: &Draft, node: &NodeView) -> Html {
    let id = node.id;
    let rack = draft.rack_of(id);
    let toggle = on_press(dispatch, Action::Roster(RosterAction::Toggle(id)));
    let nowhere = Action::Roster(RosterAction::PutOnRack(id, String::new()));
    let on_rack = Ear::new(dispatch, nowhere, |event, nowhere| {
        let Action::Roster(RosterAction::PutOnRack(id, _)) = nowhere else { return None };
        Some(Action::Roster(RosterAction::PutOnRack(id, value_of(event)?)))
    });
    let down = (!node.state.is_up()).then_some("down");
    ui! {
        <li key={id.to_string()} class="draft-node">
            <label>
                <input
                    type="checkbox"
                    data-draft={id.to_string()}
                    checked={rack.is_some()}
                    onchange={toggle}
                />
                <span class="id">{ id.to_string() }</span>
                <span class="dim">{ down }</span>
            </label>
            <label class="draft-rack">
                <span class="dim">{ "rack" }</span>
                <input
                    type="number"
                    class="field"
                    min="0"
                    max="1000000"
                    aria-label={format_args!("Rack of {id} in the new roster")}
                    data-draft-rack={id.to_string()}
                    disabled={rack.is_none()}
                    value={rack.unwrap_or(node.rack).to_string()}
                    onchange={on_rack}
                />
            </label>
        </li>
    }
}

/// The entries of a list, with what it has more or less than another.
fn chips(list: &[RosterEntry], other: &[RosterEntry]) -> Html {
    let chip = |(entry, mark): (RosterEntry, Mark)| {
        let (class, sign, said) = match mark {
            Mark::Same => ("same", "", ""),
            Mark::Added => ("added", "+", " added"),
            Mark::Missing => ("missing", "−", " missing"),
            Mark::Moved => ("moved", "↔", " on another rack"),
        };
        ui! {
            <li key={entry.node.to_string()} class={classes(&["entry", class])}>
                <span aria-hidden="true">{ sign }</span>
                <span class="entry-name">{ entry.to_string() }</span>
                <span class="visually-hidden">{ said }</span>
            </li>
        }
    };
    let mut told = marked(list, other);
    let mut same = None;
    if told.len() > MANY && !std::ptr::eq(list, other) {
        // Of many, only what differs can be found; the roster above has the rest.
        let all = told.len();
        told.retain(|(_, mark)| *mark != Mark::Same);
        let as_there = u32::try_from(all - told.len()).unwrap_or(u32::MAX);
        same = Some(ui! {
            <li key="same" class="dim">{ format!("{} as in the roster", thousands(as_there)) }</li>
        });
    }
    let class = if told.len() > MANY { "entries many" } else { "entries" };
    let is_long = told.len() > MANY;
    ui! {
        <ul
            {class}
            tabindex={is_long.then_some("0")}
            aria-label={is_long.then_some("All entries")}
        >
            { for same.into_iter().chain(told.into_iter().map(chip)) }
        </ul>
    }
}
