//! The floor with many nodes: lanes below each other, small cards in rows, links in bundles by rack at the side.
//!
//! Invariant: all cards have one size, the largest of a few with which the floor is not too high; the handles of bundles
//! lie beside the lanes, never on one. Not here: which links of a bundle are cut.

use rosterlab_engine::{NodeId, RackId};

use super::geometry::{Path, Point, Rect};
use super::places::{Bundle, BundlePlace, Card, Floor, HANDLE, Lane, LinkPlace, Wanted, seat};

/// Least width and height of a card, with the usual text: the largest first.
const CARDS: [(i32, i32); 3] = [(124, 58), (92, 46), (54, 33)];
/// A floor that is no higher than this is not too high.
const HEIGHT_WANTED: i32 = 600;
/// Between cards.
pub(super) const GAP: i32 = 8;
/// Between a lane's edge and its cards.
const PAD: i32 = 9;
/// Between lanes.
const LANE_GAP: i32 = 8;
/// From one column of bundles' handles to the next.
const COLUMN: i32 = HANDLE + 2;

/// Lays many nodes out.
pub(super) fn lay_out(wanted: &Wanted) -> Floor {
    let scaled = |px: i32| px * wanted.text_percent / 100;
    let mut lanes = Vec::new();
    let mut height = 0;
    for (width, card) in CARDS {
        lanes = lanes_of(wanted, scaled(width), scaled(card));
        height = lanes.last().map_or(0, |lane| lane.rect.bottom());
        if height <= scaled(HEIGHT_WANTED) {
            break;
        }
    }
    let bundles = bundles(&lanes);
    let (links, text_percent) = (singles(&lanes, wanted), wanted.text_percent);
    Floor { height, lanes, links, text_percent, is_dense: true, bundles }
}

/// How many columns of handles bundles need: one for those within racks, and as many as there are pairs of racks around
/// the same middle.
fn columns(racks: &[(RackId, Vec<NodeId>)]) -> i32 {
    let used = racks.iter().filter(|(_, nodes)| !nodes.is_empty()).count();
    i32::try_from(used / 2).unwrap_or(0).min(6) + 1
}

fn lanes_of(wanted: &Wanted, card_width: i32, card_height: i32) -> Vec<Lane> {
    let gutter = columns(wanted.racks) * COLUMN + 2;
    let lane_width = (wanted.width - gutter).max(card_width + 2 * PAD);
    let room = lane_width - 2 * PAD;
    let across = ((room + GAP) / (card_width + GAP)).max(1);
    let width = ((room + GAP) / across - GAP).min(card_width * 3 / 2);
    let header = 26 * wanted.text_percent / 100 + 10;
    let mut y = 0;
    let lanes = wanted.racks.iter().map(|(rack, nodes)| {
        let top = y + header;
        let cards: Vec<Card> = (0i32..)
            .zip(nodes)
            .map(|(at, node)| {
                let x = PAD + at % across * (width + GAP);
                let y = top + at / across * (card_height + GAP);
                Card { node: *node, rect: Rect { x, y, width, height: card_height } }
            })
            .collect();
        let bottom = cards.last().map_or(top + GAP, |card| card.rect.bottom()) + PAD;
        let rect = Rect { x: 0, y, width: lane_width, height: bottom - y };
        let head = Rect { x: PAD, y: y + 4, width: room, height: header - 8 };
        y = bottom + LANE_GAP;
        Lane { rack: *rack, rect, head, cards }
    });
    lanes.collect()
}

/// The single links that are to be seen: straight, below the cards.
fn singles(lanes: &[Lane], wanted: &Wanted) -> Vec<LinkPlace> {
    let place = |link: &rosterlab_engine::Link| {
        let from = seat(lanes, link.low())?.rect.middle();
        let path = Path::Line(from, seat(lanes, link.high())?.rect.middle());
        Some(LinkPlace { link: *link, path, handle: path.at(8) })
    };
    wanted.links.iter().filter_map(place).collect()
}

