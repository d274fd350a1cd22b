//! A model of how an Aerospike cluster with strong consistency behaves when nodes stop, crash, lose links or change
//! their roster: a simulator of documented behaviour, not affiliated with Aerospike.
//!
//! There is one way in and one way out. [`Cluster::apply`] takes a [`Command`], and [`Cluster::advance`] lets simulated
//! time pass; both return the [`Event`]s that followed. [`Cluster::view`] and [`Cluster::explain`] read the state. The
//! rules are numbered in the project's `docs/domain.md`, and each docstring that implements one names it with its
//! source: \[doc\] published documentation, \[case\] the published case study, \[open\] observable behaviour of the
//! openly licensed server, \[model\] our own choice.
//!
//! **Invariant.** The same commands give the same events, byte for byte, on every machine: the crate uses no clock, no
//! randomness, no hash maps and no floating point.
//!
//! **What this crate does not do**: files, the web, drawing, words for a person, records' contents.

mod as_read;
mod availability;

mod available;
mod balance;
mod change;
mod client;
mod cluster;
mod clustering;
mod command;
pub mod convert;
mod cuts;
mod event;
mod id;
mod losses;
mod mesh;
mod migration;
mod namespace;
mod node;
mod node_set;
mod observe;
pub mod order;
mod packed;
mod rebalance;
mod record;
mod roster;
mod rules;
mod scene;
mod schedule;
mod seeds;
mod served;
mod server;
mod starting;
mod storage;
mod succession;
mod tally;
mod uniform;
mod upgrade;
mod version;
mod view;
pub mod world;

pub use as_read::StartingVersions;
pub use availability::{Availability, Facts, Judge, Rule, Verdict, judge};
pub use client::CopyOfRecord;
pub use cluster::{Cluster, Until};
pub use command::{Command, ReadMode, Rejection, Shutdown};
pub use event::{ClientResult, Counts, Event, EventKind, Left, Migrations, Orphaned, Untrusted};
pub use id::{
    Digest, IdError, Link, MAX_NAMESPACES, MAX_NODES, MAX_RACK, NodeId, PARTITIONS, PartitionId,
    RackId,
};
pub use losses::Losses;
pub use losses::every_set::EverySet;
pub use losses::up_to_three::UpToThree;
pub use namespace::{
    ClusterSetup, Mode, NamespaceSettings, NodeSetup, Profile, SetupError, StartingRoster,
};
pub use node_set::PlaceSet;
pub use packed::PackedCluster;
pub use roster::{RosterEntry, RosterNodes};
pub use rules::{Clause, Rules};
pub use served::Served;
pub use server::{Gate, NoServerVersion, ServerVersion};
pub use starting::PackedVersions;
pub use storage::{DeviceMark, Distrust, StartMark};
pub use succession::{Work, fnv1a_64, jenkins_64, put_racks_apart, succession};
pub use version::{ClusterKey, CopyState, NoVersion, RevivedBy, UNIQUE_FAMILY, Version};
pub use view::{
    Answer, Belief, Cell, ClusterView, CopyCounts, Explanation, Holders, Membership, MigrationView,
    NamespaceBelief, NodeNamespaceView, NodeState, NodeView, QuiesceState, Replica, Replicas, Role,
    Seat, SubClusterNamespaceView, SubClusterView,
};
