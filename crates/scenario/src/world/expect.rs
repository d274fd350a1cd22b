//! The fields of `expect` where there are several sites: those of a single cluster, and what is counted of sites, ships,
//! fleets and records.
//!
//! Invariant: a number beyond its limits is refused. Not here: comparing (see `comparison`).

use serde::Serialize;

use crate::file::action::{Expect, MOST};
use crate::file::placed::{Fields, FromFields, Wrong};
use crate::file::{Bounds, DigestText, Key};

/// `expect` where there are several sites. All that is given must hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct WorldExpect {
    /// Of the cluster of `site`.
    #[serde(flatten)]
    pub cluster: Expect,
    /// Of sites, of a ship, of a fleet or of a record.
    #[serde(flatten)]
    pub counts: Counts,
}

/// Generates the struct of what is counted, with a list of it.
macro_rules! counts {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// What is counted of all sites or of `site`, of the ship `from` `to`, or of `fleet`; and one record.
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(default, deny_unknown_fields)]
        pub struct Counts {
            /// With `to`, the ship that the counts are of: the site that sends.
            #[serde(skip_serializing_if = "Option::is_none")]
            #[cfg_attr(feature = "schema", schemars(with = "String"))]
            pub from: Option<String>,
            /// The site that receives.
            #[serde(skip_serializing_if = "Option::is_none")]
            #[cfg_attr(feature = "schema", schemars(with = "String"))]
            pub to: Option<String>,
            /// The fleet that the counts are of.
            #[serde(skip_serializing_if = "Option::is_none")]
            #[cfg_attr(feature = "schema", schemars(with = "String"))]
            pub fleet: Option<String>,
            $(
                $(#[$doc])*
                #[serde(skip_serializing_if = "Option::is_none")]
                #[cfg_attr(
                    feature = "schema",
                    schemars(with = "crate::file::schema_types::Count<{ u32::MAX }>")
                )]
                pub $name: Option<Bounds>,
            )*
            /// The set of the record that `written_at` is about.
            #[serde(skip_serializing_if = "Option::is_none")]
            #[cfg_attr(feature = "schema", schemars(with = "String"))]
            pub set: Option<String>,
            /// Its key.
            #[serde(skip_serializing_if = "Option::is_none")]
            #[cfg_attr(feature = "schema", schemars(with = "Key"))]
            pub key: Option<Key>,
            /// Its digest, in place of set and key.
            #[serde(skip_serializing_if = "Option::is_none")]
            #[cfg_attr(feature = "schema", schemars(with = "DigestText"))]
            pub digest: Option<DigestText>,
            /// The site at which a client wrote the value that the record has at `site`.
            #[serde(skip_serializing_if = "Option::is_none")]
            #[cfg_attr(feature = "schema", schemars(with = "String"))]
            pub written_at: Option<String>,
        }

        impl Counts {
            /// Every count by its name.
            pub(crate) fn each(&self) -> Vec<(&'static str, Option<Bounds>)> {
                vec![$((stringify!($name), self.$name)),*]
            }
        }

        impl FromFields for Counts {
            const NAMES: &'static [&'static str] =
                &["from", "to", "fleet", $(stringify!($name),)* "set", "key", "digest", "written_at"];

            fn from_fields(fields: Fields<'_>) -> Result<Self, Wrong> {
                Ok(Self {
                    from: fields.maybe("from")?,
                    to: fields.maybe("to")?,
                    fleet: fields.maybe("fleet")?,
                    $($name: fields.bounds(stringify!($name), MOST)?,)*
                    set: fields.maybe("set")?,
                    key: fields.maybe("key")?,
                    digest: fields.maybe("digest")?,
                    written_at: fields.maybe("written_at")?,
                })
            }
        }
    };
}

counts! {
    /// Acknowledged and still on their way: of all ships, of those that send from `site`, or of the ship.
    waiting,
    /// The age of the oldest of these, in milliseconds.
    lag_ms,
    /// Records that arrived and were written, or lost against a later one.
    shipped,
    /// Records that the target refused with error 10.
    abandoned,
    /// Records that went with the queue of crashed nodes.
    queue_lost,
    /// Keys whose values differ between sites with nothing on its way, over all sites.
    diverged,
    /// Writes of clients that were acknowledged.
    acknowledged,
    /// Reads of clients that were answered.
    reads,
    /// Reads that did not see a write acknowledged before, anywhere.
    stale,
    /// Values that were replaced by one acknowledged before them.
    overwritten,
    /// Acknowledged writes that are lost.
    lost,
    /// Operations that were refused.
    refused,
    /// Records that are there.
    records,
    /// Records that another site has, with nothing on its way.
    missing,
    /// Operations that a fleet did not send, because the instance was being restarted.
    not_sent,
    /// How long a fleet has been paused in all, in milliseconds.
    paused_ms,
    /// How many instances of a fleet run and use `site`, or any.
    instances,
}

/// The names of all fields.
const NAMES: [&str; Expect::NAMES.len() + Counts::NAMES.len()] = {
    let mut names = [""; Expect::NAMES.len() + Counts::NAMES.len()];
    let mut index = 0;
    while index < names.len() {
        names[index] = match index.checked_sub(Expect::NAMES.len()) {
            None => Expect::NAMES[index],
            Some(index) => Counts::NAMES[index],
        };
        index += 1;
    }
    names
};

impl FromFields for WorldExpect {
    const NAMES: &'static [&'static str] = &NAMES;

    fn from_fields(fields: Fields<'_>) -> Result<Self, Wrong> {
        let (cluster, counts) = (Expect::from_fields(fields)?, Counts::from_fields(fields)?);
        Ok(Self { cluster, counts })
    }
}
