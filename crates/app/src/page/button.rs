//! The button of a verb, the plain button with words on it, and the button that copies a text.
//!
//! Invariant: a verb that cannot be done now keeps its button and the focus, and says why when it is pressed.

use std::rc::Rc;

use yew::prelude::*;
use yew::virtual_dom::VNode;

use crate::browser::{copy, open_own};
use crate::page::Dispatch;
use crate::page::icons::{Icon, icon};
use crate::page::keys;
use crate::page::verbs::Verb;
use crate::share::state::ShareAction;
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
    let words = match verb {
        Verb::Restart if state.is_restarting() => "Stop restart",
        _ => verb.label(),
    };
    let (class, label, shown) = match face {
        Face::Words => ("tool", None, words.into()),
        Face::WordsAndKey => {
            ("tool", None, html! { <>{ words }<kbd aria-hidden="true">{ key }</kbd></> })
        }
        Face::Picture(picture, label) => ("tool bare", Some(label), icon(picture)),
    };
    html! {
        <button
            type="button"
            {class}
            data-action={verb.action()}
            aria-disabled={refused.is_some().then_some("true")}
            aria-label={label}
            aria-keyshortcuts={keys::aria_shortcut_of(verb)}
            {title}
            onclick={dispatch.on(Action::Press(verb))}
        >
            { shown }
        </button>
    }
}

/// A button with words on it. `name` is its key and its `data-action`.
pub fn tool_button(
    dispatch: &Dispatch,
    name: &'static str,
    label: impl Into<AttrValue>,
    action: Action,
) -> Html {
    tool_button_with(dispatch, (name, label.into()), None, false, action)
}

/// As [`tool_button`], with a title; `is_refused` says that its action cannot be done now.
pub fn tool_button_with(
    dispatch: &Dispatch,
    (name, label): (&'static str, AttrValue),
    title: Option<AttrValue>,
    is_refused: bool,
    action: Action,
) -> Html {
    let states = States { is_refused, is_pressed: None };
    worded_button(("tool", name), (title, None), states, dispatch.on(action), label.into())
}

/// A button with anything on it: its class and its `data-action`, its title and its label, if it has them.
pub fn plain_button(
    dispatch: &Dispatch,
    names: (&'static str, &'static str),
    words: (Option<AttrValue>, Option<AttrValue>),
    action: Action,
    shown: Html,
) -> Html {
    worded_button(names, words, States::default(), dispatch.on(action), shown)
}

/// As [`plain_button`], for a button that is pressed or not.
pub fn switch_button(
    names: (&'static str, &'static str),
    title: Option<AttrValue>,
    is_pressed: bool,
    onclick: Callback<MouseEvent>,
    shown: Html,
) -> Html {
    let states = States { is_refused: false, is_pressed: Some(is_pressed) };
    worded_button(names, (title, None), states, onclick, shown)
}

/// What a button says of itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct States {
    /// Whether its action cannot be done now.
    pub is_refused: bool,
    /// Whether it is pressed, if it can be.
    pub is_pressed: Option<bool>,
}

/// What the buttons above share: class and name, which is its `data-action` and its key; title and label.
pub fn worded_button(
    (class, name): (&'static str, &'static str),
    (title, label): (Option<AttrValue>, Option<AttrValue>),
    states: States,
    onclick: Callback<MouseEvent>,
    shown: Html,
) -> Html {
    html! {
        <button
            key={name}
            type="button"
            {class}
            data-action={name}
            aria-disabled={states.is_refused.then_some("true")}
            aria-pressed={states.is_pressed.map(|is| if is { "true" } else { "false" })}
            aria-label={label}
            {title}
            {onclick}
        >
            { shown }
        </button>
    }
}

/// A button that also has an attribute of its own, which says what it is of.
pub fn button_of(name: &'static str, value: impl Into<AttrValue>, button: Html) -> Html {
    match button {
        VNode::VTag(mut tag) => {
            Rc::make_mut(&mut tag).add_attribute(name, value);
            VNode::VTag(tag)
        }
        other => other,
    }
}

/// The button that opens the dialog in which a person brings their own cluster.
pub fn own_button(name: &'static str) -> Html {
    worded_button(
        ("tool", name),
        (Some("bring what you have of your own cluster: output, files, archives".into()), None),
        States::default(),
        Callback::from(|_| open_own()),
        "Your cluster".into(),
    )
}

/// A button that copies a text and then shows that it has. The text is made only when the button is pressed.
pub fn copy_button(
    state: &State,
    dispatch: &Dispatch,
    name: impl Into<Rc<str>>,
    (label, class): (&'static str, &'static str),
    text: impl Fn() -> String + 'static,
) -> Html {
    let name: Rc<str> = name.into();
    let is_done = state.sharing.copied.as_ref() == Some(&name);
    let onclick = {
        let (dispatch, name) = (dispatch.clone(), name.clone());
        Callback::from(move |_: MouseEvent| {
            let (dispatch, name) = (dispatch.clone(), name.clone());
            let done = move |is_done| {
                dispatch.dispatch(Action::Share(ShareAction::Copied(name.clone(), is_done)));
            };
            copy(&text(), None, done.into());
        })
    };
    // Both labels take their room, so that the button keeps its size.
    let part = |words: &'static str, is_shown: bool| {
        html! { <span class={(!is_shown).then_some("gone")}>{ words }</span> }
    };
    html! {
        <button key={&*name} type="button" class={classes!["copies", class]} data-action={name.clone()} {onclick}>
            { part(label, !is_done) }
            { part("✓ Copied", is_done) }
        </button>
    }
}
