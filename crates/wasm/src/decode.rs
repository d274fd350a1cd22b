//! Decodes JavaScript values into what the scenario crate reads.
//!
//! Invariant: an object becomes JSON text of the file format, so one reader with one set of limits and places serves files
//! and JavaScript. Values that JSON cannot hold (`NaN`, a function, a cycle) are refused with their place, and the limits
//! of files bound the work. Any access to an object may run the caller's code (getters, proxies); what that throws becomes
//! a fault, never an exception through this module. Not here: what the fields mean (see the scenario crate).

use std::fmt::Write as _;

use js_sys::{Array, BigInt, JSON, JsString, Reflect};
use rosterlab_engine::{MAX_NODES, NodeId, PARTITIONS, PartitionId, Rejection, RosterEntry};
use rosterlab_scenario::file::nearest;
use rosterlab_scenario::foresight::what_if;
use rosterlab_scenario::{Cause, FORMAT, MAX_BYTES, Scenario, ScenarioError, Step};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use crate::fault::{BAD_INPUT, Fault};

/// The deepest nesting, as for files; it also stops at an object that contains itself.
const DEEPEST: usize = 128;
/// The longest time that `advance` may let pass, in milliseconds: the same as for the step of that name.
const LONGEST_MS: u64 = 1_000_000_000_000;
/// The most copies of a partition.
const MOST_COPIES: u64 = 128;

#[wasm_bindgen]
extern "C" {
    /// The one of js-sys does not catch what a revoked proxy throws.
    #[wasm_bindgen(catch, js_namespace = Array, js_name = isArray)]
    fn is_array(value: &JsValue) -> Result<bool, JsValue>;
}

/// From how many pages of memory on it is looked whether there is room: 64 MiB.
const MANY_PAGES: usize = 1024;
/// The bytes that a call must find free. Most need far less.
const ROOM: usize = 1 << 24;

/// Refuses to begin what needs memory when there is hardly any left: in the middle, the module could only be given up.
/// Playgrounds that were dropped return their memory only when the caller's code ends.
pub(crate) fn room() -> Result<(), Fault> {
    if pages() < MANY_PAGES {
        return Ok(());
    }
    let mut probe = Vec::<u8>::new();
    let found = probe.try_reserve_exact(ROOM);
    // Else the compiler leaves out an allocation that nothing uses.
    std::hint::black_box(&probe);
    let cause = "there is no memory left: free() playgrounds that are no longer used";
    found.map_err(|_| Fault::new("out-of-memory", "", cause))
}

#[cfg(target_arch = "wasm32")]
fn pages() -> usize {
    core::arch::wasm32::memory_size::<0>()
}

#[cfg(not(target_arch = "wasm32"))]
fn pages() -> usize {
    0
}

/// A scenario, as an object (which may leave out `format` and `steps`) or as the JSON text of a file.
pub(crate) fn scenario(value: &JsValue) -> Result<Scenario, Fault> {
    let text = match value.dyn_ref::<JsString>() {
        Some(text) => owned(text)?,
        None => json_of_scenario(value)?,
    };
    Ok(Scenario::parse(text.as_bytes())?)
}

/// A command: an object as in a file's `steps`.
pub(crate) fn step(value: &JsValue) -> Result<Step, Fault> {
    Ok(Step::read(json(value)?.as_bytes())?)
}

/// What is to be lost.
pub(crate) fn losses(value: &JsValue) -> Result<what_if::Question, Fault> {
    Ok(what_if::Question::read(json(value)?.as_bytes())?)
}

/// Text that may be left out.
pub(crate) fn maybe_text(value: &JsValue, place: &str) -> Result<Option<String>, Fault> {
    if value.is_undefined() || value.is_null() { Ok(None) } else { text(value, place).map(Some) }
}

/// Text.
pub(crate) fn text(value: &JsValue, place: &str) -> Result<String, Fault> {
    let Some(text) = value.dyn_ref::<JsString>() else {
        return Err(Fault::new(BAD_INPUT, place, &format!("{} is not text", kind(value))));
    };
    let long = |_| Fault::new("too-long", place, &format!("text has at most {MAX_BYTES} bytes"));
    owned(text).map_err(long)
}

