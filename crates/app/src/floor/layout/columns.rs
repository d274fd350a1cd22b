//! The floor with few nodes: lanes side by side with a column of cards each, or one column of everything with its links as
//! arcs at the side where the floor is narrow.
//!
//! Invariant: every link has a handle of its own, and no handle lies on a card or on another handle. Not here: many nodes
//! (see `grid`).

use rosterlab_engine::{Link, NodeId, convert};

use super::geometry::{Path, Point, Rect};
use super::places::{Card, Floor, HANDLE, Lane, LinkPlace, Seat, Wanted, seat};

/// Between a lane's edge and its cards.
const PAD: i32 = 14;
/// Between cards below each other: room for a handle.
const GAP: i32 = 32;
/// Between lanes below each other.
const LANE_GAP: i32 = 12;
/// How much farther out each next arc goes.
const ARC_STEP: i32 = 26;
/// The least room between lanes beside each other, for their links.
const GUTTER_MIN: i32 = 72;
/// The most cards that a lane has in one column beside others.
const COLUMN_CARDS: usize = 5;

/// How much higher a lane's name stands over its cards in one column: a window that narrow is a phone's, and its buttons
/// have 44 px.
const FINGER_MORE: i32 = 18;

/// The sizes that grow with the text.
#[derive(Clone, Copy)]
struct Sizes {
    card_width_min: i32,
    card_width_max: i32,
    card_height: i32,
    header: i32,
}

impl Sizes {
    fn of(text_percent: i32) -> Self {
        let scaled = |px: i32| px * text_percent / 100;
        Self {
            card_width_min: scaled(176),
            card_width_max: scaled(252),
            card_height: scaled(118),
            header: scaled(34) + 8,
        }
    }
}

impl Sizes {
    /// A lane's name over its cards.
    fn head(&self, x: i32, top: i32, width: i32) -> Rect {
        Rect { x, y: top + 6, width, height: self.header - 14 }
    }
}

/// Lays few nodes out.
pub(super) fn lay_out(wanted: &Wanted) -> Floor {
    let sizes = Sizes::of(wanted.text_percent);
    let (lanes, style) = side_by_side(wanted, &sizes).map_or_else(
        || {
            let sizes = Sizes { header: sizes.header + FINGER_MORE, ..sizes };
            (in_one_column(wanted, &sizes), Style::Strip)
        },
        |lanes| (lanes, Style::Columns),
    );
    let height = lanes.iter().map(|lane| lane.rect.bottom()).max().unwrap_or(0);
    let links = links(&lanes, style, wanted.links);
    let text_percent = wanted.text_percent;
    Floor { height, lanes, links, text_percent, is_dense: false, bundles: Vec::new() }
}
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Columns,
    Strip,
}

/// Room at a lane's side for the arcs of a column of so many cards.
fn arc_room(cards: usize) -> i32 {
    let spans = convert::narrow::<i32, _>(cards, "the number of cards") - 2;
    if spans < 1 { 0 } else { spans * ARC_STEP + HANDLE / 2 }
}

/// How far out the arc over so many places goes.
fn arc_depth(span: usize) -> i32 {
    i32::try_from(span).unwrap_or(0).saturating_sub(1) * ARC_STEP
}

/// `count` things of one size with gaps between them.
fn extent(count: usize, size: i32, gap: i32) -> i32 {
    let count = i32::try_from(count).unwrap_or(0);
    (count * (size + gap) - gap).max(0)
}

/// A column of cards.
fn column(nodes: &[NodeId], x: i32, top: i32, width: i32, height: i32) -> Vec<Card> {
    let tops = (0..).map(|place: i32| top + place * (height + GAP));
    nodes
        .iter()
        .zip(tops)
        .map(|(node, y)| Card { node: *node, rect: Rect { x, y, width, height } })
        .collect()
}

/// Lanes beside each other, where there is room; the arcs of the first lane are on its left, of others on their right.
fn side_by_side(wanted: &Wanted, sizes: &Sizes) -> Option<Vec<Lane>> {
    let lanes = i32::try_from(wanted.racks.len()).ok().filter(|lanes| *lanes > 1)?;
    let tallest = wanted.racks.iter().map(|(_, nodes)| nodes.len()).max()?;
    let arcs: i32 = wanted.racks.iter().map(|(_, nodes)| arc_room(nodes.len())).sum();
    let for_cards = wanted.width - arcs - 2 * PAD * lanes - GUTTER_MIN * (lanes - 1);
    let width = (for_cards / lanes).min(sizes.card_width_max);
    if tallest > COLUMN_CARDS || width < sizes.card_width_min {
        return None;
    }
    let spare = wanted.width - arcs - (2 * PAD + width) * lanes;
    let gutter = spare / (lanes - 1);
    let height = sizes.header + extent(tallest.max(1), sizes.card_height, GAP) + PAD;
    let mut x = 0;
    let lanes = wanted.racks.iter().enumerate().map(|(place, (rack, nodes))| {
        let arcs = arc_room(nodes.len());
        let rect = Rect { x, y: 0, width: 2 * PAD + width + arcs, height };
        let left = x + PAD + if place == 0 { arcs } else { 0 };
        x += rect.width + gutter;
        let head = sizes.head(left, 0, width);
        let cards = column(nodes, left, sizes.header, width, sizes.card_height);
        Lane { rack: *rack, rect, head, cards }
    });
    Some(lanes.collect())
}

