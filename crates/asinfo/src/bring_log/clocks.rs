//! Clocks of nodes that do not agree, found by the events that several nodes tell of, and put right.
//!
//! Invariant: times are moved only where most of the events that two nodes have in common say by how much; whatever is moved, and whatever
//! cannot be known, is said. An event is a cluster key, else a regime with its succession list, else a succession list. Not here: zones
//! that lines name with numbers (see `line`).

use std::collections::BTreeMap;

use rosterlab_engine::NodeId;

use super::found::{Found, Voice};
use super::line::{Fact, NamespaceFact, Stamp};

/// Clocks no further apart than this, in milliseconds, are one clock: nodes tell of the same change at slightly different times.
const SAME_CLOCK_MS: i64 = 2_000;
/// Events that say the same of two clocks differ by no more than this, in milliseconds.
const SAME_SAYING_MS: i64 = 3_000;
/// A rebalance belongs to a succession list no longer ago than this, in milliseconds.
const SOON_MS: u64 = 60_000;

/// What is to be said of a voice's clock beside another's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// It was ahead by so many milliseconds (behind, if negative), as so many common events say; its lines were moved.
    Moved {
        /// Whose.
        voice: Voice,
        /// Beside whose.
        beside: Voice,
        /// Milliseconds.
        ahead: i64,
        /// How many events said so.
        events: usize,
    },
    /// Common events do not agree by how much they are apart: from so many milliseconds to so many. Nothing was moved.
    Unclear {
        /// Whose.
        voice: Voice,
        /// Beside whose.
        beside: Voice,
        /// The least and the most that it seems ahead.
        between: (i64, i64),
    },
    /// They have no event in common. Nothing was moved.
    Unknown {
        /// Whose.
        voice: Voice,
        /// Beside whose.
        beside: Voice,
    },
}

impl Clock {
    /// What is said, with the names of voices.
    pub(super) fn sentence(&self, name: impl Fn(Voice) -> String) -> String {
        match *self {
            Self::Moved { voice, beside, ahead, events } => format!(
                "The clock of {} is {} {} that of {}, by {events} {} that both tell of: its lines are told in the time of {}.",
                name(voice),
                duration(ahead),
                if ahead > 0 { "ahead of" } else { "behind" },
                name(beside),
                if events == 1 { "event" } else { "events" },
                name(beside)
            ),
            Self::Unclear { voice, beside, between: (least, most) } => format!(
                "The clocks of {} and {} are apart by {} to {}, and not always by the same: their lines are told as they are dated, so one \
                 event may be told as two.",
                name(voice),
                name(beside),
                duration(least),
                duration(most)
            ),
            Self::Unknown { voice, beside } => format!(
                "{} and {} tell of no cluster change in common: whether their clocks agree is not known, and their lines are told as they are \
                 dated.",
                name(voice),
                name(beside)
            ),
        }
    }
}

/// Milliseconds as a person says them.
fn duration(ms: i64) -> String {
    let seconds = (ms.unsigned_abs() + 500) / 1000;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let parts = [(hours, "h"), (minutes, "min"), (seconds, "s")];
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|(number, unit)| *number > 0 || *unit == "s" && hours + minutes == 0)
        .map(|(number, unit)| format!("{number} {unit}"))
        .collect();
    parts.join(" ")
}

/// Something that every node of a cluster tells of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Key(String),
    Regime(String, u32, Vec<NodeId>),
    List(Vec<NodeId>),
}

impl Event {
    /// How much it says: the less, the more.
    fn kind(&self) -> usize {
        match self {
            Self::Key(_) => 0,
            Self::Regime(..) => 1,
            Self::List(_) => 2,
        }
    }
}

/// The events of a voice; those that it told of more than once have no time.
type Events = BTreeMap<Event, Option<Stamp>>;

