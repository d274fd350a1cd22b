//! The panel below the floor: tabs, and what the open one shows.
//!
//! Invariant: one tab is a tab stop, arrows go to the others (the tabs pattern of ARIA); what is not open is not drawn.

use std::rc::Rc;

use yew::prelude::*;

use crate::browser::focus;
use crate::clients::panel::clients_panel;
use crate::margin::panel::losses_panel;
use crate::page::Dispatch;
use crate::page::ear::{Ear, key_of, on_press};
use crate::page::h::ui;
use crate::state::{Action, State};
use crate::text::count;
use crate::time::compare_tab::compare_tab;
use crate::time::desk::{Tab, TimeAction};
use crate::time::log_tab::log_tab;
use crate::time::timeline_tab::timeline_tab;

/// The panel.
pub fn bottom(state: &Rc<State>, dispatch: &Dispatch) -> Html {
    let open = state.time().tab;
    let shown = match open {
        Tab::Timeline => timeline_tab(state, dispatch),
        Tab::Compare => compare_tab(state, dispatch),
        Tab::Clients => clients_panel(state, dispatch),
        Tab::Losses => losses_panel(state, dispatch),
        Tab::Log => log_tab(state, dispatch),
    };
    let onkeydown = Ear::new(dispatch, Action::Time(TimeAction::Show(open)), |event, open| {
        let Action::Time(TimeAction::Show(open)) = open else { return None };
        let tab = open.beside(&key_of(event))?;
        event.prevent_default();
        focus(tab.selector());
        Some(Action::Time(TimeAction::Show(tab)))
    });
    let steps = u32::try_from(state.timeline().entries().len()).unwrap_or(u32::MAX);
    let branches = u32::try_from(state.time().branches.all().len()).unwrap_or(u32::MAX);
    let noun = if branches == 1 { "branch" } else { "branches" };
    ui! {
        <section class="panel bottom" aria-label="Time, clients, losses and log">
            <div class="bottom-head">
                <div class="tabs" role="tablist" aria-label="Time, clients, losses and log" {onkeydown}>
                    { for Tab::ALL.into_iter().map(|tab| tab_button(tab, open, dispatch)) }
                </div>
                <p class="dim">{ count(steps, "step") }{ format!(" · {branches} {noun}") }</p>
            </div>
            <div
                key={open.name()}
                id="bottom-panel"
                class="tab-panel"
                role="tabpanel"
                aria-labelledby={format_args!("tab-{}", open.name())}
            >
                { shown }
            </div>
        </section>
    }
}

fn tab_button(tab: Tab, open: Tab, dispatch: &Dispatch) -> Html {
    let is_open = tab == open;
    ui! {
        <button
            key={tab.name()}
            type="button"
            role="tab"
            id={format_args!("tab-{}", tab.name())}
            class="tab"
            data-action="tab"
            data-tab={tab.name()}
            aria-selected={is_open.to_string()}
            aria-controls={is_open.then_some("bottom-panel")}
            tabindex={if is_open { "0" } else { "-1" }}
            onclick={on_press(dispatch, Action::Time(TimeAction::Show(tab)))}
        >
            { tab.label() }
        </button>
    }
}
