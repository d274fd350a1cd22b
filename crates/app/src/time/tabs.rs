//! The panel below the floor: its tabs and the content of the open one.
//!
//! Invariant: the open tab is the only tab stop and arrow keys go to the others (the ARIA tabs pattern); closed tabs are not
//! rendered. Not here: the tabs' contents.

use std::rc::Rc;

use rosterlab_engine::convert;
use yew::prelude::*;

use crate::browser::focus;
use crate::clients::panel::clients_panel;
use crate::margin::panel::LossesPanel;
use crate::page::Dispatch;
use crate::page::element::element;
use crate::state::{Action, State};
use crate::text::count;
use crate::time::compare_tab::compare_tab;
use crate::time::log_tab::log_tab;
use crate::time::state::{Tab, TimeAction};
use crate::time::timeline_tab::timeline_tab;

/// The panel.
pub fn bottom_panel(state: &Rc<State>, dispatch: &Dispatch) -> Html {
    let open = state.time.tab;
    let shown = match open {
        Tab::Timeline => timeline_tab(state, dispatch),
        Tab::Compare => compare_tab(state, dispatch),
        Tab::Clients => clients_panel(state, dispatch),
        Tab::Losses => html! { <LossesPanel state={state.clone()} dispatch={dispatch.clone()} /> },
        Tab::Log => log_tab(state, dispatch),
    };
    let onkeydown = dispatch.on_event(move |event: KeyboardEvent| {
        let tab = open.beside(&event.key())?;
        event.prevent_default();
        focus(tab.selector());
        Some(Action::Time(TimeAction::Show(tab)))
    });
    let steps = convert::count(state.timeline.entries().len());
    let branches = convert::count(state.time.branches.all().len());
    let noun = if branches == 1 { "branch" } else { "branches" };
    html! {
        <section class="panel bottom" aria-label="Time, clients, losses and log">
            <div class="bottom-head">
                <div class="tabs" role="tablist" aria-label="Time, clients, losses and log" {onkeydown}>
                    { for Tab::ALL.into_iter().map(|tab| tab_button(tab, open, dispatch)) }
                </div>
                { element("p", "dim", format!("{} · {branches} {noun}", count(steps, "step"))) }
            </div>
            <div
                key={open.name()}
                id="bottom-panel"
                class="tab-panel"
                role="tabpanel"
                aria-labelledby={format!("tab-{}", open.name())}
            >
                { shown }
            </div>
        </section>
    }
}

/// The button that opens a tab.
fn tab_button(tab: Tab, open: Tab, dispatch: &Dispatch) -> Html {
    let is_open = tab == open;
    html! {
        <button
            key={tab.name()}
            type="button"
            role="tab"
            id={format!("tab-{}", tab.name())}
            class="tab"
            data-action="tab"
            data-tab={tab.name()}
            aria-selected={is_open.to_string()}
            aria-controls={is_open.then_some("bottom-panel")}
            tabindex={if is_open { "0" } else { "-1" }}
            onclick={dispatch.on(Action::Time(TimeAction::Show(tab)))}
        >
            { tab.label() }
        </button>
    }
}
