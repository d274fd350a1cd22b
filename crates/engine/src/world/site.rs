//! A site of a world: a cluster, its place on the common clock, and what was counted there.
//!
//! Invariant: the cluster's clock never goes past the world's, and comes up to it before anything is done there. Not here:
//! what clients and ships do (see `client` and `shipping`).

use crate::cluster::Cluster;
use crate::event::{Event, EventKind};
use crate::migration::Limits;
use crate::schedule::Phase;
use crate::world::view::SiteCounts;

/// How a site passes time while the world goes towards a goal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Pace {
    /// As time passes by itself.
    #[default]
    Play,
    /// Migrations stand still (scenario-format.md).
    Settle,
    /// Migrations run this far.
    Migrate(Option<Limits>),
}

impl Pace {
    fn phase(&self) -> Phase<'_> {
        match self {
            Self::Play => Phase::Play,
            Self::Settle => Phase::Settle,
            Self::Migrate(limits) => Phase::Migrate(limits.as_ref()),
        }
    }
}

/// One site.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Site {
    pub name: String,
    pub cluster: Cluster,
    pub counts: SiteCounts,
    pace: Pace,
    /// When something is next due in the cluster at this pace.
    due_ms: Option<u64>,
    /// Whether records may have changed since they were last looked up.
    pub is_stale: bool,
}

impl Site {
    pub fn new(name: String, cluster: Cluster) -> Self {
        let counts = SiteCounts::default();
        let mut site =
            Self { name, cluster, counts, pace: Pace::Play, due_ms: None, is_stale: false };
        site.look_ahead();
        site
    }

    pub fn due_ms(&self) -> Option<u64> {
        self.due_ms
    }

    /// Sets how the site passes time from now on.
    pub fn set_pace(&mut self, pace: Pace) {
        self.pace = pace;
        self.look_ahead();
    }

    /// Something was done to the cluster, so other things may be due.
    pub fn look_ahead(&mut self) {
        self.due_ms = self.cluster.due_ms(self.pace.phase());
    }

    /// Does what is due in the cluster up to a moment, and returns what happened.
    pub fn do_due(&mut self, now_ms: u64) -> Vec<Event> {
        let events = self.cluster.pass(self.pace.phase(), now_ms);
        self.look_ahead();
        events
    }

    /// Lets the cluster's clock come up to the world's. Nothing is due before.
    pub fn catch_up(&mut self, now_ms: u64) {
        if self.cluster.now_ms() < now_ms {
            self.cluster.come_up_to(self.pace.phase(), now_ms);
        }
    }
}

/// Whether more happened than that migrations went on: records may be served that were not before.
pub(crate) fn stirs(kind: &EventKind) -> bool {
    !matches!(kind, EventKind::Wrote { .. } | EventKind::Read { .. } | EventKind::WriteLost { .. })
}
