//! `replicas`: which partitions a node owns, as clients learn it.
//!
//! Invariant: of one sub-cluster's nodes, each partition that is active is owned by exactly one in each column, and one that
//! is not active by none. Work is linear in the partitions, whatever the number of nodes. Not here: who is a replica (see
//! the engine).

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rosterlab_engine::{Mode, NodeId, PARTITIONS, PartitionId, Replica};

use super::Asked;
use super::request::Request;

/// A column's bits: bit `0x80 >> (p & 7)` of byte `p >> 3` is partition `p`.
type Bitmap = [u8; PARTITIONS / 8];

/// Whether a node owns a partition in a column \[open\]. The working master owns column 0. Of the other columns it owns its
/// own, and those of replicas that are still being filled; a replica that is whole owns its own.
fn owns(node: NodeId, master: Option<NodeId>, row: &[Replica], column: usize) -> bool {
    let Some(replica) = row.get(column) else { return false };
    if master == Some(node) {
        column == 0 || replica.node == node || replica.filling
    } else {
        column > 0 && replica.node == node && !replica.filling
    }
}

/// The columns of a namespace that a node owns: as many as partitions have replicas there, and at least one.
pub(super) fn columns(asked: &Asked<'_>, namespace: usize) -> Vec<Bitmap> {
    let none = || vec![[0; PARTITIONS / 8]];
    if asked.node.namespaces[namespace].in_roster == Some(false) {
        return none();
    }
    let name = &asked.view.namespaces[namespace].name;
    let table = asked.cluster.replicas(name, asked.node.id);
    let (Some(table), Some(home)) = (table, asked.home()) else { return none() };
    let mut columns = vec![[0; PARTITIONS / 8]; table.width().max(1)];
    let cells = &home.namespaces[namespace].cells;
    for (pid, cell) in PartitionId::all().zip(cells.iter()) {
        let row = table.of(pid);
        for (column, bits) in columns.iter_mut().enumerate() {
            if owns(asked.node.id, cell.working_master, row, column) {
                bits[pid.index() >> 3] |= 0x80 >> (pid.index() & 7);
            }
        }
    }
    columns
}

fn add_columns(text: &mut String, columns: &[Bitmap]) {
    for bits in columns {
        text.push(',');
        STANDARD.encode_string(bits, text);
    }
}

fn of_each(asked: &Asked<'_>, add: impl Fn(&mut String, usize)) -> String {
    let mut text = String::new();
    for (namespace, settings) in asked.view.namespaces.iter().enumerate() {
        if namespace > 0 {
            text.push(';');
        }
        text.push_str(&settings.name);
        text.push(':');
        add(&mut text, namespace);
    }
    text
}

/// `replicas` and `replicas:max=N`: `ns:regime,columns,bitmap,…;…`. The regime is 0 in AP.
pub(super) fn replicas(asked: &Asked<'_>, request: &Request<'_>) -> String {
    let most = request.param("max").and_then(|max| max.parse().ok()).filter(|max| *max > 0);
    of_each(asked, |text, namespace| {
        let columns = columns(asked, namespace);
        let shown = &columns[..columns.len().min(most.unwrap_or(usize::MAX))];
        let regime = match asked.view.namespaces[namespace].mode {
            Mode::StrongConsistency => asked.belief(namespace).regime.unwrap_or(0),
            Mode::Available => 0,
        };
        let _ = write!(text, "{regime},{}", shown.len());
        add_columns(text, shown);
    })
}

/// `replicas-all`: the same without the regime.
pub(super) fn replicas_all(asked: &Asked<'_>) -> String {
    of_each(asked, |text, namespace| {
        let columns = columns(asked, namespace);
        let _ = write!(text, "{}", columns.len());
        add_columns(text, &columns);
    })
}

/// `replicas-master`: column 0 alone.
pub(super) fn replicas_master(asked: &Asked<'_>) -> String {
    of_each(asked, |text, namespace| {
        STANDARD.encode_string(columns(asked, namespace)[0], text);
    })
}
