//! What components share to reach the browser: sizes, places, listeners, focus.
//!
//! Invariant: each hook owns its closures and takes its listeners away when its component goes; a `NodeRef` is read
//! inside effects and never one of their dependencies. Places are set through the style *object*, which a strict
//! Content-Security-Policy allows; a `style` attribute it would not. Not here: what is shown.

use std::any::Any;
use std::cell::RefCell;
use std::marker::PhantomData;
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{Clamped, JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    CanvasRenderingContext2d, Element, EventTarget, HtmlCanvasElement, HtmlElement, ImageData,
    KeyboardEvent, ResizeObserver, window,
};
use yew::functional::{Hook, HookContext};
use yew::prelude::*;

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

/// A listener that is taken away when it is dropped.
pub struct Listener {
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

/// What an effect depends on, of any type.
trait Input: Any {
    fn is_same(&self, other: &dyn Any) -> bool;
}

impl<T: PartialEq + 'static> Input for T {
    fn is_same(&self, other: &dyn Any) -> bool {
        other.downcast_ref::<T>() == Some(self)
    }
}

struct Inputs(Rc<dyn Input>);

impl PartialEq for Inputs {
    fn eq(&self, other: &Self) -> bool {
        let other: &dyn Any = &*other.0;
        self.0.is_same(other)
    }
}

/// Runs an effect after the page was drawn, at first and whenever its inputs have changed; what it returns is kept until it
/// runs again or its component goes.
///
/// It is Yew's `use_effect_with` for effects of any type: each further instance of that one costs 1 kB of the module.
pub fn use_effect_on<T: PartialEq + 'static, K: 'static>(
    inputs: T,
    effect: impl FnOnce(&T) -> K + 'static,
) -> impl Hook<Output = ()> {
    let inputs = Rc::new(inputs);
    let shared = inputs.clone();
    use_boxed_effect(Inputs(inputs), Box::new(move || Box::new(effect(&shared))))
}

#[hook]
fn use_boxed_effect(inputs: Inputs, effect: Box<dyn FnOnce() -> Box<dyn Any>>) {
    use_effect_with(inputs, move |_| {
        let kept = effect();
        move || drop(kept)
    });
}

/// What a component keeps between two times that it is drawn.
#[derive(Clone)]
pub struct Kept<T> {
    state: UseStateHandle<Inputs>,
    of: PhantomData<T>,
}

impl<T: Clone + PartialEq + 'static> Kept<T> {
    /// What was kept when the component was drawn.
    ///
    /// # Panics
    /// Never: what is kept is of one type.
    #[must_use]
    pub fn get(&self) -> T {
        let kept: &dyn Any = &*self.state.0;
        kept.downcast_ref::<T>().expect("what is kept is of one type").clone()
    }

    /// Keeps something else; the component is drawn again if it differs.
    pub fn set(&self, kept: T) {
        self.state.set(Inputs(Rc::new(kept)));
    }
}

/// Keeps something that is small: Yew's `use_state_eq` for values of any type, of which each further instance costs 1 kB of
/// the module.
pub fn use_kept<T: Clone + PartialEq + 'static>(first: T) -> impl Hook<Output = Kept<T>> {
    struct Typed<T>(T);
    impl<T: Clone + PartialEq + 'static> Hook for Typed<T> {
        type Output = Kept<T>;

        fn run(self, hooks: &mut HookContext) -> Kept<T> {
            Kept { state: use_kept_inputs(Rc::new(self.0)).run(hooks), of: PhantomData }
        }
    }
    Typed(first)
}

#[hook]
fn use_kept_inputs(first: Rc<dyn Input>) -> UseStateHandle<Inputs> {
    use_state_eq(|| Inputs(first))
}

/// Watches the size of an element until it is dropped.
struct SizeWatch {
    observer: Option<ResizeObserver>,
    _closure: Closure<dyn FnMut()>,
}

impl Drop for SizeWatch {
    fn drop(&mut self) {
        if let Some(observer) = &self.observer {
            observer.disconnect();
        }
    }
}

