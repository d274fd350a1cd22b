//! Tests of single components in a real browser.
//!
//! Invariant: every test adds its own place to the document and removes it. Nothing waits for a time: a test waits frame by
//! frame for what it expects, and fails after [`PATIENCE`] frames. Not here: whole sequences by mouse and keys, and the page's
//! look (tests/e2e).
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, reason = "a test may panic, its helpers too")]

use std::cell::RefCell;
use std::rc::Rc;

use rosterlab_app::map::paint::{Palette, SIDE_PX, paint};
use rosterlab_app::map::panel::{Painter, map_panel};
use rosterlab_app::page::Dispatch;
use rosterlab_app::page::app::{App, use_dispatch};
use rosterlab_app::page::verbs::Verb;
use rosterlab_app::state::{Action, State};
use rosterlab_engine::{Command, NodeId, Shutdown};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{CanvasRenderingContext2d, Element, HtmlCanvasElement, HtmlElement, window};
use yew::Reducible;
use yew::prelude::*;

wasm_bindgen_test_configure!(run_in_browser);

/// Frames to wait for, more than anything on the page takes.
const PATIENCE: u32 = 300;

/// A component that is mounted in its own place.
struct Mounted<C: BaseComponent> {
    place: Element,
    handle: Option<yew::AppHandle<C>>,
}

impl<C: BaseComponent> Mounted<C> {
    fn new(properties: C::Properties) -> Self {
        // The page opens the share link in its address, and the test before may have left one.
        rosterlab_app::browser::put_hash("");
        let document = window().unwrap().document().unwrap();
        let place = document.create_element("div").unwrap();
        document.body().unwrap().append_child(&place).unwrap();
        let renderer = yew::Renderer::<C>::with_root_and_props(place.clone(), properties);
        Self { place, handle: Some(renderer.render()) }
    }

    fn find(&self, selector: &str) -> Option<HtmlElement> {
        self.place.query_selector(selector).unwrap().map(JsCast::unchecked_into)
    }

    fn count(&self, selector: &str) -> u32 {
        self.place.query_selector_all(selector).unwrap().length()
    }

    fn text(&self, selector: &str) -> String {
        self.find(selector).map(|element| element.inner_text()).unwrap_or_default()
    }

    /// Waits until `fits` holds; fails after [`PATIENCE`] frames.
    async fn until(&self, what: &str, fits: impl Fn(&Self) -> bool) {
        for _ in 0..PATIENCE {
            if fits(self) {
                return;
            }
            frame().await;
        }
        panic!("{what} never came; the page shows: {}", self.place.inner_html());
    }
}

impl<C: BaseComponent> Drop for Mounted<C> {
    fn drop(&mut self) {
        if let Some(handle) = self.handle.take() {
            handle.destroy();
        }
        self.place.remove();
    }
}

/// Waits for the next frame.
async fn frame() {
    let next = js_sys::Promise::new(&mut |resolve, _| {
        window().unwrap().request_animation_frame(&resolve).unwrap();
    });
    JsFuture::from(next).await.unwrap();
}

fn id(text: &str) -> NodeId {
    text.parse().unwrap()
}

#[wasm_bindgen_test]
async fn the_page_mounts_with_its_counts_and_unmounts_completely() {
    let page = Mounted::<App>::new(());
    page.until("the counts", |page| page.text("[data-count=active]").replace('\n', "") == "4096")
        .await;
    assert_eq!(page.count("[data-node]"), 5);
    assert_eq!(page.place.child_element_count(), 1, "one root");
    let place = page.place.clone();
    drop(page);
    for _ in 0..PATIENCE {
        if place.child_element_count() == 0 {
            return;
        }
        frame().await;
    }
    panic!("this is left: {}", place.inner_html());
}

#[wasm_bindgen_test]
async fn a_click_on_a_button_changes_the_card() {
    let page = Mounted::<App>::new(());
    page.until("a button", |page| page.find("[data-action=crash]").is_some()).await;
    page.find("[data-action=crash]").unwrap().click();
    page.until("the crash", |page| page.find("[data-node=A102][data-state=crashed]").is_some())
        .await;
    page.find("[data-action=undo]").unwrap().click();
    page.until("the way back", |page| page.find("[data-node=A102][data-state=up]").is_some()).await;
}

