//! What components share to reach the browser: sizes, places, listeners, focus.
//!
//! Invariant: each hook owns its closures and takes its listeners away when its component goes; a `NodeRef` is read
//! inside effects and never one of their dependencies. Places are set through the style *object*, which a strict
//! Content-Security-Policy allows; a `style` attribute it would not. Not here: what is shown.

use wasm_bindgen::closure::Closure;
use wasm_bindgen::{Clamped, JsCast, JsValue};
use web_sys::{
    CanvasRenderingContext2d, EventTarget, HtmlCanvasElement, HtmlElement, ImageData,
    KeyboardEvent, ResizeObserver, window,
};
use yew::prelude::*;

use crate::layout::{Point, Rect};

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

/// A listener that is taken away when it is dropped.
struct Listener {
    target: EventTarget,
    kind: &'static str,
    closure: Closure<dyn FnMut(web_sys::Event)>,
}

impl Listener {
    fn new(
        target: EventTarget,
        kind: &'static str,
        heard: impl FnMut(web_sys::Event) + 'static,
    ) -> Self {
        let closure = Closure::new(heard);
        // Fails only for callbacks that are none.
        target.add_event_listener_with_callback(kind, closure.as_ref().unchecked_ref()).ok();
        Self { target, kind, closure }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let callback = self.closure.as_ref().unchecked_ref();
        self.target.remove_event_listener_with_callback(self.kind, callback).ok();
    }
}

/// How much room an element has, kept up to date; `None` until it is known.
#[hook]
pub fn use_room(node: &NodeRef) -> Option<Room> {
    let room = use_state_eq(|| None);
    let result = *room;
    let node = node.clone();
    use_effect_with((), move |()| {
        let element = node.cast::<HtmlElement>();
        let observed = element.map(|element| {
            room.set(Some(measure(&element)));
            let measured = element.clone();
            let closure = Closure::<dyn FnMut()>::new(move || room.set(Some(measure(&measured))));
            let observer = ResizeObserver::new(closure.as_ref().unchecked_ref()).ok();
            if let Some(observer) = &observer {
                observer.observe(&element);
            }
            (observer, closure)
        });
        move || {
            if let Some((Some(observer), _closure)) = observed {
                observer.disconnect();
            }
        }
    });
    result
}

fn measure(element: &HtmlElement) -> Room {
    let root = window().and_then(|window| {
        let root = window.document()?.document_element()?;
        window.get_computed_style(&root).ok()?
    });
    let text = root.and_then(|style| style.get_property_value("font-size").ok());
    // Whole pixels are enough, and parsing a float would cost 4 kB of the module.
    let text_px: Option<i32> = text.and_then(|size| size.split(['.', 'p']).next()?.parse().ok());
    let text_percent = text_px.map_or(100, |px| px * 100 / USUAL_TEXT_PX);
    Room { width: element.client_width(), text_percent: text_percent.clamp(50, 400) }
}

/// Puts an element at a place in its container, moved by an offset.
#[hook]
pub fn use_place(node: &NodeRef, rect: Rect, offset: Point) {
    let node = node.clone();
    use_effect_with((rect, offset), move |(rect, offset)| {
        let Some(element) = node.cast::<HtmlElement>() else { return };
        let style = element.style();
        let set = |property: &str, value: String| {
            // Fails only for properties that are none.
            style.set_property(property, &value).ok();
        };
        set("left", format!("{}px", rect.x));
        set("top", format!("{}px", rect.y));
        set("width", format!("{}px", rect.width));
        set("height", format!("{}px", rect.height));
        if *offset == Point::default() {
            style.remove_property("transform").ok();
        } else {
            set("transform", format!("translate({}px,{}px)", offset.x, offset.y));
        }
    });
}

/// Hears every key on the page, wherever the focus is.
#[hook]
pub fn use_page_keys(heard: Callback<KeyboardEvent>) {
    use_effect_with(heard, |heard| {
        let heard = heard.clone();
        let listener = window().map(|window| {
            Listener::new(window.into(), "keydown", move |event| {
                if let Ok(event) = event.dyn_into::<KeyboardEvent>() {
                    heard.emit(event);
                }
            })
        });
        move || drop(listener)
    });
}

/// Hears whether the system is dark: at first, and whenever that changes.
#[hook]
pub fn use_system_dark(heard: Callback<bool>) {
    use_effect_with((), move |()| {
        let query = window()
            .and_then(|window| window.match_media("(prefers-color-scheme: dark)").ok().flatten());
        let listener = query.map(|query| {
            heard.emit(query.matches());
            let target = query.clone().into();
            Listener::new(target, "change", move |_| heard.emit(query.matches()))
        });
        move || drop(listener)
    });
}

/// Puts the focus on the first element that a selector finds.
pub fn focus(selector: &str) {
    let document = window().and_then(|window| window.document());
    let found = document.and_then(|document| document.query_selector(selector).ok().flatten());
    if let Some(element) = found.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        // Fails only for elements that cannot have it.
        element.focus().ok();
    }
}

/// Puts pixels onto a square canvas of so many pixels a side.
pub fn put_pixels(canvas: &NodeRef, pixels: &[u8], side: usize) {
    let side = u32::try_from(side).unwrap_or(0);
    let context = canvas
        .cast::<HtmlCanvasElement>()
        .and_then(|canvas| canvas.get_context("2d").ok().flatten())
        .and_then(|context| context.dyn_into::<CanvasRenderingContext2d>().ok());
    let image = ImageData::new_with_u8_clamped_array_and_sh(Clamped(pixels), side, side);
    if let (Some(context), Ok(image)) = (context, image) {
        // Fails only for images that were taken away.
        context.put_image_data(&image, 0.0, 0.0).ok();
    }
}

/// Copies a text, and says afterwards whether it is in the clipboard. Where the browser does not let a page write there,
/// the element that shows the text is selected instead, so that its own key copies it.
pub fn copy(text: &str, shown_in: &str, done: Callback<bool>) {
    let Some(window) = window() else { return };
    let shown =
        window.document().and_then(|document| document.query_selector(shown_in).ok().flatten());
    let select = move || {
        let selection = web_sys::window().and_then(|window| window.get_selection().ok().flatten());
        if let (Some(selection), Some(shown)) = (selection, &shown) {
            // Fails only for elements that are gone.
            selection.select_all_children(shown).ok();
        }
    };
    let clipboard = window.navigator().clipboard();
    // Pages that were not loaded securely have none.
    if AsRef::<JsValue>::as_ref(&clipboard).is_undefined() {
        select();
        return done.emit(false);
    }
    let refused = {
        let done = done.clone();
        Closure::once(move |_: JsValue| {
            select();
            done.emit(false);
        })
    };
    let copied = Closure::once(move |_: JsValue| done.emit(true));
    drop(clipboard.write_text(text).then2(&copied, &refused));
    // One of the two is called once; both are left to the promise.
    copied.forget();
    refused.forget();
}

/// Whether an event comes from where text is typed, whose keys are its own.
#[must_use]
pub fn is_typing(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    target.is_some_and(|element| {
        matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
    })
}
