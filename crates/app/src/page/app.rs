//! The whole page: its one state, its panels in order, and the effects that concern all of it: keys, address, theme, time,
//! focus.
//!
//! Invariant: an effect runs after its state was drawn. The map is the exception: it is painted as soon as an action was
//! reduced (see `map::panel`). Not here: what an action does (see `state`).

use std::cell::RefCell;
use std::rc::Rc;

use gloo_timers::callback::{Interval, Timeout};
use rosterlab_scenario::share;
use wasm_bindgen_futures::spawn_local;
use web_sys::KeyboardEvent;
use yew::prelude::*;

use crate::browser::{
    FocusedElement, focus, focus_in_view, focused, hash, is_attached, is_typing, page_keys,
    put_hash, show_theme, use_after, use_files, use_followed_addresses, use_kept_focus,
    use_system_dark, use_terms,
};
use crate::console::state::Whose;
use crate::console::use_console;
use crate::floor::links::selector as link_selector;
use crate::floor::panel::{FloorPanel, card_selector};
use crate::map::panel::{Painter, map_panel};
use crate::margin::panel::use_margin;
use crate::page::Dispatch;
use crate::page::element::element;
use crate::page::header::header;
use crate::page::keys::{self, Press, Scope};
use crate::page::recorder;
use crate::page::side_panel::side_panel;
use crate::page::term::bubble;
use crate::page::toolbar::toolbar;
use crate::page::verbs::Verb;
use crate::roster::panel::{QUESTION, roster_panel};
use crate::roster::state::RosterAction;
use crate::settings::panel::settings_panel;
use crate::state::{Action, Focus, Numbered, State};
use crate::time::tabs::bottom_panel;
use crate::verdict::bar::verdict_bar;
use crate::verdict::sides::{patterns, sides_panel};
use crate::why::panel::why_panel;
use crate::why::ways_list::use_search;

/// How often time goes on while it runs, in real milliseconds.
const TICK_MS: u32 = 100;
/// How long the address may lag behind, in real milliseconds.
const ADDRESS_MS: u32 = 400;
/// How long the page waits after the browser has refused an address. Browsers count over 10 to 30 seconds.
const REFUSED_MS: u32 = 5_000;

/// How long the page waits before it works out what a considered action would do, in real milliseconds.
const WEIGH_AFTER_MS: u32 = 30;

/// The page.
#[component]
pub fn App() -> Html {
    let handle = use_reducer(|| {
        let mut state = State::at(&hash());
        if is_attached() {
            state.whose = Whose::Servers;
        }
        state
    });
    let painter = use_memo((), |()| Painter::default());
    let dispatch = use_dispatch(&handle, &painter);
    let state = Rc::new(State::clone(&handle));
    use_keys(state.are_letters_on, &dispatch);
    use_address(&state, &dispatch);
    use_theme(state.is_dark(), &dispatch);
    use_time(state.is_running().then_some(state.speed), &dispatch);
    use_focus(&state.focus);
    use_kept_focus(state.clone());
    use_margin(&state, &dispatch);
    use_weighing(state.to_weigh(), &dispatch);
    use_search(&state, &dispatch);
    use_terms();
    use_console(&state, &dispatch);
    let shown = use_mut_ref(|| state.clone());
    shown.replace(state.clone());
    let floor = move || {
        let timeline = &shown.borrow().timeline;
        let link = share::write_unchecked(timeline).unwrap_or_default();
        // Plans may name hosts.
        let names = share::write_names(&link, timeline.names());
        link + &names
    };
    let for_files = dispatch.clone();
    use_files(floor, move |link| for_files.dispatch(Action::Open(link)));

    let announcement = &state.announcement;
    html! {
        <div class="page">
            { patterns() }
            { header(&state, &dispatch) }
            <main class="board">
                { verdict_bar(&state, &dispatch) }
                <div class="left">
                    { side_panel(&state, &dispatch) }
                    { settings_panel(&state, &dispatch) }
                    <FloorPanel state={state.clone()} dispatch={dispatch.clone()} />
                    { toolbar(&state, &dispatch) }
                    { roster_panel(&state, &dispatch) }
                </div>
                <div class="right">
                    { sides_panel(&state, &dispatch) }
                    { map_panel(&state, &dispatch, &painter) }
                    { why_panel(&state, &dispatch) }
                </div>
                { element("div", "below", bottom_panel(&state, &dispatch)) }
            </main>
            <footer class="foot">
                { element("p", "", "A simulator of Aerospike's documented behaviour, not affiliated with Aerospike. \
                       What it infers is labelled.") }
            </footer>
            { bubble() }
            <div class="visually-hidden" role="status" aria-live="polite">
                <span key={announcement.number}>{ &*announcement.what }</span>
            </div>
        </div>
    }
}

/// Sends actions to the reducer, and paints the map as soon as it has answered.
#[hook]
pub fn use_dispatch(handle: &UseReducerHandle<State>, painter: &Rc<Painter>) -> Dispatch {
    let (handle, painter) = (handle.clone(), painter.clone());
    let dispatch = use_memo((), move |()| {
        let (first, onto) = (handle.clone(), painter.clone());
        // The first state is painted as soon as the page is mounted: effects would wait for the browser's first frame.
        spawn_local(async move {
            onto.show(&first);
        });
        Dispatch::new(Callback::from(move |action| {
            // Clones, because a handle keeps every state that was read from it.
            let before = handle.clone();
            recorder::note(&before.timeline, before.entry_of(&action));
            handle.dispatch(action);
            let after = handle.clone();
            recorder::note(&after.timeline, None);
            painter.show(&after);
        }))
    });
    (*dispatch).clone()
}

