//! The actions that only several sites have: one table of them, and their fields.
//!
//! Invariant: the names of these actions are here and nowhere else. A number beyond its limits and an unknown field are
//! refused. Not here: what an action does (the engine's `world`), and whether it can be done at its step (see `plan`).

use rosterlab_engine::world::{
    MAX_DELAY_MS, MAX_FLEET_KEYS, MAX_GENERATED, MAX_INSTANCES, MAX_RATE_PER_S, RestorePolicy,
    Rewind, XdrMode,
};
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::file::Seconds;
use crate::file::action::actions;
use crate::file::placed::{Fields, FromFields, FromJson, Wrong, named};

actions! {
    /// What only several sites have; the name is the value of `do`.
    SiteAction;
    /// Sets up a ship.
    "ship" => Ship(ShipSet),
    /// Removes a ship.
    "unship" => Unship(ShipWay),
    /// Cuts a ship's link.
    "disconnect" => Disconnect(ShipWay),
    /// Restores a ship's link.
    "reconnect" => Reconnect(ShipWay),
    /// Says whose writes a namespace takes.
    "allow" => Allow(Allow),
    /// A client writes generated records.
    "load" => Load(Load),
    /// Takes a backup.
    "backup" => Backup(Backup),
    /// Restores a backup.
    "restore" => Restore(Restore),
    /// Says which site an endpoint's name means.
    "repoint" => Repoint(Repoint),
    /// Starts a fleet.
    "fleet" => Fleet(FleetStart),
    /// Restarts a fleet's instances one after the other.
    "restart" => Restart(Restart),
    /// Stops a fleet.
    "pause" => Pause(FleetAction),
    /// Starts a paused fleet.
    "resume" => Resume(FleetAction),
    /// Lets time pass until ships have nothing left.
    "catch-up" => CatchUp(CatchUp),
}

impl SiteAction {
    /// The names of those that are done at one site, which the step's `site` names.
    pub(super) const AT_A_SITE: [&str; 4] = ["allow", "load", "backup", "restore"];
}

