//! Something at a place that the layout has decided.
//!
//! Invariant: the place is set through the style object, never as an attribute (see `hooks`).

use yew::prelude::*;
use yew::virtual_dom::{Key, VChild};

use crate::hooks::use_place;
use crate::layout::{Point, Rect};

/// What is placed where.
#[derive(Clone, PartialEq, Properties)]
pub struct PlacedProps {
    /// Where it is in its container.
    pub rect: Rect,
    /// How far it is carried from there.
    #[prop_or_default]
    pub offset: Point,
    /// Its looks.
    pub class: AttrValue,
    /// What it is.
    pub children: Html,
}

/// A box at a place, from where there is no `html!`.
pub fn placed(key: Option<Key>, class: &'static str, rect: Rect, children: Html) -> Html {
    let props = PlacedProps { rect, offset: Point::default(), class: class.into(), children };
    VChild::<Placed>::new(props, key).into()
}

/// A box at a place.
#[component]
pub fn Placed(props: &PlacedProps) -> Html {
    let element = use_node_ref();
    use_place(&element, props.rect, props.offset);
    html! { <div ref={element} class={props.class.clone()}>{ props.children.clone() }</div> }
}
