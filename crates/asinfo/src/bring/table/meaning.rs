//! What a table says: from named cells to facts.
//!
//! Invariant: a cell that is none of what its heading announces gives nothing; the tool's own `--` and `~~` are no values.
//! Not here: layouts.

use super::super::asinfo_roster::{self, nodes};
use super::super::fact::{Count, List, NodeRef, Setting, Spot, What};
use super::super::known;
use super::super::sink::Sink;
use super::{Grid, Record};

/// The names of the three lists in `show roster`.
const LISTS: [(&str, List); 3] = [
    ("current roster", List::Current),
    ("pending roster", List::Pending),
    ("observed nodes", List::Observed),
];

/// Which table it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Roster,
    Racks,
    Network,
    Objects,
    Map,
    /// Statistics or configuration, of a namespace or not.
    Figures,
    /// A table without anything that is needed.
    Other,
}

impl Kind {
    fn of(grid: &Grid) -> Option<Self> {
        let has = |name: &str| grid.records.iter().any(|record| record.get(&[name]).is_some());
        let is_figure =
            |name: &str| name.contains('_') && !name.contains(['(', ',']) || name == "rack-id";
        if LISTS.iter().any(|(name, _)| has(name)) {
            Some(Self::Roster)
        } else if has("rack id") && has("nodes") {
            Some(Self::Racks)
        } else if has("principal") || (has("node id") && has("build")) {
            Some(Self::Network)
        } else if has("repl factor") {
            Some(Self::Objects)
        } else if has("primary") || has("primary partitions") {
            Some(Self::Map)
        } else if grid.title.ends_with("Statistics")
            || grid.title.ends_with("Configuration")
            || grid.records.iter().any(|r| r.cells.iter().any(|(name, _)| is_figure(name)))
        {
            Some(Self::Figures)
        } else if has("node") || has("namespace") {
            Some(Self::Other)
        } else {
            None
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Roster => "asadm's show roster",
            Self::Racks => "asadm's show racks",
            Self::Network => "asadm's info network",
            Self::Objects => "asadm's info namespace",
            Self::Map => "asadm's show pmap",
            Self::Figures => "asadm's show statistics or configuration",
            Self::Other => "a table of asadm without anything that is needed",
        }
    }
}

/// Puts a table's facts where they belong; false when it is none that is known.
pub(crate) fn facts(sink: &mut Sink<'_>, grid: &Grid) -> bool {
    let kind = Kind::of(grid);
    let before = sink.count();
    let of_namespace = ["Namespace Statistics", "Namespace Configuration"]
        .iter()
        .find_map(|end| grid.title.strip_suffix(end))
        .map(str::trim)
        .filter(|name| !name.is_empty());
    for record in &grid.records {
        match kind {
            Some(Kind::Racks) => racks(sink, record),
            Some(kind) => row(sink, kind, record, of_namespace),
            None => by_contents(sink, record),
        }
    }
    for line in &grid.left {
        let at = Spot::Lines(line.number, line.number);
        sink.left(at, &line.text, "it fits no row of the table below it");
    }
    let found = sink.count() > before;
    let kind = match kind {
        Some(kind) => kind,
        None if found => Kind::Roster,
        None => return false,
    };
    sink.understood(Spot::Lines(grid.lines.0, grid.lines.1), kind.name());
    true
}

/// A value of a cell, unless the tool has none there.
fn value(cell: &str) -> Option<&str> {
    let cell = cell.trim();
    (!matches!(cell, "" | "--" | "~~" | "N/E")).then_some(cell)
}

/// A row about a node.
fn row(sink: &mut Sink<'_>, kind: Kind, record: &Record, of_namespace: Option<&str>) {
    let at = || Spot::Lines(record.lines.0, record.lines.1);
    let name = record.get(&["node"]).and_then(known::name);
    let id_cell = record.get(&["node id"]).unwrap_or_default();
    let id = known::id(id_cell);
    let namespace = record.get(&["namespace"]).and_then(value).or(of_namespace);
    let node = name.clone().map(NodeRef::Name).or(id.map(NodeRef::Id));
    if let (Some(_), Some(id)) = (&name, id) {
        sink.fact(at(), node.as_ref(), None, id_cell, What::Id(id));
    }
    // Sums have no node.
    let Some(node) = node else { return };
    let node = Some(&node);
    let get = |names: &[&str]| record.get(names).and_then(value);
    match kind {
        Kind::Roster => {
            for (heading, list) in LISTS {
                let Some(cell) = record.get(&[heading]) else { continue };
                list_of(sink, record, node, namespace, list, cell);
            }
        }
        Kind::Network => {
            if let Some(ip) =
                get(&["ip"]).and_then(known::name).filter(|ip| Some(ip) != name.as_ref())
            {
                sink.fact(at(), node, None, &ip, What::Name(ip.clone()));
            }
            for (headings, known) in [
                (&["build"][..], "build"),
                (&["size", "cluster size"], "cluster_size"),
                (&["key", "cluster key"], "cluster_key"),
            ] {
                if let Some(cell) = get(headings)
                    && let Some(what) = known::what(known, cell)
                {
                    sink.fact(at(), node, None, cell, what);
                }
            }
            if let Some(cell) = get(&["migrations"])
                && let Some(count) = known::shortened(cell)
            {
                sink.fact(at(), node, None, cell, What::Count(Count::Migrating, count));
            }
            if let Some(cell) = get(&["principal"])
                && let Some(id) = known::id(cell)
            {
                sink.fact(at(), node, None, cell, What::Principal(id));
            }
        }
        Kind::Objects => {
            let rack = get(&["rack id"]).and_then(|cell| Some((cell, cell.parse().ok()?)));
            if let Some((cell, rack)) = rack {
                sink.fact(at(), node, namespace, cell, What::EffectiveRack(rack));
            }
            if let Some(cell) = get(&["repl factor"])
                && let Some(what) = known::what("effective_replication_factor", cell)
            {
                sink.fact(at(), node, namespace, cell, what);
            }
        }
        Kind::Map => {
            for (headings, count) in [
                (["primary", "primary partitions"], Count::Primary),
                (["secondary", "secondary partitions"], Count::Secondary),
                (["unavailable", "unavailable partitions"], Count::Unavailable),
                (["dead", "dead partitions"], Count::Dead),
            ] {
                let number = get(&headings).and_then(|cell| Some((cell, known::number(cell)?)));
                if let Some((cell, number)) = number {
                    sink.fact(at(), node, namespace, cell, What::Count(count, number));
                }
            }
        }
        Kind::Figures => figures(sink, record, node, namespace),
        Kind::Racks | Kind::Other => {}
    }
}

