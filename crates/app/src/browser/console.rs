//! The door to the console's module, which boot.js fetches and puts into an element beside the app's.
//!
//! Invariant: nothing is fetched before the console is shown. Not here: when it is wanted (see [`console`](crate::console)).

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = showConsole, catch)]
    fn show_console(
        is_shown: bool,
        link: &str,
        typed: &Closure<dyn Fn(String)>,
        closed: &Closure<dyn Fn(String)>,
    ) -> Result<(), JsValue>;
}

/// The way to the console and back.
pub struct ConsoleDoor {
    typed: Closure<dyn Fn(String)>,
    closed: Closure<dyn Fn(String)>,
}

impl ConsoleDoor {
    /// `typed` hears the share link of what was typed; `closed` that a person closes the console, or why it cannot be opened.
    pub fn new(typed: impl Fn(String) + 'static, closed: impl Fn(String) + 'static) -> Self {
        Self { typed: Closure::new(typed), closed: Closure::new(closed) }
    }

    /// Shows the console on the experiment of a share link, or hides it.
    pub fn show(&self, is_shown: bool, link: &str) {
        // Without boot.js, as in the tests of components, there is no console.
        show_console(is_shown, link, &self.typed, &self.closed).ok();
    }
}
