//! The Log tab: the last lines of the server's log, of one node or of all, with a button that copies them.
//!
//! Invariant: the page holds no more lines than were asked for. Not here: the lines' wording (the asinfo crate's `log`).

use rosterlab_asinfo::log::{Level, LogLine};
use rosterlab_engine::convert;
use yew::prelude::*;

use crate::browser::copy;
use crate::page::Dispatch;
use crate::page::button::tool_button;
use crate::page::choice::choice_list;
use crate::page::element::{element, keyed};
use crate::state::{Action, State};
use crate::text::count;
use crate::time::logbook::{dated, text};
use crate::time::state::TimeAction;

/// The tab.
pub fn log_tab(state: &State, dispatch: &Dispatch) -> Html {
    let log = &state.time.log;
    let page = log.page();
    let merged = log.filter.node.is_none();
    let size = count(convert::count(page.lines.len()), "line");
    let line = |(place, line): (usize, &LogLine)| {
        let warning = (line.level == Level::Warning).then_some("warning");
        html! {
            <li key={place} class={warning}>
                { merged.then(|| keyed("b", "node", "log-node", line.node.to_string())) }
                <span key="line">{ dated(line) }</span>
            </li>
        }
    };
    let more = page.more.then(|| {
        tool_button(dispatch, "log-more", "Show earlier lines", Action::Time(TimeAction::LogMore))
    });
    let nothing = page.lines.is_empty().then_some("No line yet: nothing has happened.");
    html! {
        <div class="log">
            <div class="log-tools">
                { node_choice(state, dispatch) }
                { step_choice(state, dispatch) }
                { copy_button(state, dispatch, &size) }
                { element("span", "", more) }
                <span class="dim" data-copied="">{ state.time.copied.clone() }</span>
            </div>
            <ol id="log-lines" class="log-lines" tabindex="0" aria-label="Log lines, oldest first">
                { for page.lines.iter().enumerate().map(line) }
            </ol>
            <p class="dim">
                { nothing }
                { "Formats as in published logs of server 4.5.3 and its documentation. A place in the \
                   source, such as (ticker.c:454), stands where a published log shows it; lines whose \
                   wording is not known are left out. Date, cluster keys and figures are the model's." }
            </p>
        </div>
    }
}

/// The choice of a node whose log is shown.
fn node_choice(state: &State, dispatch: &Dispatch) -> Html {
    let chosen =
        state.time.log.filter.node.map_or_else(|| "all".to_owned(), |node| node.to_string());
    let mut options = vec![("all".to_owned(), "all nodes, merged".to_owned())];
    options.extend(state.view.nodes.iter().map(|node| (node.id.to_string(), node.id.to_string())));
    let heard = dispatch
        .on_event(|value: String| Some(Action::Time(TimeAction::LogOf(value.parse().ok()))));
    choice_list(("pick", "Log of "), "log-node", &chosen, options, &heard)
}

/// The choice between all steps and the last one.
fn step_choice(state: &State, dispatch: &Dispatch) -> Html {
    let chosen = if state.time.log.filter.last_step { "step" } else { "all" };
    let options = [("all", "all steps up to now"), ("step", "the last step")];
    let options = options.map(|(value, words)| (value.to_owned(), words.to_owned())).into();
    let heard = dispatch
        .on_event(|value: String| Some(Action::Time(TimeAction::LogLastStep(value == "step"))));
    choice_list(("pick", "of "), "log-steps", chosen, options, &heard)
}

/// The button that copies the shown lines.
fn copy_button(state: &State, dispatch: &Dispatch, size: &str) -> Html {
    let log = &state.time.log;
    let (page, merged) = (log.page().clone(), log.filter.node.is_none());
    let onclick = {
        let dispatch = dispatch.clone();
        Callback::from(move |_: MouseEvent| {
            let dispatch = dispatch.clone();
            let done = move |is_done| {
                dispatch.dispatch(Action::Time(TimeAction::Copied(is_done)));
            };
            copy(&text(&page, merged), Some("#log-lines"), done.into());
        })
    };
    html! {
        <button type="button" class="tool" data-action="copy-log" {onclick}>
            { format!("Copy {size}") }
        </button>
    }
}
