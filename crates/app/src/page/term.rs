//! A word of the field that is explained where it stands: by pointer, focus and tap.
//!
//! Invariant: a term is a button, so inside another one, such as a card, there is a [`hint`] in its place, which only a
//! pointer reaches; the toolbar has the same words as terms for the selected card. Not here: what terms mean (the scenario crate's
//! `words::terms`), and the bubble that shows it (see `browser::use_terms`).

use rosterlab_scenario::words::terms::Term;
use yew::prelude::*;

use crate::page::element::element;

/// A word with its explanation.
pub fn term(term: Term, word: &str) -> Html {
    html! { <button type="button" class="term" aria-description={term.text()}>{ word }</button> }
}

/// A word on a card, with its explanation for a pointer.
pub fn hint(term: Term, class: &'static str, word: impl Into<AttrValue>) -> Html {
    let word: AttrValue = word.into();
    html! { <span class={classes![class, "hint"]} aria-description={term.text()}>{ word }</span> }
}

/// A text in which a word is explained, the first time that it occurs.
pub fn explained(text: &str, word: &'static str, meaning: Term) -> Html {
    // Not `split_once`: the search for a string in a string takes half a kilobyte.
    let at = text.char_indices().find(|(at, _)| text[*at..].starts_with(word));
    let said = match at {
        Some((at, _)) => {
            let (before, after) = (&text[..at], &text[at + word.len()..]);
            html! { <>{ before }{ term(meaning, word) }{ after }</> }
        }
        None => html! { text },
    };
    element("span", "", said)
}

/// Where the explanation of a term appears, once on the page.
pub fn bubble() -> Html {
    html! { <div class="term-bubble" aria-hidden="true" hidden=true></div> }
}