/// Keys that work wherever the focus is.
#[hook]
fn use_keys(are_letters_on: bool, dispatch: &Dispatch) {
    use_after((are_letters_on, dispatch.clone()), |(are_letters_on, dispatch)| {
        let (are_letters_on, dispatch) = (*are_letters_on, dispatch.clone());
        page_keys(move |event| hear_key(event, are_letters_on, &dispatch))
    });
}

fn hear_key(event: &KeyboardEvent, are_letters_on: bool, dispatch: &Dispatch) {
    let key = event.key();
    let ctrl = event.ctrl_key() || event.meta_key();
    let press = Press { key: &key, ctrl, shift: event.shift_key() };
    let is_free = !event.default_prevented() && !event.alt_key() && !is_typing(event);
    let is_on = ctrl || are_letters_on;
    if let Some(verb) = keys::verb_of(press, Scope::Page).filter(|_| is_free && is_on) {
        event.prevent_default();
        dispatch.dispatch(Action::Press(verb));
    }
}

/// Follows the system's theme, and shows the page's own.
#[hook]
fn use_theme(is_dark: bool, dispatch: &Dispatch) {
    let heard = {
        let dispatch = dispatch.clone();
        Callback::from(move |is_dark| dispatch.dispatch(Action::SystemDark(is_dark)))
    };
    use_system_dark(heard);
    use_after(is_dark, |is_dark| show_theme(*is_dark));
}

/// The state whose share link belongs in the address, and the timer that writes it.
struct Address {
    shown: Rc<State>,
    pending: Option<Timeout>,
}

/// Keeps the experiment's share link in the address with what is looked at, and opens share links that a person puts there.
/// The address lags a little, so that a busy minute does not write a share link for each tick.
#[hook]
fn use_address(state: &Rc<State>, dispatch: &Dispatch) {
    let followed = {
        let dispatch = dispatch.clone();
        Callback::from(move |link: Rc<str>| dispatch.dispatch(Action::Follow(link)))
    };
    use_followed_addresses(followed);
    let address = use_mut_ref(|| Address { shown: state.clone(), pending: None });
    use_after(state.clone(), move |state| {
        let later = address.clone();
        let mut address = address.borrow_mut();
        let is_same = state.is_linked_as(&address.shown);
        address.shown = state.clone();
        if is_same || address.pending.is_some() {
            return;
        }
        address.pending = Some(write_address(later, ADDRESS_MS));
    });
}

/// Writes the address a little later, and once more after that if the browser refuses it: so the last state lands in it.
fn write_address(kept: Rc<RefCell<Address>>, after_ms: u32) -> Timeout {
    Timeout::new(after_ms, move || {
        let mut address = kept.borrow_mut();
        let is_done = put_hash(&address.shown.share_link().unwrap_or_default().0);
        address.pending = (!is_done).then(|| write_address(kept.clone(), REFUSED_MS));
    })
}

/// Lets simulated time run at a speed; without a speed, nothing ticks.
#[hook]
fn use_time(speed: Option<u32>, dispatch: &Dispatch) {
    let dispatch = dispatch.clone();
    use_after(speed, move |speed| {
        speed.map(|speed| {
            Interval::new(TICK_MS, move || dispatch.dispatch(Action::Tick(TICK_MS * speed)))
        })
    });
}

/// Works out what the considered action would do, once the page is drawn and if no other is considered by then.
#[hook]
fn use_weighing(wanted: Option<(Verb, u32)>, dispatch: &Dispatch) {
    let dispatch = dispatch.clone();
    use_after(wanted, move |wanted| {
        wanted.map(|_| {
            let weigh = move || dispatch.dispatch(Action::Roster(RosterAction::Weigh));
            Timeout::new(WEIGH_AFTER_MS, weigh)
        })
    });
}

/// Puts the focus where an action wants it, once.
#[hook]
fn use_focus(wanted: &Numbered<Option<Focus>>) {
    // Where the focus was before a question.
    let before = use_mut_ref(|| None::<FocusedElement>);
    use_after(wanted.clone(), move |wanted| match wanted.what {
        Some(Focus::Card(node)) => focus(&card_selector(node)),
        Some(Focus::Link(link)) => focus(&link_selector(link)),
        Some(Focus::Panel(_)) => focus(".side-panel h2"),
        Some(Focus::Button(verb)) => focus(&format!("[data-action=\"{}\"]", verb.action())),
        Some(Focus::NewNode) => focus("[data-field=\"node-id\"]"),
        Some(Focus::Lane(rack)) => {
            focus(&format!("[data-rack=\"{rack}\"] [data-action=\"add-node\"]"));
        }
        Some(Focus::On(selector)) => focus(selector),
        Some(Focus::Verdict) => focus_in_view(".verdict-head"),
        Some(Focus::Question) => {
            let now = focused();
            if !now.as_ref().is_some_and(|now| now.matches(QUESTION)) {
                *before.borrow_mut() = now;
            }
            focus(QUESTION);
        }
        Some(Focus::Back) => {
            if let Some(before) = before.borrow_mut().take() {
                before.focus();
            }
        }
        None => {}
    });
}
