//! The whole page: its one state, what hears keys, and its panels in order.

use std::rc::Rc;

use gloo_timers::callback::Interval;
use web_sys::{KeyboardEvent, window};
use yew::prelude::*;

use crate::components::Dispatch;
use crate::components::bottom::bottom;
use crate::components::counts::{counts_panel, patterns};
use crate::components::floor::{FloorPanel, card_selector};
use crate::components::header::{header, help};
use crate::components::links::selector as link_selector;
use crate::components::map::map_panel;
use crate::components::roster::roster_panel;
use crate::components::toolbar::toolbar;
use crate::components::why::why;
use crate::hooks::{focus, is_typing, use_page_keys, use_system_dark};
use crate::keys::{self, Press, Scope};
use crate::look::Look;
use crate::state::{Action, Focus, Numbered, State};

/// How often time goes on while it runs, in real milliseconds.
const TICK_MS: u32 = 100;

/// The page.
#[component]
pub fn App() -> Html {
    let handle = use_reducer(State::open);
    let dispatch = handle.dispatcher();
    let state = Rc::new(State::clone(&handle));
    use_keys(&dispatch);
    use_theme(state.is_dark(), &dispatch);
    use_time(state.is_running().then_some(state.speed()), &dispatch);
    use_focus(state.focus());

    let announcement = state.announcement();
    let is_bad = state.groups().first().is_none_or(|group| group.look < Look::Filling);
    let class = if is_bad { "panel news bad" } else { "panel news" };
    let (s, d) = (&state, &dispatch);
    html! {
        <div class="page">
            { patterns() }
            { header(s, d) }
            <main class="board">
                <div class="left">
                    { help(s) }
                    <section {class} aria-label="What happened last">
                        <p data-news="">{ &**state.news() }</p>
                        <div role="alert" class="refusal">
                            { for state.refusal().map(|why| html! {
                                <p key="refusal">{ "Not done. " }{ &**why }</p>
                            }) }
                        </div>
                    </section>
                    <FloorPanel state={s.clone()} dispatch={d.clone()} />
                    { toolbar(s, d) }
                    { roster_panel(s, d) }
                </div>
                <div class="right">
                    { counts_panel(s.view()) }
                    { map_panel(s, d) }
                    { why(s, d) }
                </div>
                <div class="below">{ bottom(s, d) }</div>
            </main>
            <footer class="foot">
                <p>
                    { "A simulator of Aerospike's documented behaviour, not affiliated with Aerospike. \
                       What it infers is labelled." }
                </p>
            </footer>
            <div class="visually-hidden" role="status" aria-live="polite">
                <span key={announcement.number}>{ &*announcement.what }</span>
            </div>
        </div>
    }
}

/// Keys that work wherever the focus is.
#[hook]
fn use_keys(dispatch: &Dispatch) {
    let heard = use_callback(dispatch.clone(), |event: KeyboardEvent, dispatch| {
        let key = event.key();
        let ctrl = event.ctrl_key() || event.meta_key();
        let press = Press { key: &key, ctrl, shift: event.shift_key() };
        let is_free = !event.default_prevented() && !event.alt_key() && !is_typing(&event);
        if let Some(verb) = keys::verb_of(press, Scope::Page).filter(|_| is_free) {
            event.prevent_default();
            dispatch.dispatch(Action::Press(verb));
        }
    });
    use_page_keys(heard);
}

/// Follows the system's theme and puts the page's own on the document.
#[hook]
fn use_theme(is_dark: bool, dispatch: &Dispatch) {
    let heard = {
        let dispatch = dispatch.clone();
        Callback::from(move |is_dark| dispatch.dispatch(Action::SystemDark(is_dark)))
    };
    use_system_dark(heard);
    use_effect_with(is_dark, |is_dark| {
        let root = window().and_then(|window| window.document()?.document_element());
        if let Some(root) = root {
            let theme = if *is_dark { "dark" } else { "light" };
            // Fails only for names that are none.
            root.set_attribute("data-theme", theme).ok();
        }
    });
}

/// Lets simulated time run at a speed; without one, nothing ticks.
#[hook]
fn use_time(speed: Option<u32>, dispatch: &Dispatch) {
    let dispatch = dispatch.clone();
    use_effect_with(speed, move |speed| {
        let interval = speed.map(|speed| {
            Interval::new(TICK_MS, move || dispatch.dispatch(Action::Tick(TICK_MS * speed)))
        });
        move || drop(interval)
    });
}

/// Puts the focus where an action wants it, once.
#[hook]
fn use_focus(wanted: &Numbered<Option<Focus>>) {
    use_effect_with(wanted.clone(), |wanted| match wanted.what {
        Some(Focus::Card(node)) => focus(&card_selector(node)),
        Some(Focus::Link(link)) => focus(&link_selector(link)),
        None => {}
    });
}
