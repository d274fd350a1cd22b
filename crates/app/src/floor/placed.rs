//! A box whose place the layout decides.
//!
//! Invariant: the place is set through the style object, never as an attribute (see `browser`).

use yew::prelude::*;

use crate::browser::placed;
use crate::floor::layout::{Point, Rect};

/// What a box needs.
#[derive(PartialEq, Properties)]
pub struct PlacedBoxProps {
    /// Where it lies in its container.
    pub rect: Rect,
    /// Its class.
    pub class: &'static str,
    /// What is in it.
    pub children: Html,
}

/// A box at a place.
#[component]
pub fn PlacedBox(props: &PlacedBoxProps) -> Html {
    let style = placed(props.rect, Point::default());
    html! { <div class={props.class} ~style={style}>{ props.children.clone() }</div> }
}
