//! The position of a playground as a figure.
//!
//! Invariant: the HTML comes from the figure crate and is the same that the command line prints. Not here: its style.

use rosterlab_figure::{View, Wanted, figure};
use rosterlab_scenario::Timeline;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::decode;
use crate::fault::{BAD_INPUT, Fault};
use crate::playground::Playground;

#[wasm_bindgen]
impl Playground {
    /// The present moment as HTML that needs no script: a caption, counts, and the parts that `view` names, in SVG and
    /// tables. The text is escaped and has no inline style; style it with the package's `rosterlab.css` or your own.
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
        let options = decode::options(options, &["view", "namespace", "partition"])?;
        let option = |name: &str| {
            let field = options.iter().find(|(known, _)| known == name);
            field.map_or(JsValue::UNDEFINED, |(_, value)| value.clone())
        };
        let refuse = |place: &str, cause: &dyn std::fmt::Display| {
            Fault::new(BAD_INPUT, place, &cause.to_string())
        };
        let view = match decode::maybe_text(&option("view"), "view")? {
            Some(name) => name.parse::<View>().map_err(|error| refuse("view", &error))?,
            None => View::default(),
        };
        let namespace = decode::maybe_text(&option("namespace"), "namespace")?;
        let partition = decode::maybe_partition(&option("partition"))?;
        // Reading options may have run the caller's code, which may use this playground: it is borrowed only now.
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

    /// The author's text about the present moment, as long as only the scenario's steps were done.
    fn said(&self, timeline: &Timeline) -> Option<&str> {
        let at = timeline.position();
        let is_on_course = timeline.entries().get(..at) == self.course.get(..at);
        self.said.get(at).filter(|_| is_on_course)?.as_deref()
    }
}
