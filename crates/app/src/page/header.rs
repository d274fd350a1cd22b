//! The header: the page's name, the cluster's name that leads to the scenarios, simulated time, and the buttons that concern
//! the whole page.
//!
//! Invariant: nothing is decided here; `state` says which verbs can be done.

use rosterlab_engine::convert;
use yew::prelude::*;

use crate::page::Dispatch;
use crate::page::button::{Face, States, own_button, plain_button, verb_button, worded_button};
use crate::page::element::{element, unspoken};
use crate::page::icons::{Icon, icon};
use crate::page::verbs::Verb;
use crate::settings::panel::settings_button;
use crate::share::state::ShareAction;
use crate::state::{Action, State, case_study};
use crate::text::{clock, count};
use crate::time::state::{percent, progress};

/// The header of the page.
pub fn header(state: &State, dispatch: &Dispatch) -> Html {
    let theme = if state.is_dark() { "Light theme" } else { "Dark theme" };
    html! {
        <header class="head">
            <div class="head-name">
                { icon(Icon::Logo) }
                <h1>{ "Rosterlab" }</h1>
                { plain_button(
                    dispatch,
                    ("tool bare crumb", "scenarios"),
                    (Some("open another scenario".into()), None),
                    Action::Share(ShareAction::Scenarios),
                    html! { <>{ crumb(state) }{ unspoken("", "▾") }</> },
                ) }
            </div>
            { time(state, dispatch) }
            <div class="head-tools">
                { own_button("own-cluster") }
                { verb_button(state, dispatch, Verb::Share, Face::Words) }
                { settings_button(state, dispatch) }
                { verb_button(state, dispatch, Verb::Console, Face::Words) }
                { verb_button(state, dispatch, Verb::Help, Face::Words) }
                { verb_button(state, dispatch, Verb::Theme, Face::Picture(Icon::Theme, theme)) }
            </div>
        </header>
    }
}

/// Which cluster is shown.
fn crumb(state: &State) -> Html {
    let nodes = &state.timeline.setup().nodes;
    if *nodes == case_study().nodes {
        return html! { <span>{ "Case study: " }{ element("b", "", "five nodes on two racks") }</span> };
    }
    let number = |number: usize| convert::count(number);
    let (nodes, racks) = (number(nodes.len()), number(state.racks().len()));
    element("b", "", format!("{} on {}", count(nodes, "node"), count(racks, "rack")))
}

/// Undo and redo, the simulated clock, play and its speed.
fn time(state: &State, dispatch: &Dispatch) -> Html {
    let tool = |verb: Verb, icon: Icon, label: &'static str| {
        verb_button(state, dispatch, verb, Face::Picture(icon, label))
    };
    let speed = state.speed;
    let (play, label) = if state.is_playing || state.is_restarting() {
        (Icon::Pause, "Pause time")
    } else {
        (Icon::Play, "Play time")
    };
    let step = if state.view.changing { "Step 2 s" } else { "Step 1 s" };
    let done = state
        .shown_namespace()
        .and_then(|namespace| progress(&namespace.expected, &namespace.remaining));
    let onclick = dispatch.on_event(|event: MouseEvent| {
        let verb = if event.shift_key() { Verb::Slower } else { Verb::Faster };
        Some(Action::Press(verb))
    });
    html! {
        <div class="time" role="group" aria-label="Simulated time">
            { tool(Verb::Undo, Icon::Undo, "Undo") }
            { tool(Verb::Redo, Icon::Redo, "Redo") }
            <span class="sep"></span>
            { tool(Verb::Play, play, label) }
            { tool(Verb::Step, Icon::Step, step) }
            <span class={if state.is_running() { "clock running" } else { "clock" }}>
                { element("span", "visually-hidden", "Simulated time ") }
                { clock(state.view.time_ms) }
            </span>
            <span class="done" title="migrations complete, as the server's ticker counts">
                if let Some(done) = done {
                    { element("span", "", percent(done) + " %") }
                }
            </span>
            { worded_button(
                ("tool bare speed", Verb::Faster.action()),
                (
                    Some("the speed of simulated time; Shift+click goes back to the previous one".into()),
                    Some(format!("{speed}× speed of simulated time, change").into()),
                ),
                States::default(),
                onclick,
                format!("{speed}×").into(),
            ) }
            { tool(Verb::Migrate, Icon::Finish, "Finish migrations") }
        </div>
    }
}
