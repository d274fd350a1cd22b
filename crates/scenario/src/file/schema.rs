//! The JSON Schema of a scenario file, generated from the file's types.
//!
//! Invariant: [`Scenario::parse`] refuses every field that the schema does not have. Only with the feature `schema`: the
//! page does not carry it. Not here: rules that a schema cannot express (a node that is named twice, an action that cannot
//! be done).

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use super::action::{Action, MasterField, RosterField};
use super::clock::{ClockTime, LONGEST_SECONDS, Seconds};
use super::cluster::ClusterFile;
use super::key::{DigestText, Key};
use super::limits::{FORMAT, MAX_STEPS};
use super::scenario::Scenario;
use super::schema_types::{Count, Node, schema};
use super::step::Step;

/// The schema as indented text with a final line break.
#[must_use]
pub fn schema_text() -> String {
    text_of(&schemars::schema_for!(Scenario))
}

/// A schema as indented text with a final line break.
pub(crate) fn text_of(schema: &Schema) -> String {
    let text = serde_json::to_string_pretty(schema);
    debug_assert!(text.is_ok(), "every schema can be written as JSON");
    text.unwrap_or_default() + "\n"
}

schema!(ClockTime, "Clock", {
    "description": "A time of day, not before that of an earlier step. It does not make time pass.",
    "type": "string",
    "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$"
});

schema!(Seconds, "Seconds", {
    "description": "Seconds, with at most three decimal places.",
    "type": "number",
    "minimum": 0,
    "maximum": LONGEST_SECONDS
});

schema!(Key, "Key", {
    "description": "A record's key.",
    "anyOf": [{"type": "integer", "minimum": i64::MIN, "maximum": i64::MAX}, {"type": "string"}]
});

schema!(DigestText, "Digest", {
    "description": "A record's digest: forty hexadecimal digits.",
    "type": "string",
    "pattern": "^[0-9A-Fa-f]{40}$"
});

impl JsonSchema for RosterField {
    fn schema_name() -> Cow<'static, str> {
        "Roster".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Nodes with their racks, as A101@1, or A101 for rack 0; or the observed nodes.",
            "anyOf": [
                {"const": "observed"},
                {
                    "type": "array",
                    "minItems": 1,
                    "items": {"type": "string", "pattern": "^(?!0+(@|$))[0-9A-Fa-f]{1,16}(@[0-9]{1,7})?$"}
                }
            ]
        })
    }
}

impl JsonSchema for MasterField {
    fn schema_name() -> Cow<'static, str> {
        "Master".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let node = generator.subschema_for::<Node>();
        let count = generator.subschema_for::<Count<4096>>();
        json_schema!({"anyOf": [count, node]})
    }
}

impl JsonSchema for Scenario {
    fn schema_name() -> Cow<'static, str> {
        "Rosterlab scenario".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let cluster = generator.subschema_for::<ClusterFile>();
        let step = generator.subschema_for::<Step>();
        whole("What happens to a simulated cluster, step by step.", "cluster", &cluster, &step)
    }
}

/// The schema of a whole file that starts from what one field says.
pub(crate) fn whole(description: &str, starts_from: &str, start: &Schema, step: &Schema) -> Schema {
    json_schema!({
        "description": description,
        "type": "object",
        "properties": {
            "$schema": {"description": "Where an editor finds this schema.", "type": "string"},
            "format": {"const": FORMAT},
            "title": {"description": "Its title.", "type": "string"},
            "about": {"description": "What it is about, in Markdown.", "type": "string"},
            starts_from: start,
            "steps": {
                "description": "What happens, in order.",
                "type": "array",
                "maxItems": MAX_STEPS,
                "items": step
            }
        },
        "required": ["format", starts_from, "steps"],
        "additionalProperties": false
    })
}

impl JsonSchema for Step {
    fn schema_name() -> Cow<'static, str> {
        "Step".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let clock = generator.subschema_for::<ClockTime>();
        let actions = Action::schemas(generator).into_iter();
        let steps: Vec<Value> = actions.map(|(name, fields)| step(name, fields, &clock)).collect();
        json_schema!({"description": "One step: an action by its name.", "oneOf": steps})
    }
}

/// The schema of a step: the fields of its action and those of every step.
pub(crate) fn step(name: &str, fields: Schema, clock: &Schema) -> Value {
    let mut object = match Value::from(fields) {
        Value::Object(object) => object,
        _ => Map::new(),
    };
    object.remove("title");
    object.remove("description");
    let properties = object.entry("properties").or_insert_with(|| json!({}));
    if let Value::Object(properties) = properties {
        properties.insert("do".to_owned(), json!({"const": name}));
        properties.insert("at".to_owned(), clock.clone().into());
        properties.insert(
            "say".to_owned(),
            json!({"description": "The author's text about it, in Markdown.", "type": "string"}),
        );
        properties.insert(
            "settle".to_owned(),
            json!({
                "description": "false lets the next step act before the clusters react; a number lets them react for so many \
                                seconds at most.",
                "type": ["boolean", "number"],
                "minimum": 0,
            }),
        );
    }
    if let Value::Array(required) = object.entry("required").or_insert_with(|| json!([])) {
        required.insert(0, json!("do"));
    }
    Value::Object(object)
}
