//! Pointers: where they are, who hears them, and the tip of an element that they come to.
//!
//! Invariant: nothing here decides what a pointer means (see `floor::gesture`).

use web_sys::{Element, PointerEvent};
use yew::NodeRef;

use crate::floor::layout::Point;

/// Sends all further events of a pointer to an element, also from outside of it, until the pointer is released.
pub fn capture_pointer(node: &NodeRef, event: &PointerEvent) {
    if let Some(element) = node.cast::<Element>() {
        // Fails only for pointers that are gone.
        element.set_pointer_capture(event.pointer_id()).ok();
    }
}

/// The position of a pointer, from an element's upper left corner.
#[must_use]
pub fn position_in(node: &NodeRef, event: &PointerEvent) -> Point {
    let corner = node.cast::<Element>().map(|element| element.get_bounding_client_rect());
    #[allow(
        clippy::cast_possible_truncation,
        reason = "a position on a page is far below i32::MAX"
    )]
    let (left, top) = corner.map_or((0, 0), |rect| (rect.left() as i32, rect.top() as i32));
    Point { x: event.client_x() - left, y: event.client_y() - top }
}

/// Makes an element's label its tip; without a label it has none.
pub fn show_label_as_tip(node: &NodeRef) {
    let Some(element) = node.cast::<Element>() else { return };
    // Fails only for invalid names.
    match element.get_attribute("aria-label") {
        Some(label) => element.set_attribute("title", &label).ok(),
        None => element.remove_attribute("title").ok(),
    };
}
