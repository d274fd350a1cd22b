//! Counts of a log beside those of a replay.
//!
//! Invariant: where ids, racks and balance are known a count agrees only if it is the same, otherwise also if it is within the spread of
//! the hash; after migrations that the log does not tell to their end, within what they may have moved. Not here: replaying (see `replay`).

use std::collections::BTreeSet;

use rosterlab_engine::{
    Migrations, NodeId, PARTITIONS, SubClusterNamespaceView, SubClusterView, convert,
};
use rosterlab_scenario::file::{Bounds, Expect};

use super::changes::{Tick, Told};
use super::found::Voice;

/// Whether a count of the log is that of the replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It is the same.
    Agrees,
    /// It is about the same, and no closer could be asked for: ids, racks or balance are not known.
    AgreesAbout,
    /// It is another.
    Differs,
}

/// One comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What is compared, with its namespace.
    pub about: String,
    /// What the log has.
    pub logged: String,
    /// What the replay has.
    pub replayed: String,
    /// How they compare.
    pub verdict: Verdict,
}

pub(super) fn verdict_of(same: bool) -> Verdict {
    if same { Verdict::Agrees } else { Verdict::Differs }
}

/// How near the replay's counts have to be to those of the log.
#[derive(Clone, Copy)]
pub(super) struct Near {
    /// Whether partitions are where they were on the real cluster.
    pub exact: bool,
    /// How many partitions migrations may have moved that the log does not tell of.
    pub slack: u32,
}

impl Near {
    /// Which counts agree with a count of at most `all`. None and all have no spread; others have that of a hash, four standard
    /// deviations of a count.
    fn bounds(self, count: u32, all: u32) -> Bounds {
        let count = count.min(all);
        let has_spread = !self.exact && count > 0 && count < all;
        let by = self.slack + if has_spread { 4 * count.isqrt() + 4 } else { 0 };
        Bounds::between(count.saturating_sub(by), count.saturating_add(by).min(all))
    }

    fn compare(self, logged: u32, replayed: u32, all: u32) -> Verdict {
        let is_near = |one, other| self.bounds(one, all).hold(other);
        if logged == replayed {
            Verdict::Agrees
        } else if is_near(logged, replayed) && is_near(replayed, logged) {
            Verdict::AgreesAbout
        } else {
            Verdict::Differs
        }
    }
}

pub(super) fn compare_namespace(
    name: &str,
    told: &Told,
    (here, found): (&SubClusterView, &SubClusterNamespaceView),
    near: Near,
    checks: &mut Vec<Check>,
) {
    let mut put = |about: &str, logged: String, replayed: String, verdict| {
        checks.push(Check { about: format!("{name} {about}"), logged, replayed, verdict });
    };
    if let Some((present, all)) = told.participating {
        let replayed = (found.roster_nodes_present, convert::count(found.roster.len()));
        let say = |(present, all): (u32, u32)| format!("{present} of {all}");
        put(
            "nodes participating",
            say((present, all)),
            say(replayed),
            verdict_of(replayed == (present, all)),
        );
    }
    let counts = [
        ("unavailable", told.unavailable, found.counts.unavailable),
        ("dead", told.dead, found.counts.dead),
        ("fresh", told.fresh, found.fresh),
    ];
    let all = convert::count(PARTITIONS);
    for (about, logged, replayed) in counts {
        if let Some(logged) = logged {
            let verdict = near.compare(logged, replayed, all);
            put(about, logged.to_string(), replayed.to_string(), verdict);
        }
    }
    for (voice, logged) in &told.expected {
        let of = |node: &NodeId| {
            let due = found.expected.iter().find(|(other, _)| other == node)?.1;
            let pairs = [(logged.tx, due.tx), (logged.rx, due.rx), (logged.signals, due.signals)];
            let verdicts = pairs.map(|(logged, replayed)| near.compare(logged, replayed, u32::MAX));
            let apart: u64 = pairs.iter().map(|(one, other)| u64::from(one.abs_diff(*other))).sum();
            Some((verdicts.into_iter().max()?, apart, *node, due))
        };
        let candidates: Vec<NodeId> = match voice {
            Voice::Node(node) => vec![*node],
            Voice::File(_) => here.nodes.clone(),
        };
        // A log whose node is not known agrees if it can be one of them.
        let nearest =
            candidates.iter().filter_map(of).min_by_key(|(first, then, ..)| (*first, *then));
        let Some((verdict, _, node, due)) = nearest else {
            continue;
        };
        let about = format!("expected-migrations of {node}");
        put(&about, in_brackets(*logged), in_brackets(due), verdict);
    }
    ticks(told, &mut put);
}

fn in_brackets(Migrations { tx, rx, signals }: Migrations) -> String {
    format!("({tx},{rx},{signals})")
}

/// The percentages of the ticker follow from what was due and what is left (domain.md §6).
fn ticks(told: &Told, put: &mut impl FnMut(&str, String, String, Verdict)) {
    let computed = |tick: &Tick| {
        let (_, due) = told.expected.iter().find(|(voice, _)| *voice == tick.voice)?;
        let fits = u64::from(tick.left.tx) + u64::from(tick.left.rx)
            <= u64::from(due.tx) + u64::from(due.rx);
        fits.then(|| tick.left.complete_hundredths(*due))
    };
    let pairs: Vec<(u64, u64)> =
        told.ticks.iter().filter_map(|tick| Some((tick.hundredths, computed(tick)?))).collect();
    let distinct: BTreeSet<&(u64, u64)> = pairs.iter().collect();
    let wrong = distinct.iter().find(|(logged, computed)| logged != computed);
    if let Some((logged, computed)) = wrong.copied().or(pairs.last()) {
        let say = |hundredths: u64| format!("{}.{:02}", hundredths / 100, hundredths % 100);
        let about = format!("complete-pct of {} lines", pairs.len());
        put(&about, say(*logged), say(*computed), verdict_of(wrong.is_none()));
    }
}

/// What a file expects of a namespace after a change.
pub(super) fn expectation(
    name: &str,
    told: &Told,
    on: Option<NodeId>,
    near: Near,
) -> Option<Expect> {
    let bounds =
        |count: Option<u32>| count.map(|count| near.bounds(count, convert::count(PARTITIONS)));
    let (unavailable, dead, fresh) = (told.unavailable, told.dead, told.fresh);
    unavailable.or(dead).or(fresh)?;
    Some(Expect {
        namespace: Some(name.to_owned()),
        on,
        unavailable: bounds(unavailable.or(dead.map(|_| 0))),
        dead: bounds(dead.or(unavailable.map(|_| 0))),
        fresh: bounds(fresh),
        ..Expect::default()
    })
}
