//! A timeline exported as a scenario and read back is the same timeline.

use proptest::prelude::*;
use rosterlab_engine::ClusterSetup;
use rosterlab_scenario::{Entry, Scenario, Timeline};

use crate::strategies::{entry, seeded, setup};

fn exported(timeline: &Timeline) -> Timeline {
    let text = Scenario::from_timeline("exported", timeline).to_json();
    let scenario = Scenario::parse(text.as_bytes()).unwrap_or_else(|e| panic!("{e} in\n{text}"));
    assert_eq!(scenario.to_json(), text);
    scenario.timeline().unwrap_or_else(|error| panic!("{error} in\n{text}"))
}

proptest! {
    #![proptest_config(seeded(24))]

    #[test]
    fn what_was_done_is_what_is_exported(
        setup in setup(),
        entries in proptest::collection::vec(entry(), 0..20),
        undone in 0..3_usize,
    ) {
        let mut timeline = Timeline::new(setup).unwrap();
        for entry in entries {
            let _ = timeline.perform(entry); // refused ones change nothing
        }
        for _ in 0..undone {
            timeline.undo();
        }
        let again = exported(&timeline);
        prop_assert_eq!(again.setup(), timeline.setup());
        // A file has one step for each of several things.
        let mut one_by_one = Timeline::new(timeline.setup().clone()).unwrap();
        for entry in timeline.entries()[..timeline.position()].iter().flat_map(Entry::each) {
            one_by_one.perform(entry.clone()).unwrap();
        }
        prop_assert_eq!(again.entries(), one_by_one.entries());
        prop_assert!(again.cluster() == timeline.cluster());
    }
}

#[test]
fn a_time_too_long_for_one_step_becomes_several() {
    let setup = ClusterSetup::of(
        vec![rosterlab_engine::NodeSetup::new(
            "A1".parse().unwrap(),
            rosterlab_engine::RackId::NONE,
        )],
        1,
    );
    let mut timeline = Timeline::new(setup).unwrap();
    timeline.pass(2_500_000_000_001);
    let scenario = Scenario::from_timeline("long", &timeline);
    assert_eq!(scenario.steps.len(), 3);
    assert_eq!(exported(&timeline).entries(), [Entry::Pass { ms: 2_500_000_000_001 }]);
}
