//! What is laid out on the floor, and what is at a point of it.
//!
//! Invariant: a place is data; whoever makes one (`columns`, `grid`) sees to it that nothing overlaps. Not here: how places
//! are found.

use rosterlab_engine::{Link, NodeId, RackId};

use super::geometry::{Path, Point, Rect};

/// Between a fence and its bar.
const BESIDE: i32 = 8;
/// A handle's diameter.
pub const HANDLE: i32 = 24;

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

/// All links between two racks, or all within one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// One rack: the upper lane.
    pub from: RackId,
    /// The other one, or the same.
    pub to: RackId,
}

/// Where a bundle is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BundlePlace {
    /// The bundle.
    pub bundle: Bundle,
    /// How it runs.
    pub path: Path,
    /// The middle of its handle.
    pub handle: Point,
}

/// Where a card stands: its lane, its place there, its place among all, its rectangle.
#[derive(Clone, Copy)]
pub(super) struct Seat {
    pub lane: usize,
    pub place: usize,
    pub among_all: usize,
    pub rect: Rect,
}

/// The seat of a node, if it has a card.
pub(super) fn seat(lanes: &[Lane], node: NodeId) -> Option<Seat> {
    let mut before = 0;
    for (lane, cards) in lanes.iter().map(|lane| &lane.cards).enumerate() {
        if let Some(place) = cards.iter().position(|card| card.node == node) {
            return Some(Seat { lane, place, among_all: before + place, rect: cards[place].rect });
        }
        before += cards.len();
    }
    None
}
