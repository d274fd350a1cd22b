//! Racks as lanes with their nodes, and the same as a table.
//!
//! Invariant: a node's box shows its state by border style, colour and words. An orphan never has the colour of a
//! sub-cluster. The table has everything that the picture shows.

use rosterlab_engine::{NodeState, NodeView, RackId};

use rosterlab_scenario::words::marks::{device_mark, state};
use rosterlab_scenario::words::text::thousands;

use crate::Moment;
use crate::markup::Markup;

/// The size of a node's box and the gaps around it, in the units of the picture.
const WIDTH: usize = 112;
const HEIGHT: usize = 40;
const GAP: usize = 8;
const HEAD: usize = 22;
/// The size of the text around the picture, in its units.
const TEXT: usize = 14;
/// The most boxes in a column; a lane with more nodes has more columns.
const MOST_DOWN: usize = 8;
/// The most links that are listed one by one.
const MOST_CUTS: usize = 12;
/// How many sub-clusters have a colour of their own.
const HUES: usize = 4;

/// The floor.
pub fn floor(to: &mut Markup, moment: &Moment<'_>) {
    to.open("div", &[("class", "rl-floor")]);
    picture(to, moment);
    cuts(to, moment);
    table(to, moment);
    to.close("div");
}

fn racks<'a>(moment: &'a Moment<'_>) -> Vec<(RackId, Vec<&'a NodeView>)> {
    let mut racks: Vec<(RackId, Vec<&NodeView>)> = Vec::new();
    let mut nodes: Vec<&NodeView> = moment.view.nodes.iter().collect();
    nodes.sort_by_key(|node| (node.rack, node.id));
    for node in nodes {
        match racks.last_mut() {
            Some((rack, list)) if *rack == node.rack => list.push(node),
            _ => racks.push((node.rack, vec![node])),
        }
    }
    racks
}

fn picture(to: &mut Markup, moment: &Moment<'_>) {
    let racks = racks(moment);
    let deepest = racks.iter().map(|(_, nodes)| nodes.len().min(MOST_DOWN)).max().unwrap_or(0);
    let columns = |nodes: usize| nodes.div_ceil(MOST_DOWN).max(1);
    let lane_width = |nodes: usize| columns(nodes) * (WIDTH + GAP) + GAP;
    let width: usize =
        racks.iter().map(|(_, nodes)| lane_width(nodes.len()) + GAP).sum::<usize>().max(GAP) - GAP;
    let height = HEAD + deepest * (HEIGHT + GAP) + GAP;
    let up = moment.view.nodes.iter().filter(|node| node.state.is_up()).count();
    let orphans = match moment.view.orphans.len() {
        0 => String::new(),
        1 => " and 1 orphan".to_owned(),
        many => format!(" and {many} orphans"),
    };
    let label = format!(
        "{up} of {} nodes up on {} racks, in {} sub-clusters{orphans}; the table has each",
        moment.view.nodes.len(),
        racks.len(),
        moment.view.sub_clusters.len()
    );
    let view_box = format!("0 0 {width} {height}");
    // The natural size, which grows with the text; style sheets may make it smaller, not larger.
    let (width, height_text) = (ems(width), ems(height));
    to.open(
        "svg",
        &[
            ("class", "rl-racks"),
            ("viewBox", &view_box),
            ("width", &width),
            ("height", &height_text),
            ("role", "img"),
            ("aria-label", &label),
        ],
    );
    let mut left = 0;
    for (rack, nodes) in &racks {
        let lane = lane_width(nodes.len());
        rect(to, "rl-lane", (left, 0, lane, height));
        let name =
            if *rack == RackId::NONE { "no rack".to_owned() } else { format!("rack {rack}") };
        words(to, "rl-lane-name", (left + GAP, 15), &name);
        for (place, node) in nodes.iter().enumerate() {
            let x = left + GAP + place / MOST_DOWN * (WIDTH + GAP);
            let y = HEAD + place % MOST_DOWN * (HEIGHT + GAP);
            node_box(to, moment, node, (x, y));
        }
        left += lane + GAP;
    }
    to.close("svg");
}

