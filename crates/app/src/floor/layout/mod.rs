//! Where lanes, cards and links lie on the floor: a pure function from racks and a width to rectangles and lines; and what
//! is at a point of it.
//!
//! Invariant: cards never overlap each other or stick out of their lanes; every link or bundle that is pressed on the floor
//! has a handle of its own that can be hit (24 px, not on a card, not on another handle). All lengths are CSS pixels. Not
//! here: pixels, colours, what is up or cut.
//!
//! Three arrangements: lanes side by side with a column of cards each; where it is narrow, one column of everything with
//! its links as arcs at the side; with many nodes (`grid`), lanes below each other with small cards in rows and links in
//! bundles by rack.

use rosterlab_engine::{Link, NodeId, RackId};

mod grid;
mod hulls;

pub use grid::{Bundle, BundlePlace};
pub use hulls::Hull;

/// A point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Point {
    /// From the left.
    pub x: i32,
    /// From the top.
    pub y: i32,
}

impl Point {
    /// How far it is from there to here.
    #[must_use]
    pub fn minus(self, from: Self) -> Self {
        Self { x: self.x - from.x, y: self.y - from.y }
    }

    /// The square of the distance between two points.
    #[must_use]
    pub fn distance_squared(self, other: Self) -> i32 {
        let Self { x, y } = self.minus(other);
        x * x + y * y
    }
}

/// A rectangle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rect {
    /// Left edge.
    pub x: i32,
    /// Upper edge.
    pub y: i32,
    /// Width.
    pub width: i32,
    /// Height.
    pub height: i32,
}

impl Rect {
    /// The rectangle with these two corners, in any order.
    #[must_use]
    pub fn between(a: Point, b: Point) -> Self {
        let (x, y) = (a.x.min(b.x), a.y.min(b.y));
        Self { x, y, width: (a.x - b.x).abs(), height: (a.y - b.y).abs() }
    }

    /// The smallest that holds both.
    #[must_use]
    pub fn joined(self, other: Self) -> Self {
        let corner = |rect: Self| Point { x: rect.right(), y: rect.bottom() };
        let (a, b) = (corner(self), corner(other));
        let from = Point { x: self.x.min(other.x), y: self.y.min(other.y) };
        Self::between(from, Point { x: a.x.max(b.x), y: a.y.max(b.y) })
    }

    /// A square around a point.
    #[must_use]
    pub fn around(middle: Point, size: i32) -> Self {
        Self { x: middle.x - size / 2, y: middle.y - size / 2, width: size, height: size }
    }

    /// Its middle.
    #[must_use]
    pub fn middle(self) -> Point {
        Point { x: self.x + self.width / 2, y: self.y + self.height / 2 }
    }

    /// Right edge.
    #[must_use]
    pub fn right(self) -> i32 {
        self.x + self.width
    }

    /// Lower edge.
    #[must_use]
    pub fn bottom(self) -> i32 {
        self.y + self.height
    }

    /// Whether the point is in it.
    #[must_use]
    pub fn contains(self, point: Point) -> bool {
        (self.x..self.right()).contains(&point.x) && (self.y..self.bottom()).contains(&point.y)
    }

    /// The same, measured from the corner of another one.
    #[must_use]
    pub fn seen_from(self, other: Self) -> Self {
        Self { x: self.x - other.x, y: self.y - other.y, ..self }
    }

    /// The same with every edge moved outwards.
    #[must_use]
    pub fn grown(self, by: i32) -> Self {
        Self {
            x: self.x - by,
            y: self.y - by,
            width: self.width + 2 * by,
            height: self.height + 2 * by,
        }
    }
}

/// A lane: a rack with the cards on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lane {
    /// The rack.
    pub rack: RackId,
    /// Where it lies.
    pub rect: Rect,
    /// Where its name is.
    pub head: Rect,
    /// Its cards in order.
    pub cards: Vec<Card>,
}

/// A node's card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Card {
    /// The node.
    pub node: NodeId,
    /// Where it lies on the floor.
    pub rect: Rect,
}

