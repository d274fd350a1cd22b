//! The server's log: its last lines, of one node or of all, to be copied.
//!
//! Invariant: no more lines are in the page than were asked for. Not here: what they say (the scenario crate's `log`).

use rosterlab_engine::NodeId;
use rosterlab_scenario::log::{Level, LogLine};
use yew::prelude::*;

use crate::browser::copy;
use crate::page::Dispatch;
use crate::page::ear::{Ear, on_press, value_of};
use crate::page::h::ui;
use crate::state::{Action, State};
use crate::text::count;
use crate::time::desk::TimeAction;
use crate::time::logbook::{dated, text};

/// What the tab shows.
pub fn log_tab(state: &State, dispatch: &Dispatch) -> Html {
    let log = &state.time().log;
    let page = log.page();
    let merged = log.filter.node.is_none();
    let size = count(u32::try_from(page.lines.len()).unwrap_or(u32::MAX), "line");
    let line = |(place, line): (usize, &LogLine)| {
        let warning = (line.level == Level::Warning).then_some("warning");
        ui! {
            <li key={place} class={warning}>
                { for merged.then(|| ui! { <b key="node" class="log-node">{ line.node.to_string() }</b> }) }
                <span key="line">{ dated(line) }</span>
            </li>
        }
    };
    let more = page.more.then(|| {
        ui! {
            <button
                key="more"
                type="button"
                class="tool"
                data-action="log-more"
                onclick={on_press(dispatch, Action::Time(TimeAction::LogMore))}
            >
                { "Show earlier lines" }
            </button>
        }
    });
    let nothing = page.lines.is_empty().then_some("No line yet: nothing has happened.");
    ui! {
        <div class="log">
            <div class="log-tools">
                { node_choice(state, dispatch) }
                { step_choice(state, dispatch) }
                { copy_button(state, dispatch, &size) }
                <span>{ for more }</span>
                <span class="dim" data-copied="">{ for state.time().copied.as_deref() }</span>
            </div>
            <ol id="log-lines" class="log-lines" tabindex="0" aria-label="Log lines, oldest first">
                { for page.lines.iter().enumerate().map(line) }
            </ol>
            <p class="dim">
                { for nothing }
                { "Formats as in published logs of server 4.5.3 and its documentation. A place in the \
                   source, such as (ticker.c:454), stands where a published log shows it; lines whose \
                   wording is not known are left out. Date, cluster keys and figures are the model's." }
            </p>
        </div>
    }
}

fn node_choice(state: &State, dispatch: &Dispatch) -> Html {
    let chosen = state.time().log.filter.node;
    let option = |node: NodeId| {
        let name = node.to_string();
        ui! {
            <option key={name.clone()} value={name.clone()} selected={chosen == Some(node)}>{ name }</option>
        }
    };
    let onchange = Ear::new(dispatch, Action::Time(TimeAction::LogOf(None)), |event, _| {
        Some(Action::Time(TimeAction::LogOf(value_of(event)?.parse().ok())))
    });
    ui! {
        <label class="pick">
            { "Log of " }
            <select data-action="log-node" {onchange}>
                <option key="all" value="all" selected={chosen.is_none()}>{ "all nodes, merged" }</option>
                { for state.view().nodes.iter().map(|node| option(node.id)) }
            </select>
        </label>
    }
}

fn step_choice(state: &State, dispatch: &Dispatch) -> Html {
    let last_step = state.time().log.filter.last_step;
    let onchange = Ear::new(dispatch, Action::Time(TimeAction::LogLastStep(false)), |event, _| {
        Some(Action::Time(TimeAction::LogLastStep(value_of(event)? == "step")))
    });
    ui! {
        <label class="pick">
            { "of " }
            <select data-action="log-steps" {onchange}>
                <option key="all" value="all" selected={!last_step}>{ "all steps up to now" }</option>
                <option key="step" value="step" selected={last_step}>{ "the last step" }</option>
            </select>
        </label>
    }
}

fn copy_button(state: &State, dispatch: &Dispatch, size: &str) -> Html {
    let log = &state.time().log;
    let (page, merged) = (log.page().clone(), log.filter.node.is_none());
    let onclick = {
        let dispatch = dispatch.clone();
        Callback::from(move |_: MouseEvent| {
            let dispatch = dispatch.clone();
            let done = Callback::from(move |copied| {
                dispatch.dispatch(Action::Time(TimeAction::Copied(copied)));
            });
            copy(&text(&page, merged), Some("#log-lines"), move |is_done| done.emit(is_done));
        })
    };
    ui! {
        <button type="button" class="tool" data-action="copy-log" {onclick}>
            { format_args!("Copy {size}") }
        </button>
    }
}