/// A length of the picture in `em`: its words have the size of the text around it.
fn ems(length: usize) -> String {
    let thousandths = (length * 1000).div_ceil(TEXT);
    format!("{}.{:03}em", thousandths / 1000, thousandths % 1000)
}

fn node_box(to: &mut Markup, moment: &Moment<'_>, node: &NodeView, (x, y): (usize, usize)) {
    let class = match node.state {
        NodeState::Up => {
            let hue = node.sub_cluster.unwrap_or(0) % HUES;
            format!("rl-node rl-up rl-sub-{hue}")
        }
        NodeState::Starting => "rl-node rl-starting".to_owned(),
        NodeState::Orphan => "rl-node rl-orphan".to_owned(),
        NodeState::DownClean => "rl-node rl-stopped".to_owned(),
        NodeState::DownUnclean => "rl-node rl-crashed".to_owned(),
    };
    rect(to, &class, (x, y, WIDTH, HEIGHT));
    words(to, "rl-id", (x + 8, y + 16), &node.id.to_string());
    words(to, "rl-state", (x + 8, y + 32), &role_in_cluster(moment, node));
}

/// What a node does in its cluster, in a few words.
fn role_in_cluster(moment: &Moment<'_>, node: &NodeView) -> String {
    let sub_cluster = node.sub_cluster.and_then(|index| moment.view.sub_clusters.get(index));
    match (node.state, sub_cluster) {
        (NodeState::Up, Some(_)) if node.principal => "principal".to_owned(),
        (NodeState::Up, Some(sub_cluster)) => format!("with {}", sub_cluster.principal),
        (NodeState::DownUnclean, _) => "✕ crashed".to_owned(),
        (other, _) => state(other).to_owned(),
    }
}

fn rect(to: &mut Markup, class: &str, (x, y, width, height): (usize, usize, usize, usize)) {
    let [x, y, width, height] = [x, y, width, height].map(|number| number.to_string());
    to.empty(
        "rect",
        &[
            ("class", class),
            ("x", &x),
            ("y", &y),
            ("width", &width),
            ("height", &height),
            ("rx", "6"),
        ],
    );
}

fn words(to: &mut Markup, class: &str, (x, y): (usize, usize), text: &str) {
    to.with("text", &[("class", class), ("x", &x.to_string()), ("y", &y.to_string())], text);
}

fn cuts(to: &mut Markup, moment: &Moment<'_>) {
    let cuts = &moment.view.cuts;
    if cuts.is_empty() {
        return;
    }
    let links: Vec<String> = cuts.iter().take(MOST_CUTS).map(ToString::to_string).collect();
    let more = cuts.len() - links.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    to.with("p", &[("class", "rl-cuts")], format!("Links cut: {}{more}.", links.join(", ")));
}

fn table(to: &mut Markup, moment: &Moment<'_>) {
    let columns =
        ["Node", "Rack", "State", "Sub-cluster", "Master", "Full", "Subset", "e", "Storage"];
    to.table("rl-nodes", format!("Nodes, copies of {}", moment.name), &columns);
    for node in &moment.view.nodes {
        let sub_cluster = node.sub_cluster.and_then(|index| moment.view.sub_clusters.get(index));
        to.open("tr", &[]);
        to.with("th", &[("scope", "row"), ("class", "rl-id")], node.id);
        to.with("td", &[("class", "rl-n")], node.rack);
        to.with("td", &[], state(node.state));
        to.with(
            "td",
            &[],
            sub_cluster.map_or_else(|| "–".to_owned(), |sub| sub.principal.to_string()),
        );
        let part = node.namespaces.get(moment.namespace);
        let copies = part.map(|part| part.copies).unwrap_or_default();
        for number in [copies.master, copies.full, copies.subset, copies.evade] {
            to.with("td", &[("class", "rl-n")], thousands(number));
        }
        let devices = part.map(|part| part.devices.as_slice()).unwrap_or_default();
        let marks: Vec<&str> = devices.iter().map(|device| device_mark(*device)).collect();
        to.with("td", &[], marks.join(", "));
        to.close("tr");
    }
    to.end_table();
}
