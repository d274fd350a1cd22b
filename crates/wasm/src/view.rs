//! A cluster as JavaScript sees it, for one namespace.
//!
//! Invariant: nothing is computed here; every field is one of the engine's view, under its name in `rosterlab.d.ts`. The
//! 4096 partitions of a sub-cluster are two typed arrays, never an object for each partition. Not here: explanations (see
//! `explanation`).

use js_sys::Uint16Array;
use rosterlab_engine::{
    Cell, ClusterView, CopyCounts, Counts, DeviceMark, Migrations, Mode, NamespaceSettings, NodeId,
    NodeState, NodeView, Profile, QuiesceState, RackId, RosterEntry, Rule, ServerVersion,
    SubClusterNamespaceView, SubClusterView,
};
use rosterlab_scenario::RuleName;
use rosterlab_scenario::event_data::{PerNode, PerRule, gate_name, per_node, per_rule};
use serde::Serialize;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::encode::{Bytes, number, text};

/// The value in `masters` of a partition that no node serves.
const NO_MASTER: u16 = 65535;
/// The first bit of the rule's number in a verdict's code.
const RULE_SHIFT: u8 = 2;
/// The bit of a verdict's code for a partition whose copies are being filled.
const FILLING: u8 = 1 << 6;
/// The bit of a verdict's code for a partition that came up empty.
const FRESH: u8 = 1 << 7;

/// The low two bits of a verdict's code.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AvailabilityCode {
    /// Serves reads and writes.
    Active = 0,
    /// Does not serve, and a roster node is missing.
    Unavailable = 1,
    /// Does not serve, although the whole roster is present.
    Dead = 2,
}

/// The next four bits of a verdict's code: the rule that decided.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleCode {
    /// Rule 0: fewer than RF roster nodes are present: not active.
    TooFewNodes = 0,
    /// Rule 1: no node present has data: active only if it is known to be new.
    NoData = 1,
    /// Rule 2: fewer than RF roster nodes are missing or untrusted: active.
    SuperMajority = 2,
    /// Rule 3: no voter has a full copy: not active.
    NoFullCopy = 3,
    /// Rule 4: every roster-replica is present: active.
    AllReplicas = 4,
    /// Rule 5: more than half of the roster votes, a roster-replica is present: active.
    Majority = 5,
    /// Rule 6: exactly half of the roster votes, the roster-master is present: active.
    Half = 6,
    /// Rule 7: none of these: not active.
    NothingElse = 7,
    /// No roster is in force: not active.
    NoRoster = 8,
    /// In no cluster: not active.
    NoCluster = 9,
    /// An AP namespace: active in every sub-cluster.
    Ap = 10,
}

/// A verdict's code: two bits of availability, four of the rule, one for copies that are being filled, one for a partition
/// that came up empty.
fn code_of(cell: &Cell) -> u8 {
    let filling = if cell.migrating { FILLING } else { 0 };
    let fresh = if cell.fresh { FRESH } else { 0 };
    cell.verdict.availability as u8 | (cell.verdict.rule as u8) << RULE_SHIFT | filling | fresh
}

/// The words of a verdict's code; `None` for a byte that is not a code.
pub(crate) fn verdict_of(code: u8) -> Option<VerdictWords> {
    let availability = match code & 3 {
        0 => "active",
        1 => "unavailable",
        2 => "dead",
        _ => return None,
    };
    let rule = *Rule::ALL.get(usize::from((code & !FILLING & !FRESH) >> RULE_SHIFT))?;
    let (filling, fresh) = (code & FILLING != 0, code & FRESH != 0);
    Some(VerdictWords { availability, rule: rule.into(), filling, fresh })
}

/// A verdict in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct VerdictWords {
    availability: &'static str,
    rule: RuleName,
    filling: bool,
    fresh: bool,
}

/// A whole cluster.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct View<'a> {
    time_ms: f64,
    server: Profile,
    switched: bool,
    namespace: &'a str,
    namespaces: Vec<Namespace<'a>>,
    nodes: Vec<Node<'a>>,
    cuts: Vec<(NodeId, NodeId)>,
    sub_clusters: Vec<SubCluster<'a>>,
    orphans: &'a [NodeId],
    changing: bool,
    migrating: bool,
    lost_writes: f64,
}

