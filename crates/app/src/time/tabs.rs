//! The panel below the floor: its tabs and the content of the open one.
//!
//! Invariant: the open tab is the only tab stop and arrow keys go to the others (the ARIA tabs pattern); closed tabs are not
//! rendered. Not here: the tabs' contents.

use rosterlab_engine::convert;
use yew::prelude::*;

use crate::browser::focus;
use crate::clients::panel::ClientsPanel;
use crate::margin::panel::LossesPanel;
use crate::page::{Dispatch, PanelProps};
use crate::state::Action;
use crate::text::count;
use crate::time::compare_tab::CompareTab;
use crate::time::log_tab::LogTab;
use crate::time::state::{Tab, TimeAction};
use crate::time::timeline_tab::TimelineTab;

/// The panel.
#[component]
pub fn BottomPanel(props: &PanelProps) -> Html {
    let PanelProps { state, dispatch } = props;
    let open = state.time.tab;
    let (s, d) = (state.clone(), dispatch.clone());
    let shown = match open {
        Tab::Timeline => html! { <TimelineTab state={s} dispatch={d} /> },
        Tab::Compare => html! { <CompareTab state={s} dispatch={d} /> },
        Tab::Clients => html! { <ClientsPanel state={s} dispatch={d} /> },
        Tab::Losses => html! { <LossesPanel state={s} dispatch={d} /> },
        Tab::Log => html! { <LogTab state={s} dispatch={d} /> },
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
                <p class="dim">{ count(steps, "step") }{ format!(" · {branches} {noun}") }</p>
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