/// Statistics and settings of a node.
fn figures(sink: &mut Sink<'_>, record: &Record, node: Option<&NodeRef>, namespace: Option<&str>) {
    let at = || Spot::Lines(record.lines.0, record.lines.1);
    let mut devices = 0_u8;
    let mut last_device = "";
    for (name, cell) in &record.cells {
        let Some(cell) = value(cell) else { continue };
        if name.starts_with("storage-engine.device[") || name.starts_with("storage-engine.file[") {
            devices = devices.saturating_add(1);
            last_device = cell;
        }
        // A marked principal, as in other cells.
        let cell = cell.trim_start_matches(['*', '@']);
        if let Some(what) = known::what(name, cell) {
            let of = namespace
                .filter(|_| known::is_of_namespace(&what) || matches!(what, What::Rack(_)));
            sink.fact(at(), node, of, cell, what);
        }
    }
    if (1..=16).contains(&devices) {
        let what = What::Setting(Setting::Devices(devices));
        sink.fact(at(), node, namespace, last_device, what);
    }
}

fn list_of(
    sink: &mut Sink<'_>,
    record: &Record,
    node: Option<&NodeRef>,
    namespace: Option<&str>,
    list: List,
    cell: &str,
) {
    let at = || Spot::Lines(record.lines.0, record.lines.1);
    // An empty cell is one that `diff` blanked.
    if cell.is_empty() || cell == "~~" {
        return;
    }
    match nodes(cell) {
        Some(read) => {
            if let Some(rack) = read.active {
                sink.fact(at(), node, namespace, cell, What::ActiveRack(rack));
            }
            sink.fact(at(), node, namespace, cell, What::Nodes(list, read.entries));
        }
        None => sink.left(at(), cell, "this is no list of nodes"),
    }
}

/// A row of `show racks`.
fn racks(sink: &mut Sink<'_>, record: &Record) {
    let at = || Spot::Lines(record.lines.0, record.lines.1);
    let namespace = record.get(&["namespace"]).and_then(value);
    let rack = record.get(&["rack id"]).and_then(|cell| cell.parse().ok());
    let cell = record.get(&["nodes"]).unwrap_or_default();
    let (Some(rack), Some(list)) = (rack, nodes(cell)) else {
        if value(cell).is_some() {
            sink.left(at(), cell, "this is no rack with its nodes");
        }
        return;
    };
    asinfo_roster::rack_of(sink, at, namespace, rack, &list.entries);
}

/// A row whose headings were cut off: the last three cells are lists, before them namespace and id.
fn by_contents(sink: &mut Sink<'_>, record: &Record) {
    let cells: Vec<&str> = record.cells.iter().map(|(_, cell)| cell.as_str()).collect();
    let [before @ .., namespace, current, pending, observed] = cells.as_slice() else { return };
    let lists = [*current, *pending, *observed];
    let read: Option<Vec<_>> = lists.iter().map(|cell| nodes(cell)).collect();
    // Nothing else tells that it is a roster.
    let is_list = |cell: &&str| cell.contains(['@', ',']);
    let is_name = known::name(namespace).is_some() && !namespace.contains(['@', ',', ':']);
    if read.is_none() || !lists.iter().any(is_list) || !is_name {
        return;
    }
    let id = before.iter().rev().find_map(|cell| known::id(cell));
    let name = before.first().and_then(|cell| known::name(cell)).filter(|_| before.len() > 1);
    let node = name.map(NodeRef::Name).or(id.map(NodeRef::Id));
    let at = || Spot::Lines(record.lines.0, record.lines.1);
    if let (Some(NodeRef::Name(_)), Some(id)) = (&node, id) {
        sink.fact(at(), node.as_ref(), None, &id.to_string(), What::Id(id));
    }
    for ((_, list), cell) in LISTS.iter().zip(lists) {
        list_of(sink, record, node.as_ref(), value(namespace), *list, cell);
    }
}
