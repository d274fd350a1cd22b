//! Lines that do on a real cluster what a command does here, and back: `ssh a102 systemctl stop aerospike`.
//!
//! Invariant: the lines that [`lines`] writes for a command do the same when they are typed in a
//! [`Terminal`](crate::terminal::Terminal): here by [`read`], or by the admin tool. What no line of an operator does, such as a
//! client's request, is a comment.
//!
//! What stands for the machines is the model's: a node's host has the node's id in lower case as its name, and the node's
//! drives are `/dev/sda`, `/dev/sdb`, …, as in the log. Not here: what the admin tool does with its own lines (see
//! [`crate::admin`]).

mod read;
mod words;
mod write;

pub(crate) use read::named_hosts;
pub use read::{Line, read};
pub(crate) use words::{Piece, pieces};
pub use write::lines;
pub(crate) use write::named;

use rosterlab_engine::{ClusterView, NodeId, RackId};

/// What is called on hosts.
pub(crate) const WORDS: [&str; 7] = [
    "systemctl",
    "pkill -KILL asd",
    "blkdiscard",
    "iptables -I INPUT -s",
    "iptables -D INPUT -s",
    "asadm",
    "asinfo -v",
];
/// The configuration file of a node.
const CONF: &str = "/etc/aerospike/aerospike.conf";
/// What stops a node cleanly.
const STOP: &str = "systemctl stop aerospike";
/// What crashes it: the process gets no chance to flush its buffers or to mark its drives.
const CRASH: &str = "pkill -KILL asd";
/// What starts it.
const START: &str = "systemctl start aerospike";
/// What takes it out of service for good.
const REMOVE: &str = "systemctl disable aerospike";
/// What lets migrations run to their end.
pub(crate) const WAIT: &str = "wait for migrations";

/// What this terminal knows of a shell, for its help.
pub(crate) const HELP: &str = "\
Lines of a shell, with a node's id as its host:
    ssh a102 systemctl stop|start|restart aerospike     stop cleanly, start, both
    pdsh -w a101,b[101-102] pkill -KILL asd             crash, all at the same instant
    ssh a102 blkdiscard /dev/sda                        wipe a drive
    pdsh -w a101,a102 iptables -I INPUT -s b101 -j DROP cut links; -D restores them
    ssh b101 asinfo -v 'roster:'                        one request, from the node's own host
    ssh b101 asadm -e 'show roster'                     one line of asadm, from there
    sleep 30, wait for migrations                       let simulated time pass
    connect b101                                        begin a session of asadm on another node
    collectinfo                                         write what the nodes say into an archive
    clear                                               empty the console";

/// The name of a node's host.
#[must_use]
pub fn host(node: NodeId) -> String {
    node.to_string().to_lowercase()
}

/// The names of hosts as one word.
fn hosts(nodes: &[NodeId]) -> String {
    nodes.iter().map(|node| host(*node)).collect::<Vec<_>>().join(",")
}

/// The number of drives that a node has for each namespace, at the most.
fn drives(view: &ClusterView) -> u8 {
    view.namespaces.iter().map(|namespace| namespace.devices).max().unwrap_or(1)
}

/// What writes a rack id into the configuration, and whether the node stays quiesced.
fn configure(rack: RackId, stay_quiesced: bool) -> String {
    let stays = if stay_quiesced { " -e 's/stay-quiesced .*/stay-quiesced true/'" } else { "" };
    format!("sed -i -e 's/rack-id .*/rack-id {rack}/'{stays} {CONF}")
}
