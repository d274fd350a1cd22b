//! Where a playground stands, as a figure.
//!
//! Invariant: the HTML is the figure crate's, the same that the command line prints for pages that are built. Not here:
//! how it looks.

use js_sys::Reflect;
use rosterlab_figure::{View, Wanted, figure};
use rosterlab_scenario::Timeline;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::decode;
use crate::fault::{BAD_INPUT, Fault};
use crate::playground::Playground;

#[wasm_bindgen]
impl Playground {
    /// Where this stands as HTML that needs no script: a caption, counts, and what `view` asks for, in SVG and tables. The
    /// text is escaped, has no inline style, and is styled by the package's `rosterlab.css` or by your own.
    ///
    /// # Errors
    /// When there is no such view, namespace or partition.
    pub fn figure(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "FigureOptions")] options: &JsValue,
    ) -> Result<String, JsValue> {
        Ok(self.drawn(options)?)
    }

    fn drawn(&self, options: &JsValue) -> Result<String, Fault> {
        let option = |name: &str| {
            if options.is_undefined() || options.is_null() {
                return Ok(JsValue::UNDEFINED);
            }
            Reflect::get(options, &name.into())
                .map_err(|_| Fault::new(BAD_INPUT, name, "options are an object"))
        };
        let refuse = |place: &str, cause: &dyn std::fmt::Display| {
            Fault::new(BAD_INPUT, place, &cause.to_string())
        };
        let view = match decode::maybe_text(&option("view")?, "view")? {
            Some(name) => name.parse::<View>().map_err(|error| refuse("view", &error))?,
            None => View::default(),
        };
        let namespace = decode::maybe_text(&option("namespace")?, "namespace")?;
        let partition = decode::maybe_partition(&option("partition")?)?;
        // Reading options may run code of the caller's, which may use this playground too: only then is it borrowed.
        let timeline = self.timeline()?;
        let wanted = Wanted {
            view,
            title: &self.title,
            say: self.said(&timeline),
            namespace: namespace.as_deref(),
            partition,
        };
        figure(&timeline, &wanted)
            .map_err(|error| Fault::new("unknown-namespace", "namespace", &error.to_string()))
    }

    /// What the author says about where this stands, unless something else was done than the scenario's steps.
    fn said(&self, timeline: &Timeline) -> Option<&str> {
        let at = timeline.position();
        let is_on_course = timeline.entries().get(..at) == self.course.get(..at);
        self.said.get(at).filter(|_| is_on_course)?.as_deref()
    }
}