/// Puts the clocks of voices right. The first voice that tells of a cluster change is right.
pub(super) fn align(found: &mut [Found]) -> Vec<Clock> {
    let (order, all) = events(found);
    let mut said = Vec::new();
    // Voices whose clocks are known, with how far ahead they are of the first.
    let mut known: BTreeMap<Voice, i64> = BTreeMap::new();
    let Some(first) = order.first() else { return said };
    known.insert(*first, 0);
    let mut open: Vec<Voice> = order[1..].to_vec();
    loop {
        let next = open.iter().enumerate().find_map(|(at, voice)| {
            let mut sure = order.iter().filter(|one| known.contains_key(one));
            sure.find_map(|beside| Some((at, *beside, apart(&all[voice], &all[beside])?)))
        });
        let Some((at, beside, apart)) = next else { break };
        let voice = open.remove(at);
        match apart {
            Apart::By { ahead, events } => {
                if ahead.abs() > SAME_CLOCK_MS {
                    said.push(Clock::Moved { voice, beside, ahead, events });
                }
                let same = ahead.abs() <= SAME_CLOCK_MS;
                known.insert(voice, known[&beside] + if same { 0 } else { ahead });
            }
            Apart::Unclear(between) => {
                said.push(Clock::Unclear { voice, beside, between });
                known.insert(voice, known[&beside]);
            }
        }
    }
    said.extend(open.into_iter().map(|voice| Clock::Unknown { voice, beside: *first }));
    for one in found.iter_mut() {
        if let Some(ahead) = known.get(&one.voice).filter(|ahead| **ahead != 0) {
            one.at = one.at.moved(-ahead);
        }
    }
    said
}

/// The events of each voice, and the voices that have any in the order in which they begin.
fn events(found: &[Found]) -> (Vec<Voice>, BTreeMap<Voice, Events>) {
    let mut order: Vec<Voice> = Vec::new();
    let mut all: BTreeMap<Voice, Events> = BTreeMap::new();
    let mut lists: BTreeMap<Voice, (Stamp, &Vec<NodeId>)> = BTreeMap::new();
    for one in found {
        let event = match &one.fact {
            Fact::ClusterKey(key) => Event::Key(key.clone()),
            Fact::Succession(list) => {
                lists.insert(one.voice, (one.at, list));
                Event::List(list.clone())
            }
            Fact::Of(
                name,
                NamespaceFact::Participating { now: regime, .. }
                | NamespaceFact::Rebalanced { regime: Some(regime), .. },
            ) => {
                let list = lists.get(&one.voice);
                match list.filter(|(at, _)| at.apart_ms(one.at) <= SOON_MS) {
                    Some((_, list)) => Event::Regime(name.clone(), *regime, (*list).clone()),
                    None => continue,
                }
            }
            _ => continue,
        };
        let own = all.entry(one.voice).or_insert_with(|| {
            order.push(one.voice);
            Events::new()
        });
        let is_again = |at: &Option<Stamp>| at.is_none_or(|at| at.apart_ms(one.at) > SOON_MS);
        match own.get_mut(&event) {
            None => drop(own.insert(event, Some(one.at))),
            Some(at) if is_again(at) => *at = None,
            Some(_) => {}
        }
    }
    (order, all)
}

/// How far a clock is ahead of another.
enum Apart {
    By { ahead: i64, events: usize },
    Unclear((i64, i64)),
}

/// What the events say that two voices have in common; `None` if there is none.
fn apart(own: &Events, others: &Events) -> Option<Apart> {
    let mut told: [Vec<i64>; 3] = Default::default();
    for (event, at) in own {
        if let (Some(at), Some(Some(other))) = (at, others.get(event)) {
            told[event.kind()].push(at.ahead_ms(*other));
        }
    }
    let mut told = told.into_iter().find(|told| !told.is_empty())?;
    told.sort_unstable();
    let middle = told[told.len() / 2];
    let saying = told.iter().filter(|one| (**one - middle).abs() <= SAME_SAYING_MS).count();
    let ends = (told[0], told[told.len() - 1]);
    Some(if 2 * saying > told.len() {
        Apart::By { ahead: middle, events: saying }
    } else {
        Apart::Unclear(ends)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_said_in_hours_minutes_and_seconds() {
        let told = [0, 400, 2_600, -61_000, 7_200_000, 90_061_000].map(duration);
        assert_eq!(told, ["0 s", "0 s", "3 s", "1 min 1 s", "2 h", "25 h 1 min 1 s"]);
    }
}