/// Generates structs of fields, each with its name in a file and its reader.
macro_rules! fields {
    ($(
        $(#[$about:meta])*
        $name:ident {
            $($(#[$doc:meta])* $text:literal $field:ident: $type:ty = $read:expr,)*
        }
    )*) => {$(
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($(#[$doc])* #[serde(rename = $text)] pub $field: $type,)*
        }

        impl FromFields for $name {
            const NAMES: &'static [&'static str] = &[$($text),*];

            fn from_fields(fields: Fields<'_>) -> Result<Self, Wrong> {
                Ok(Self { $($field: ($read)(fields, $text)?,)* })
            }
        }
    )*};
}

/// Reads a field that has to be there.
fn required<T: FromJson>(fields: Fields<'_>, name: &'static str) -> Result<T, Wrong> {
    fields.required(name)
}

/// Reads a field that may be left out.
fn maybe<T: FromJson>(fields: Fields<'_>, name: &'static str) -> Result<Option<T>, Wrong> {
    fields.maybe(name)
}

/// Reads a field that has a default.
fn usual<T: FromJson + Default>(fields: Fields<'_>, name: &'static str) -> Result<T, Wrong> {
    Ok(fields.maybe(name)?.unwrap_or_default())
}

/// A reader of a whole number that has to be there.
fn number(low: u32, high: u32) -> impl Fn(Fields<'_>, &'static str) -> Result<u32, Wrong> {
    move |fields, name| {
        let found = fields.whole(name, low.into(), high.into())?;
        found.ok_or_else(|| Wrong::missing(name))
    }
}

/// A reader of a whole number that may be left out.
fn number_or(
    default: u32,
    low: u32,
    high: u32,
) -> impl Fn(Fields<'_>, &'static str) -> Result<u32, Wrong> {
    move |fields, name| Ok(fields.whole(name, low.into(), high.into())?.unwrap_or(default))
}

/// The delay of a ship that states none, in milliseconds.
const USUAL_DELAY_MS: u32 = 200;
/// How long `catch-up` waits at most when it does not say so: an hour.
const USUAL_WAIT_MS: u64 = 3_600_000;

fields! {
    /// `ship`.
    ShipSet {
        /// The site that sends.
        "from" from: String = required,
        /// The site that receives.
        "to" to: String = required,
        /// The namespace at both; may be left out when there is only one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schema", schemars(with = "String"))]
        "namespace" namespace: Option<String> = maybe,
        /// How long a record takes one way, in milliseconds.
        #[serde(default = "usual_delay")]
        #[cfg_attr(feature = "schema", schemars(range(min = 0, max = MAX_DELAY_MS)))]
        "delay-ms" delay_ms: u32 = number_or(USUAL_DELAY_MS, 0, MAX_DELAY_MS),
        /// The throughput in records a second; unlimited when left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schema", schemars(with = "u32", range(min = 1)))]
        "records-per-second" records_per_s: Option<u32> = |fields: Fields<'_>, name| fields.whole(name, 1, u32::MAX.into()),
        /// Whose rules it follows: those of servers before 5.0, or of 5.4 with conflict resolution.
        #[serde(default)]
        "mode" mode: ModeName = usual,
        /// What it sends of what was there before: so many seconds back, or everything.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schema", schemars(with = "RewindField"))]
        "rewind" rewind: Option<RewindField> = maybe,
    }

    /// The way of a ship: `unship`, `disconnect`, `reconnect`.
    ShipWay {
        /// The site that sends.
        "from" from: String = required,
        /// The site that receives.
        "to" to: String = required,
        /// The namespace; may be left out when there is only one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schema", schemars(with = "String"))]
        "namespace" namespace: Option<String> = maybe,
    }

    /// `allow`.
    Allow {
        /// The namespace; may be left out when there is only one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schema", schemars(with = "String"))]
        "namespace" namespace: Option<String> = maybe,
        /// Whether it takes what ships bring: the server's `allow-xdr-writes`.
        "xdr-writes" xdr_writes: bool = required,
        /// Whether it takes clients' writes: the server's `allow-nonxdr-writes`.
        "nonxdr-writes" nonxdr_writes: bool = required,
    }

    /// `load`.
    Load {
        /// The namespace; may be left out when there is only one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schema", schemars(with = "String"))]
        "namespace" namespace: Option<String> = maybe,
        /// How many generated records are written.
        #[cfg_attr(feature = "schema", schemars(range(min = 1, max = MAX_GENERATED)))]
        "records" records: u32 = number(1, MAX_GENERATED),
        /// The number of the first.
        #[serde(default, skip_serializing_if = "is_zero")]
        #[cfg_attr(feature = "schema", schemars(range(min = 0, max = MAX_GENERATED)))]
        "first" first: u32 = number_or(0, 0, MAX_GENERATED),
    }

    /// `backup`.
    Backup {
        /// The namespace; may be left out when there is only one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schema", schemars(with = "String"))]
        "namespace" namespace: Option<String> = maybe,
        /// The backup's name; one with that name is replaced.
        "name" name: String = required,
    }

    /// `restore`.
    Restore {
        /// The namespace; may be left out when there is only one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schema", schemars(with = "String"))]
        "namespace" namespace: Option<String> = maybe,
        /// The backup's name.
        "name" name: String = required,
        /// What becomes of records that are there.
        #[serde(default)]
        "policy" policy: PolicyName = usual,
    }

    /// `repoint`.
    Repoint {
        /// The endpoint: the name that applications use.
        "endpoint" endpoint: String = required,
        /// The site that it means from now on.
        "to" to: String = required,
    }

    /// `fleet`.
    FleetStart {
        /// Its name.
        "name" name: String = required,
        /// How many instances.
        #[cfg_attr(feature = "schema", schemars(range(min = 1, max = MAX_INSTANCES)))]
        "instances" instances: u32 = number(1, MAX_INSTANCES),
        /// The endpoint that they use.
        "endpoint" endpoint: String = required,
        /// The namespace; may be left out when there is only one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schema", schemars(with = "String"))]
        "namespace" namespace: Option<String> = maybe,
        /// How many generated records they use.
        #[cfg_attr(feature = "schema", schemars(range(min = 1, max = MAX_FLEET_KEYS)))]
        "keys" keys: u32 = number(1, MAX_FLEET_KEYS),
        /// The number of the first.
        #[serde(default, skip_serializing_if = "is_zero")]
        #[cfg_attr(feature = "schema", schemars(range(min = 0, max = MAX_GENERATED)))]
        "first" first: u32 = number_or(0, 0, MAX_GENERATED),
        /// Of so many reads and writes in a row, the reads.
        "reads" reads: u32 = number(0, u32::MAX),
        /// Of so many reads and writes in a row, the writes.
        "writes" writes: u32 = number(0, u32::MAX),
        /// Operations of each instance in a second.
        #[cfg_attr(feature = "schema", schemars(range(min = 1, max = MAX_RATE_PER_S)))]
        "rate-per-second" rate_per_s: u32 = number(1, MAX_RATE_PER_S),
    }

    /// `restart`.
    Restart {
        /// The fleet.
        "fleet" fleet: String = required,
        /// How long each instance is down.
        "seconds-each" seconds_each: Seconds = required,
    }

    /// `pause`, `resume`.
    FleetAction {
        /// The fleet.
        "fleet" fleet: String = required,
    }

    /// `catch-up`.
    CatchUp {
        /// How long at most.
        #[serde(default = "usual_wait")]
        "within" within: Seconds = |fields: Fields<'_>, name| Ok(fields.maybe(name)?.unwrap_or_else(usual_wait)),
    }
}

#[cfg(feature = "schema")]
fn usual_delay() -> u32 {
    USUAL_DELAY_MS
}

fn usual_wait() -> Seconds {
    Seconds::of_ms(USUAL_WAIT_MS)
}

/// Whether a number is 0 and can be left out; serde passes a reference.
#[expect(clippy::trivially_copy_pass_by_ref)]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// Whose rules a ship follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum ModeName {
    /// Before 5.0: what arrives last stays.
    #[default]
    #[serde(rename = "4")]
    V4,
    /// 5.4 with conflict resolution: the later last-update time stays.
    #[serde(rename = "5.4")]
    V5_4,
}

named!(ModeName: "4" => V4, "5.4" => V5_4);

impl From<ModeName> for XdrMode {
    fn from(mode: ModeName) -> Self {
        match mode {
            ModeName::V4 => Self::V4,
            ModeName::V5_4 => Self::V5_4,
        }
    }
}

/// What a restore does with a record that is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum PolicyName {
    /// It stays if its generation is at least as high as the backup's.
    #[default]
    UnlessNewerGeneration,
    /// It stays.
    Unique,
    /// It is replaced.
    Replace,
}

named!(PolicyName: "unless-newer-generation" => UnlessNewerGeneration, "unique" => Unique, "replace" => Replace);

impl From<PolicyName> for RestorePolicy {
    fn from(policy: PolicyName) -> Self {
        match policy {
            PolicyName::UnlessNewerGeneration => Self::UnlessNewerGeneration,
            PolicyName::Unique => Self::Unique,
            PolicyName::Replace => Self::Replace,
        }
    }
}

/// How far back a new ship goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RewindField {
    /// So many seconds.
    Back(Seconds),
    /// To the beginning: `"all"`.
    All,
}

impl Serialize for RewindField {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Back(seconds) => seconds.serialize(serializer),
            Self::All => serializer.serialize_str("all"),
        }
    }
}

impl FromJson for RewindField {
    fn from_json(value: &Value) -> Result<Self, Wrong> {
        match value {
            Value::String(text) if text == "all" => Ok(Self::All),
            Value::Number(_) => Seconds::from_json(value).map(Self::Back),
            _ => Err(Wrong::of_type(value, "a number of seconds or \"all\"")),
        }
    }
}

impl From<RewindField> for Rewind {
    fn from(rewind: RewindField) -> Self {
        match rewind {
            RewindField::Back(seconds) => Self::Back(seconds.ms()),
            RewindField::All => Self::All,
        }
    }
}