/// Everything in one column, with room for all arcs at the right.
fn in_one_column(wanted: &Wanted, sizes: &Sizes) -> Vec<Lane> {
    let all: usize = wanted.racks.iter().map(|(_, nodes)| nodes.len()).sum();
    let has_links = !wanted.links.is_empty();
    let arcs = if has_links { arc_depth(all.min(5)) + HANDLE / 2 } else { 0 };
    let width = (wanted.width - 2 * PAD - arcs)
        .clamp(sizes.card_width_min / 2, sizes.card_width_max * 3 / 2);
    let mut y = 0;
    let lanes = wanted.racks.iter().map(|(rack, nodes)| {
        let height = sizes.header + extent(nodes.len().max(1), sizes.card_height, GAP) + PAD;
        let rect = Rect { x: 0, y, width: wanted.width, height };
        let head = sizes.head(PAD, y, width);
        let cards = column(nodes, PAD, y + sizes.header, width, sizes.card_height);
        y += height + LANE_GAP;
        Lane { rack: *rack, rect, head, cards }
    });
    lanes.collect()
}

/// Lines first, then handles where no other handle, card or line is near. Links of unknown nodes are left out.
fn links(lanes: &[Lane], style: Style, wanted: &[Link]) -> Vec<LinkPlace> {
    let mut ends: Vec<(Link, Seat, Seat)> = wanted
        .iter()
        .filter_map(|link| {
            let (low, high) = (seat(lanes, link.low())?, seat(lanes, link.high())?);
            let in_order = low.among_all <= high.among_all;
            Some(if in_order { (*link, low, high) } else { (*link, high, low) })
        })
        .collect();
    let ports = ports(&ends);
    let paths: Vec<Path> = ends
        .iter()
        .zip(&ports)
        .map(|((_, upper, lower), ports)| path(style, upper, lower, *ports))
        .collect();
    let cards: Vec<Rect> =
        lanes.iter().flat_map(|lane| &lane.cards).map(|card| card.rect).collect();
    let mut places: Vec<LinkPlace> = Vec::with_capacity(ends.len());
    for (at, (link, ..)) in ends.drain(..).enumerate() {
        let handle = handle(&paths, at, &cards, &places);
        places.push(LinkPlace { link, path: paths[at], handle });
    }
    places
}

/// For links between lanes: how far down their cards' edges they begin and end, so that they fan out without crossing at
/// once. They use the middle half of the card's edge.
fn ports(ends: &[(Link, Seat, Seat)]) -> Vec<(i32, i32)> {
    let port = |at: usize, of_upper: bool| {
        let pick = |(_, upper, lower): &(Link, Seat, Seat)| {
            if of_upper { (*upper, *lower) } else { (*lower, *upper) }
        };
        let (own, target) = pick(&ends[at]);
        let rivals = ends.iter().enumerate().filter(|(_, other)| {
            let (same, elsewhere) = pick(other);
            same.among_all == own.among_all && elsewhere.lane != own.lane
        });
        let (mut before, mut all) = (0, 0);
        for (place, other) in rivals {
            let (_, elsewhere) = pick(other);
            all += 1;
            if (elsewhere.rect.y, place) < (target.rect.y, at) {
                before += 1;
            }
        }
        let height = own.rect.height;
        height / 4 + height / 2 * (2 * before + 1) / (2 * all).max(1)
    };
    (0..ends.len()).map(|at| (port(at, true), port(at, false))).collect()
}

fn path(style: Style, upper: &Seat, lower: &Seat, ports: (i32, i32)) -> Path {
    let (a, b) = (upper.rect, lower.rect);
    let same_lane = upper.lane == lower.lane;
    match style {
        Style::Columns | Style::Strip if same_lane && lower.place == upper.place + 1 => {
            let x = a.middle().x;
            Path::Line(Point { x, y: a.bottom() }, Point { x, y: b.y })
        }
        Style::Columns if same_lane => {
            let depth = arc_depth(lower.place - upper.place);
            let (x, out) = if upper.lane == 0 { (a.x, -depth) } else { (a.right(), depth) };
            arc(a, b, x, out)
        }
        Style::Columns => {
            Path::Line(Point { x: a.right(), y: a.y + ports.0 }, Point { x: b.x, y: b.y + ports.1 })
        }
        Style::Strip => {
            let span = lower.among_all - upper.among_all;
            arc(a, b, a.right(), arc_depth(span.clamp(2, 5)))
        }
    }
}

/// From the edge of one card to that of another, a little apart from arcs that end on the same card.
fn arc(a: Rect, b: Rect, x: i32, out: i32) -> Path {
    let apart = (out.abs() / ARC_STEP - 1) * a.height / 10;
    Path::Arc(Point { x, y: a.middle().y - apart }, Point { x, y: b.middle().y + apart }, out)
}

/// How far away things have to be to count as far.
const FAR: i32 = 48;

/// The place on a link that is farthest from other handles and lines, and on no card.
fn handle(paths: &[Path], at: usize, cards: &[Rect], placed: &[LinkPlace]) -> Point {
    let score = |point: Point| {
        if cards.iter().any(|card| card.grown(HANDLE / 2).contains(point)) {
            return -1;
        }
        let far = FAR * FAR;
        let handles = placed.iter().map(|link| link.handle.distance_squared(point)).min();
        let lines = paths.iter().enumerate().filter(|(other, _)| *other != at);
        let nearest = lines
            .flat_map(|(_, path)| (0..=16).map(|step| path.at(step).distance_squared(point)))
            .min();
        let handles = handles.unwrap_or(far).min(far);
        // A line that passes by is a lesser evil than a handle underneath.
        if handles < HANDLE * HANDLE { 0 } else { handles.min(4 * nearest.unwrap_or(far)) }
    };
    let steps = [8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13];
    let mut best = (i32::MIN, paths[at].at(8));
    for step in steps {
        let point = paths[at].at(step);
        if score(point) > best.0 {
            best = (score(point), point);
        }
    }
    best.1
}
