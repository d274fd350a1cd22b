//! The field for how many further losses a plan has to survive.
//!
//! Not here: what a margin is (the scenario crate's `foresight::runbook`).

use web_sys::HtmlSelectElement;
use yew::prelude::*;

/// The most further losses that the page tries: more take too long for a window that waits.
const MOST: usize = 2;

/// The field. `action` is its name for tests.
pub fn margin_field(action: &'static str, margin: usize, demand: &Callback<usize>) -> Html {
    let choose = demand.reform(|event: Event| {
        let place = event.target_unchecked_into::<HtmlSelectElement>().selected_index();
        usize::try_from(place).unwrap_or_default()
    });
    let options = (0..=MOST).map(|count| {
        let words = match count {
            0 => "no further loss".to_owned(),
            1 => "one further loss".to_owned(),
            many => format!("{many} further losses"),
        };
        html! { <option selected={count == margin}>{ words }</option> }
    });
    html! {
        <label>
            { "It has to survive " }
            <select data-action={action} onchange={choose}>{ for options }</select>
        </label>
    }
}