/// How much room an element has, kept up to date; `None` until it is known.
#[hook]
pub fn use_room(node: &NodeRef) -> Option<Room> {
    let room = use_kept(None);
    let result = room.get();
    let node = node.clone();
    use_effect_on((), move |()| {
        let element = node.cast::<HtmlElement>();
        element.map(|element| {
            room.set(Some(measure(&element)));
            let measured = element.clone();
            let closure = Closure::<dyn FnMut()>::new(move || room.set(Some(measure(&measured))));
            let observer = ResizeObserver::new(closure.as_ref().unchecked_ref()).ok();
            if let Some(observer) = &observer {
                observer.observe(&element);
            }
            SizeWatch { observer, _closure: closure }
        })
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
    use_effect_on((rect, offset), move |(rect, offset)| {
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
        // An empty value takes the property away.
        let moved = (*offset != Point::default())
            .then(|| format!("translate({}px,{}px)", offset.x, offset.y));
        set("transform", moved.unwrap_or_default());
    });
}

/// Hears every key on the page, wherever the focus is, until it is dropped.
pub fn page_keys(heard: impl Fn(&KeyboardEvent) + 'static) -> Option<Listener> {
    let page = window()?.into();
    Some(Listener::new(page, "keydown", move |event| heard(event.unchecked_ref())))
}

/// Hears whether the system is dark: at first, and whenever that changes.
#[hook]
pub fn use_system_dark(heard: Callback<bool>) {
    use_effect_on((), move |()| {
        let query = window()
            .and_then(|window| window.match_media("(prefers-color-scheme: dark)").ok().flatten());
        query.map(|query| {
            heard.emit(query.matches());
            let target = query.clone().into();
            Listener::new(target, "change", move |_| heard.emit(query.matches()))
        })
    });
}

/// Puts the focus on the first element that a selector finds.
pub fn focus(selector: &str) {
    let document = window().and_then(|window| window.document());
    let found = document.and_then(|document| document.query_selector(selector).ok().flatten());
    if let Some(element) = found.map(JsCast::unchecked_into::<HtmlElement>) {
        // Fails only for elements that cannot have it.
        element.focus().ok();
    }
}

/// Copies a text, and says afterwards whether it is in the clipboard. Where the browser does not let a page write there, what
/// the selector finds is selected instead, if there is one, so that a person's own key copies it.
pub fn copy(text: &str, shown_in: Option<&'static str>, done: impl FnOnce(bool) + 'static) {
    let clipboard = window().map(|window| window.navigator().clipboard());
    // Pages that did not come over a secure connection have none.
    let clipboard = clipboard.filter(|clipboard| !clipboard.is_undefined());
    let copied = clipboard.map(|clipboard| clipboard.write_text(text));
    spawn_local(async move {
        let is_done = match copied {
            Some(copied) => JsFuture::from(copied).await.is_ok(),
            None => false,
        };
        if let Some(shown_in) = shown_in.filter(|_| !is_done) {
            select(shown_in);
        }
        done(is_done);
    });
}

/// Selects what is in the first element that a selector finds.
fn select(selector: &str) -> Option<()> {
    let shown = window()?.document()?.query_selector(selector).ok()??;
    let selection = window()?.get_selection().ok()??;
    // Fails only for elements that are gone.
    selection.select_all_children(&shown).ok()
}

/// What can take the focus, within something else.
const CAN_FOCUS: &str = "button, input, select, textarea, a[href], [tabindex='0']";

/// Keeps the focus near where it was when what has it goes away with a change: a browser would put it on the page, and Tab
/// would begin at the top.
#[hook]
pub fn use_kept_focus<T: PartialEq + 'static>(changes: T) {
    // What has the focus and what it is in, from the inside; empty when a pointer put it elsewhere.
    let within = use_mut_ref(Vec::<Element>::new);
    let heard = within.clone();
    use_effect_on((), move |()| {
        let document: EventTarget = window()?.document()?.into();
        let pressed = heard.clone();
        let focused = Listener::new(document.clone(), "focusin", move |event| {
            let element = event.target().and_then(|target| target.dyn_into().ok());
            let within =
                std::iter::successors(element, |element: &Element| element.parent_element());
            *heard.borrow_mut() = within.collect();
        });
        let pressed = Listener::new(document, "pointerdown", move |_| pressed.borrow_mut().clear());
        Some((focused, pressed))
    });
    use_effect_on(changes, move |_| {
        // Not borrowed any more when the focus moves: that is heard above.
        let within = within.borrow().clone();
        let is_lost = within.first().is_some_and(|element| !element.is_connected());
        if !is_lost || focused().is_some_and(|now| now.tag_name() != "BODY") {
            return;
        }
        let mut near = within.iter().filter(|element| element.is_connected());
        let found = near.find_map(|element| element.query_selector(CAN_FOCUS).ok()?);
        if let Some(element) = found.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
            // Fails only for elements that cannot have it.
            element.focus().ok();
        }
    });
}

