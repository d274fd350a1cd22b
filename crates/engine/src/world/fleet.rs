//! A fleet: an application with a number of instances, each of which uses the site that it found when it started
//! (domain.md §15).
//!
//! Invariant: what an instance does and when is a fixed sequence; there is no chance. Not here: what is done with it (see
//! `instances`), and what a read or a write comes to (see `client`).

use crate::succession::fnv1a_64;
use crate::world::command::FleetSetup;
use crate::world::keys::KeyId;
use crate::world::view::{FleetCounts, InstanceView};

/// A rolling restart that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Roll {
    /// The instance that is down.
    pub instance: usize,
    pub each_ms: u64,
    pub back_ms: u64,
}

/// One fleet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fleet {
    pub setup: FleetSetup,
    pub keys: Vec<KeyId>,
    /// The place of its namespace at each site that has it.
    pub places: Vec<Option<usize>>,
    pub instances: Vec<InstanceView>,
    /// The number of the next operation among all of the fleet.
    pub next: u64,
    /// An operation and its time, from which on the others follow at the fleet's rate.
    pub base: (u64, u64),
    pub paused_at_ms: Option<u64>,
    /// How long it was paused before.
    pub paused_ms: u64,
    pub roll: Option<Roll>,
    pub counts: FleetCounts,
}

/// What an instance does next.
pub(crate) struct Operation {
    pub instance: usize,
    pub key: KeyId,
    pub writes: bool,
}

impl Fleet {
    pub fn is_paused(&self) -> bool {
        self.paused_at_ms.is_some()
    }

    /// How long it has been paused in all.
    pub fn paused_ms(&self, now_ms: u64) -> u64 {
        self.paused_ms + self.paused_at_ms.map_or(0, |at_ms| now_ms - at_ms)
    }

    /// How many instances are still to come back, if it is being restarted.
    pub fn to_restart(&self) -> Option<usize> {
        self.roll.map(|roll| self.instances.len() - roll.instance)
    }

    /// When it next has to do something.
    pub fn due_ms(&self) -> Option<u64> {
        if self.is_paused() {
            return None;
        }
        let back_ms = self.roll.map(|roll| roll.back_ms);
        back_ms.into_iter().chain([self.next_ms()]).min()
    }

    /// When the next operation is. The instances take turns, and all together keep the rate of all.
    pub fn next_ms(&self) -> u64 {
        let rate = u64::from(self.setup.rate_per_s) * u64::from(self.setup.instances);
        self.base.1 + (self.next - self.base.0) * 1_000 / rate
    }

    /// The next operation. Of an instance's `reads + writes` operations in a row, `writes` are writes. The record is the one
    /// that a hash of the operation's number points at.
    pub fn take_next(&mut self) -> Operation {
        let number = self.next;
        self.next += 1;
        let instances = self.instances.len() as u64;
        let (turn, instance) = (number / instances, number % instances);
        let hash = |number: u64| fnv1a_64(&number.to_le_bytes());
        let place = hash(number) % self.keys.len() as u64;
        let writes = u64::from(self.setup.writes);
        let all = u64::from(self.setup.reads) + writes;
        let phase = turn.wrapping_add(hash(instance)) % all;
        let index = |number: u64| usize::try_from(number).expect("within a list");
        Operation {
            instance: index(instance),
            key: self.keys[index(place)],
            writes: (phase + 1) * writes / all > phase * writes / all,
        }
    }
}
