//! `partition-info`: every version as one node has it, who serves, and the real map.
//!
//! Invariant: columns are found by their names, or by their number when the first row is cut off; a row that does not fit
//! is counted and not read. Nothing is guessed but which node replied when nobody says so: the one that its master
//! versions name. Not here: the reply itself (see [`crate::info`]), and what a cluster makes of the versions.

use std::collections::BTreeMap;

use rosterlab_engine::{NodeId, PARTITIONS, PartitionId, Version};

use super::fact::{NodeRef, Place};

/// What one node replied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodePartitions {
    /// Where it was read.
    pub place: Place,
    /// The snapshot that it belongs to.
    pub moment: Option<String>,
    /// The node, as the input names it.
    pub node: Option<NodeRef>,
    /// By namespace: its partitions, in the order of their numbers, without those that were not read.
    pub namespaces: BTreeMap<String, Vec<PartitionRow>>,
    /// Rows that could not be read.
    pub unread: usize,
}

/// One partition on one node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartitionRow {
    /// Which.
    pub partition: PartitionId,
    /// What the node is for it.
    pub state: PartitionState,
    /// How many replicas it has in the node's sub-cluster; 0 when it is frozen: unavailable or dead \[open\].
    pub replicas: u16,
    /// The node's own place among the replicas, from 0.
    pub replica: Option<u16>,
    /// The node's own place in the order of succession, from 0; servers from 8.1 tell.
    pub place: Option<u16>,
    /// How many duplicates the node knows of.
    pub duplicates: u16,
    /// The working master, if the node knows it.
    pub working_master: Option<NodeId>,
    /// Migrations that the node is to send.
    pub emigrates: u32,
    /// Of these, those that no fill delay holds back.
    pub lead_emigrates: u32,
    /// Migrations that the node is to receive.
    pub immigrates: u32,
    /// Records, without tombstones.
    pub records: u64,
    /// Its regime; 0 in AP and where it is not active.
    pub regime: u32,
    /// The version that the node has.
    pub version: Version,
    /// The version that it will have when migrations are done.
    pub final_version: Version,
}

/// What a node is for a partition \[open\].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartitionState {
    /// `S`: a replica that waits for nothing.
    Sync,
    /// `D`: a replica that waits for data.
    Desync,
    /// `A`: no replica, without data.
    Absent,
    /// `Z`: no replica, with data.
    Zombie,
    /// `X`: no replica, without data, with a mark.
    Marked,
}

/// A version as a server prints it: `a826589053b5.0.mp-` (domain.md §1). A key without its leading zeros is taken too.
fn version(text: &str) -> Option<Version> {
    let text = text.trim();
    let (key, rest) = text.split_once('.').filter(|(key, _)| !key.is_empty())?;
    format!("{key:0>12}.{rest}").parse().ok()
}

/// The columns of servers by their number, for replies whose first row was cut off \[open\].
const COLUMNS: [&str; 4] = [
    "namespace:partition:state:n_replicas:replica:n_dupl:working_master:emigrates:lead_emigrates:immigrates:records:tombstones:regime:version:final_version",
    "namespace:partition:state:n_replicas:replica:n_dupl:working_master:proxy_dst:emigrates:lead_emigrates:immigrates:records:tombstones:regime:version:final_version",
    "namespace:partition:state:n_replicas:replica:succession:n_dupl:working_master:proxy_dst:emigrates:lead_emigrates:immigrates:records:tombstones:regime:version:final_version",
    "namespace:partition:state:n_replicas:replica:succession:n_dupl:working_master:proxy_dst:emigrates:lead_emigrates:immigrates:records:tombstones:regime:tree_id:version:final_version",
];

/// Whether a line begins a reply, or is a row of one.
pub(super) fn is_reply(text: &str) -> bool {
    let text = text.trim_start();
    if text.starts_with("namespace:partition:") {
        return true;
    }
    let mut fields = text.split(';').next().unwrap_or_default().splitn(5, ':');
    let (Some(_), Some(pid), Some(state), Some(_)) =
        (fields.next(), fields.next(), fields.next(), fields.next())
    else {
        return false;
    };
    pid.parse::<PartitionId>().is_ok()
        && self::state(state).is_some()
        && text.matches(':').count() > 12
}

