//! What a person did to a cluster, in order, with undo, redo and seeking.
//!
//! Invariant: the entries are all there is; the cluster and the events at a position follow from the setup and the
//! entries before that position, so that undoing an entry equals never having done it. Checkpoints (packed clusters)
//! only make seeking quick; how many there may be follows from how much memory they take.
//!
//! Not here: files (see [`crate::file`]), lessons, and which branches are kept: a branch is a [`Course`], and the page
//! keeps a list of them.

use std::rc::Rc;

use rosterlab_engine::{Cluster, ClusterSetup, Command, Event, Rejection, SetupError, Until};

use crate::checkpoints::{Checkpoint, Checkpoints, MOST_RECENT};

/// How far the clusters react to a command before the next entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Settle {
    /// Until clusters have formed and rebalanced.
    #[default]
    Fully,
    /// Only until nodes have prepared a cluster change, so that the next entry interrupts it (`"settle": false`).
    Prepared,
}

/// One thing that a timeline holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A person did something, and the clusters reacted to it.
    Act {
        /// What was done.
        command: Command,
        /// How far they reacted.
        settle: Settle,
    },
    /// Simulated time passed; cluster changes happened and migrations ran.
    Pass {
        /// Milliseconds.
        ms: u64,
    },
    /// Migrations ran until none was left, or until so many more partitions were done.
    Migrate {
        /// How many partitions, or all.
        partitions: Option<u32>,
    },
}

impl Entry {
    /// Roughly how long it takes to do it again, as measured on few nodes: letting all migrations run is the longest.
    fn cost(&self) -> u64 {
        match self {
            Self::Act { .. } => 1,
            Self::Pass { .. } => 4,
            Self::Migrate { .. } => 8,
        }
    }

    /// Does the entry to a cluster and gives what followed.
    ///
    /// # Errors
    /// When the cluster refuses the command; nothing has changed then.
    pub fn run(&self, cluster: &mut Cluster) -> Result<Vec<Event>, Rejection> {
        match self {
            Self::Act { command, settle } => {
                let mut events = cluster.apply(command)?;
                events.extend(cluster.advance(match settle {
                    Settle::Fully => Until::Settled,
                    Settle::Prepared => Until::Prepared,
                }));
                Ok(events)
            }
            Self::Pass { ms } => {
                Ok(cluster.advance(Until::Time(cluster.now_ms().saturating_add(*ms))))
            }
            Self::Migrate { partitions } => {
                Ok(cluster.advance(Until::Migrated { partitions: *partitions }))
            }
        }
    }
}

/// What followed from an entry. Each event is shared, so that more of them can be added to those of a pass that others hold
/// as well.
pub type SharedEvents = Rc<Vec<Rc<Event>>>;

fn are_same(events: &[Event], outcome: &[Rc<Event>]) -> bool {
    events.iter().eq(outcome.iter().map(|event| &**event))
}

fn shared(events: Vec<Event>) -> impl Iterator<Item = Rc<Event>> {
    events.into_iter().map(Rc::new)
}

/// Entries with what followed from each: all of a timeline that cannot be worked out again at once. It holds no cluster,
/// so that many can be kept.
#[derive(Clone, Debug)]
pub struct Course {
    entries: Vec<Entry>,
    outcomes: Vec<SharedEvents>,
}

impl PartialEq for Course {
    fn eq(&self, other: &Self) -> bool {
        self.entries == other.entries
    }
}

impl Course {
    /// The entries.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Whether these entries are the first of others, or all of them. Less time at the end is the beginning of more.
    #[must_use]
    pub fn begins(&self, others: &[Entry]) -> bool {
        let Some((last, before)) = self.entries.split_last() else {
            return true;
        };
        let last_begins = match (last, others.get(before.len())) {
            (Entry::Pass { ms }, Some(Entry::Pass { ms: longer })) => ms <= longer,
            (last, other) => Some(last) == other,
        };
        last_begins && others.starts_with(before)
    }
}

/// How many entries two lists have in common at their beginnings.
#[must_use]
pub fn fork(some: &[Entry], others: &[Entry]) -> usize {
    some.iter().zip(others).take_while(|(one, other)| one == other).count()
}

/// The entries of one person's experiment, and the cluster at one position of them.
///
/// Two timelines are equal when setup, entries and position are: the rest follows from these.
#[derive(Clone, Debug)]
pub struct Timeline {
    setup: ClusterSetup,
    entries: Vec<Entry>,
    /// What followed from each entry, those after the position too.
    outcomes: Vec<SharedEvents>,
    /// When each entry had come to its end.
    ends_ms: Vec<u64>,
    position: usize,
    cluster: Cluster,
    checkpoints: Checkpoints,
}

