//! Facts put together into cluster changes: the lines of every node that tell of the same change are one.
//!
//! Invariant: changes stand in the order of time, and each has the place of its first line. Lines about a rebalance without lines
//! about a cluster, as excerpts have them, are a change whose nodes are not known. Not here: why a change happened (see `steps`).

use std::collections::BTreeMap;

use rosterlab_engine::{Migrations, NodeId};

use super::facts::Facts;
use super::found::{Found, Place, Voice};
use super::line::{Fact, NamespaceFact, Stamp};

/// Lines of one change are no further apart than this, in milliseconds, unless they have its key.
const SAME_MS: u64 = 5_000;
/// A change's rebalance is told no later than this, in milliseconds.
const SOON_MS: u64 = 60_000;

/// A line of the ticker about migrations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tick {
    /// Whose.
    pub voice: Voice,
    /// What is left to send, receive and signal.
    pub left: Migrations,
    /// The percentage that it has, in hundredths.
    pub hundredths: u64,
    /// Where.
    pub place: Place,
}

/// What a change's lines tell of one namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Roster nodes present, and all.
    pub participating: Option<(u32, u32)>,
    /// The regime before.
    pub before: Option<u32>,
    /// The regime from this change on; none in AP.
    pub regime: Option<u32>,
    /// Partitions unavailable.
    pub unavailable: Option<u32>,
    /// Partitions dead.
    pub dead: Option<u32>,
    /// Partitions that came up empty.
    pub fresh: Option<u32>,
    /// What each node was due to migrate.
    pub expected: Vec<(Voice, Migrations)>,
    /// Lines of the ticker until the next change.
    pub ticks: Vec<Tick>,
    /// Whether some node's migrations are complete before the next change.
    pub migrated: bool,
    /// Who told of participating nodes, and who of the rebalance.
    heard_from: [Vec<Voice>; 2],
}

/// One cluster change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// When its first line was written.
    pub at: Stamp,
    /// Where that is.
    pub place: Place,
    /// The new cluster key.
    pub key: Option<String>,
    /// The succession list as it is written.
    pub listed: Option<Vec<NodeId>>,
    /// The cluster size as it is written.
    pub size: Option<u32>,
    /// Who tells of it.
    pub voices: Vec<Voice>,
    /// What is told of each namespace.
    pub namespaces: BTreeMap<String, Told>,
    /// What was said before: that nodes started, revived, or were quiesced.
    pub said: Vec<(Voice, Fact)>,
}

/// The cluster changes of logs.
#[must_use]
pub fn changes(facts: &Facts) -> Vec<Change> {
    let mut put = Putting::default();
    for found in &facts.found {
        match &found.fact {
            Fact::ClusterKey(key) => put.key(found, key),
            Fact::Succession(list) => put.list(found, list),
            Fact::ClusterSize(size) => {
                let change = put.recent(found, SAME_MS).unwrap_or_else(|| put.new_change(found));
                put.changes[change].size.get_or_insert(*size);
            }
            Fact::Of(namespace, fact) => put.namespace(found, namespace, fact),
            Fact::Revived | Fact::Quiesced(_) | Fact::Banner(_) => {
                put.said.push(found.clone());
            }
            _ => {}
        }
    }
    put.changes
}

#[derive(Default)]
struct Putting {
    changes: Vec<Change>,
    /// The latest change that each voice told of.
    open: BTreeMap<Voice, usize>,
    /// What was said, and is not known yet to belong to a change.
    said: Vec<Found>,
}

impl Putting {
    fn new_change(&mut self, found: &Found) -> usize {
        self.changes.push(Change {
            at: found.at,
            place: found.place,
            key: None,
            listed: None,
            size: None,
            voices: Vec::new(),
            namespaces: BTreeMap::new(),
            said: Vec::new(),
        });
        // What was ordered before, on whatever node; a start belongs to the change that takes the node in.
        let is_order = |fact: &Fact| matches!(fact, Fact::Revived | Fact::Quiesced(_));
        let change = self.changes.len() - 1;
        self.put_said(change, |said| said.at < found.at && is_order(&said.fact));
        self.join(found, change)
    }

    fn join(&mut self, found: &Found, change: usize) -> usize {
        self.open.insert(found.voice, change);
        let voices = &mut self.changes[change].voices;
        if !voices.contains(&found.voice) {
            voices.push(found.voice);
            self.put_said(change, |said| said.voice == found.voice);
        }
        change
    }

