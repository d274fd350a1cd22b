//! The panel that opens over the floor: the list of keys, or the share link.
//!
//! Invariant: an opened panel takes the focus and gives it back to its button; Escape closes it.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::page::button::plain_button;
use crate::page::element::element;
use crate::page::{Dispatch, keys};
use crate::share::panel::share_panel;
use crate::state::{Action, Panel, State};

/// The open panel, if there is one.
pub fn side_panel(state: &State, dispatch: &Dispatch) -> Html {
    let open = state.panel.map(|panel| {
        let body = match panel {
            Panel::Keys => help(state, dispatch),
            Panel::Share => share_panel(state, dispatch),
        };
        html! {
            <section key={panel.verb().action()} class="panel side-panel" aria-label={panel.verb().label()}>
                <div class="panel-head">
                    <h2 tabindex="-1">{ panel.verb().label() }</h2>
                    { plain_button(
                        dispatch,
                        ("tool bare", "close-panel"),
                        (None, None),
                        Action::ClosePanel,
                        html! { <>{ "Close" }<kbd aria-hidden="true">{ "Esc" }</kbd></> },
                    ) }
                </div>
                { body }
            </section>
        }
    });
    element("div", "side-panel-room", open)
}

/// The keys.
fn help(state: &State, dispatch: &Dispatch) -> Html {
    let keys = keys::verbs().map(|verb| {
        html! {
            <li key={verb.action()}>
                { element("kbd", "", keys::shortcut_of(verb)) }
                <span>{ element("b", "", verb.label()) }{ ": " }{ verb.tip() }</span>
            </li>
        }
    });
    let onchange = dispatch.on_event(|event: Event| {
        Some(Action::SetLetters(event.target_unchecked_into::<HtmlInputElement>().checked()))
    });
    html! {
        <div class="help">
            <p>
                { "Single letters work while a card has the focus, and " }{ element("kbd", "", "?") }
                { " everywhere. Arrow keys go from card to card, from link to link and across the map; Ctrl \
                   with an arrow moves a card to the next lane; Enter cuts or restores a link. Ctrl+click, \
                   Ctrl+Space or a fence drawn on empty ground selects several cards; Escape lets go." }
            </p>
            <ul>{ for keys }</ul>
            <label class="check">
                <input
                    type="checkbox"
                    data-action="letters"
                    checked={state.are_letters_on}
                    {onchange}
                />
                { "Single letters and ? work as keys" }
            </label>
        </div>
    }
}