fn state(text: &str) -> Option<PartitionState> {
    Some(match text {
        "S" => PartitionState::Sync,
        "D" => PartitionState::Desync,
        "A" => PartitionState::Absent,
        "Z" => PartitionState::Zombie,
        "X" => PartitionState::Marked,
        _ => return None,
    })
}

/// Reads a reply: rows separated by `;` or by line ends.
pub(super) fn read(text: &str, place: Place, node: Option<NodeRef>) -> Option<NodePartitions> {
    let mut columns: Option<Vec<&str>> = None;
    let mut namespaces: BTreeMap<String, Vec<PartitionRow>> = BTreeMap::new();
    let mut unread = 0;
    for row in text.split([';', '\n']).map(str::trim).filter(|row| !row.is_empty()) {
        let fields: Vec<&str> = row.split(':').collect();
        if row.starts_with("namespace:partition:") {
            columns = Some(fields);
            continue;
        }
        let by_count = || {
            let known = COLUMNS.iter().find(|names| names.split(':').count() == fields.len());
            known.map(|names| names.split(':').collect())
        };
        let names = columns.clone().filter(|names| names.len() == fields.len()).or_else(by_count);
        match names.and_then(|names| of_row(&names, &fields)) {
            Some((namespace, row)) => namespaces.entry(namespace.to_owned()).or_default().push(row),
            None => unread += 1,
        }
    }
    for rows in namespaces.values_mut() {
        rows.sort_by_key(|row| row.partition);
        rows.dedup_by_key(|row| row.partition);
    }
    (!namespaces.is_empty()).then_some(NodePartitions {
        place,
        moment: None,
        node,
        namespaces,
        unread,
    })
}

fn of_row<'a>(names: &[&str], fields: &[&'a str]) -> Option<(&'a str, PartitionRow)> {
    let get = |name: &str| {
        let at = names.iter().position(|known| *known == name)?;
        fields.get(at).copied()
    };
    let small = |name: &str| get(name).and_then(|text| text.parse::<u16>().ok());
    let wide = |name: &str| get(name).and_then(|text| text.parse::<u32>().ok()).unwrap_or(0);
    let version = |name: &str| get(name).and_then(version);
    let row = PartitionRow {
        partition: get("partition")?.parse().ok()?,
        state: state(get("state")?)?,
        replicas: small("n_replicas")?,
        replica: small("replica"),
        place: small("succession"),
        duplicates: small("n_dupl").unwrap_or(0),
        working_master: get("working_master").and_then(|text| text.parse().ok()),
        emigrates: wide("emigrates"),
        lead_emigrates: wide("lead_emigrates"),
        immigrates: wide("immigrates"),
        records: get("records").and_then(|text| text.parse().ok()).unwrap_or(0),
        regime: wide("regime"),
        version: version("version")?,
        final_version: version("final_version").unwrap_or(Version::NULL),
    };
    Some((get("namespace").filter(|name| !name.is_empty() && name.len() < 32)?, row))
}

impl NodePartitions {
    /// The node that replied, by what it replied: a version with `m` is on its working master.
    #[must_use]
    pub fn own_id(&self) -> Option<NodeId> {
        let rows = self.namespaces.values().flatten();
        let mut masters =
            rows.filter(|row| row.version.is_master()).filter_map(|row| row.working_master);
        let first = masters.next()?;
        masters.all(|master| master == first).then_some(first)
    }

    /// Whether all partitions of a namespace were read.
    #[must_use]
    pub fn is_whole(&self, namespace: &str) -> bool {
        self.namespaces.get(namespace).is_some_and(|rows| rows.len() == PARTITIONS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_they_are_printed() {
        for text in
            ["a826589053b5.0.mp-", "000000000000.0.-pe", "000000000001.U.-s-", "000000000001.0.-sr"]
        {
            assert_eq!(version(text).unwrap().to_string(), text);
        }
        assert_eq!(version(" 1.U.-s- "), version("000000000001.U.-s-"));
        for bad in [
            "",
            "1.0",
            "1.0.mp",
            "1.0.mpé",
            "x.0.mp-",
            "1.g.mp-",
            "1234567890123.0.mp-",
            "1.0.mpx",
            "0.0.-s-",
        ] {
            assert_eq!(version(bad), None, "{bad:?}");
        }
    }
}
