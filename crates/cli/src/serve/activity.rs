//! What clients were told, node by node: counts for a page that shows the cluster.
//!
//! Invariant: each record request that a node answered is counted once, each row of a batch too. Not here: rates, which
//! whoever looks works out.

use std::collections::BTreeMap;

use rosterlab_asinfo::wire::code::ResultCode;
use rosterlab_engine::NodeId;
use serde::Serialize;

/// What a node told clients since the cluster's start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Told {
    /// Requests that were served, also those that found no record.
    pub served: u64,
    /// Requests for a partition that is unavailable (result 11).
    pub unavailable: u64,
    /// Requests that ended in a timeout (result 9), or with their connection closed: such a write is in doubt.
    pub in_doubt: u64,
    /// Requests that were refused for another reason.
    pub refused: u64,
}

/// The counts of every node that was asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Activity(BTreeMap<NodeId, Told>);

impl Activity {
    /// Counts a request that a node answered with this code.
    pub fn count(&mut self, node: NodeId, code: ResultCode) {
        let told = self.0.entry(node).or_default();
        *match code {
            ResultCode::Ok | ResultCode::NotFound | ResultCode::Generation | ResultCode::Exists => {
                &mut told.served
            }
            ResultCode::Unavailable => &mut told.unavailable,
            ResultCode::Timeout => &mut told.in_doubt,
            _ => &mut told.refused,
        } += 1;
    }
}
