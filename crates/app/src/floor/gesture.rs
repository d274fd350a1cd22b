//! Moving a card to another lane, by pointer or by keys, and drawing a fence around cards, as one pure state machine.
//!
//! Invariant: both ways of moving end in the same [`Drop`], so they cannot drift apart; a card that is dropped on its own
//! lane, or on none, moves nowhere; a gesture that is called off does nothing. Not here: where lanes and cards are (see
//! `layout`) and what a move or a fence does to the cluster.

use rosterlab_engine::{NodeId, RackId};

use crate::floor::layout::{Point, Rect};

/// How far a pressed pointer travels before the press is a drag, in CSS pixels: a shaky click stays a click.
const THRESHOLD_PX: i32 = 6;

/// Where a gesture stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Gesture {
    /// Nothing is going on.
    #[default]
    Idle,
    /// A card is pressed; it may become a click or a drag.
    Pressed {
        /// The card.
        node: NodeId,
        /// The card's own lane.
        home: RackId,
        /// Which pointer.
        pointer: i32,
        /// Where it was pressed.
        from: Point,
    },
    /// A card is carried.
    Carried {
        /// The card.
        node: NodeId,
        /// The card's own lane.
        home: RackId,
        /// The lane where it would land now.
        over: Option<RackId>,
        /// What carries it.
        by: Carrier,
    },
    /// Empty ground is pressed; it may become a fence.
    Ground {
        /// Which pointer.
        pointer: i32,
        /// Where it was pressed.
        from: Point,
    },
    /// A fence is drawn.
    Fencing {
        /// Which pointer.
        pointer: i32,
        /// The corner where it began.
        from: Point,
        /// The corner where the pointer is.
        at: Point,
    },
}

/// What carries a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrier {
    /// A pointer, which has come so far.
    Pointer {
        /// Which pointer.
        pointer: i32,
        /// Where it was pressed.
        from: Point,
        /// Where it is.
        at: Point,
    },
    /// Keys.
    Keys,
}

/// What a person does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// A pointer is pressed on a card.
    Press {
        /// The card.
        node: NodeId,
        /// The card's own lane.
        home: RackId,
        /// Which pointer.
        pointer: i32,
        /// Where.
        at: Point,
    },
    /// A pointer is pressed on empty ground.
    PressGround {
        /// Which pointer.
        pointer: i32,
        /// Where.
        at: Point,
    },
    /// A pointer moved.
    Move {
        /// Which pointer.
        pointer: i32,
        /// Where it is.
        at: Point,
        /// The lane there.
        over: Option<RackId>,
    },
    /// A pointer is released.
    Release {
        /// Which pointer.
        pointer: i32,
    },
    /// A card is taken up by a key.
    PickUp {
        /// The card.
        node: NodeId,
        /// The card's own lane.
        home: RackId,
    },
    /// A key chose a lane for the card that keys carry.
    Aim(RackId),
    /// A key drops the card that keys carry.
    PutDown,
    /// Escape, or the browser took the pointer away.
    CallOff,
}

/// A card was dropped on another lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drop {
    /// The card.
    pub node: NodeId,
    /// The lane.
    pub rack: RackId,
}

/// What a gesture came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A card is to move.
    Moved(Drop),
    /// A fence was drawn.
    Fenced(Rect),
}

impl Gesture {
    /// What follows from one input.
    #[must_use]
    pub fn next(self, input: Input) -> (Self, Option<Outcome>) {
        match (self, input) {
            // A press ends what keys had begun, and a press on the ground whose end was not seen.
            (
                Self::Idle | Self::Ground { .. } | Self::Carried { by: Carrier::Keys, .. },
                Input::Press { node, home, pointer, at },
            ) => (Self::Pressed { node, home, pointer, from: at }, None),
            (
                Self::Idle | Self::Ground { .. } | Self::Carried { by: Carrier::Keys, .. },
                Input::PressGround { pointer, at },
            ) => (Self::Ground { pointer, from: at }, None),
            (
                Self::Ground { .. } | Self::Fencing { .. },
                Input::Move { .. } | Input::Release { .. },
            ) => self.fence(input),
            (_, Input::PickUp { node, home }) => {
                (Self::Carried { node, home, over: None, by: Carrier::Keys }, None)
            }
            (
                Self::Pressed { node, home, pointer, from },
                Input::Move { pointer: moved, at, over },
            ) if moved == pointer && from.distance_squared(at) >= THRESHOLD_PX.pow(2) => {
                let by = Carrier::Pointer { pointer, from, at };
                (Self::Carried { node, home, over, by }, None)
            }
            (
                Self::Carried { node, home, by: Carrier::Pointer { pointer, from, .. }, .. },
                Input::Move { pointer: moved, at, over },
            ) if moved == pointer => {
                let by = Carrier::Pointer { pointer, from, at };
                (Self::Carried { node, home, over, by }, None)
            }
            (Self::Pressed { pointer, .. }, Input::Release { pointer: released })
                if released == pointer =>
            {
                (Self::Idle, None)
            }
            (
                Self::Carried { node, home, over, by: Carrier::Pointer { pointer, .. } },
                Input::Release { pointer: released },
            ) if released == pointer => (Self::Idle, landed(node, home, over)),
            (Self::Carried { node, home, by: Carrier::Keys, .. }, Input::Aim(rack)) => {
                (Self::Carried { node, home, over: Some(rack), by: Carrier::Keys }, None)
            }
            (Self::Carried { node, home, over, by: Carrier::Keys }, Input::PutDown) => {
                (Self::Idle, landed(node, home, over))
            }
            (_, Input::CallOff) => (Self::Idle, None),
            (unmoved, _) => (unmoved, None),
        }
    }

