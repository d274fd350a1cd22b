//! What the parts of a line have come to so far, on a copy of the cluster.
//!
//! Invariant: the copy is the cluster after the entries. Not here: what a part means.

use rosterlab_engine::{Cluster, ClusterView, Command, NodeId};
use rosterlab_scenario::foresight::runbook::Mistake;
use rosterlab_scenario::words::text::capitalized;
use rosterlab_scenario::{Entry, Settle};

use super::names::Names;
use super::waits::Wait;

/// Why a line is not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// It is not understood.
    Unknown(String),
    /// It is understood and cannot be done.
    Fails(String),
}

/// What the parts of a line have come to.
pub(super) struct Course<'a> {
    pub names: &'a Names,
    pub cluster: Cluster,
    pub view: ClusterView,
    pub entries: Vec<Entry>,
    /// What a part does that is not what its words say.
    pub mistakes: Vec<Mistake>,
    /// How many of them the copy has seen.
    run: usize,
}

impl<'a> Course<'a> {
    pub(super) fn new(names: &'a Names, cluster: &Cluster) -> Self {
        let (cluster, view) = (cluster.clone(), cluster.view());
        Self { names, cluster, view, entries: Vec::new(), mistakes: Vec::new(), run: 0 }
    }

    /// Performs an entry after those before it. The last one of a line is left to whoever performs the line.
    pub(super) fn perform(&mut self, entry: Entry) -> Result<(), Stop> {
        self.catch_up()?;
        self.entries.push(entry);
        Ok(())
    }

    /// Lets the copy see what was performed, before the next part is read.
    pub(super) fn catch_up(&mut self) -> Result<(), Stop> {
        for entry in &self.entries[self.run..] {
            let done = entry.run(&mut self.cluster);
            done.map_err(|rejection| Stop::Fails(capitalized(&rejection.to_string())))?;
        }
        if self.run < self.entries.len() {
            self.run = self.entries.len();
            self.view = self.cluster.view();
        }
        Ok(())
    }

    /// Does a command and lets the clusters settle.
    pub(super) fn act(&mut self, command: Command) -> Result<(), Stop> {
        self.perform(Entry::Act { command, settle: Settle::Fully })
    }

    /// The node that stands for the cluster where none is named: the highest principal, else the highest node that runs.
    pub(super) fn anybody(&self) -> Result<NodeId, Stop> {
        let principal = self.view.sub_clusters.first().map(|here| here.principal);
        let running = || self.view.nodes.iter().find(|node| node.state.is_up()).map(|node| node.id);
        principal
            .or_else(running)
            .ok_or_else(|| Stop::Fails("No node runs that could take it".to_owned()))
    }

    /// Waits.
    pub(super) fn wait(&mut self, wait: Wait) -> Result<(), Stop> {
        let size = match wait {
            Wait::Millis(ms) => return self.perform(Entry::Pass { ms }),
            Wait::Migrations(size) => {
                self.perform(Entry::Migrate { partitions: None })?;
                size
            }
            Wait::Clusters(size) => size,
        };
        // What is waited for is so already; that it was waited for counts.
        if matches!(wait, Wait::Clusters(_)) {
            self.perform(Entry::Pass { ms: 0 })?;
        }
        let Some(size) = size else { return Ok(()) };
        self.catch_up()?;
        let sizes = self.view.sub_clusters.iter().map(|here| here.nodes.len());
        if sizes.clone().any(|here| here == size) {
            return Ok(());
        }
        let most = sizes.max().unwrap_or(0);
        Err(Stop::Fails(format!(
            "No cluster has {size} nodes then, so this waits for ever: the largest has {most}"
        )))
    }
}