/// Follows links: calls back with what stands behind the `#` of the address when a person changes it.
#[hook]
pub fn use_followed_links(followed: Callback<Rc<str>>) {
    use_effect_on((), move |()| {
        window().map(|window| {
            Listener::new(window.into(), "hashchange", move |_| followed.emit(hash().into()))
        })
    });
}

/// What stands behind the `#` of the address, with it.
#[must_use]
pub fn hash() -> String {
    window().and_then(|window| window.location().hash().ok()).unwrap_or_default()
}

/// Puts a link behind the `#` of the address, in place of what is there, without a step of the browser's own history.
pub fn put_hash(link: &str) {
    let history = window().and_then(|window| window.history().ok());
    if let Some(history) = history {
        // Browsers refuse when it is done very often; the next step puts it again.
        history.replace_state_with_url(&JsValue::NULL, "", Some(&format!("#{link}"))).ok();
    }
}

/// What has the focus.
#[must_use]
pub fn focused() -> Option<HtmlElement> {
    let active = window()?.document()?.active_element()?;
    Some(active.unchecked_into())
}

/// Whether an event comes from where text is typed, whose keys are its own.
#[must_use]
pub fn is_typing(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    target.is_some_and(|element| {
        matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
    })
}

/// How long work between two frames may hold the page up, in milliseconds.
const SLICE_MS: f64 = 4.0;

/// How long to wait before work begins, so that a new state is seen first.
const SEEN_WITHIN_MS: u32 = 30;

/// Work that goes on in slices until it is done or this is dropped.
#[derive(Debug)]
pub struct InSlices(Rc<RefCell<Option<Timeout>>>);

impl InSlices {
    /// Begins work of which `step` does a little and says whether that was all.
    #[must_use]
    pub fn begin(step: impl FnMut() -> bool + 'static) -> Self {
        let timer = Rc::default();
        go_on(&timer, SEEN_WITHIN_MS, Box::new(step));
        Self(timer)
    }
}

impl Drop for InSlices {
    fn drop(&mut self) {
        self.0.take();
    }
}

fn go_on(timer: &Rc<RefCell<Option<Timeout>>>, after_ms: u32, mut step: Box<dyn FnMut() -> bool>) {
    // Weak, so that whoever drops the timer ends the work.
    let again = Rc::downgrade(timer);
    let timeout = Timeout::new(after_ms, move || {
        let end = js_sys::Date::now() + SLICE_MS;
        while !step() {
            if js_sys::Date::now() >= end {
                if let Some(timer) = again.upgrade() {
                    go_on(&timer, 0, step);
                }
                return;
            }
        }
    });
    timer.replace(Some(timeout));
}

/// Puts pixels (red, green, blue, opacity) onto a canvas of that width and height; says whether the browser let it.
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
        // Fails only for images that were taken away.
        (Some(context), Ok(image)) => context.put_image_data(&image, 0.0, 0.0).is_ok(),
        _ => false,
    }
}
