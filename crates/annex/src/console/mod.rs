//! The page's console: the admin tool and a shell on the simulated cluster.
//!
//! `session` follows the page's experiment and takes what is typed (pure, tested natively), `panel` draws it with Yew. What
//! commands mean is the asinfo crate's (`terminal`).

pub mod panel;
pub mod session;

use std::rc::Rc;

use js_sys::Function;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::Element;
use yew::{AppHandle, Callback, Renderer};

use panel::{ConsolePanel, Props};

/// A console in an element of the page.
#[wasm_bindgen]
pub struct Console {
    handle: AppHandle<ConsolePanel>,
    props: Props,
}

#[wasm_bindgen]
impl Console {
    /// Puts a console into an element. `typed` is called with the share link of the experiment and a further step, `closed` when
    /// a person closes the console.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(host: Element, link: &str, typed: Function, closed: Function) -> Self {
        yew::set_custom_panic_hook(Box::new(console_error_panic_hook::hook));
        let typed = Callback::from(move |link: String| {
            // What the page throws is the page's fault, and it has said so.
            let _ = typed.call1(&JsValue::NULL, &link.into());
        });
        let closed = Callback::from(move |()| {
            // No reason is given: a person wants it.
            let _ = closed.call1(&JsValue::NULL, &"".into());
        });
        let props = Props { link: link.into(), opened: 0, typed, closed };
        let handle = Renderer::<ConsolePanel>::with_root_and_props(host, props.clone()).render();
        Self { handle, props }
    }

    /// Shows the console on the page's experiment as it is now. An empty link stands for one that is too long for a link.
    pub fn show(&mut self, link: &str) {
        if *self.props.link != *link {
            self.props.link = Rc::from(link);
            self.handle.update(self.props.clone());
        }
    }

    /// Puts the focus where one types.
    pub fn focus(&mut self) {
        self.props.opened += 1;
        self.handle.update(self.props.clone());
    }
}