    /// What follows while the ground is pressed or a fence is drawn.
    fn fence(self, input: Input) -> (Self, Option<Outcome>) {
        match (self, input) {
            (Self::Ground { pointer, from }, Input::Move { pointer: moved, at, .. })
                if moved == pointer && from.distance_squared(at) >= THRESHOLD_PX.pow(2) =>
            {
                (Self::Fencing { pointer, from, at }, None)
            }
            (Self::Fencing { pointer, from, .. }, Input::Move { pointer: moved, at, .. })
                if moved == pointer =>
            {
                (Self::Fencing { pointer, from, at }, None)
            }
            (Self::Ground { pointer, .. }, Input::Release { pointer: released })
                if released == pointer =>
            {
                (Self::Idle, None)
            }
            (Self::Fencing { pointer, from, at }, Input::Release { pointer: released })
                if released == pointer =>
            {
                (Self::Idle, Some(Outcome::Fenced(Rect::between(from, at))))
            }
            (unmoved, _) => (unmoved, None),
        }
    }

    /// The fence that is drawn now.
    #[must_use]
    pub fn drawn_fence(&self) -> Option<Rect> {
        match *self {
            Self::Fencing { from, at, .. } => Some(Rect::between(from, at)),
            _ => None,
        }
    }

    /// The card that is carried, and by how much a pointer has moved it.
    #[must_use]
    pub fn carried(&self) -> Option<(NodeId, Point)> {
        match *self {
            Self::Carried { node, by: Carrier::Pointer { from, at, .. }, .. } => {
                Some((node, at.minus(from)))
            }
            Self::Carried { node, by: Carrier::Keys, .. } => Some((node, Point::default())),
            _ => None,
        }
    }

    /// The other lane on which the card would land now.
    #[must_use]
    pub fn target(&self) -> Option<RackId> {
        match *self {
            Self::Carried { home, over, .. } => over.filter(|rack| *rack != home),
            _ => None,
        }
    }

    /// Whether keys carry a card, so that keys mean lanes.
    #[must_use]
    pub fn is_by_keys(&self) -> bool {
        matches!(self, Self::Carried { by: Carrier::Keys, .. })
    }
}

