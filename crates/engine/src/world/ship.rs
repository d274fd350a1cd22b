//! A ship: what is queued, what is on the link, and when the next thing is due (domain.md §13).
//!
//! Invariant: a record is in the queue at most once, and leaves it when it is sent, comes back when it could not be written,
//! or goes with the nodes that had it queued. Not here: reading a record at the source and writing it at the target (see
//! `shipping`).

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::node_set::{NodeSet, Slot};
use crate::world::command::{ShipSetup, XdrMode};
use crate::world::keys::KeyId;
use crate::world::place::Stored;

/// How long a queue on drives stays in a buffer before it is flushed: as long as a record. \[model\]
const FLUSH_MS: u64 = 1_000;

/// Where a queued record stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Can be sent.
    Ready,
    /// The source cannot send it now: its partition is not active, or no node that has it queued runs.
    Held,
    /// The target could not write it.
    Blocked,
}

/// The nodes that have a record in their queues.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Queued {
    /// Since when, and which nodes. Most often there is one entry.
    parts: Vec<(u64, NodeSet)>,
}

impl Queued {
    fn at(at_ms: u64, nodes: NodeSet) -> Self {
        Self { parts: vec![(at_ms, nodes)] }
    }

    /// A later write is queued on these nodes. Where an earlier one is queued on the same nodes, that is as good.
    fn add(&mut self, at_ms: u64, nodes: NodeSet) {
        let known = |(since_ms, others): &(u64, NodeSet)| {
            *since_ms <= at_ms && nodes.minus(*others).is_empty()
        };
        if !self.parts.iter().any(known) {
            self.parts.push((at_ms, nodes));
        }
    }

    /// What a node queued at times for which `keeps` is not true is gone. Returns whether any node has it still.
    fn lose(&mut self, slot: Slot, keeps: &dyn Fn(u64) -> bool) -> bool {
        self.parts.retain_mut(|(since_ms, nodes)| {
            if !keeps(*since_ms) {
                nodes.remove(slot);
            }
            !nodes.is_empty()
        });
        !self.parts.is_empty()
    }

    /// Whether one of these nodes has it.
    pub fn is_on(&self, nodes: NodeSet) -> bool {
        self.parts.iter().any(|(_, some)| !some.and(nodes).is_empty())
    }
}

/// A record in the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The time of the oldest write of it that was not shipped.
    since_ms: u64,
    /// Its place among those of the same time.
    serial: u64,
    state: State,
    queued: Queued,
}

/// A record on the link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    pub key: KeyId,
    /// What it carries.
    pub stored: Stored,
    arrives_ms: u64,
    entry: Entry,
}

impl Message {
    /// The time of the oldest write of it that was not shipped.
    pub fn since_ms(&self) -> u64 {
        self.entry.since_ms
    }
}

/// What becomes of a record that comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Back {
    /// It is in the queue again.
    Queued,
    /// A later write of it is in the queue, and it is sent with that one.
    Joined,
    /// No node has it queued any more.
    Gone,
}

/// What a ship still has to do with what was there before it (domain.md §13.6).
#[derive(Clone, Debug, PartialEq, Eq)]
struct Rewound {
    from_ms: u64,
    left: BTreeSet<KeyId>,
}

/// A ship.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ship {
    pub setup: ShipSetup,
    /// The places.
    pub from: usize,
    pub to: usize,
    pub connected: bool,
    entries: BTreeMap<KeyId, Entry>,
    /// The entries that can be sent, oldest first.
    ready: BTreeSet<(u64, u64, KeyId)>,
    /// In the order in which they arrive.
    link: VecDeque<Message>,
    next_serial: u64,
    /// When its throughput lets it send again, in microseconds.
    free_us: u64,
    rewound: Option<Rewound>,
    /// Partitions whose queue is lost, by number, each with the time from which on (domain.md §13.7).
    pub to_scan: BTreeMap<u16, u64>,
    /// Records that were written at the target, or lost against a later one.
    pub shipped: u64,
    pub abandoned: u64,
    pub queue_lost: u64,
}

impl Ship {
    pub fn new(setup: ShipSetup, from: usize, to: usize) -> Self {
        Self {
            setup,
            from,
            to,
            connected: true,
            entries: BTreeMap::new(),
            ready: BTreeSet::new(),
            link: VecDeque::new(),
            next_serial: 0,
            free_us: 0,
            rewound: None,
            to_scan: BTreeMap::new(),
            shipped: 0,
            abandoned: 0,
            queue_lost: 0,
        }
    }