/// The fields of an object of options, each with its value; what is inherited is none. Others than the known are refused.
pub(crate) fn options(value: &JsValue, known: &[&str]) -> Result<Vec<(String, JsValue)>, Fault> {
    if value.is_undefined() || value.is_null() {
        return Ok(Vec::new());
    }
    if !value.is_object() {
        return Err(Fault::new(BAD_INPUT, "options", &format!("{} is not an object", kind(value))));
    }
    let mut fields = Vec::new();
    let keys = Reflect::own_keys(value).map_err(|thrown| unreadable("options", &thrown))?;
    for key in keys.iter() {
        let Some(name) = key.dyn_ref::<JsString>() else { continue };
        let name = owned(name)?;
        if !known.contains(&name.as_str()) {
            let cause = match nearest(&name, known) {
                Some(meant) => format!("there is no such option; did you mean {meant}?"),
                None => format!("there is no such option, only {}", known.join(", ")),
            };
            let shown: String = name.chars().filter(|c| !c.is_control()).take(120).collect();
            return Err(Fault::new(BAD_INPUT, &shown, &cause));
        }
        let field = Reflect::get(value, &key).map_err(|thrown| unreadable(&name, &thrown))?;
        fields.push((name, field));
    }
    Ok(fields)
}

/// A node's id that may be left out.
pub(crate) fn maybe_node(value: &JsValue, place: &str) -> Result<Option<NodeId>, Fault> {
    let read = |id: String| id.parse::<NodeId>();
    maybe_text(value, place)?
        .map(read)
        .transpose()
        .map_err(|error| Fault::new(BAD_INPUT, place, &error.to_string()))
}

/// A whole number from 0 to a limit.
pub(crate) fn whole(value: &JsValue, place: &str, most: u64) -> Result<u64, Fault> {
    let refuse = |found: &str| {
        let cause = format!("{found} is not a whole number from 0 to {most}");
        Fault::new(BAD_INPUT, place, &cause)
    };
    let Some(number) = value.as_f64() else { return Err(refuse(kind(value))) };
    if !(0.0..=crate::encode::number(most)).contains(&number) || number.fract() != 0.0 {
        return Err(refuse(&written(number)));
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "just compared")]
    Ok(number as u64)
}

/// A number as JavaScript writes it; Rust's formatting of floats is a lot of code.
fn written(number: f64) -> String {
    js_sys::Number::from(number)
        .to_string_with_radix(10)
        .map_or_else(|_| String::new(), String::from)
}

/// Milliseconds that are to pass.
pub(crate) fn milliseconds(value: &JsValue) -> Result<u64, Fault> {
    whole(value, "ms", LONGEST_MS)
}

/// A number of steps.
pub(crate) fn position(value: &JsValue, place: &str) -> Result<usize, Fault> {
    let number = whole(value, place, u64::from(u32::MAX))?;
    Ok(usize::try_from(number).unwrap_or(usize::MAX))
}

/// A partition.
pub(crate) fn partition(value: &JsValue) -> Result<PartitionId, Fault> {
    let number = whole(value, "partition", PARTITIONS as u64 - 1)?;
    let id = u16::try_from(number).ok().and_then(|number| PartitionId::new(number).ok());
    id.ok_or_else(|| Fault::new(BAD_INPUT, "partition", "there is no such partition"))
}

/// A partition that may be left out.
pub(crate) fn maybe_partition(value: &JsValue) -> Result<Option<PartitionId>, Fault> {
    let is_there = !value.is_undefined() && !value.is_null();
    is_there.then(|| partition(value)).transpose()
}

/// A replication factor, 1 to 128.
pub(crate) fn replication_factor(value: &JsValue) -> Result<usize, Fault> {
    let number = whole(value, "replicationFactor", MOST_COPIES)?;
    let factor = usize::try_from(number).ok().filter(|factor| *factor > 0);
    factor.ok_or_else(|| {
        let cause = "0 is not a whole number from 1 to 128";
        Fault::new(BAD_INPUT, "replicationFactor", cause)
    })
}

