//! A place: one site's namespace, and which value each record has there.
//!
//! Invariant: a cluster numbers its own writes, and a place knows the value of every write that a node of the cluster may
//! still have. So values can be compared between sites. Not here: which nodes have what (see `client`), and what is counted
//! of it (see `truth`).

use crate::cluster::Cluster;
use crate::convert::narrow;
use crate::id::Digest;
use crate::world::event::Value;
use crate::world::keys::KeyId;

/// How many values of a record are kept before those that no node has any more are dropped.
const MANY_VALUES: usize = 6;

/// A value as a place has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stored {
    /// The number of the write in the place's own cluster.
    pub write: u64,
    pub value: Value,
    /// The last-update time (domain.md §13.5).
    pub updated_ms: u64,
    /// The site where it was last updated: the source id (domain.md §13.5).
    pub updated_at: u8,
    /// Whether a ship brought it. Such a value is not shipped on (domain.md §13.4).
    pub by_xdr: bool,
}

impl Stored {
    /// Which of two values stays with conflict resolution: the later last-update time, on equal times the higher source id
    /// (domain.md §13.5, \[doc\]).
    pub fn rank(&self) -> (u64, u8) {
        (self.updated_ms, self.updated_at)
    }
}

/// The values of one record at one place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Values {
    /// By the number of the write.
    stored: Vec<Stored>,
    /// The world's number of the value that it has now; 0 for none.
    now: u64,
    /// How many values there may be before some are dropped.
    room: usize,
}

/// One site's namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PlaceState {
    pub site: usize,
    /// The namespace's place in the cluster's list.
    pub namespace: usize,
    /// The group of places with the same namespace at other sites.
    pub group: usize,
    /// Its place in that group.
    pub in_group: usize,
    /// `allow-xdr-writes`.
    pub takes_xdr: bool,
    /// `allow-nonxdr-writes`.
    pub takes_clients: bool,
    /// By key.
    values: Vec<Values>,
}

impl PlaceState {
    pub fn new(site: usize, namespace: usize, group: usize, in_group: usize) -> Self {
        let values = Vec::new();
        Self { site, namespace, group, in_group, takes_xdr: true, takes_clients: true, values }
    }

    /// Makes room for this many keys.
    pub fn grow(&mut self, keys: usize) {
        self.values.resize_with(keys, Values::default);
    }

    /// The world's number of the value that a record has now; 0 for none.
    pub fn now(&self, key: KeyId) -> u64 {
        self.values[key.index()].now
    }

    /// Sets it. Returns whether it was another one.
    pub fn set_now(&mut self, key: KeyId, write: u64) -> bool {
        let now = &mut self.values[key.index()].now;
        std::mem::replace(now, write) != write
    }

    /// The value of a write to the cluster.
    pub fn value_of(&self, key: KeyId, write: u64) -> Option<&Stored> {
        self.values[key.index()].stored.iter().rev().find(|stored| stored.write == write)
    }

    /// The latest stored value with this number.
    pub fn with_value(&self, key: KeyId, value: u64) -> Option<&Stored> {
        self.values[key.index()].stored.iter().rev().find(|stored| stored.value.write == value)
    }

    /// Takes in the value of a new write.
    pub fn store(&mut self, key: KeyId, stored: Stored, cluster: &Cluster, digest: Digest) {
        let values = &mut self.values[key.index()];
        if values.stored.len() >= values.room.max(MANY_VALUES) {
            let kept = cluster.kept_writes(self.namespace, digest);
            values.stored.retain(|one| kept.contains(&one.write));
            values.room = 2 * values.stored.len();
        }
        values.stored.push(stored);
    }

    /// The latest value was never acknowledged.
    pub fn is_in_doubt(&mut self, key: KeyId) {
        if let Some(stored) = self.values[key.index()].stored.last_mut() {
            stored.value.acknowledged = false;
        }
    }

    /// What a record holds now. While it cannot be read, its latest copy on any drive counts. \[model\]
    pub fn look_up(&self, key: KeyId, cluster: &Cluster, digest: Digest) -> u64 {
        if self.values[key.index()].stored.is_empty() {
            return 0;
        }
        let write = match cluster.current(self.namespace, digest) {
            Ok(found) => found.map(|(write, _)| write),
            Err(_) => cluster.latest_copy(self.namespace, digest),
        };
        let stored = write.and_then(|write| self.value_of(key, write));
        stored.map_or(0, |stored| stored.value.write)
    }

    /// A record that was told apart has the values of the share that it was in, under new numbers.
    pub fn fork(&mut self, from: KeyId, to: KeyId, renamed: &[(u64, u64)]) {
        let mut values = self.values[from.index()].clone();
        values.stored.retain_mut(|stored| {
            let place = renamed.binary_search_by_key(&stored.write, |(old, _)| *old);
            if let Ok(place) = place {
                stored.write = renamed[place].1;
            }
            place.is_ok()
        });
        self.values[to.index()] = values;
    }

    /// A site's number as a source id.
    pub fn source_id(&self) -> u8 {
        narrow(self.site, "a site")
    }
}
