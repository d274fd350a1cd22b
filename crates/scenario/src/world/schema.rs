//! The JSON Schema of a scenario file, of one cluster or of several sites.
//!
//! Invariant: [`Document::parse`] refuses every field that the schema does not have. Only with the feature `schema`. Not
//! here: what a single cluster has (see `crate::file::schema`).

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::Value;

use super::action::{RewindField, SiteAction};
use super::expect::Counts;
use super::file::{Document, SiteFile, WorldAction};
use crate::file::action::Action;
use crate::file::clock::{ClockTime, LONGEST_SECONDS};
use crate::file::schema::{step, text_of, whole};
use crate::file::schema_types::schema;
use crate::file::{Scenario, parse};

/// The schema as indented text with a final line break.
#[must_use]
pub fn schema_text() -> String {
    text_of(&schemars::schema_for!(Document))
}

schema!(RewindField, "Rewind", {
    "description": "How far back: seconds, or everything.",
    "anyOf": [{"const": "all"}, {"type": "number", "minimum": 0, "maximum": LONGEST_SECONDS}]
});

impl JsonSchema for Document {
    fn schema_name() -> Cow<'static, str> {
        "Rosterlab scenario".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = Scenario::json_schema(generator);
        let mut sites = json_schema!({
            "description": "The sites on one clock; the first is meant where a step names none.",
            "type": "array",
            "minItems": 1,
            "maxItems": rosterlab_engine::world::MAX_SITES
        });
        sites.insert("items".to_owned(), generator.subschema_for::<SiteFile>().into());
        let step = world_step(generator);
        let several =
            whole("What happens to several sites, step by step.", parse::SITES, &sites, &step);
        json_schema!({
            "description": "What happens to a simulated cluster, or to several sites, step by step.",
            "oneOf": [one, several]
        })
    }
}

/// The schema of a step where there are several sites.
fn world_step(generator: &mut SchemaGenerator) -> Schema {
    let clock = generator.subschema_for::<ClockTime>();
    let of_sites = SiteAction::schemas(generator);
    let of_cluster = Action::schemas(generator);
    let expect = WorldAction::EXPECT;
    let steps = of_cluster.into_iter().chain(of_sites).map(|(name, mut fields)| {
        if name == expect {
            add_properties(&mut fields, &Counts::json_schema(generator));
        }
        let mut fields = step(name, fields, &clock);
        if WorldAction::may_name_a_site(name)
            && let Some(Value::Object(properties)) = fields.get_mut("properties")
        {
            let site = json_schema!({
                "description": "The site, else the first; of counts in expect, else all.",
                "type": "string"
            });
            properties.insert("site".to_owned(), site.into());
        }
        fields
    });
    let steps: Vec<Value> = steps.collect();
    json_schema!({"description": "One step: an action by its name.", "oneOf": steps})
}

/// Adds the properties of one schema to another.
fn add_properties(to: &mut Schema, from: &Schema) {
    let more = from.get("properties").and_then(Value::as_object).cloned();
    if let Some(Value::Object(properties)) = to.get_mut("properties") {
        properties.extend(more.into_iter().flatten());
    }
}
