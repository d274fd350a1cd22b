//! A person's own cluster: what they have of it becomes a cluster on the floor.
//!
//! `brought` is what was brought and what it comes to, `plan` a plan that was checked, `goal` one that is made for a person (all
//! pure, tested natively); `panel`, `plan_panel` and `goal_panel` draw them with Yew in a dialog of the page, and `kept` keeps what
//! was brought between visits.
//! Nothing leaves the browser. What the formats mean is the asinfo crate's (`bring`, `plan`).

pub mod brought;
pub mod goal;
mod goal_panel;
mod kept;
mod margin;
pub mod panel;
pub mod plan;
mod plan_panel;

use std::rc::Rc;

use js_sys::{Function, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::HtmlDialogElement;
use yew::{AppHandle, Callback, Renderer};

use panel::{OwnPanel, Props};

/// Whether a file's contents are something that an operator has, and no scenario and no share link.
#[wasm_bindgen(js_name = isOperators)]
#[must_use]
pub fn is_operators(bytes: &[u8]) -> bool {
    brought::is_an_operators(bytes)
}

/// The dialog in which a person brings their own cluster.
#[wasm_bindgen]
pub struct Own {
    dialog: HtmlDialogElement,
    handle: AppHandle<OwnPanel>,
    props: Props,
}

#[wasm_bindgen]
impl Own {
    /// Puts what belongs to it into the page's dialog. `opened` is called with the share link of the cluster that is to be on the
    /// floor.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(dialog: HtmlDialogElement, opened: Function) -> Self {
        yew::set_custom_panic_hook(Box::new(console_error_panic_hook::hook));
        let within = dialog.clone();
        let opened = Callback::from(move |link: String| {
            within.close();
            // What the page throws is the page's fault, and it has said so.
            let _ = opened.call1(&JsValue::NULL, &link.into());
        });
        let within = dialog.clone();
        let closed = Callback::from(move |()| within.close());
        let link = Rc::from("");
        let props = Props { given: Vec::new(), number: 0, said: "".into(), link, opened, closed };
        let handle =
            Renderer::<OwnPanel>::with_root_and_props(dialog.clone().into(), props.clone())
                .render();
        Self { dialog, handle, props }
    }

    /// Opens the dialog, if it is not open, beside the experiment of a share link.
    pub fn show(&mut self, link: &str) {
        self.props.link = Rc::from(link);
        self.handle.update(self.props.clone());
        if !self.dialog.open() {
            // It is in the document and not open, so nothing can fail.
            let _ = self.dialog.show_modal();
        }
    }

    /// Adds something that was dropped, pasted or opened.
    pub fn add(&mut self, name: &str, bytes: &Uint8Array) {
        self.props.number += 1;
        self.props.given = vec![(name.to_owned(), bytes.to_vec())];
        self.handle.update(self.props.clone());
        // The dialog has it now.
        self.props.given.clear();
    }

    /// Says what became of something that was dropped, pasted or opened while the dialog is open.
    pub fn say(&mut self, text: &str) {
        self.props.said = text.into();
        self.handle.update(self.props.clone());
    }
}