impl PartialEq for Timeline {
    fn eq(&self, other: &Self) -> bool {
        self.position == other.position
            && self.setup == other.setup
            && self.entries == other.entries
    }
}

impl Timeline {
    /// A timeline in which nothing has happened yet.
    ///
    /// # Errors
    /// When no cluster can be made of the setup.
    pub fn new(setup: ClusterSetup) -> Result<Self, SetupError> {
        let cluster = Cluster::new(setup.clone())?;
        Ok(Self {
            setup,
            entries: Vec::new(),
            outcomes: Vec::new(),
            ends_ms: Vec::new(),
            position: 0,
            checkpoints: Checkpoints::new(&cluster),
            cluster,
        })
    }

    /// The entries that are done, done again on another setup. They stop before the first that cannot be done there: its
    /// index, and why. What was undone is left out.
    ///
    /// # Errors
    /// When no cluster can be made of the setup.
    pub fn on_setup(
        &self,
        setup: ClusterSetup,
    ) -> Result<(Self, Option<(usize, Rejection)>), SetupError> {
        let mut again = Self::new(setup)?;
        for (index, entry) in self.entries[..self.position].iter().enumerate() {
            if let Err(rejection) = again.perform(entry.clone()) {
                return Ok((again, Some((index, rejection))));
            }
        }
        Ok((again, None))
    }

    /// Does a command and lets the clusters react fully. What was undone is dropped.
    ///
    /// # Errors
    /// When the cluster refuses the command; nothing has changed then, and what was undone is still there.
    pub fn act(&mut self, command: Command) -> Result<(), Rejection> {
        self.perform(Entry::Act { command, settle: Settle::Fully }).map(|_| ())
    }

    /// Does a command and lets the clusters only prepare their reaction, so that the next entry interrupts it.
    ///
    /// # Errors
    /// As [`Timeline::act`].
    pub fn act_unsettled(&mut self, command: Command) -> Result<(), Rejection> {
        self.perform(Entry::Act { command, settle: Settle::Prepared }).map(|_| ())
    }

    /// Lets simulated time pass. Nothing is recorded for no time; a pass right after a pass is merged into it.
    pub fn pass(&mut self, ms: u64) {
        let done = self.perform(Entry::Pass { ms });
        debug_assert!(done.is_ok(), "time passing cannot be refused");
    }

    /// Lets migrations run until none is left, or until so many more partitions are done.
    pub fn migrate(&mut self, partitions: Option<u32>) {
        let done = self.perform(Entry::Migrate { partitions });
        debug_assert!(done.is_ok(), "migrating cannot be refused");
    }

    /// Does an entry, as the method of its kind would, and gives the events that followed from it. What was undone is
    /// dropped.
    ///
    /// # Errors
    /// When the cluster refuses a command; nothing has changed then.
    pub fn perform(&mut self, entry: Entry) -> Result<&[Rc<Event>], Rejection> {
        if entry == (Entry::Pass { ms: 0 }) {
            return Ok(&[]);
        }
        let events = entry.run(&mut self.cluster)?;
        self.drop_undone();
        if let Entry::Pass { ms: more } = entry
            && let (Some(Entry::Pass { ms }), Some(outcome), Some(end_ms)) =
                (self.entries.last_mut(), self.outcomes.last_mut(), self.ends_ms.last_mut())
        {
            *ms = ms.saturating_add(more);
            *end_ms = self.cluster.now_ms();
            let known = outcome.len();
            Rc::make_mut(outcome).extend(shared(events));
            self.checkpoints.truncate(self.position - 1);
            return Ok(&self.outcomes[self.position - 1][known..]);
        }
        self.push(entry, Rc::new(shared(events).collect()));
        Ok(&self.outcomes[self.position - 1])
    }

    /// Adds what the cluster has just done.
    fn push(&mut self, entry: Entry, outcome: SharedEvents) {
        self.entries.push(entry);
        self.outcomes.push(outcome);
        self.ends_ms.push(self.cluster.now_ms());
        self.position += 1;
        self.checkpoints.extend(self.checkpoint());
    }

    /// Goes back before the last entry that is done; says whether there was one.
    pub fn undo(&mut self) -> bool {
        self.position.checked_sub(1).is_some_and(|before| self.seek(before))
    }

    /// Does the first undone entry again; says whether there was one.
    pub fn redo(&mut self) -> bool {
        self.seek(self.position + 1)
    }