/// How a link runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Path {
    /// Straight.
    Line(Point, Point),
    /// Out to the side and back, so far to the right (or to the left when negative).
    Arc(Point, Point, i32),
}

impl Path {
    /// A point on it, in sixteenths of the way.
    #[must_use]
    pub fn at(self, sixteenths: i32) -> Point {
        match self {
            Self::Line(from, to) => Point {
                x: from.x + (to.x - from.x) * sixteenths / 16,
                y: from.y + (to.y - from.y) * sixteenths / 16,
            },
            Self::Arc(from, to, out) => {
                // A cubic Bézier whose control points are four thirds as far out as its apex.
                let (done, left) = (i64::from(sixteenths), i64::from(16 - sixteenths));
                let weights = [
                    left * left * left,
                    3 * left * left * done,
                    3 * left * done * done,
                    done * done * done,
                ];
                let blend = |points: [i32; 4]| {
                    let sum: i64 = points
                        .iter()
                        .zip(weights)
                        .map(|(at, weight)| i64::from(*at) * weight)
                        .sum();
                    i32::try_from(sum / 4096).unwrap_or(0)
                };
                let out = out * 4 / 3;
                Point {
                    x: blend([from.x, from.x + out, to.x + out, to.x]),
                    y: blend([from.y, from.y, to.y, to.y]),
                }
            }
        }
    }

    /// As an SVG path.
    #[must_use]
    pub fn svg(self) -> String {
        match self {
            Self::Line(a, b) => format!("M{} {}L{} {}", a.x, a.y, b.x, b.y),
            Self::Arc(a, b, out) => {
                let out = out * 4 / 3;
                format!(
                    "M{} {}C{} {} {} {} {} {}",
                    a.x,
                    a.y,
                    a.x + out,
                    a.y,
                    b.x + out,
                    b.y,
                    b.x,
                    b.y
                )
            }
        }
    }
}

/// A link between two cards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkPlace {
    /// The link.
    pub link: Link,
    /// How it runs.
    pub path: Path,
    /// The middle of its handle.
    pub handle: Point,
}

/// The whole floor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Floor {
    /// How high it is; it is as wide as it was told to be.
    pub height: i32,
    /// Lanes in order.
    pub lanes: Vec<Lane>,
    /// Links in the order in which they were given.
    pub links: Vec<LinkPlace>,
    /// The size of the text that it is made for, in percent of the usual.
    pub text_percent: i32,
    /// Whether there are so many nodes that cards are small and links are bundled: then single links have no handles on
    /// the floor.
    pub is_dense: bool,
    /// The bundles of links between racks and within them, while links are bundled.
    pub bundles: Vec<BundlePlace>,
}

/// What is at a point of the floor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hit {
    /// A node's card.
    Card(NodeId),
    /// A lane's name and its buttons, or the handle of a link or a bundle.
    Control,
    /// Nothing that could be pressed.
    Ground,
}

impl Floor {
    /// The lane at a point.
    #[must_use]
    pub fn lane_at(&self, point: Point) -> Option<RackId> {
        self.lanes.iter().find(|lane| lane.rect.contains(point)).map(|lane| lane.rack)
    }

    /// What is at a point.
    #[must_use]
    pub fn hit(&self, point: Point) -> Hit {
        if let Some(card) = self.cards().find(|card| card.rect.contains(point)) {
            return Hit::Card(card.node);
        }
        let singles = self.links.iter().filter(|_| !self.is_dense).map(|link| link.handle);
        let mut handles = singles.chain(self.bundles.iter().map(|bundle| bundle.handle));
        let is_control = self.lanes.iter().any(|lane| lane.head.contains(point))
            || handles.any(|handle| Rect::around(handle, HANDLE).contains(point));
        if is_control { Hit::Control } else { Hit::Ground }
    }

    /// The nodes inside a fence: those whose cards have their middle in it, lane by lane.
    #[must_use]
    pub fn fenced(&self, fence: Rect) -> Vec<NodeId> {
        let inside = self.cards().filter(|card| fence.contains(card.rect.middle()));
        inside.map(|card| card.node).collect()
    }

