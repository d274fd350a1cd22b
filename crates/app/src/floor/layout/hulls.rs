//! What holds the cards of a sub-cluster together on the floor.
//!
//! Invariant: a hull lies around cards of one sub-cluster only, every card of a sub-cluster is in a hull, and hulls do not
//! overlap. Not here: colours, names.

use rosterlab_engine::NodeId;

use super::geometry::Rect;
use super::grid;
use super::places::{Floor, HANDLE};

/// A piece of a sub-cluster: cards that stand together on one lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hull {
    /// The sub-cluster's place.
    pub sub_cluster: usize,
    /// What it covers.
    pub rect: Rect,
    /// How many letters its label at the lower edge may have; none when cards are small.
    pub label_letters: usize,
}

/// How far a hull reaches beyond large cards.
const MARGIN: i32 = 7;
/// About how wide a letter of a label is, with the usual text.
const LETTER: i32 = 7;

impl Floor {
    /// The hulls of the sub-clusters, given which one a node is in.
    #[must_use]
    pub fn hulls(&self, of: &dyn Fn(NodeId) -> Option<usize>) -> Vec<Hull> {
        let margin = if self.is_dense { grid::GAP / 2 } else { MARGIN };
        let mut hulls: Vec<Hull> = Vec::new();
        for lane in &self.lanes {
            let mut before: Option<(usize, Rect)> = None;
            for (place, card) in lane.cards.iter().enumerate() {
                let own = of(card.node);
                let is_last = place + 1 == lane.cards.len();
                let joins = before.is_some_and(|(sub_cluster, rect)| {
                    own == Some(sub_cluster) && (!self.is_dense || rect.y == card.rect.y)
                });
                before = own.map(|sub_cluster| (sub_cluster, card.rect));
                let Some(sub_cluster) = own else { continue };
                let around = card.rect.grown(margin);
                // Below a card that is not the last one, the handle of a link stands in the middle.
                let label_width = match (self.is_dense, is_last) {
                    (true, _) => 0,
                    (_, true) => around.width - 4 * MARGIN,
                    _ => (around.width - HANDLE) / 2 - 2 * MARGIN,
                };
                let letters = label_width * 100 / (LETTER * self.text_percent);
                let label_letters = usize::try_from(letters).unwrap_or(0);
                match hulls.last_mut().filter(|_| joins) {
                    Some(hull) => {
                        hull.rect = hull.rect.joined(around);
                        hull.label_letters = label_letters;
                    }
                    None => hulls.push(Hull { sub_cluster, rect: around, label_letters }),
                }
            }
        }
        hulls
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::dealt;
    use super::super::{Wanted, lay_out};
    use super::*;

    #[test]
    fn hulls_hold_their_own_cards_and_no_others() {
        for (nodes, racks) in [(5, 2), (7, 1), (16, 3), (128, 4), (128, 8)] {
            for width in [326, 562, 816] {
                let racks = dealt(nodes, racks);
                let wanted = Wanted { racks: &racks, links: &[], width, text_percent: 100 };
                let floor = lay_out(&wanted);
                // Three sub-clusters, mixed on every lane, and some nodes that are down.
                let of = |node: NodeId| match node.get() % 7 {
                    0 => None,
                    rest => usize::try_from(rest % 3).ok(),
                };
                let hulls = floor.hulls(&of);
                for card in floor.cards() {
                    let inside: Vec<usize> = hulls
                        .iter()
                        .filter(|hull| hull.rect.contains(card.rect.middle()))
                        .map(|hull| hull.sub_cluster)
                        .collect();
                    assert_eq!(inside, of(card.node).into_iter().collect::<Vec<_>>());
                }
                for (place, a) in hulls.iter().enumerate() {
                    for b in &hulls[..place] {
                        let (a, b) = (a.rect, b.rect);
                        let apart = a.x >= b.right()
                            || b.x >= a.right()
                            || a.y >= b.bottom()
                            || b.y >= a.bottom();
                        assert!(apart, "{width} px: {a:?} {b:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_column_of_one_sub_cluster_is_one_hull_and_a_node_that_is_down_parts_it() {
        let racks = dealt(5, 2);
        let wanted = Wanted { racks: &racks, links: &[], width: 816, text_percent: 100 };
        let floor = lay_out(&wanted);
        assert_eq!(floor.hulls(&|_| Some(0)).len(), 2, "one a lane");
        let middle = racks[0].1[1];
        let parted = floor.hulls(&|node| (node != middle).then_some(0));
        assert_eq!(parted.len(), 3);
        assert!(
            parted[0].label_letters < parted[1].label_letters,
            "a handle stands below the first"
        );
    }
}
