//! How large elements are, and where they are put.
//!
//! Invariant: a `NodeRef` is read inside effects and is never one of their dependencies. Positions are set through the style
//! object: a strict Content-Security-Policy forbids `style` attributes. Not here: where things belong (see `floor::layout`).

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{HtmlElement, ResizeObserver, window};
use yew::prelude::*;

use crate::browser::hooks::{use_after, use_kept};
use crate::floor::layout::{Point, Rect};

/// The usual size of a page's text, in CSS pixels.
const USUAL_TEXT_PX: i32 = 16;

/// How much room there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// The width of the element, in CSS pixels.
    pub width: i32,
    /// The size of the page's text in percent of the usual.
    pub text_percent: i32,
}

/// Watches the size of an element until it is dropped.
struct SizeWatch {
    observer: Option<ResizeObserver>,
    _closure: Closure<dyn FnMut()>,
}

impl SizeWatch {
    fn new(element: &HtmlElement, resized: impl FnMut() + 'static) -> Self {
        let closure = Closure::<dyn FnMut()>::new(resized);
        let observer = ResizeObserver::new(closure.as_ref().unchecked_ref()).ok();
        if let Some(observer) = &observer {
            observer.observe(element);
        }
        Self { observer, _closure: closure }
    }
}

impl Drop for SizeWatch {
    fn drop(&mut self) {
        if let Some(observer) = &self.observer {
            observer.disconnect();
        }
    }
}

/// How much room the first element has that a selector finds.
#[must_use]
pub fn room_of(selector: &str) -> Option<Room> {
    let found = window()?.document()?.query_selector(selector).ok()??;
    Some(measure(found.unchecked_ref()))
}

/// How much room an element has, kept up to date; `None` until it is known.
#[hook]
pub fn use_room(node: &NodeRef) -> Option<Room> {
    let room = use_kept(None);
    let known = *room;
    let node = node.clone();
    use_after((), move |()| {
        node.cast::<HtmlElement>().map(|element| {
            room.set(Some(measure(&element)));
            let measured = element.clone();
            SizeWatch::new(&element, move || room.set(Some(measure(&measured))))
        })
    });
    known
}

fn measure(element: &HtmlElement) -> Room {
    let root = window().and_then(|window| {
        let root = window.document()?.document_element()?;
        window.get_computed_style(&root).ok()?
    });
    let text = root.and_then(|style| style.get_property_value("font-size").ok());
    // Whole pixels are enough: layout has no halves.
    let text_px: Option<i32> = text.and_then(|size| size.split(['.', 'p']).next()?.parse().ok());
    let text_percent = text_px.map_or(100, |px| px * 100 / USUAL_TEXT_PX);
    Room { width: element.client_width(), text_percent: text_percent.clamp(50, 400) }
}

/// The width of an element without its border, in CSS pixels; `None` until it is in the document.
#[must_use]
pub fn width_of(node: &NodeRef) -> Option<i32> {
    Some(node.cast::<HtmlElement>()?.client_width())
}

/// The style of an element at a place in its container, shifted by an offset. It goes to the style object as a property
/// (`~style`), so that an element is in its place from the moment when it is there.
#[must_use]
pub fn placed(rect: Rect, offset: Point) -> String {
    let Rect { x, y, width, height } = rect;
    let style = format!("left:{x}px;top:{y}px;width:{width}px;height:{height}px");
    if offset == Point::default() {
        return style;
    }
    format!("{style};transform:translate({}px,{}px)", offset.x, offset.y)
}
