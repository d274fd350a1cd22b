//! `replicas`: which partitions a node owns, as clients learn it.
//!
//! Invariant: a bitmap has a bit for every partition. Not here: the reply itself (see [`crate::info`]).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rosterlab_engine::{PARTITIONS, PartitionId};

use super::fact::{NodeRef, Place};

/// The bytes of a bitmap.
const BYTES: usize = PARTITIONS / 8;
/// The most columns of a reply: the highest replication factor.
const MOST_COLUMNS: usize = 256;

/// What one node owns of one namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeReplicas {
    /// Where it was read.
    pub place: Place,
    /// The snapshot that it belongs to.
    pub moment: Option<String>,
    /// The node, as the input names it.
    pub node: Option<NodeRef>,
    /// The namespace.
    pub namespace: String,
    /// The regime of the latest rebalance; 0 in AP.
    pub regime: u32,
    /// A bitmap for each column: bit `0x80 >> (p & 7)` of byte `p >> 3` is partition `p`. Column 0 is that of masters.
    pub columns: Vec<Vec<u8>>,
}

impl NodeReplicas {
    /// Whether the node owns a partition in a column.
    #[must_use]
    pub fn owns(&self, column: usize, partition: PartitionId) -> bool {
        let at = partition.index();
        let byte = self.columns.get(column).and_then(|bits| bits.get(at >> 3));
        byte.is_some_and(|byte| byte & (0x80 >> (at & 7)) != 0)
    }
}

/// Whether a text is a reply.
pub(super) fn is_reply(text: &str) -> bool {
    let first = text.split(';').next().unwrap_or_default();
    parts(first).is_some()
}

/// Name, regime and number of columns, and the bitmaps.
fn parts(text: &str) -> Option<(&str, u32, usize, Vec<&str>)> {
    let (name, rest) = text.trim().split_once(':')?;
    let mut fields = rest.split(',');
    let regime = fields.next()?.parse().ok()?;
    let columns: usize = fields.next()?.parse().ok()?;
    let bitmaps: Vec<&str> = fields.take(MOST_COLUMNS + 1).collect();
    let is_name = !name.is_empty() && name.len() < 32 && !name.contains(['=', ' ']);
    let is_long = bitmaps.first().is_some_and(|bits| bits.len() > 100);
    (is_name && is_long).then_some((name, regime, columns, bitmaps))
}

/// Reads a reply; namespaces whose bitmaps are not whole are left out.
pub(super) fn read(text: &str, place: &Place, node: Option<&NodeRef>) -> Vec<NodeReplicas> {
    let of = |part: &str| {
        let (name, regime, count, bitmaps) = parts(part)?;
        let columns = bitmaps.iter().map(|bits| STANDARD.decode(bits.trim()).ok());
        let columns: Vec<Vec<u8>> = columns.collect::<Option<_>>()?;
        let is_whole = columns.len() == count.max(1) && columns.iter().all(|c| c.len() == BYTES);
        is_whole.then(|| NodeReplicas {
            place: place.clone(),
            moment: None,
            node: node.cloned(),
            namespace: name.to_owned(),
            regime,
            columns,
        })
    };
    text.split(';').filter_map(of).collect()
}