/// The bundles within racks first, then those between them, near racks first.
fn bundles(lanes: &[Lane]) -> Vec<BundlePlace> {
    let lanes: Vec<&Lane> = lanes.iter().filter(|lane| !lane.cards.is_empty()).collect();
    let mut places: Vec<BundlePlace> = Vec::new();
    for lane in lanes.iter().filter(|lane| lane.cards.len() > 1) {
        let handle = Point { x: lane.rect.right() + 2 + HANDLE / 2, y: lane.head.middle().y };
        let path = Path::Line(Point { x: lane.rect.right(), ..handle }, handle);
        places.push(BundlePlace {
            bundle: Bundle { from: lane.rack, to: lane.rack },
            path,
            handle,
        });
    }
    let columns = i32::try_from(lanes.len() / 2).unwrap_or(0).min(6);
    for span in 1..lanes.len() {
        for (upper, lower) in lanes.iter().zip(&lanes[span..]) {
            let (path, handle) = arc(upper.rect, lower.rect, columns, &places);
            places.push(BundlePlace {
                bundle: Bundle { from: upper.rack, to: lower.rack },
                path,
                handle,
            });
        }
    }
    places
}

/// The arc between two lanes whose handle has most room: out to the innermost column that will do.
fn arc(upper: Rect, lower: Rect, columns: i32, placed: &[BundlePlace]) -> (Path, Point) {
    let end = |lane: Rect| Point { x: lane.right(), y: lane.middle().y };
    let middle = |column: i32| {
        let out = 2 + HANDLE / 2 + COLUMN * column;
        Path::Arc(end(upper), end(lower), out)
    };
    let mut best = (-1, middle(1), middle(1).at(8));
    for column in 1..=columns {
        for step in [8, 7, 9, 6, 10, 5, 11] {
            let (path, handle) = (middle(column), middle(column).at(step));
            if handle.x - HANDLE / 2 < upper.right() {
                continue;
            }
            let apart = placed.iter().map(|other| other.handle.distance_squared(handle)).min();
            let apart = apart.unwrap_or(i32::MAX).min(COLUMN * COLUMN);
            if apart > best.0 {
                best = (apart, path, handle);
            }
        }
    }
    (best.1, best.2)
}

#[cfg(test)]
mod tests {
    use super::super::tests::dealt;
    use super::*;

    fn floor(nodes: u64, racks: u32, width: i32) -> Floor {
        let racks = dealt(nodes, racks);
        lay_out(&Wanted { racks: &racks, links: &[], width, text_percent: 100 })
    }

    #[test]
    fn a_bundle_for_each_rack_and_each_pair_of_racks() {
        for (racks, bundles) in [(1, 1), (2, 3), (4, 10), (8, 36)] {
            assert_eq!(floor(64, racks, 816).bundles.len(), bundles, "{racks} racks");
        }
        // A single node has no link within its rack, an empty rack none at all.
        let mut lone = dealt(8, 2);
        let moved = lone[1].1.drain(1..).collect::<Vec<_>>();
        lone[0].1.extend(moved);
        lone.push((RackId::new(9).unwrap(), vec![]));
        let floor = lay_out(&Wanted { racks: &lone, links: &[], width: 816, text_percent: 100 });
        let of =
            |a: u32, b: u32| Bundle { from: RackId::new(a).unwrap(), to: RackId::new(b).unwrap() };
        let bundles: Vec<Bundle> = floor.bundles.iter().map(|place| place.bundle).collect();
        assert_eq!(bundles, [of(1, 1), of(1, 2)]);
    }

    #[test]
    fn cards_shrink_as_they_become_many_and_128_fit_a_screen() {
        let width = |nodes| floor(nodes, 4, 816).lanes[0].cards[0].rect.width;
        assert!(width(8) > width(64) && width(64) >= width(128));
        let high = floor(128, 4, 816).height;
        assert!(high <= 700, "{high} px");
    }
}