    /// Puts what was said before a change there.
    fn put_said(&mut self, change: usize, belongs: impl Fn(&Found) -> bool) {
        let (said, left): (Vec<Found>, Vec<Found>) =
            std::mem::take(&mut self.said).into_iter().partition(belongs);
        self.said = left;
        self.changes[change].said.extend(said.into_iter().map(|said| (said.voice, said.fact)));
    }

    /// The latest change that the voice told of, if it is no longer ago than this.
    fn recent(&self, found: &Found, ms: u64) -> Option<usize> {
        let change = *self.open.get(&found.voice)?;
        (self.changes[change].at.apart_ms(found.at) <= ms).then_some(change)
    }

    /// A change of these moments that another voice told of, for which this holds.
    fn of_others(&self, found: &Found, fits: impl Fn(&Change) -> bool) -> Option<usize> {
        let near = self
            .changes
            .iter()
            .enumerate()
            .rev()
            .take_while(|(_, change)| change.at.apart_ms(found.at) <= SAME_MS);
        let mut near = near.filter(|(_, change)| !change.voices.contains(&found.voice));
        near.find(|(_, change)| fits(change)).map(|(place, _)| place)
    }

    fn key(&mut self, found: &Found, key: &str) {
        let same = |change: &&Change| change.key.as_deref() == Some(key);
        let known = self.changes.iter().rev().take(64).find(same).map(|change| change.place);
        let known = self.changes.iter().position(|change| Some(change.place) == known);
        let change = known.unwrap_or_else(|| self.new_change(found));
        self.join(found, change);
        self.changes[change].key.get_or_insert(key.to_owned());
    }

    fn list(&mut self, found: &Found, list: &[NodeId]) {
        let fits = |change: &Change| change.listed.as_ref().is_none_or(|known| known == list);
        let own = self.recent(found, SAME_MS).filter(|place| fits(&self.changes[*place]));
        let others = || self.of_others(found, |change| change.listed.as_deref() == Some(list));
        let change = own.or_else(others).unwrap_or_else(|| self.new_change(found));
        self.join(found, change);
        self.changes[change].listed.get_or_insert_with(|| list.to_vec());
    }

    /// The change that a line of a rebalance belongs to: the voice's own, unless it has told that already.
    fn rebalanced(&mut self, found: &Found, namespace: &str, kind: usize) -> &mut Told {
        let has = |change: &Change| {
            let told = change.namespaces.get(namespace);
            told.is_some_and(|told| told.heard_from[kind].contains(&found.voice))
        };
        let own = self.recent(found, SOON_MS).filter(|place| !has(&self.changes[*place]));
        let others = || self.of_others(found, |change| change.key.is_none());
        let change = own.or_else(others).unwrap_or_else(|| self.new_change(found));
        self.join(found, change);
        let told = self.changes[change].namespaces.entry(namespace.to_owned()).or_default();
        told.heard_from[kind].push(found.voice);
        told
    }

    fn namespace(&mut self, found: &Found, namespace: &str, fact: &NamespaceFact) {
        match fact {
            NamespaceFact::Participating { present, all, before, now } => {
                let told = self.rebalanced(found, namespace, 0);
                told.participating.get_or_insert((*present, *all));
                told.before.get_or_insert(*before);
                told.regime.get_or_insert(*now);
            }
            NamespaceFact::Rebalanced { regime, expected, unavailable, dead, fresh } => {
                let voice = found.voice;
                let told = self.rebalanced(found, namespace, 1);
                told.regime = told.regime.or(*regime);
                told.unavailable = told.unavailable.or(*unavailable);
                told.dead = told.dead.or(*dead);
                told.fresh = told.fresh.or(*fresh);
                told.expected.extend(expected.map(|expected| (voice, expected)));
            }
            NamespaceFact::Migrating { .. } | NamespaceFact::Migrated => {
                let Some(change) = self.open.get(&found.voice) else { return };
                let told =
                    self.changes[*change].namespaces.entry(namespace.to_owned()).or_default();
                if let NamespaceFact::Migrating { left, hundredths } = *fact {
                    let (voice, place) = (found.voice, found.place);
                    told.ticks.push(Tick { voice, left, hundredths, place });
                } else {
                    told.migrated = true;
                }
            }
            NamespaceFact::NotClean | NamespaceFact::EvadeSet => {
                self.said.push(found.clone());
            }
            _ => {}
        }
    }
}
