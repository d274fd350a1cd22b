//! The shapes of pictures, and the bar that is the same on cards and in the table of sides.
//!
//! Invariant: a picture is hidden from screen readers: its figures are in words beside it. Not here: what is drawn.

use yew::prelude::*;

/// A rectangle: x, y, width and height. Its class is its key.
pub fn rect(class: &'static str, place: [i32; 4]) -> Html {
    let [x, y, width, height] = place.map(|length| length.to_string());
    html! { <rect key={class} {class} {x} {y} {width} {height} /> }
}

/// A path.
pub fn path(class: &'static str, d: impl Into<AttrValue>) -> Html {
    let d: AttrValue = d.into();
    html! { <path {class} {d} /> }
}

/// A bar as long as all 4096 partitions: parts with their class, where each begins, and its length.
pub fn bar(parts: &[(&'static str, u32, u32)]) -> Html {
    let parts = || {
        let there = parts.iter().filter(|(.., length)| *length > 0);
        there.map(|(class, from, length)| {
            rect(class, [from.cast_signed(), 0, length.cast_signed(), 10])
        })
    };
    html! {
        <svg class="bar" viewBox="0 0 4096 10" preserveAspectRatio="none" aria-hidden="true">
            <g>{ for parts() }</g>
            <g class="stripes">{ for parts() }</g>
        </svg>
    }
}
