//! A word of the field that is explained where it stands: by pointer, focus and tap.
//!
//! Invariant: a term is a button, so it never stands inside another one. Not here: what terms mean (the scenario crate's
//! `words::terms`), and the bubble that shows it (see `browser::use_terms`).

use rosterlab_scenario::words::terms::Term;
use yew::prelude::*;

/// A word with its explanation; `class` is for the place that it stands in.
pub fn term(term: Term, class: &'static str, word: impl Into<AttrValue>) -> Html {
    html! {
        <button type="button" class={classes!["term", class]} aria-description={term.text()}>
            { word.into() }
        </button>
    }
}

/// A text in which a word is explained, the first time that it occurs.
pub fn explained(text: &str, word: &'static str, meaning: Term) -> Html {
    match text.split_once(word) {
        Some((before, after)) => html! { <>{ before }{ term(meaning, "", word) }{ after }</> },
        None => html! { <>{ text }</> },
    }
}

/// Where the explanation of a term appears, once on the page.
pub fn bubble() -> Html {
    html! { <div class="term-bubble" aria-hidden="true" hidden=true></div> }
}
