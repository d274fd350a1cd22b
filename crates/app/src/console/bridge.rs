//! Shows and hides the console, and tells it where the experiment is.
//!
//! Invariant: a console that is hidden is told nothing; it catches up when it is opened.

use std::rc::Rc;

use rosterlab_scenario::share;
use yew::prelude::*;

use crate::browser::{ConsoleDoor, use_after};
use crate::console::state::{ConsoleAction, ConsoleState};
use crate::page::Dispatch;
use crate::state::{Action, State};

/// Keeps the console as the state wants it.
#[hook]
pub fn use_console(state: &Rc<State>, dispatch: &Dispatch) {
    let shown = use_mut_ref(|| state.clone());
    let dispatch = dispatch.clone();
    let door = use_memo((), move |()| {
        let heard = dispatch.clone();
        let send = move |action| dispatch.dispatch(Action::Console(action));
        ConsoleDoor::new(
            move |link| heard.dispatch(Action::Console(ConsoleAction::Typed(link.into()))),
            move |why| send(ConsoleAction::Closed(why.into())),
        )
    });
    use_after(state.clone(), move |state| {
        let before = shown.replace(state.clone());
        let is_open = state.console == ConsoleState::Open;
        let is_elsewhere = !Rc::ptr_eq(&before.timeline, &state.timeline);
        if before.console != state.console || is_open && is_elsewhere {
            // An experiment that is too long for a link is none for the console.
            let link = share::write_unchecked(&state.timeline).unwrap_or_default();
            door.show(is_open, &link);
        }
    });
}
