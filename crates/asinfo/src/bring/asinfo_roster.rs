//! Lists of nodes: `A3@1,A2@1`, and the replies to `roster:`, `racks:` and `rack-ids`.
//!
//! Invariant: a list is read whole or not at all; one whose beginning or end was cut off is not read. Not here: which reply stands
//! where (see `transcript`).

use rosterlab_engine::{MAX_NODES, RackId, RosterEntry};

use super::fact::{List, NodeRef, Spot, What};
use super::sink::Sink;

/// A list of nodes as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Nodes {
    /// The rack that masters are forced to.
    pub(super) active: Option<RackId>,
    /// The nodes; none for `null`.
    pub(super) entries: Vec<RosterEntry>,
}

/// Reads a list; `None` when a part of it is no node.
pub(super) fn nodes(text: &str) -> Option<Nodes> {
    let text = text.trim();
    if matches!(text, "null" | "--" | "") {
        return Some(Nodes::default());
    }
    let (active, list) = match text.strip_prefix('M').and_then(|rest| rest.split_once(['|', '¦']))
    {
        Some((rack, list)) => (Some(rack.parse().ok()?), list),
        None => (None, text),
    };
    let list = list.trim_end_matches(',');
    let entries = list.split(',').take(MAX_NODES + 1).map(|entry| entry.trim().parse().ok());
    let entries: Vec<RosterEntry> = entries.collect::<Option<_>>()?;
    (entries.len() <= MAX_NODES).then_some(Nodes { active, entries })
}

/// The names of the three lists in a reply.
const LISTS: [(&str, List); 3] = [
    ("roster", List::Current),
    ("pending_roster", List::Pending),
    ("observed_nodes", List::Observed),
];

/// Whether a text has a reply to `roster:` in it.
pub(super) fn is_roster(text: &str) -> bool {
    ["roster=", "pending_roster=", "observed_nodes="].iter().any(|name| text.contains(name))
}

/// Reads a reply to `roster:`, of one namespace or of several.
pub(super) fn roster(
    sink: &mut Sink<'_>,
    text: &str,
    lines: (usize, usize),
    node: Option<&NodeRef>,
    known: Option<&str>,
) {
    let at = || Spot::Lines(lines.0, lines.1);
    let before = sink.count();
    // A prompt may stand before it.
    let start = ["ns=", "roster=", "pending_roster=", "observed_nodes="]
        .iter()
        .filter_map(|name| text.find(name))
        .min();
    let mut start = start.unwrap_or(0);
    if text[start..].starts_with("roster=") && text[..start].ends_with("pending_") {
        start -= "pending_".len();
    }
    let (head, text) = text.split_at(start);
    let is_list = |c: char| c.is_ascii_hexdigit() || matches!(c, '@' | ',' | ':');
    if head.contains(['@', ',']) && head.trim().chars().all(is_list) {
        sink.left(at(), head, "the beginning of this list is cut off");
    }
    for part in text.split(';') {
        let fields: Vec<(&str, &str)> =
            part.split(':').filter_map(|field| field.split_once('=')).collect();
        let namespace = fields.iter().find(|(name, _)| *name == "ns").map(|(_, name)| *name);
        let namespace = namespace.or(known);
        for (name, value) in fields {
            let Some((_, list)) = LISTS.iter().find(|(known, _)| *known == name) else { continue };
            let value = without_prompt(value);
            if is_cut(part, name, value) {
                sink.left(at(), &format!("{name}={value}"), "the end of this list is cut off");
                continue;
            }
            let Some(read) = nodes(value).filter(|_| !value.is_empty()) else {
                sink.left(at(), &format!("{name}={value}"), "this is no list of nodes");
                continue;
            };
            if let Some(rack) = read.active {
                sink.fact(at(), node, namespace, value, What::ActiveRack(rack));
            }
            sink.fact(at(), node, namespace, value, What::Nodes(*list, read.entries));
        }
    }
    if sink.count() > before {
        sink.understood(at(), "asinfo's roster");
    }
}

/// Whether the end of a namespace's list is cut off. A whole reply has all three lists, `observed_nodes` last,
/// so any other list that nothing follows may have lost more than can be seen. What ends with `observed_nodes` is cut where the
/// last id is the beginning of an id that another list has, or a comma ends it.
fn is_cut(part: &str, name: &str, value: &str) -> bool {
    let is_last = part.rsplit(':').next().is_some_and(|last| last.trim_start().starts_with(name));
    if !is_last {
        return false;
    }
    if name != "observed_nodes" || value.ends_with(',') {
        return true;
    }
    let last = value.rsplit(',').next().unwrap_or_default();
    let mut entries = part.split(['=', ',', ':', '|']).map(str::trim);
    let mut ids = entries.by_ref().filter_map(|entry| entry.split('@').next());
    !last.is_empty()
        && !last.contains('@')
        && ids.any(|id| id.len() > last.len() && id.starts_with(last) && id != last)
}

/// A value without a prompt that follows it on the same line.
fn without_prompt(value: &str) -> &str {
    let value = value.split_whitespace().next().unwrap_or_default();
    value.split('[').next().unwrap_or_default()
}

/// Whether a text is a reply to `racks:`.
pub(super) fn is_racks(text: &str) -> bool {
    text.contains(":rack_") || text.starts_with("rack_") || text.contains("roster_rack_")
}