    /// Where a bar of that size lies beside a fence, on the floor: below, else above, else at its lower edge.
    #[must_use]
    pub fn beside(&self, fence: Rect, bar: (i32, i32), floor_width: i32) -> Rect {
        let (width, height) = (bar.0.min(floor_width), bar.1);
        let below = fence.bottom() + BESIDE;
        let y = if below + height <= self.height {
            below
        } else if fence.y - BESIDE - height >= 0 {
            fence.y - BESIDE - height
        } else {
            (self.height - height).max(0)
        };
        Rect { x: fence.x.clamp(0, (floor_width - width).max(0)), y, width, height }
    }

    /// Every card, lane by lane.
    pub fn cards(&self) -> impl Iterator<Item = &Card> {
        self.lanes.iter().flat_map(|lane| &lane.cards)
    }

    /// A node's card.
    #[must_use]
    pub fn card(&self, node: NodeId) -> Option<&Card> {
        self.cards().find(|card| card.node == node)
    }

    /// The nearest card from a node's in a direction, so that arrow keys go where they point.
    #[must_use]
    pub fn neighbour(&self, node: NodeId, direction: Direction) -> Option<NodeId> {
        let from = self.card(node)?.rect.middle();
        self.cards()
            .filter_map(|card| {
                let Point { x, y } = card.rect.middle().minus(from);
                let (ahead, aside) = match direction {
                    Direction::Left => (-x, y),
                    Direction::Right => (x, y),
                    Direction::Up => (-y, x),
                    Direction::Down => (y, x),
                };
                (ahead > 0).then_some((ahead + 2 * aside.abs(), card.node))
            })
            .min()
            .map(|(_, node)| node)
    }

    /// The lane so many places after a rack's, without going round.
    #[must_use]
    pub fn lane_beside(&self, rack: RackId, places: isize) -> Option<RackId> {
        let place = self.lanes.iter().position(|lane| lane.rack == rack)?;
        self.lanes.get(place.checked_add_signed(places)?).map(|lane| lane.rack)
    }
}

/// Where an arrow key points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// ←
    Left,
    /// →
    Right,
    /// ↑
    Up,
    /// ↓
    Down,
}

/// What has to be laid out.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The racks in order, each with its nodes in order.
    pub racks: &'a [(RackId, Vec<NodeId>)],
    /// The links to draw.
    pub links: &'a [Link],
    /// The width of the floor.
    pub width: i32,
    /// The size of the page's text in percent of the usual 16 px: cards grow with it.
    pub text_percent: i32,
}

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
/// Between a fence and its bar.
const BESIDE: i32 = 8;
/// A handle's diameter.
pub const HANDLE: i32 = 24;
/// Up to so many nodes every link is drawn with a handle of its own; with more, links are bundled by rack.
pub const ALL_LINKS_NODES: usize = 7;
/// The most cards that a lane has in one column beside others.
const COLUMN_CARDS: usize = 5;

/// The sizes that grow with the text.
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