#[wasm_bindgen_test]
async fn a_cut_link_makes_an_orphan_with_a_badge_and_a_chip_but_no_sub_cluster() {
    let page = Mounted::<App>::new(());
    let link = "[data-link=A101-A102]";
    page.until("a link", |page| page.find(link).is_some()).await;
    page.find(link).unwrap().click();
    page.until("the orphan", |page| page.find("[data-node=A101][data-state=orphan]").is_some())
        .await;
    assert_eq!(page.text("[data-node=A101] .badge-orphan"), "⊘ orphan");
    assert_eq!(page.count("[data-action=show-sub-cluster]"), 1);
    assert_eq!(page.count("[data-action=show-orphan][data-orphan=A101]"), 1);
    page.find(link).unwrap().click();
    page.until("it is back", |page| page.count("[data-action=show-orphan]") == 0).await;
}

thread_local! {
    static SENT: RefCell<Option<Dispatch>> = const { RefCell::new(None) };
}

/// The map alone. Its dispatch is kept in `SENT`.
#[component]
fn MapAlone() -> Html {
    let state = use_reducer(State::open);
    let painter = use_memo((), |()| Painter::default());
    let dispatch = use_dispatch(&state, &painter);
    SENT.with(|sent| *sent.borrow_mut() = Some(dispatch.clone()));
    let state = Rc::new(State::clone(&state));
    html! { <div>{ map_panel(&state, &dispatch, &painter) }</div> }
}

fn pixels(canvas: &HtmlCanvasElement) -> Vec<u8> {
    let context = canvas.get_context("2d").unwrap().unwrap();
    let context: CanvasRenderingContext2d = context.dyn_into().unwrap();
    let side = f64::from(u16::try_from(SIDE_PX).unwrap());
    context.get_image_data(0.0, 0.0, side, side).unwrap().data().0
}

#[wasm_bindgen_test]
async fn the_map_shows_exactly_the_painted_pixels() {
    let map = Mounted::<MapAlone>::new(());
    map.until("the map", |map| map.find("canvas[data-map]").is_some()).await;
    let crash = Command::Stop { nodes: vec![id("A102"), id("B102")], shutdown: Shutdown::Unclean };
    let expected = Rc::new(State::open()).reduce(Action::Do(crash.clone()));
    let picture = expected.map.picture().clone();
    let swatches: Vec<_> = picture.legend.iter().map(|class| class.swatch).collect();
    let expected = paint(&picture.classes, &swatches, None, &Palette::LIGHT);
    SENT.with(|sent| sent.borrow().clone()).unwrap().dispatch(Action::Do(crash));
    let canvas: HtmlCanvasElement = map.find("canvas[data-map]").unwrap().unchecked_into();
    map.until("the painted map", |_| pixels(&canvas) == expected).await;
}

#[wasm_bindgen_test]
async fn the_page_survives_clicks_on_every_button() {
    let page = Mounted::<App>::new(());
    page.until("the page", |page| page.find("[data-node]").is_some()).await;
    // Click every button three times over: panels open and close, lists grow and shrink.
    for _ in 0..3 {
        let buttons = page.place.query_selector_all("button[data-action]").unwrap();
        for index in 0..buttons.length() {
            let button: HtmlElement = buttons.item(index).unwrap().unchecked_into();
            button.click();
            if index % 8 == 0 {
                frame().await;
            }
        }
        frame().await;
    }
    assert!(window().unwrap().document().unwrap().query_selector(".crash").unwrap().is_none());
    page.until("cards", |page| page.count("[data-node]") >= 1).await;
}

#[wasm_bindgen_test]
fn every_verb_has_its_own_name() {
    let mut names: Vec<JsValue> = Verb::ALL.iter().map(|verb| verb.action().into()).collect();
    let all = names.len();
    names.dedup();
    let set = js_sys::Set::new(&names.iter().collect::<js_sys::Array>().into());
    assert_eq!(set.size() as usize, all);
}
