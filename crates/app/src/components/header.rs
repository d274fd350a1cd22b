//! The page's head: its name, time, and what concerns the page as a whole.

use yew::prelude::*;

use crate::components::Dispatch;
use crate::components::button::{Face, verb_button};
use crate::components::icons::{Icon, icon};
use crate::keys;
use crate::state::{Action, State};
use crate::text::clock;
use crate::time::{percent, progress};
use crate::verbs::Verb;

/// The head of the page.
pub fn header(state: &State, dispatch: &Dispatch) -> Html {
    let theme = if state.is_dark() { "Light theme" } else { "Dark theme" };
    html! {
        <header class="head">
            <div class="head-name">
                { icon(Icon::Logo) }
                <h1>{ "Rosterlab" }</h1>
                <p class="crumb">{ "Case study: " }<b>{ "five nodes on two racks" }</b></p>
            </div>
            { time(state, dispatch) }
            <div class="head-tools">
                { verb_button(state, dispatch, Verb::Help, Face::Words) }
                { verb_button(state, dispatch, Verb::Theme, Face::Picture(Icon::Theme, theme)) }
            </div>
        </header>
    }
}

/// Undo and redo, the simulated clock, play and its speed.
fn time(state: &State, dispatch: &Dispatch) -> Html {
    let tool = |verb: Verb, icon: Icon, label: &'static str| {
        verb_button(state, dispatch, verb, Face::Picture(icon, label))
    };
    let speed = state.speed();
    let (play, label) =
        if state.is_playing() { (Icon::Pause, "Hold time") } else { (Icon::Play, "Play time") };
    let step = if state.view().changing { "Step 2 s" } else { "Step 1 s" };
    let done = state
        .shown_namespace()
        .and_then(|namespace| progress(&namespace.expected, &namespace.remaining));
    let onclick = {
        let dispatch = dispatch.clone();
        Callback::from(move |event: MouseEvent| {
            let verb = if event.shift_key() { Verb::Slower } else { Verb::Faster };
            dispatch.dispatch(Action::Press(verb));
        })
    };
    html! {
        <div class="time" role="group" aria-label="Simulated time">
            { tool(Verb::Undo, Icon::Undo, "Undo") }
            { tool(Verb::Redo, Icon::Redo, "Redo") }
            <span class="sep"></span>
            { tool(Verb::Play, play, label) }
            { tool(Verb::Step, Icon::Step, step) }
            <span class={if state.is_running() { "clock running" } else { "clock" }}>
                <span class="visually-hidden">{ "Simulated time " }</span>
                { clock(state.view().time_ms) }
            </span>
            <span class="done" title="migrations complete, as the server's ticker counts">
                { for done.map(|done| html! { <span>{ percent(done) }{ " %" }</span> }) }
            </span>
            <button
                type="button"
                class="tool bare speed"
                data-action={Verb::Faster.action()}
                title="how fast simulated time runs; Shift and a click for the one before"
                aria-label={format!("{speed}× speed of simulated time, change")}
                {onclick}
            >
                { format!("{speed}×") }
            </button>
            { tool(Verb::Migrate, Icon::Finish, "Finish migrations") }
        </div>
    }
}

/// The keys, for those who asked.
pub fn help(state: &State) -> Html {
    let body = state.is_help_open().then(|| {
        let keys = keys::verbs().map(|verb| {
            html! {
                <li key={verb.action()}>
                    <kbd>{ keys::shortcut_of(verb) }</kbd>
                    <span><b>{ verb.label() }</b>{ ": " }{ verb.tip() }</span>
                </li>
            }
        });
        html! {
            <section class="panel help" aria-label="Keys">
                <p>
                    { "Single letters work while a card has the focus. Arrow keys go from card to card, \
                       from link to link and across the map; Ctrl with an arrow moves a card to the next \
                       lane; Enter cuts or restores a link." }
                </p>
                <ul>{ for keys }</ul>
            </section>
        }
    });
    html! { <div class="help-room">{ body }</div> }
}