fn landed(node: NodeId, home: RackId, over: Option<RackId>) -> Option<Outcome> {
    over.filter(|rack| *rack != home).map(|rack| Outcome::Moved(Drop { node, rack }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node() -> NodeId {
        "A101".parse().unwrap()
    }

    fn rack(number: u32) -> RackId {
        RackId::new(number).unwrap()
    }

    fn at(x: i32, y: i32) -> Point {
        Point { x, y }
    }

    fn press() -> Input {
        Input::Press { node: node(), home: rack(1), pointer: 7, at: at(10, 10) }
    }

    fn moved(x: i32, over: Option<RackId>) -> Input {
        Input::Move { pointer: 7, at: at(x, 10), over }
    }

    fn dropped(number: u32) -> Vec<Outcome> {
        vec![Outcome::Moved(Drop { node: node(), rack: rack(number) })]
    }

    /// Runs inputs from rest and gives the state at the end and every outcome on the way.
    fn run(inputs: &[Input]) -> (Gesture, Vec<Outcome>) {
        let mut drops = Vec::new();
        let end = inputs.iter().fold(Gesture::Idle, |gesture, input| {
            let (gesture, drop) = gesture.next(*input);
            drops.extend(drop);
            gesture
        });
        (end, drops)
    }

    const RELEASE: Input = Input::Release { pointer: 7 };

    #[test]
    fn a_drag_to_another_lane_drops_the_card_there() {
        let inputs = [press(), moved(300, Some(rack(2))), RELEASE];
        assert_eq!(run(&inputs), (Gesture::Idle, dropped(2)));
    }

    #[test]
    fn a_shaky_click_is_no_drag() {
        let (gesture, drops) = run(&[press(), moved(13, Some(rack(2)))]);
        assert!(matches!(gesture, Gesture::Pressed { .. }) && drops.is_empty());
        assert_eq!(run(&[press(), moved(13, Some(rack(2))), RELEASE]), (Gesture::Idle, vec![]));
    }

    #[test]
    fn on_its_own_lane_or_beside_all_a_card_moves_nowhere() {
        for over in [Some(rack(1)), None] {
            assert_eq!(run(&[press(), moved(300, over), RELEASE]), (Gesture::Idle, vec![]));
        }
    }

    #[test]
    fn calling_off_ends_any_gesture_without_a_drop() {
        for inputs in [
            vec![press()],
            vec![press(), moved(300, Some(rack(2)))],
            vec![Input::PickUp { node: node(), home: rack(1) }, Input::Aim(rack(2))],
        ] {
            let called_off: Vec<_> = inputs.into_iter().chain([Input::CallOff, RELEASE]).collect();
            assert_eq!(run(&called_off), (Gesture::Idle, vec![]));
        }
    }

    #[test]
    fn another_pointer_does_not_disturb() {
        let other = Input::Move { pointer: 8, at: at(500, 10), over: None };
        let inputs = [press(), moved(300, Some(rack(2))), other, Input::Release { pointer: 8 }];
        let (gesture, drops) = run(&inputs);
        assert_eq!(gesture.target(), Some(rack(2)));
        assert_eq!(gesture.carried(), Some((node(), at(290, 0))));
        assert!(drops.is_empty());
    }

    #[test]
    fn keys_carry_a_card_to_the_same_drop() {
        let pick = Input::PickUp { node: node(), home: rack(1) };
        let (gesture, _) = run(&[pick]);
        assert!(gesture.is_by_keys() && gesture.target().is_none());
        let inputs = [pick, Input::Aim(rack(1)), Input::Aim(rack(2)), Input::PutDown];
        assert_eq!(run(&inputs), (Gesture::Idle, dropped(2)));
        assert_eq!(run(&[pick, Input::PutDown]), (Gesture::Idle, vec![]));
    }

    #[test]
    fn a_press_ends_what_keys_had_begun() {
        let pick = Input::PickUp { node: node(), home: rack(1) };
        let (gesture, drops) = run(&[pick, Input::Aim(rack(2)), press()]);
        assert!(matches!(gesture, Gesture::Pressed { .. }) && drops.is_empty());
    }

    #[test]
    fn moves_of_a_pointer_do_nothing_to_a_card_that_keys_carry() {
        let pick = Input::PickUp { node: node(), home: rack(1) };
        let (gesture, drops) = run(&[pick, Input::Aim(rack(2)), moved(300, None), RELEASE]);
        assert_eq!(gesture.target(), Some(rack(2)));
        assert!(drops.is_empty());
    }

    const PRESS_GROUND: Input = Input::PressGround { pointer: 7, at: Point { x: 100, y: 80 } };

    #[test]
    fn a_drag_on_the_ground_draws_a_fence_whichever_way_it_goes() {
        let inputs = [PRESS_GROUND, moved(60, Some(rack(1))), moved(30, None)];
        let fence = Rect { x: 30, y: 10, width: 70, height: 70 };
        assert_eq!(run(&inputs).0.drawn_fence(), Some(fence));
        let released = [PRESS_GROUND, moved(60, Some(rack(1))), moved(30, None), RELEASE];
        assert_eq!(run(&released), (Gesture::Idle, vec![Outcome::Fenced(fence)]));
    }

    #[test]
    fn a_click_on_the_ground_and_a_fence_that_is_called_off_fence_nothing() {
        let shaky = Input::Move { pointer: 7, at: at(103, 82), over: None };
        assert_eq!(run(&[PRESS_GROUND, shaky, RELEASE]), (Gesture::Idle, vec![]));
        let called_off = [PRESS_GROUND, moved(300, None), Input::CallOff, RELEASE];
        assert_eq!(run(&called_off), (Gesture::Idle, vec![]));
    }

    #[test]
    fn a_second_pointer_neither_moves_nor_ends_a_fence_and_no_card_is_taken_up_meanwhile() {
        let other = Input::Move { pointer: 8, at: at(500, 500), over: None };
        let inputs =
            [PRESS_GROUND, moved(300, None), other, Input::Release { pointer: 8 }, press()];
        let (gesture, outcomes) = run(&inputs);
        assert_eq!(gesture.drawn_fence(), Some(Rect { x: 100, y: 10, width: 200, height: 70 }));
        assert!(gesture.carried().is_none() && outcomes.is_empty());
    }

    #[test]
    fn a_press_on_the_ground_that_was_let_go_elsewhere_does_not_hold_a_card_back() {
        let inputs = [PRESS_GROUND, press(), moved(300, Some(rack(2))), RELEASE];
        assert_eq!(run(&inputs), (Gesture::Idle, dropped(2)));
    }
}
