//! A list to choose from, within its label.
//!
//! Invariant: the page decides which option is chosen; the browser only tells what a person chose. Not here: the settings'
//! lists, whose labels stand apart.

use yew::prelude::*;

use crate::page::value_of;

/// An option: its value, and its words.
pub type Choice = (String, String);

/// A list in its label. `name` is its `data-action`, `chosen` the value that is chosen, and `heard` gets the value that a
/// person chooses.
pub fn choice_list(
    (class, words): (&'static str, &'static str),
    name: &'static str,
    chosen: &str,
    options: Vec<Choice>,
    heard: &Callback<String>,
) -> Html {
    let onchange = heard.reform(|event: Event| value_of(&event));
    let option = |(value, words): Choice| {
        let selected = value == chosen;
        html! { <option key={value.clone()} {value} {selected}>{ words }</option> }
    };
    html! {
        <label {class}>
            { words }
            <select data-action={name} {onchange}>{ for options.into_iter().map(option) }</select>
        </label>
    }
}
