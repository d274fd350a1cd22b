//! Schemas of values that a file writes as text and that are types of the engine.
//!
//! Invariant: this file depends on no other of the crate, so the file's types can use it. Only with the feature `schema`.
//! Not here: the schema of the whole file (see `schema`).

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

/// Implements a type's schema.
macro_rules! schema {
    ($type:ty, $name:literal, $schema:tt) => {
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    };
}

pub(crate) use schema;

/// A node's id.
pub(crate) struct Node;

schema!(Node, "Node", {
    "description": "A node's id: one to sixteen hexadecimal digits, not all zero.",
    "type": "string",
    "pattern": "^(?!0+$)[0-9A-Fa-f]{1,16}$"
});

/// What people call a node.
pub(crate) struct NameOfNode;

schema!(NameOfNode, "NodeName", {
    "description": "What people call a node, such as its host: at most 64 bytes, no control characters.",
    "type": "string",
    "minLength": 1,
    "maxLength": 64
});

/// A count of at most `MOST`: one number, or bounds.
pub(crate) struct Count<const MOST: u32>;

impl<const MOST: u32> JsonSchema for Count<MOST> {
    fn schema_name() -> Cow<'static, str> {
        format!("CountTo{MOST}").into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let number = json!({"type": "integer", "minimum": 0, "maximum": MOST});
        let two = json!({"type": "array", "items": number, "minItems": 2, "maxItems": 2});
        let bounds = |name: &str, value: &Value| json!({"type": "object", "properties": {name: value}, "required": [name], "additionalProperties": false});
        json_schema!({
            "description": "A count: one number, or bounds, which are included.",
            "anyOf": [number, bounds("at-least", &number), bounds("at-most", &number), bounds("between", &two)]
        })
    }
}

/// A server profile.
pub(crate) struct Server;

schema!(Server, "Server", {
    "description": "The server whose rules for revived partitions apply.",
    "enum": ["4.5.3", "6.0", "7.1"]
});

/// A node's version of the server.
pub(crate) struct Version;

schema!(Version, "Version", {
    "description": "A version of the server: two to four numbers of at most 255.",
    "type": "string",
    "pattern": "^[0-9]{1,3}(\\.[0-9]{1,3}){1,3}$"
});

/// Which roster a namespace begins with.
pub(crate) struct StartingRosterName;

schema!(StartingRosterName, "StartingRoster", {
    "description": "Which roster a namespace begins with: all nodes, none, with empty drives, or these nodes with their racks, as A101@1.",
    "anyOf": [
        {"enum": ["all", "none"]},
        {
            "type": "array",
            "minItems": 1,
            "maxItems": 256,
            "items": {"type": "string", "pattern": "^(?!0+(@|$))[0-9A-Fa-f]{1,16}(@[0-9]{1,7})?$"}
        }
    ]
});

/// What nodes begin with.
pub(crate) struct VersionsText;

schema!(VersionsText, "Versions", {
    "description": "What the nodes begin with when it was read from a real cluster, packed.",
    "type": "string",
    "pattern": "^[-~0-9a-zA-Z]+$"
});

/// How a node went down.
pub(crate) struct DownName;

schema!(DownName, "Down", {
    "description": "How a node went down just before the start.",
    "enum": ["clean", "unclean"]
});

/// What a partition is.
pub(crate) struct AvailabilityName;

schema!(AvailabilityName, "Availability", {
    "description": "What a partition is in a sub-cluster.",
    "enum": ["active", "unavailable", "dead"]
});
