//! The button of a verb.
//!
//! Invariant: a verb that cannot be done now stays where it is, with the focus if it has it, and says why when pressed.

use std::rc::Rc;

use yew::prelude::*;

use crate::components::Dispatch;
use crate::components::icons::{Icon, icon};
use crate::keys;
use crate::state::{Action, State};
use crate::verbs::Verb;

/// What a verb's button needs.
#[derive(Clone, PartialEq, Properties)]
pub struct VerbButtonProps {
    /// What it does.
    pub verb: Verb,
    /// Whether it can be done now is asked here.
    pub state: Rc<State>,
    /// Where the press goes.
    pub dispatch: Dispatch,
    /// A picture beside the words.
    #[prop_or_default]
    pub icon: Option<Icon>,
    /// Only the picture is shown; the words are its label.
    #[prop_or_default]
    pub is_bare: bool,
    /// Its key is shown on it.
    #[prop_or_default]
    pub shows_key: bool,
    /// Other words than the verb's.
    #[prop_or_default]
    pub label: Option<AttrValue>,
    /// Another look.
    #[prop_or_default]
    pub class: Classes,
}

/// A verb's button.
#[component]
pub fn VerbButton(props: &VerbButtonProps) -> Html {
    let VerbButtonProps { verb, state, dispatch, is_bare, .. } = props;
    let label = props.label.clone().unwrap_or_else(|| verb.label().into());
    let shown_key = props.shows_key.then(|| keys::shortcut_of(*verb)).flatten();
    let refused = state.can(*verb).err();
    let key = keys::shortcut_of(*verb).map(|key| format!(" ({key})")).unwrap_or_default();
    let title = match &refused {
        Some(why) => format!("{}{key} — not now: {why}", verb.tip()),
        None => format!("{}{key}", verb.tip()),
    };
    let onclick = {
        let (verb, dispatch) = (*verb, dispatch.clone());
        Callback::from(move |_: MouseEvent| dispatch.dispatch(Action::Press(verb)))
    };
    html! {
        <button
            type="button"
            class={classes!("tool", is_bare.then_some("bare"), props.class.clone())}
            data-action={verb.action()}
            aria-disabled={refused.is_some().then_some("true")}
            aria-label={is_bare.then(|| label.clone())}
            aria-keyshortcuts={keys::aria_shortcut_of(*verb)}
            {title}
            {onclick}
        >
            <span class="button-icon">{ props.icon.map(icon) }</span>
            <span class="button-text">{ (!is_bare).then_some(label) }</span>
            <span class="button-key" aria-hidden="true">
                { shown_key.map(|key| html! { <kbd key="key">{ key }</kbd> }).into_iter().collect::<Html>() }
            </span>
        </button>
    }
}
