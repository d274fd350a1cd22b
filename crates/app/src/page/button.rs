//! The button of a verb.
//!
//! Invariant: a verb that cannot be done now stays where it is, with the focus if it has it, and says why when pressed.

use yew::prelude::*;

use crate::page::Dispatch;
use crate::page::ear::on_press;
use crate::page::h::ui;
use crate::page::icons::{Icon, icon};
use crate::page::keys;
use crate::page::verbs::Verb;
use crate::state::{Action, State};

/// What is on a button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    /// The verb's words.
    Words,
    /// The verb's words and its key.
    WordsAndKey,
    /// A picture; these words are its label.
    Picture(Icon, &'static str),
}

/// A verb's button.
pub fn verb_button(state: &State, dispatch: &Dispatch, verb: Verb, face: Face) -> Html {
    let refused = state.can(verb).err();
    let key = keys::shortcut_of(verb);
    let in_brackets = key.as_ref().map(|key| format!(" ({key})")).unwrap_or_default();
    let not_now = refused.as_ref().map(|why| format!(" — not now: {why}")).unwrap_or_default();
    let title = [verb.tip(), &in_brackets, &not_now].concat();
    let (class, label, shown) = match face {
        Face::Words => ("tool", None, ui! { { verb.label() } }),
        Face::WordsAndKey => {
            ("tool", None, ui! { <>{ verb.label() }<kbd aria-hidden="true">{ key }</kbd></> })
        }
        Face::Picture(picture, label) => ("tool bare", Some(label), icon(picture)),
    };
    ui! {
        <button
            type="button"
            {class}
            data-action={verb.action()}
            aria-disabled={refused.is_some().then_some("true")}
            aria-label={label}
            aria-keyshortcuts={keys::aria_shortcut_of(verb)}
            {title}
            onclick={on_press(dispatch, Action::Press(verb))}
        >
            { shown }
        </button>
    }
}
