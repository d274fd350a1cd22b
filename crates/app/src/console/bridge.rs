//! Shows and hides the console, and tells it where the experiment is.
//!
//! Invariant: a console that is hidden is told nothing; it catches up when it is opened. Where the page shows a server's
//! cluster, what is between the two (`www/attached.js`) is told everything; `!` before a link says that it is not the server's.

use std::rc::Rc;

use rosterlab_scenario::share;
use yew::prelude::*;

use crate::browser::{ConsoleDoor, use_after};
use crate::console::state::{ConsoleAction, ConsoleState, Whose};
use crate::page::Dispatch;
use crate::state::{Action, State};

/// Keeps the console as the state wants it.
#[hook]
pub fn use_console(state: &Rc<State>, dispatch: &Dispatch) {
    let shown = use_mut_ref(|| None::<Rc<State>>);
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
        let before = shown.replace(Some(state.clone()));
        let is_open = state.console == ConsoleState::Open;
        let is_elsewhere =
            before.as_ref().is_none_or(|before| !Rc::ptr_eq(&before.timeline, &state.timeline));
        let has_turned = before.is_some_and(|before| before.console != state.console);
        let has_server = state.whose != Whose::Own;
        if has_turned || (is_open || has_server) && is_elsewhere {
            // An experiment that is too long for a link is none for the console.
            let mut link = share::write_unchecked(&state.timeline).unwrap_or_default();
            if state.whose == Whose::NotTheServers {
                link.insert(0, '!');
            }
            door.show(is_open, &link);
        }
    });
}