/// A roster: a list of entries like `A101@1`, at least one, no node twice.
pub(crate) fn roster(value: &JsValue) -> Result<Vec<RosterEntry>, Fault> {
    let unreadable = |thrown: JsValue| unreadable("roster", &thrown);
    if !is_array(value).map_err(unreadable)? {
        return Err(Fault::new(BAD_INPUT, "roster", &format!("{} is not a list", kind(value))));
    }
    let length = length(value).map_err(unreadable)?;
    if length > MAX_NODES as u64 {
        let cause = format!("a roster has at most {MAX_NODES} nodes");
        return Err(Fault::new(BAD_INPUT, "roster", &cause));
    }
    let mut roster: Vec<RosterEntry> = Vec::new();
    for index in 0..u32::try_from(length).unwrap_or(u32::MAX) {
        let place = format!("roster[{index}]");
        let entry =
            Reflect::get_u32(value, index).map_err(|thrown| self::unreadable(&place, &thrown))?;
        let entry = text(&entry, &place)?.parse::<RosterEntry>();
        let entry = entry.map_err(|error| Fault::new(BAD_INPUT, &place, &error.to_string()))?;
        if roster.iter().any(|other| other.node == entry.node) {
            return Err(Fault::rejected(&place, &Rejection::Twice(entry.node)));
        }
        roster.push(entry);
    }
    if roster.is_empty() {
        return Err(Fault::rejected("roster", &Rejection::NoNodes));
    }
    Ok(roster)
}

/// The JSON text of a value.
fn json(value: &JsValue) -> Result<String, Fault> {
    let mut writer = Writer::default();
    writer.value(value, 0)?;
    Ok(writer.text)
}

/// The JSON text of a scenario, with `format` and `steps` added where the object leaves them out.
fn json_of_scenario(value: &JsValue) -> Result<String, Fault> {
    let mut writer = Writer::default();
    writer.value(value, 0)?;
    let Writer { mut text, fields, .. } = writer;
    if !text.starts_with('{') {
        return Ok(text);
    }
    for (key, usual) in [("format", format!("{FORMAT:?}")), ("steps", "[]".to_owned())] {
        if !fields.iter().any(|field| field == key) {
            let comma = if text == "{}" { "" } else { "," };
            text.insert_str(1, &format!("{key:?}:{usual}{comma}"));
        }
    }
    Ok(text)
}

/// Copies a JavaScript text, unless it is longer than a file may be.
fn owned(text: &JsString) -> Result<String, Fault> {
    let length = usize::try_from(text.length()).unwrap_or(usize::MAX);
    if length > MAX_BYTES { Err(too_long()) } else { Ok(String::from(text)) }
}

fn too_long() -> Fault {
    ScenarioError { place: String::new(), cause: Cause::TooLong }.into()
}

/// The fault of a value that threw when it was read.
fn unreadable(place: &str, thrown: &JsValue) -> Fault {
    let said = thrown.dyn_ref::<js_sys::Error>().and_then(|error| {
        Reflect::get(error, &"message".into()).ok()?.dyn_ref::<JsString>().map(String::from)
    });
    let said: String = said.unwrap_or_default().chars().take(120).collect();
    Fault::new(BAD_INPUT, place, &format!("cannot be read: {said}"))
}

/// What a value is, for an error message.
fn kind(value: &JsValue) -> &'static str {
    match value {
        _ if value.is_undefined() => "undefined",
        _ if value.is_null() => "null",
        _ if value.is_string() => "text",
        _ if value.as_bool().is_some() => "a boolean",
        _ if value.as_f64().is_some() => "a number",
        _ if value.is_bigint() => "a bigint",
        _ if value.is_symbol() => "a symbol",
        _ if value.is_function() => "a function",
        _ => "an object",
    }
}

/// The length of a list.
fn length(list: &JsValue) -> Result<u64, JsValue> {
    let length = Reflect::get(list, &"length".into())?.as_f64().unwrap_or_default();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a length is")]
    Ok(length as u64)
}

