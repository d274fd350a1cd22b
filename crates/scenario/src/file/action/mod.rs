//! The actions of steps: one table of all actions with their names.
//!
//! Invariant: the names of actions are here and nowhere else; the enum, its reader, the schema and the error of an unknown
//! action are generated from the table. (What several sites have beside them has a table of its own, in `world`.) Not here: the fields of actions (see the files of the folder), and whether an
//! action can be done at its step (see `plan` and `runner`).

mod client;
mod expect;
mod nodes;
mod roster;
mod time;

pub use client::{Read, Write};
#[cfg(feature = "world")]
pub(crate) use expect::MOST;
pub use expect::{Expect, MasterField, When};
pub use nodes::{Add, Cut, Heal, Move, Nodes, ProtocolSwitch, Start, Wipe};
pub use roster::{Recluster, Revive, RosterField, RosterSet};
pub use time::{Advance, Migrate};

/// Generates the enum, the list of names, and the readers and schemas of all actions from one table.
macro_rules! actions {
    ($(#[$about:meta])* $table:ident; $($(#[$doc:meta])* $name:literal => $action:ident($fields:ty),)*) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize)]
        #[serde(tag = "do")]
        pub enum $table {
            $($(#[$doc])* #[serde(rename = $name)] $action($fields),)*
        }

        impl $table {
            /// Every name that `do` may have, in the order of the documentation.
            pub const NAMES: &'static [&'static str] = &[$($name),*];

            /// The value of `do`.
            #[must_use]
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$action(_) => $name,)*
                }
            }

            /// Reads an action from its fields, which stand beside others; `None` for an unknown name.
            pub(crate) fn read(
                name: &str,
                fields: $crate::file::placed::Fields<'_>,
                beside: &[&str],
            ) -> Option<Result<Self, $crate::file::placed::Wrong>> {
                Some(match name {
                    $($name => fields.read(beside).map(Self::$action),)*
                    _ => return None,
                })
            }

            /// Every name with the schema of the action's fields.
            #[cfg(feature = "schema")]
            pub(crate) fn schemas(
                generator: &mut schemars::SchemaGenerator,
            ) -> Vec<(&'static str, schemars::Schema)> {
                vec![$(($name, <$fields as schemars::JsonSchema>::json_schema(generator)),)*]
            }
        }
    };
}

#[cfg(feature = "world")]
pub(crate) use actions;

actions! {
    /// What a step does; the name is the value of `do`.
    Action;
    /// Clean shutdown.
    "stop" => Stop(Nodes),
    /// Unclean stop, all at the same instant.
    "crash" => Crash(Nodes),
    /// Start after either, perhaps with another version of the server.
    "start" => Start(Start),
    /// Empties drives.
    "wipe" => Wipe(Wipe),
    /// A new node joins.
    "add" => Add(Add),
    /// Removes nodes.
    "remove" => Remove(Nodes),
    /// Changes the configured rack.
    "move" => Move(Move),
    /// Cuts links.
    "cut" => Cut(Cut),
    /// Restores links.
    "heal" => Heal(Heal),
    /// Sets the pending roster.
    "roster-set" => RosterSet(RosterSet),
    /// Forces a cluster change.
    "recluster" => Recluster(Recluster),
    /// Turns `e` into `r`.
    "revive" => Revive(Revive),
    /// Puts nodes last in every row, from the next cluster change.
    "quiesce" => Quiesce(Nodes),
    /// Takes a quiesce back, from the next cluster change.
    "quiesce-undo" => QuiesceUndo(Nodes),
    /// Switches the protocols of the cluster.
    "protocol-switch" => ProtocolSwitch(ProtocolSwitch),
    /// Lets migrations run.
    "migrate" => Migrate(Migrate),
    /// Lets time pass.
    "advance" => Advance(Advance),
    /// A client writes.
    "write" => Write(Write),
    /// A client reads.
    "read" => Read(Read),
    /// Fails the run when it does not hold.
    "expect" => Expect(Box<Expect>),
}

impl Action {
    /// Whether clusters react to it; otherwise `settle` is an error.
    pub(crate) fn settles(&self) -> bool {
        !matches!(self, Self::Migrate(_) | Self::Advance(_) | Self::Expect(_))
    }
}