    /// Queues a write of some time on some nodes (domain.md §13.2). Returns whether the record was not in the queue yet.
    pub fn queue(&mut self, key: KeyId, at_ms: u64, nodes: NodeSet) -> bool {
        if let Some(entry) = self.entries.get_mut(&key) {
            entry.queued.add(at_ms, nodes);
            return false;
        }
        let serial = self.next_serial;
        self.next_serial += 1;
        let queued = Queued::at(at_ms, nodes);
        self.insert(key, Entry { since_ms: at_ms, serial, state: State::Ready, queued });
        true
    }

    fn insert(&mut self, key: KeyId, entry: Entry) {
        if entry.state == State::Ready {
            self.ready.insert((entry.since_ms, entry.serial, key));
        }
        self.entries.insert(key, entry);
    }

    fn remove(&mut self, key: KeyId) -> Option<Entry> {
        let entry = self.entries.remove(&key)?;
        self.ready.remove(&(entry.since_ms, entry.serial, key));
        Some(entry)
    }

    /// What is sent next, if something can be sent now.
    pub fn next_to_send(&self, now_ms: u64) -> Option<KeyId> {
        let (.., key) = self.ready.first()?;
        (self.connected && self.free_us <= now_ms.saturating_mul(1_000)).then_some(*key)
    }

    /// Whether one of these nodes has a record queued.
    pub fn is_queued_on(&self, key: KeyId, nodes: NodeSet) -> bool {
        self.entries.get(&key).is_some_and(|entry| entry.queued.is_on(nodes))
    }

    /// Sends a queued record, as it is now (domain.md §13.3).
    pub fn send(&mut self, key: KeyId, stored: Stored, now_ms: u64, records: u32) {
        if let Some(entry) = self.remove(key) {
            let arrives_ms = now_ms + u64::from(self.setup.delay_ms);
            self.link.push_back(Message { key, stored, arrives_ms, entry });
        }
        if let Some(per_s) = self.setup.records_per_s {
            let takes_us = u64::from(records) * 1_000_000 / u64::from(per_s);
            self.free_us = self.free_us.max(now_ms.saturating_mul(1_000)).saturating_add(takes_us);
        }
    }

    /// Takes a record out of the queue for good: there is nothing to send. Returns whether it was there.
    pub fn drop_entry(&mut self, key: KeyId) -> bool {
        let is_there = self.remove(key).is_some();
        self.is_through(key);
        is_there
    }

    /// A queued record has to wait.
    pub fn hold(&mut self, key: KeyId) {
        if let Some(entry) = self.remove(key) {
            self.insert(key, Entry { state: State::Held, ..entry });
        }
    }

    /// Entries that wait can be sent again, those of which `can` says so.
    pub fn wake(&mut self, state: State, can: &dyn Fn(KeyId, &Queued) -> bool) {
        let woken: Vec<KeyId> = self
            .entries
            .iter()
            .filter(|(key, entry)| entry.state == state && can(**key, &entry.queued))
            .map(|(key, _)| *key)
            .collect();
        for key in woken {
            if let Some(entry) = self.remove(key) {
                self.insert(key, Entry { state: State::Ready, ..entry });
            }
        }
    }

    /// Whether any entry waits in this state.
    pub fn any(&self, state: State) -> bool {
        self.entries.len() > self.ready.len()
            && self.entries.values().any(|entry| entry.state == state)
    }

    /// The next record that arrives by now.
    pub fn arrived(&mut self, now_ms: u64) -> Option<Message> {
        let is_due = self.link.front().is_some_and(|message| message.arrives_ms <= now_ms);
        if is_due { self.link.pop_front() } else { None }
    }

    /// A record has come to an end: it was written, refused for good, or lost.
    pub fn is_through(&mut self, key: KeyId) {
        if let Some(rewound) = &mut self.rewound
            && rewound.left.remove(&key)
            && rewound.left.is_empty()
        {
            self.rewound = None;
        }
    }