    /// Goes to where exactly so many entries are done; says whether there are as many.
    pub fn seek(&mut self, position: usize) -> bool {
        if position > self.entries.len() {
            return false;
        }
        let nearest = self.checkpoints.nearest(position);
        if position < self.position || self.position < nearest.position {
            self.position = nearest.position;
            self.cluster = nearest.cluster.unpack();
        }
        let is_far = self.position + MOST_RECENT < position;
        while self.position < position {
            let again = self.entries[self.position].run(&mut self.cluster);
            debug_assert!(
                again.as_ref().is_ok_and(|events| are_same(events, &self.outcomes[self.position])),
                "the same commands give the same events"
            );
            self.position += 1;
            // To pack a cluster takes as long as an entry: only after a long way, and those far from the end would not stay.
            if is_far && self.position + MOST_RECENT > position {
                self.checkpoints.pass(self.checkpoint());
            }
        }
        true
    }

    /// Every entry with what followed, the undone ones too.
    #[must_use]
    pub fn course(&self) -> Course {
        Course { entries: self.entries.clone(), outcomes: self.outcomes.clone() }
    }

    /// Takes another course of the same cluster to its end: what both have in common stays, the rest is dropped and done
    /// anew.
    pub fn follow(&mut self, course: &Course) {
        let fork = fork(&self.entries, &course.entries);
        self.seek(fork);
        self.drop_undone();
        for (entry, outcome) in course.entries.iter().zip(&course.outcomes).skip(fork) {
            let again = entry.run(&mut self.cluster);
            debug_assert!(
                again.as_ref().is_ok_and(|events| are_same(events, outcome)),
                "a course is followed on the cluster that it was made on"
            );
            self.push(entry.clone(), outcome.clone());
        }
    }

    /// How many entries a seek to a position does again: what it costs.
    #[must_use]
    pub fn entries_again(&self, position: usize) -> usize {
        let nearest = self.checkpoints.nearest(position).position;
        let from_here = self.position <= position && nearest <= self.position;
        position - if from_here { self.position } else { nearest }
    }

    /// Every entry, the undone ones too.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// How many entries are done; those from there on are undone.
    #[must_use]
    pub fn position(&self) -> usize {
        self.position
    }

    /// The cluster at the position.
    #[must_use]
    pub fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    /// The cluster before anything was done.
    #[must_use]
    pub fn start(&self) -> Cluster {
        if self.position == 0 {
            return self.cluster.clone();
        }
        self.checkpoints.nearest(0).cluster.unpack()
    }

    /// What the cluster was made of.
    #[must_use]
    pub fn setup(&self) -> &ClusterSetup {
        &self.setup
    }

    /// Every event up to the position, each with the index of the entry that it followed from.
    pub fn events(&self) -> impl Iterator<Item = (usize, &Event)> {
        self.outcomes[..self.position]
            .iter()
            .enumerate()
            .flat_map(|(index, events)| events.iter().map(move |event| (index, &**event)))
    }

    /// What followed from each entry, the undone ones too. Whoever holds one of these can tell by its address whether it
    /// is still the same: it is never changed while it is shared.
    #[must_use]
    pub fn outcomes(&self) -> &[SharedEvents] {
        &self.outcomes
    }

    /// When each entry had come to its end, in simulated milliseconds since the cluster was made.
    #[must_use]
    pub fn ends_ms(&self) -> &[u64] {
        &self.ends_ms
    }

    /// What followed from one entry; nothing for an index that no entry has.
    #[must_use]
    pub fn events_of(&self, entry: usize) -> &[Rc<Event>] {
        self.outcomes.get(entry).map_or(&[], |events| events.as_slice())
    }

    /// How many checkpoints there are.
    #[must_use]
    pub fn checkpoints(&self) -> usize {
        self.checkpoints.len()
    }

    /// How many checkpoints there may be: fewer the more they hold.
    #[must_use]
    pub fn most_checkpoints(&self) -> usize {
        self.checkpoints.most()
    }

    /// Roughly how many bytes they hold.
    #[must_use]
    pub fn checkpoint_bytes(&self) -> usize {
        self.checkpoints.bytes()
    }

    fn drop_undone(&mut self) {
        self.entries.truncate(self.position);
        self.outcomes.truncate(self.position);
        self.ends_ms.truncate(self.position);
        self.checkpoints.truncate(self.position);
    }

    /// The cluster as it is.
    fn checkpoint(&self) -> Checkpoint {
        let before = self.checkpoints.nearest(self.position);
        let since = &self.entries[before.position..self.position];
        let cost = before.cost + since.iter().map(Entry::cost).sum::<u64>();
        Checkpoint::new(self.position, cost, &self.cluster)
    }
}
