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

mod columns;
mod geometry;
mod grid;
mod hulls;
mod places;

pub use geometry::{Path, Point, Rect};
pub use hulls::Hull;
pub use places::{
    Bundle, BundlePlace, Card, Direction, Floor, HANDLE, Hit, Lane, LinkPlace, Wanted,
};

/// Up to so many nodes every link is drawn with a handle of its own; with more, links are bundled by rack.
pub const ALL_LINKS_NODES: usize = 7;

/// Lays the floor out.
#[must_use]
pub fn lay_out(wanted: &Wanted) -> Floor {
    let all: usize = wanted.racks.iter().map(|(_, nodes)| nodes.len()).sum();
    if all > ALL_LINKS_NODES { grid::lay_out(wanted) } else { columns::lay_out(wanted) }
}

#[cfg(test)]
pub(crate) mod tests {
    use rosterlab_engine::{Link, NodeId, RackId};

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
