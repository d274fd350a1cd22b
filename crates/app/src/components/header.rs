//! The page's head: its name, time, and what concerns the page as a whole.

use std::rc::Rc;

use yew::prelude::*;

use crate::components::Dispatch;
use crate::components::button::VerbButton;
use crate::components::icons::{Icon, icon};
use crate::keys;
use crate::state::{Action, SPEEDS, State};
use crate::text::clock;
use crate::verbs::Verb;

/// What the head and other panels of the page need.
#[derive(Clone, PartialEq, Properties)]
pub struct PanelProps {
    /// What is shown.
    pub state: Rc<State>,
    /// Where actions go.
    pub dispatch: Dispatch,
}

/// The head of the page.
#[component]
pub fn Header(props: &PanelProps) -> Html {
    let PanelProps { state, dispatch } = props;
    let theme = if state.is_dark() { "Light theme" } else { "Dark theme" };
    html! {
        <header class="head">
            <div class="head-name">
                { icon(Icon::Logo) }
                <h1>{ "Rosterlab" }</h1>
                <p class="crumb">{ "Case study: " }<b>{ "five nodes on two racks" }</b></p>
            </div>
            <Time state={state.clone()} dispatch={dispatch.clone()} />
            <div class="head-tools">
                <VerbButton verb={Verb::Help} state={state.clone()} dispatch={dispatch.clone()} />
                <VerbButton
                    verb={Verb::Theme}
                    state={state.clone()}
                    dispatch={dispatch.clone()}
                    icon={Icon::Theme}
                    is_bare=true
                    label={theme}
                />
            </div>
        </header>
    }
}

/// Undo and redo, the simulated clock, play and its speed.
#[component]
fn Time(props: &PanelProps) -> Html {
    let PanelProps { state, dispatch } = props;
    let bare = |verb: Verb, icon: Icon, label: &'static str| {
        html! {
            <VerbButton
                {verb}
                state={state.clone()}
                dispatch={dispatch.clone()}
                {icon}
                is_bare=true
                {label}
            />
        }
    };
    let speed = state.speed();
    let faster = {
        let place = SPEEDS.iter().position(|known| *known == speed).unwrap_or(0);
        let (next, dispatch) = (SPEEDS[(place + 1) % SPEEDS.len()], dispatch.clone());
        Callback::from(move |_: MouseEvent| dispatch.dispatch(Action::SetSpeed(next)))
    };
    let (play, label) =
        if state.is_playing() { (Icon::Pause, "Hold time") } else { (Icon::Play, "Play time") };
    html! {
        <div class="time" role="group" aria-label="Simulated time">
            { bare(Verb::Undo, Icon::Undo, "Undo") }
            { bare(Verb::Redo, Icon::Redo, "Redo") }
            <span class="sep"></span>
            { bare(Verb::Play, play, label) }
            <span class={classes!("clock", state.is_running().then_some("running"))}>
                <span class="visually-hidden">{ "Simulated time " }</span>
                { clock(state.view().time_ms) }
            </span>
            <button
                type="button"
                class="tool bare"
                data-action="speed"
                title="how fast simulated time runs"
                aria-label={format!("{speed}× speed of simulated time, change")}
                onclick={faster}
            >
                { format!("{speed}×") }
            </button>
            { bare(Verb::Migrate, Icon::Finish, "Finish migrations") }
        </div>
    }
}

/// The keys, for those who asked.
#[component]
pub fn Help(props: &PanelProps) -> Html {
    let PanelProps { state, dispatch: _ } = props;
    let keys = keys::verbs().map(|verb| {
        html! {
            <li key={verb.action()}>
                <kbd>{ keys::shortcut_of(verb) }</kbd>
                <span><b>{ verb.label() }</b>{ ": " }{ verb.tip() }</span>
            </li>
        }
    });
    let body = html! {
        <section class="panel help" aria-label="Keys">
            <p>
                { "Single letters work while a card has the focus. " }
                <kbd>{ "←" }</kbd><kbd>{ "↑" }</kbd><kbd>{ "↓" }</kbd><kbd>{ "→" }</kbd>
                { " go from card to card, from link to link and across the map; " }
                <kbd>{ "Ctrl+→" }</kbd>{ " moves a card to the next lane, " }
                <kbd>{ "Enter" }</kbd>{ " cuts or restores a link." }
            </p>
            <ul>{ for keys }</ul>
        </section>
    };
    html! { <div class="help-room">{ state.is_help_open().then_some(body) }</div> }
}
