//! Pixels on a canvas.
//!
//! Invariant: pixels are put as image data, all at once. Not here: what colour they have (see `map::paint`).

use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};
use yew::NodeRef;

/// Puts pixels (red, green, blue, opacity) onto a canvas of that width and height; returns whether the browser allowed it.
#[allow(clippy::must_use_candidate, reason = "only the map has somewhere to say so")]
pub fn put_pixels(canvas: &NodeRef, pixels: &[u8], (width, height): (usize, usize)) -> bool {
    let context = canvas
        .cast::<HtmlCanvasElement>()
        .and_then(|canvas| canvas.get_context("2d").ok().flatten())
        .map(JsCast::unchecked_into::<CanvasRenderingContext2d>);
    let side = |pixels: usize| u32::try_from(pixels).unwrap_or(0);
    let image =
        ImageData::new_with_u8_clamped_array_and_sh(Clamped(pixels), side(width), side(height));
    match (context, image) {
        // Fails only for images whose memory was taken away.
        (Some(context), Ok(image)) => context.put_image_data(&image, 0.0, 0.0).is_ok(),
        _ => false,
    }
}