impl<'a> View<'a> {
    /// The view for the namespace at that index.
    pub(crate) fn of(view: &'a ClusterView, namespace: usize) -> Self {
        let ids: Vec<NodeId> = view.nodes.iter().map(|node| node.id).collect();
        let sub_clusters = view.sub_clusters.iter();
        Self {
            time_ms: number(view.time_ms),
            server: view.profile,
            switched: view.switched,
            namespace: &view.namespaces[namespace].name,
            namespaces: view.namespaces.iter().map(Namespace::of).collect(),
            nodes: view.nodes.iter().map(|node| Node::of(node, namespace)).collect(),
            cuts: view.cuts.iter().map(|link| (link.low(), link.high())).collect(),
            sub_clusters: sub_clusters
                .map(|here| SubCluster::of(here, &here.namespaces[namespace], &ids))
                .collect(),
            orphans: &view.orphans,
            changing: view.changing,
            migrating: view.migrating,
            lost_writes: number(view.lost_writes),
        }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the engine's settings, one for one")]
struct Namespace<'a> {
    name: &'a str,
    replication_factor: u8,
    strong_consistency: bool,
    commit_to_device: bool,
    devices: u8,
    prefer_uniform_balance: bool,
    auto_revive: bool,
}

impl<'a> Namespace<'a> {
    fn of(settings: &'a NamespaceSettings) -> Self {
        Self {
            name: &settings.name,
            replication_factor: settings.replication_factor,
            strong_consistency: settings.mode == Mode::StrongConsistency,
            commit_to_device: settings.commit_to_device,
            devices: settings.devices,
            prefer_uniform_balance: settings.prefer_uniform_balance,
            auto_revive: settings.auto_revive,
        }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the engine's facts, one for one")]
struct Node<'a> {
    id: NodeId,
    rack: RackId,
    state: NodeState,
    principal: bool,
    sub_cluster: Option<usize>,
    quiesce: QuiesceState,
    stay_quiesced: bool,
    server: ServerVersion,
    stays_out: Option<&'static str>,
    alone: bool,
    brand_new: bool,
    in_roster: Option<bool>,
    regime: u32,
    devices: &'a [DeviceMark],
    #[serde(with = "CopyCountsData")]
    copies: CopyCounts,
    remaining_migrations: Migrations,
}

impl<'a> Node<'a> {
    fn of(node: &'a NodeView, namespace: usize) -> Self {
        let here = &node.namespaces[namespace];
        Self {
            id: node.id,
            rack: node.rack,
            state: node.state,
            principal: node.principal,
            sub_cluster: node.sub_cluster,
            quiesce: node.quiesce,
            stay_quiesced: node.stay_quiesced,
            server: node.server,
            stays_out: node.stays_out.map(gate_name),
            alone: node.alone,
            brand_new: node.brand_new,
            in_roster: here.in_roster,
            regime: here.regime,
            devices: &here.devices,
            copies: here.copies,
            remaining_migrations: here.remaining,
        }
    }
}

#[derive(Serialize)]
#[serde(remote = "CopyCounts", rename_all = "camelCase")]
struct CopyCountsData {
    master: u32,
    full: u32,
    subset: u32,
    evade: u32,
    untrusted: u32,
    revived: u32,
    with_data: u32,
    filling: u32,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SubCluster<'a> {
    principal: NodeId,
    #[serde(serialize_with = "text")]
    cluster_key: rosterlab_engine::ClusterKey,
    nodes: &'a [NodeId],
    roster: &'a [RosterEntry],
    pending: &'a [RosterEntry],
    observed: &'a [RosterEntry],
    roster_nodes_present: u32,
    regime: u32,
    counts: Counts,
    fresh: u32,
    filling: u32,
    by_rule: Vec<PerRule>,
    expected_migrations: Vec<PerNode>,
    remaining_migrations: Vec<PerNode>,
    verdicts: Bytes,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    masters: Uint16Array,
}

impl<'a> SubCluster<'a> {
    fn of(
        sub_cluster: &'a SubClusterView,
        here: &'a SubClusterNamespaceView,
        ids: &[NodeId],
    ) -> Self {
        let master = |cell: &Cell| {
            let place =
                cell.working_master.and_then(|id| ids.iter().position(|other| *other == id));
            place.and_then(|place| u16::try_from(place).ok()).unwrap_or(NO_MASTER)
        };
        let masters: Vec<u16> = here.cells.iter().map(master).collect();
        Self {
            principal: sub_cluster.principal,
            cluster_key: sub_cluster.key,
            nodes: &sub_cluster.nodes,
            roster: &here.roster,
            pending: &here.pending,
            observed: &here.observed,
            roster_nodes_present: here.roster_nodes_present,
            regime: here.regime,
            counts: here.counts,
            fresh: here.fresh,
            filling: here.filling,
            by_rule: per_rule(&here.by_rule),
            expected_migrations: per_node(&here.expected),
            remaining_migrations: per_node(&here.remaining),
            verdicts: Bytes(here.cells.iter().map(code_of).collect()),
            masters: Uint16Array::from(masters.as_slice()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rosterlab_engine::Availability;

    #[test]
    fn codes_are_the_engines() {
        let availabilities = [
            (Availability::Active, AvailabilityCode::Active),
            (Availability::Unavailable, AvailabilityCode::Unavailable),
            (Availability::Dead, AvailabilityCode::Dead),
        ];
        let rules = [
            RuleCode::TooFewNodes,
            RuleCode::NoData,
            RuleCode::SuperMajority,
            RuleCode::NoFullCopy,
            RuleCode::AllReplicas,
            RuleCode::Majority,
            RuleCode::Half,
            RuleCode::NothingElse,
            RuleCode::NoRoster,
            RuleCode::NoCluster,
            RuleCode::Ap,
        ];
        assert_eq!(rules.len(), Rule::ALL.len());
        for (availability, availability_code) in availabilities {
            for (rule, rule_code) in Rule::ALL.into_iter().zip(rules) {
                assert_eq!(format!("{rule:?}"), format!("{rule_code:?}"));
                for (migrating, fresh) in
                    [(false, false), (false, true), (true, false), (true, true)]
                {
                    let verdict = rosterlab_engine::Verdict { availability, rule };
                    let code = code_of(&Cell { verdict, working_master: None, migrating, fresh });
                    assert_eq!(code & 3, availability_code as u8);
                    assert_eq!((code >> 2) & 15, rule_code as u8);
                    let words = VerdictWords {
                        availability: match availability {
                            Availability::Active => "active",
                            Availability::Unavailable => "unavailable",
                            Availability::Dead => "dead",
                        },
                        rule: rule.into(),
                        filling: migrating,
                        fresh,
                    };
                    assert_eq!(verdict_of(code), Some(words));
                }
            }
        }
    }

    #[test]
    fn a_byte_that_is_no_code_is_none() {
        for byte in [3, 255, 11 << 2, 128 | 11 << 2] {
            assert_eq!(verdict_of(byte), None, "{byte}");
        }
    }
}
