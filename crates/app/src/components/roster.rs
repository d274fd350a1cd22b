//! The roster of the shown namespace in the shown sub-cluster: in force, pending and observed, with what differs.

use rosterlab_engine::{Mode, RosterEntry};
use yew::prelude::*;

use crate::components::Dispatch;
use crate::components::button::{Face, verb_button};
use crate::components::class_list::classes;
use crate::roster_diff::{Mark, marked};
use crate::state::State;
use crate::verbs::Verb;

/// The panel.
pub fn roster_panel(state: &State, dispatch: &Dispatch) -> Html {
    let namespace = state.shown_namespace();
    let empty: &[RosterEntry] = &[];
    let (roster, pending, observed) =
        namespace.map_or((empty, empty, empty), |n| (&*n.roster, &*n.pending, &*n.observed));
    let line = |label: &'static str, list: &[RosterEntry], other: &[RosterEntry], verb: Verb| {
        html! {
            <div key={label} class="roster-line">
                <dt>{ label }</dt>
                <dd>{ chips(list, other) }</dd>
                <dd class="roster-tool">
                    { verb_button(state, dispatch, verb, Face::Words) }
                </dd>
                <dd class="roster-command" title="the same on a real cluster">
                    <span class="visually-hidden">{ "in asadm: " }</span>
                    <code>{ asadm(state, verb) }</code>
                </dd>
            </div>
        }
    };
    let shown = state.shown_sub_cluster().filter(|_| state.view().sub_clusters.len() > 1);
    let differs = hint(state, roster, pending, observed);
    html! {
        <section class="panel roster" aria-labelledby="roster-title">
            <div class="panel-head">
                <h2 id="roster-title">
                    { "Roster of " }<span class="id">{ state.namespace_name().to_owned() }</span>
                    <span>{ shown.map(|sub| format!(" in sub-cluster {}", sub.principal)) }</span>
                </h2>
                <p class="dim roster-hint">{ differs }</p>
                <p class="dim roster-asadm">{ "the same in asadm" }</p>
            </div>
            <dl class="roster-lines">
                { line("Roster", roster, roster, Verb::Recluster) }
                { line("Pending", pending, roster, Verb::StageObserved) }
                { line("Observed", observed, roster, Verb::Revive) }
            </dl>
        </section>
    }
}

/// What the differences ask for.
fn hint(
    state: &State,
    roster: &[RosterEntry],
    pending: &[RosterEntry],
    observed: &[RosterEntry],
) -> &'static str {
    let mode = state.view().namespaces.get(state.namespace()).map(|namespace| namespace.mode);
    if mode == Some(Mode::Available) {
        "available (AP): no roster"
    } else if state.shown_namespace().is_none() {
        "no node is up"
    } else if pending != roster {
        "pending differs: recluster puts it in force"
    } else if observed != roster {
        "observed differs from the roster"
    } else {
        "all three agree"
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
        html! {
            <li key={entry.node.to_string()} class={classes(&["entry", class])}>
                <span aria-hidden="true">{ sign }</span>
                <span class="entry-name">{ entry.to_string() }</span>
                <span class="visually-hidden">{ said }</span>
            </li>
        }
    };
    html! { <ul class="entries">{ for marked(list, other).into_iter().map(chip) }</ul> }
}

/// What does the same on a real cluster.
fn asadm(state: &State, verb: Verb) -> String {
    let namespace = state.namespace_name();
    match verb {
        Verb::Recluster => "manage recluster".to_owned(),
        Verb::StageObserved => format!("manage roster stage observed ns {namespace}"),
        _ => format!("manage revive ns {namespace}"),
    }
}