/// Lays the floor out.
#[must_use]
pub fn lay_out(wanted: &Wanted) -> Floor {
    let all: usize = wanted.racks.iter().map(|(_, nodes)| nodes.len()).sum();
    if all > ALL_LINKS_NODES {
        return grid::lay_out(wanted);
    }
    let sizes = Sizes::of(wanted.text_percent);
    let (lanes, style) = side_by_side(wanted, &sizes).map_or_else(
        || (in_one_column(wanted, &sizes), Style::Strip),
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
    let spans = i32::try_from(cards).unwrap_or(i32::MAX).saturating_sub(2);
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

/// Where a card stands: its lane, its place there, its place among all, its rectangle.
#[derive(Clone, Copy)]
struct Seat {
    lane: usize,
    place: usize,
    among_all: usize,
    rect: Rect,
}

fn seat(lanes: &[Lane], node: NodeId) -> Option<Seat> {
    let mut before = 0;
    for (lane, cards) in lanes.iter().map(|lane| &lane.cards).enumerate() {
        if let Some(place) = cards.iter().position(|card| card.node == node) {
            return Some(Seat { lane, place, among_all: before + place, rect: cards[place].rect });
        }
        before += cards.len();
    }
    None
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
/// once. In a half of the card's height around its middle.
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

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    fn racks(lanes: &[(u32, &[&str])]) -> Vec<(RackId, Vec<NodeId>)> {
        lanes
            .iter()
            .map(|(rack, nodes)| {
                let nodes = nodes.iter().map(|node| node.parse().unwrap()).collect();
                (RackId::new(*rack).unwrap(), nodes)
            })
            .collect()
    }

    fn case_study() -> Vec<(RackId, Vec<NodeId>)> {
        racks(&[(1, &["A101", "A102", "A103"]), (2, &["B101", "B102"])])
    }

    fn all_links(racks: &[(RackId, Vec<NodeId>)]) -> Vec<Link> {
        let nodes: Vec<NodeId> = racks.iter().flat_map(|(_, nodes)| nodes.clone()).collect();
        let pairs = nodes
            .iter()
            .enumerate()
            .flat_map(|(place, a)| nodes[place + 1..].iter().filter_map(|b| Link::new(*a, *b)));
        pairs.collect()
    }

    fn floor(racks: &[(RackId, Vec<NodeId>)], width: i32, text_percent: i32) -> Floor {
        let links = all_links(racks);
        lay_out(&Wanted { racks, links: &links, width, text_percent })
    }

    fn overlap(a: Rect, b: Rect) -> bool {
        a.x < b.right() && b.x < a.right() && a.y < b.bottom() && b.y < a.bottom()
    }

    /// What must hold of every floor.
    fn check(floor: &Floor, width: i32, what: &str) {
        let cards: Vec<&Card> = floor.cards().collect();
        for (place, card) in cards.iter().enumerate() {
            for other in &cards[..place] {
                assert!(!overlap(card.rect, other.rect), "{what}: {card:?} lies on {other:?}");
            }
        }
        for (place, lane) in floor.lanes.iter().enumerate() {
            assert!(lane.rect.x >= 0 && lane.rect.right() <= width, "{what}: {lane:?} sticks out");
            assert!(lane.rect.bottom() <= floor.height, "{what}: {lane:?} is cut off");
            for other in &floor.lanes[..place] {
                assert!(!overlap(lane.rect, other.rect), "{what}: lanes overlap");
            }
            for card in &lane.cards {
                let Rect { x, y, .. } = card.rect;
                let end = Point { x: card.rect.right() - 1, y: card.rect.bottom() - 1 };
                let inside = lane.rect.contains(Point { x, y }) && lane.rect.contains(end);
                assert!(inside, "{what}: {card:?} sticks out of {lane:?}");
            }
        }
    }

    /// What must hold of the handles besides.
    fn check_handles(floor: &Floor, width: i32, what: &str) {
        let handle = |at: Point| Rect { x: at.x, y: at.y, width: 0, height: 0 }.grown(HANDLE / 2);
        for (place, link) in floor.links.iter().enumerate() {
            let rect = handle(link.handle);
            assert!(rect.x >= 0 && rect.right() <= width, "{what}: {} sticks out", link.link);
            for lane in &floor.lanes {
                assert!(!overlap(rect, lane.head), "{what}: {} lies on a name", link.link);
            }
            for card in floor.cards() {
                assert!(!overlap(rect, card.rect), "{what}: {} lies on {}", link.link, card.node);
            }
            for other in &floor.links[..place] {
                let apart = link.handle.distance_squared(other.handle);
                assert!(
                    apart >= HANDLE * HANDLE,
                    "{what}: {} lies on {}: {:?} {:?}",
                    link.link,
                    other.link,
                    link.handle,
                    other.handle
                );
            }
        }
    }

    /// What must hold of the handles of bundles.
    fn check_bundles(floor: &Floor, width: i32, what: &str) {
        for (place, bundle) in floor.bundles.iter().enumerate() {
            let rect = Rect::around(bundle.handle, HANDLE);
            assert!(rect.x >= 0 && rect.right() <= width, "{what}: {bundle:?} sticks out");
            assert!(rect.y >= 0 && rect.bottom() <= floor.height, "{what}: {bundle:?} sticks out");
            for lane in &floor.lanes {
                assert!(!overlap(rect, lane.rect), "{what}: {bundle:?} lies on a lane");
            }
            for other in &floor.bundles[..place] {
                let apart = bundle.handle.distance_squared(other.handle);
                assert!(apart >= HANDLE * HANDLE, "{what}: {bundle:?} lies on {other:?}");
            }
        }
    }

    #[test]
    fn the_case_studys_floor_is_sound_at_every_width() {
        let racks = case_study();
        for width in (300..1400).step_by(7) {
            let floor = floor(&racks, width, 100);
            let what = format!("{width} px");
            check(&floor, width, &what);
            check_handles(&floor, width, &what);
            assert_eq!(floor.links.len(), 10);
        }
    }

    #[test]
    fn moved_cards_leave_a_sound_floor() {
        for racks in [
            racks(&[(1, &["A101", "A102"]), (2, &["A103", "B101", "B102"])]),
            racks(&[(1, &["A101", "A102", "A103", "B101"]), (2, &["B102"])]),
            racks(&[(1, &["A101", "A102", "A103", "B101", "B102"]), (2, &[])]),
            racks(&[(1, &[]), (2, &["A101", "A102", "A103", "B101", "B102"])]),
        ] {
            for width in [328, 560, 700, 806, 1000] {
                let floor = floor(&racks, width, 100);
                check(&floor, width, &format!("{width} px, {racks:?}"));
                check_handles(&floor, width, &format!("{width} px, {racks:?}"));
            }
        }
    }

    #[test]
    fn more_racks_and_nodes_do_not_overlap() {
        let three = racks(&[(1, &["1", "2"]), (2, &["3", "4"]), (3, &["5", "6"])]);
        for width in [328, 640, 816, 1200] {
            check(&floor(&three, width, 100), width, "three racks");
        }
    }

    #[test]
    fn larger_text_makes_larger_cards() {
        let racks = case_study();
        let height = |percent| floor(&racks, 806, percent).cards().next().unwrap().rect.height;
        assert!(height(200) >= 2 * height(100));
        check(&floor(&racks, 806, 200), 806, "200 % text");
    }

    #[test]
    fn lanes_stand_beside_each_other_where_there_is_room_and_below_on_a_phone() {
        let racks = case_study();
        let tops = |width| -> Vec<i32> {
            floor(&racks, width, 100).lanes.iter().map(|lane| lane.rect.y).collect()
        };
        assert_eq!(tops(806), [0, 0]);
        let phone = tops(328);
        assert!(phone[1] > phone[0]);
    }

    #[test]
    fn arrows_go_where_they_point() {
        let floor = floor(&case_study(), 806, 100);
        let to = |from: &str, direction| {
            floor.neighbour(from.parse().unwrap(), direction).map(|node| node.to_string())
        };
        assert_eq!(to("A101", Direction::Down).as_deref(), Some("A102"));
        assert_eq!(to("A102", Direction::Up).as_deref(), Some("A101"));
        assert_eq!(to("A101", Direction::Up), None);
        assert_eq!(to("A102", Direction::Right).as_deref(), Some("B102"));
        assert_eq!(to("A101", Direction::Right).as_deref(), Some("B101"));
        assert_eq!(to("B101", Direction::Left).as_deref(), Some("A101"));
    }

    #[test]
    fn a_point_is_on_the_lane_under_it() {
        let floor = floor(&case_study(), 806, 100);
        for lane in &floor.lanes {
            assert_eq!(floor.lane_at(lane.rect.middle()), Some(lane.rack));
        }
        assert_eq!(floor.lane_at(Point { x: -5, y: 10 }), None);
        let (one, two) = (floor.lanes[0].rack, floor.lanes[1].rack);
        assert_eq!(floor.lane_beside(one, 1), Some(two));
        assert_eq!(floor.lane_beside(one, -1), None);
        assert_eq!(floor.lane_beside(two, 1), None);
    }

    #[test]
    fn an_arc_reaches_its_depth_in_the_middle() {
        let path = Path::Arc(Point { x: 10, y: 0 }, Point { x: 10, y: 100 }, 30);
        assert_eq!(path.at(0), Point { x: 10, y: 0 });
        assert_eq!(path.at(8), Point { x: 40, y: 50 });
        assert_eq!(path.at(16), Point { x: 10, y: 100 });
    }

    /// So many nodes, dealt to so many racks, of which the last may be empty.
    pub fn dealt(nodes: u64, racks: u32) -> Vec<(RackId, Vec<NodeId>)> {
        let on = |rack: u32| {
            let ids = (0..nodes).filter(|at| at % u64::from(racks) == u64::from(rack - 1));
            ids.filter_map(|at| NodeId::new(0xA100 + at)).collect()
        };
        (1..=racks).map(|rack| (RackId::new(rack).unwrap(), on(rack))).collect()
    }

    #[test]
    fn floors_of_1_to_256_nodes_are_sound_on_1_to_8_racks_at_every_width() {
        for nodes in [1, 2, 5, 7, 8, 16, 64, 128, 256] {
            for racks in 1..=8 {
                for (width, percent) in [(326, 100), (562, 100), (816, 100), (816, 200)] {
                    let what = format!("{nodes} nodes, {racks} racks, {width} px, {percent} %");
                    let dealt = dealt(nodes, racks);
                    let links = if nodes > 7 { Vec::new() } else { all_links(&dealt) };
                    let wanted =
                        Wanted { racks: &dealt, links: &links, width, text_percent: percent };
                    let floor = lay_out(&wanted);
                    check(&floor, width, &what);
                    check_handles(&floor, width, &what);
                    check_bundles(&floor, width, &what);
                    assert_eq!(floor.cards().count() as u64, nodes, "{what}");
                    assert_eq!(floor.is_dense, nodes > 7, "{what}");
                }
            }
        }
    }

    #[test]
    fn a_fence_holds_the_cards_whose_middle_it_holds() {
        let floor = floor(&case_study(), 816, 100);
        let rect = |node: &str| floor.card(node.parse().unwrap()).unwrap().rect;
        let names = |fence| -> Vec<String> {
            floor.fenced(fence).iter().map(ToString::to_string).collect()
        };
        let two = rect("A102").joined(rect("A103"));
        assert_eq!(names(two), ["A102", "A103"]);
        assert_eq!(names(two.joined(rect("B102")).grown(20)), ["A102", "A103", "B102"]);
        let corner = rect("A101");
        assert!(names(Rect { width: corner.width / 3, ..corner }).is_empty());
    }

    #[test]
    fn a_fence_begins_on_the_ground_and_not_on_what_can_be_pressed() {
        let floor = floor(&case_study(), 816, 100);
        let card = floor.cards().next().unwrap();
        assert_eq!(floor.hit(card.rect.middle()), Hit::Card(card.node));
        assert_eq!(floor.hit(floor.links[0].handle), Hit::Control);
        assert_eq!(floor.hit(floor.lanes[1].head.middle()), Hit::Control);
        let corner = Point { x: card.rect.right() + 5, y: floor.lanes[0].rect.bottom() - 2 };
        assert_eq!(floor.hit(corner), Hit::Ground);
    }

    #[test]
    fn the_bar_of_a_fence_stays_on_the_floor() {
        let floor = floor(&case_study(), 816, 100);
        let all = Rect { x: 0, y: 0, width: 816, height: floor.height };
        for fence in [all, all.grown(-40), Rect::around(Point { x: 800, y: 20 }, 30), all.grown(90)]
        {
            for size in [(300, 40), (900, 80)] {
                let bar = floor.beside(fence, size, 816);
                assert!(bar.x >= 0 && bar.right() <= 816, "{fence:?}: {bar:?}");
                assert!(bar.y >= 0 && bar.bottom() <= floor.height, "{fence:?}: {bar:?}");
            }
        }
    }
}