/// Reads a reply to `racks:`: `ns=test:rack_1=A3,A2:roster_rack_1=…`. What the roster says goes before.
pub(super) fn racks(
    sink: &mut Sink<'_>,
    text: &str,
    lines: (usize, usize),
    node: Option<&NodeRef>,
    known: Option<&str>,
) {
    let at = || Spot::Lines(lines.0, lines.1);
    let before = sink.count();
    for part in text.split(';') {
        let part = part.trim();
        let fields: Vec<(&str, &str)> =
            part.split(':').filter_map(|field| field.split_once('=')).collect();
        let namespace = fields.iter().find(|(name, _)| name.ends_with("ns")).map(|(_, name)| *name);
        let namespace = namespace.or(known);
        let in_roster = fields.iter().any(|(name, _)| name.starts_with("roster_rack_"));
        let tag = if in_roster { "roster_rack_" } else { "rack_" };
        for (name, value) in fields {
            let Some(rack) = name.strip_prefix(tag).and_then(|rack| rack.parse().ok()) else {
                continue;
            };
            let Some(read) = nodes(without_prompt(value)) else {
                sink.left(at(), &format!("{name}={value}"), "this is no list of nodes");
                continue;
            };
            rack_of(sink, at, namespace, rack, &read.entries);
        }
    }
    if sink.count() > before {
        let _ = node;
        sink.understood(at(), "asinfo's racks");
    }
}

/// The nodes of a rack.
pub(super) fn rack_of(
    sink: &mut Sink<'_>,
    at: impl Fn() -> Spot,
    namespace: Option<&str>,
    rack: RackId,
    nodes: &[RosterEntry],
) {
    for entry in nodes {
        let node = NodeRef::Id(entry.node);
        let text = entry.node.to_string();
        sink.fact(at(), Some(&node), namespace, &text, What::EffectiveRack(rack));
    }
}

/// Reads a reply to `rack-ids`: `test:1;bar:2`.
pub(super) fn rack_ids(
    sink: &mut Sink<'_>,
    text: &str,
    lines: (usize, usize),
    node: Option<&NodeRef>,
) -> bool {
    let pairs: Option<Vec<(&str, RackId)>> = text
        .trim_end_matches(';')
        .split(';')
        .map(|pair| {
            let (namespace, rack) = pair.split_once(':')?;
            Some((namespace, rack.trim().parse().ok()?))
        })
        .collect();
    let Some(pairs) = pairs else { return false };
    let at = Spot::Lines(lines.0, lines.1);
    for (namespace, rack) in &pairs {
        let text = rack.to_string();
        sink.fact(at.clone(), node, Some(namespace), &text, What::EffectiveRack(*rack));
    }
    sink.understood(at, "asinfo's rack-ids");
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lists that are read of a reply, by how many nodes they have, and how many are left.
    fn lists(text: &str) -> (Vec<(List, usize)>, usize) {
        let mut out = super::super::sink::Facts::default();
        roster(&mut Sink::new(&mut out, "input"), text, (1, 1), None, None);
        let of = |what: &What| match what {
            What::Nodes(list, entries) => Some((*list, entries.len())),
            _ => None,
        };
        (out.facts.iter().filter_map(|fact| of(&fact.what)).collect(), out.left.len())
    }

    #[test]
    fn a_reply_cut_at_any_place_gives_only_lists_that_are_whole() {
        let whole =
            "roster=BB902@2,BB901@1:pending_roster=BB902@2,BB901@1:observed_nodes=BB902@2,BB901@1";
        let all = [(List::Current, 2), (List::Pending, 2), (List::Observed, 2)];
        assert_eq!(lists(whole), (all.to_vec(), 0));
        for end in "roster=".len()..whole.len() {
            let cut = &whole[..end];
            let (read, left) = lists(cut);
            let whole_lists = cut.matches(':').count();
            assert!(read.starts_with(&all[..whole_lists]), "{cut}: {read:?}");
            // Of the nodes that are observed nobody can see that one is missing after a whole entry.
            let may_end_there = whole_lists == 2 && cut.ends_with(['1', '2']);
            assert!(read.len() == whole_lists || may_end_there, "{cut}: {read:?}");
            let is_told = left == 1
                || read.len() > whole_lists
                || !cut.ends_with(['B', '9', '0', ',', '@', '=']);
            assert!(is_told, "{cut}");
        }
        // Of several namespaces only the last can be cut.
        let several = format!("ns=a:{whole};ns=b:roster=BB902@2,BB9");
        assert_eq!(lists(&several), (all.to_vec(), 1));
    }

    #[test]
    fn a_list_is_read_whole_or_not_at_all() {
        let read = |text| nodes(text).map(|nodes| nodes.entries.len());
        assert_eq!(read("A3@1,A2@1, a1"), Some(3));
        assert_eq!((read("null"), read("--")), (Some(0), Some(0)));
        assert_eq!(
            (read("A3@1,x"), read("A3@"), read("@1"), read("A3@1,,A2")),
            (None, None, None, None)
        );
        let active = nodes("M7|A1@7,B1@8").unwrap();
        assert_eq!((active.active.unwrap().get(), active.entries.len()), (7, 2));
    }
}