    /// A record that was sent and not written comes back to the queue.
    pub fn put_back(&mut self, message: Message, state: State) -> Back {
        let Message { key, entry, .. } = message;
        let is_gone = entry.queued.parts.is_empty();
        let Some(mut later) = self.remove(key) else {
            if !is_gone {
                self.insert(key, Entry { state, ..entry });
            }
            return if is_gone { Back::Gone } else { Back::Queued };
        };
        if !is_gone {
            later.queued.parts.extend(entry.queued.parts);
            (later.since_ms, later.serial) = (entry.since_ms, entry.serial);
        }
        self.insert(key, later);
        Back::Joined
    }

    /// Everything that is on the link.
    pub fn take_link(&mut self) -> VecDeque<Message> {
        std::mem::take(&mut self.link)
    }

    /// When it next has to do something; nothing is before `now_ms`.
    pub fn due_ms(&self, now_ms: u64) -> Option<u64> {
        if !self.connected {
            return None;
        }
        let arrives = self.link.front().map(|message| message.arrives_ms);
        let sends = self.ready.first().map(|_| self.free_us.div_ceil(1_000).max(now_ms));
        arrives.into_iter().chain(sends).min()
    }

    /// A node lost its queue, or the part of it that was not flushed (domain.md §13.7). Returns the records that no node has
    /// queued any more, each with the time of its oldest write.
    pub fn lose(&mut self, slot: Slot, keeps: &dyn Fn(u64) -> bool) -> Vec<(KeyId, u64)> {
        for message in &mut self.link {
            message.entry.queued.lose(slot, keeps);
        }
        let entries = self.entries.iter_mut();
        let gone: Vec<(KeyId, u64)> = entries
            .filter_map(|(key, entry)| {
                (!entry.queued.lose(slot, keeps)).then_some((*key, entry.since_ms))
            })
            .collect();
        for (key, _) in &gone {
            self.remove(*key);
        }
        gone
    }

    /// What a node that stops keeps of its queue: what was flushed, if the queue is on drives.
    pub fn keeps(&self, flushed: bool, now_ms: u64) -> impl Fn(u64) -> bool + use<> {
        let on_drives = self.setup.mode == XdrMode::V4;
        move |since_ms| on_drives && (flushed || since_ms + FLUSH_MS <= now_ms)
    }

    /// Everything up to a time is sent anew; until it is through, the lag goes back as far (domain.md §13.6).
    pub fn rewind(&mut self, from_ms: u64, keys: BTreeSet<KeyId>) {
        if !keys.is_empty() {
            self.rewound = Some(Rewound { from_ms, left: keys });
        }
    }

    /// The keys that it has in its queue, and on its link, by state; `None` is the link.
    pub fn on_way(&self) -> impl Iterator<Item = (KeyId, Option<State>)> + '_ {
        let entries = self.entries.iter().map(|(key, entry)| (*key, Some(entry.state)));
        entries.chain(self.link.iter().map(|message| (message.key, None)))
    }

    /// Whether nothing is on its way, nor to be scanned.
    pub fn is_idle(&self) -> bool {
        self.entries.is_empty() && self.link.is_empty() && self.to_scan.is_empty()
    }

    /// The age of the oldest write that is not yet at the target (domain.md §13.6).
    pub fn lag_ms(&self, now_ms: u64) -> u64 {
        let queued = self.entries.values().map(|entry| entry.since_ms);
        let sent = self.link.iter().map(|message| message.entry.since_ms);
        let lost = self.to_scan.values().copied();
        let rewound = self.rewound.iter().map(|rewound| rewound.from_ms);
        let oldest_ms = queued.chain(sent).chain(lost).chain(rewound).min();
        oldest_ms.map_or(0, |oldest_ms| now_ms - oldest_ms)
    }

    /// A record that was told apart is on its way as the share is that it was in. Returns how often.
    pub fn fork(&mut self, from: KeyId, to: KeyId) -> u32 {
        let mut times = 0;
        if let Some(entry) = self.entries.get(&from).cloned() {
            let serial = self.next_serial;
            self.next_serial += 1;
            self.insert(to, Entry { serial, ..entry });
            times += 1;
        }
        let mut place = 0;
        while place < self.link.len() {
            if self.link[place].key == from {
                let copy = Message { key: to, ..self.link[place].clone() };
                self.link.insert(place + 1, copy);
                times += 1;
                place += 1;
            }
            place += 1;
        }
        if let Some(rewound) = &mut self.rewound
            && rewound.left.contains(&from)
        {
            rewound.left.insert(to);
        }
        times
    }
}
