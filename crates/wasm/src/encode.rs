//! Encodes data as JavaScript values.
//!
//! Invariant: results are plain objects, lists, text, numbers, `true`, `false`, `null` and typed arrays; all but the last
//! survive `JSON.stringify`. A typed array is a copy: a view into this module's memory would break as soon as the memory
//! grows, which any later call may cause. Not here: the data (see `view`, `event`, `explanation`).

use std::rc::Rc;

use js_sys::{Array, Reflect};
use rosterlab_engine::Event;
use rosterlab_scenario::event_data::EventData;
use serde::{Serialize, Serializer};
use wasm_bindgen::JsValue;

use crate::fault::Fault;

const ENCODING: serde_wasm_bindgen::Serializer =
    serde_wasm_bindgen::Serializer::json_compatible().serialize_bytes_as_arrays(false);

/// Encodes a value.
pub(crate) fn encode(value: &(impl Serialize + ?Sized)) -> Result<JsValue, Fault> {
    value.serialize(&ENCODING).map_err(|error| Fault::new("internal", "", &error.to_string()))
}

/// Encodes events as a list of objects with `atMs`, `kind` and the fields of that kind.
pub(crate) fn encode_events(events: &[Rc<Event>]) -> Result<JsValue, Fault> {
    let list = Array::new();
    for event in events {
        let object = encode(&EventData(&event.kind))?;
        // Set by hand: serde's `flatten` would encode everything a second time.
        let _ = Reflect::set(&object, &"atMs".into(), &number(event.at_ms).into());
        list.push(&object);
    }
    Ok(list.into())
}

/// Parses our own JSON text: where there is text anyway, a second encoding would only be more code.
pub(crate) fn parsed(json: &str) -> Result<JsValue, Fault> {
    js_sys::JSON::parse(json)
        .map_err(|_| Fault::new("internal", "", "our own JSON cannot be parsed"))
}

/// Bytes that become one `Uint8Array`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bytes(pub Vec<u8>);

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

/// A count or milliseconds as a JavaScript number: exact up to 2^53, which is 285,000 years.
#[expect(clippy::cast_precision_loss, reason = "JavaScript has no other number")]
pub(crate) fn number(count: u64) -> f64 {
    count as f64
}

/// Anything that prints, as text.
pub(crate) fn text<S: Serializer>(
    value: &impl std::fmt::Display,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}