/// Writes JSON text of a value and of all that is in it.
#[derive(Default)]
struct Writer {
    text: String,
    /// Where the value stands: `steps[4].nodes[0]`.
    place: String,
    /// The names of the outermost object's fields. What is inherited is no field.
    fields: Vec<String>,
}

impl Writer {
    fn refuse(&self, cause: &str) -> Fault {
        Fault::new(BAD_INPUT, &self.short_place(), cause)
    }

    fn threw(&self, thrown: &JsValue) -> Fault {
        unreadable(&self.short_place(), thrown)
    }

    /// A place that is nested a hundred deep says nothing by its end.
    fn short_place(&self) -> String {
        self.place.chars().filter(|c| !c.is_control()).take(120).collect()
    }

    fn value(&mut self, value: &JsValue, depth: usize) -> Result<(), Fault> {
        if depth > DEEPEST {
            return Err(self.refuse(&format!("nested more than {DEEPEST} deep")));
        }
        if self.text.len() > MAX_BYTES {
            return Err(too_long());
        }
        if let Some(number) = value.as_f64()
            && !number.is_finite()
        {
            return Err(
                self.refuse(&format!("{} is no number that a scenario can hold", written(number)))
            );
        }
        if let Some(text) = value.dyn_ref::<JsString>()
            && usize::try_from(text.length()).unwrap_or(usize::MAX) > MAX_BYTES
        {
            return Err(too_long());
        }
        match kind(value) {
            // As in a file.
            "null" => Err(self.refuse("null is not allowed: leave the field out")),
            "text" | "a boolean" | "a number" => self.primitive(value),
            "a bigint" => {
                let digits = value.unchecked_ref::<BigInt>().to_string(10);
                let digits = digits.map_err(|thrown| self.threw(&thrown.into()))?;
                self.text.push_str(&owned(&digits)?);
                Ok(())
            }
            "an object" => {
                let is_list = is_array(value).map_err(|thrown| self.threw(&thrown))?;
                if is_list { self.list(value, depth) } else { self.object(value, depth) }
            }
            other => Err(self.refuse(&format!("{other} is nothing that a scenario can hold"))),
        }
    }

    /// Text, a number and the like, as JavaScript itself writes it.
    fn primitive(&mut self, value: &JsValue) -> Result<(), Fault> {
        let json = JSON::stringify(value).map_err(|thrown| self.threw(&thrown))?;
        self.text.push_str(&String::from(json));
        Ok(())
    }

    fn list(&mut self, list: &JsValue, depth: usize) -> Result<(), Fault> {
        let length = length(list).map_err(|thrown| self.threw(&thrown))?;
        self.text.push('[');
        for index in 0..u32::try_from(length).unwrap_or(u32::MAX) {
            if index > 0 {
                self.text.push(',');
            }
            let whole = self.place.len();
            // Writing to a string cannot fail.
            let _ = write!(self.place, "[{index}]");
            let element = Reflect::get_u32(list, index);
            let element = element.map_err(|thrown| self.threw(&thrown))?;
            self.value(&element, depth + 1)?;
            self.place.truncate(whole);
        }
        self.text.push(']');
        Ok(())
    }

    /// The fields of an object; one that is `undefined` is one that is left out.
    fn object(&mut self, object: &JsValue, depth: usize) -> Result<(), Fault> {
        let keys = Reflect::own_keys(object);
        let keys: Array = keys.map_err(|thrown| self.threw(&thrown))?;
        self.text.push('{');
        let start = self.text.len();
        for key in keys.iter() {
            let Some(name) = key.dyn_ref::<JsString>() else { continue };
            let name = owned(name)?;
            let whole = self.place.len();
            self.place.push_str(if whole == 0 { "" } else { "." });
            self.place.push_str(&name);
            let field = Reflect::get(object, &key);
            let field = field.map_err(|thrown| self.threw(&thrown))?;
            if !field.is_undefined() {
                if self.text.len() > start {
                    self.text.push(',');
                }
                self.primitive(&key)?;
                self.text.push(':');
                if depth == 0 {
                    self.fields.push(name);
                }
                self.value(&field, depth + 1)?;
            }
            self.place.truncate(whole);
        }
        self.text.push('}');
        Ok(())
    }
}
