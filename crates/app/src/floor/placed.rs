//! Something at a place that the layout has decided.
//!
//! Invariant: the place is set through the style object, never as an attribute (see `browser`).

use yew::functional::Hook;
use yew::prelude::*;
use yew::virtual_dom::Key;

use crate::browser::use_place;
use crate::floor::layout::{Point, Rect};
use crate::page::h::ui;
use crate::page::part::part;

/// What is placed where.
#[derive(PartialEq)]
struct Placed {
    /// Where it is in its container.
    rect: Rect,
    /// Its looks.
    class: &'static str,
    /// What it is.
    inside: Html,
}

/// A box at a place.
pub fn placed(key: Option<Key>, class: &'static str, rect: Rect, inside: Html) -> Html {
    let key = key.unwrap_or_else(|| class.into());
    part(key, Placed { rect, class, inside }, |placed, hooks| use_placed(placed).run(hooks))
}

#[hook]
fn use_placed(props: &Placed) -> Html {
    let element = use_node_ref();
    use_place(&element, props.rect, Point::default());
    ui! { <div ref={element} class={props.class}>{ props.inside.clone() }</div> }
}
