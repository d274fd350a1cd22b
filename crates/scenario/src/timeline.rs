//! What a person did to a cluster, in order, with undo, redo and seeking.
//!
//! Invariant: the entries are the whole state. The cluster and the events at a position follow from the setup and the
//! entries before it, so undoing an entry equals never having done it. Checkpoints (packed clusters) only make seeking
//! quick; their memory limits their number.
//!
//! Not here: files (see [`crate::file`]), lessons, and the list of branches: a branch is a [`Course`], and the page keeps
//! them.

use std::rc::Rc;

use rosterlab_engine::{
    Cluster, ClusterSetup, Command, Event, Rejection, Served, SetupError, Until,
};

use crate::checkpoints::{Checkpoint, Checkpoints, MOST_RECENT};
use crate::node_names::{CalledInFile, NodeNames};

/// How far the clusters react to a command before the next entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Settle {
    /// Until clusters have formed and rebalanced.
    #[default]
    Fully,
    /// Only until nodes have prepared a cluster change, so that the next entry interrupts it (`"settle": false`).
    Prepared,
    /// For this long at most; what has not come by then comes with the time of later entries (`"settle": SECONDS`). That is
    /// how a cluster goes whose time is real.
    Within {
        /// Milliseconds; 0 for the command alone.
        ms: u64,
    },
}

/// What several entries were done for, where their commands alone do not say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// What the commands say.
    Commands,
    /// A way out was taken.
    WayOut,
    /// Nodes were restarted one after the other.
    RollingRestart,
}

/// One step of a timeline.
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
    /// Migrations ran until none was left, or until that many more partitions were done.
    Migrate {
        /// How many partitions, or all.
        partitions: Option<u32>,
    },
    /// A person did several things in one action: all of them happen or none, and they are undone together.
    Several {
        /// What for.
        purpose: Purpose,
        /// What, in order; none of it is several in turn.
        entries: Vec<Entry>,
    },
}

impl Entry {
    /// Entries that a person does in one action, as one entry; `None` if there are none.
    #[must_use]
    pub fn together(purpose: Purpose, mut entries: Vec<Self>) -> Option<Self> {
        match (purpose, entries.len()) {
            (_, 0) => None,
            (Purpose::Commands, 1) => entries.pop(),
            _ => Some(Self::Several { purpose, entries }),
        }
    }

    /// What happens, one thing at a time: its entries if it is several, else itself.
    #[must_use]
    pub fn each(&self) -> &[Self] {
        match self {
            Self::Several { entries, .. } => entries,
            one => std::slice::from_ref(one),
        }
    }

    /// The rough cost of replaying it, as measured with few nodes: running all migrations costs the most.
    fn cost(&self) -> u64 {
        match self {
            Self::Act { .. } => 1,
            Self::Pass { .. } => 4,
            Self::Migrate { .. } => 8,
            Self::Several { entries, .. } => entries.iter().map(Self::cost).sum(),
        }
    }

    /// If this goes on with the last entry that was done: what of it is still to be done, and both as one entry. Time goes
    /// on with time, and a rolling restart with its own beginning.
    fn goes_on_with(&self, done: &Self) -> Option<(Self, Self)> {
        match (done, self) {
            (Self::Pass { ms: done }, Self::Pass { ms }) => {
                Some((self.clone(), Self::Pass { ms: done.saturating_add(*ms) }))
            }
            (
                Self::Several { purpose: Purpose::RollingRestart, entries: done },
                Self::Several { purpose: purpose @ Purpose::RollingRestart, entries },
            ) if done != entries && begins(done, entries) => {
                let (last, before) = done.split_last()?;
                let mut rest = entries[before.len()..].to_vec();
                match (last, rest.first_mut()) {
                    (Self::Pass { ms: done }, Some(Self::Pass { ms })) => *ms -= done,
                    _ => drop(rest.remove(0)),
                }
                Some((Self::Several { purpose: *purpose, entries: rest }, self.clone()))
            }
            _ => None,
        }
    }

    /// Whether nothing happens in it, so that it makes no step.
    fn is_nothing(&self) -> bool {
        match self {
            Self::Pass { ms } => *ms == 0,
            Self::Several { entries, .. } => entries.is_empty(),
            Self::Act { .. } | Self::Migrate { .. } => false,
        }
    }

    /// Performs the entry on a cluster and returns the events that followed.
    ///
    /// # Errors
    /// When the cluster refuses the command, or one of several; nothing has changed then.
    pub fn run(&self, cluster: &mut Cluster) -> Result<Vec<Event>, Rejection> {
        self.run_seen(cluster, &mut |_| {})
    }

    /// As [`Entry::run`], and shows the cluster after the command and after each change and round of migrations.
    pub(crate) fn run_seen(
        &self,
        cluster: &mut Cluster,
        seen: &mut dyn FnMut(&Cluster),
    ) -> Result<Vec<Event>, Rejection> {
        match self {
            Self::Act { command, settle } => {
                let mut events = cluster.apply(command)?;
                seen(cluster);
                let (until, by_ms) = match settle {
                    Settle::Fully => (Until::Settled, u64::MAX),
                    Settle::Prepared => (Until::Prepared, u64::MAX),
                    Settle::Within { ms } => (Until::Settled, cluster.now_ms().saturating_add(*ms)),
                };
                events.extend(cluster.advance_by(until, by_ms, seen).0);
                Ok(events)
            }
            Self::Pass { ms } => {
                let until = Until::Time(cluster.now_ms().saturating_add(*ms));
                Ok(cluster.advance_seen(until, seen))
            }
            Self::Migrate { partitions } => {
                let until = Until::Migrated { partitions: *partitions };
                Ok(cluster.advance_seen(until, seen))
            }
            Self::Several { entries, .. } => {
                let mut tried = cluster.clone();
                let mut events = Vec::new();
                for entry in entries {
                    events.extend(entry.run_seen(&mut tried, seen)?);
                }
                *cluster = tried;
                Ok(events)
            }
        }
    }
}

/// The events that followed from an entry. Each event is shared, so adding to a pass whose events are held elsewhere
/// copies no event.
pub type SharedEvents = Rc<Vec<Rc<Event>>>;

fn are_same(events: &[Event], outcome: &[Rc<Event>]) -> bool {
    events.iter().eq(outcome.iter().map(|event| &**event))
}

fn shared(events: Vec<Event>) -> impl Iterator<Item = Rc<Event>> {
    events.into_iter().map(Rc::new)
}

/// What an entry has led to.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The events that followed.
    pub events: SharedEvents,
    /// When it ended, in simulated milliseconds since the cluster was made.
    pub end_ms: u64,
    /// What a client of the whole network can reach at its end, by namespace.
    pub served: Rc<[Served]>,
}

/// Entries with their outcomes: the part of a timeline that takes time to compute. It holds no cluster, so many courses can be kept.
#[derive(Clone, Debug)]
pub struct Course {
    entries: Vec<Entry>,
    outcomes: Vec<Outcome>,
    /// What was served before the first entry.
    first: Rc<[Served]>,
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

    /// What a client of the whole network can reach at its end, by namespace.
    #[must_use]
    pub fn served(&self) -> &[Served] {
        self.outcomes.last().map_or(&self.first, |outcome| &outcome.served)
    }

    /// Every event, in order.
    pub fn events(&self) -> impl Iterator<Item = &Event> {
        self.outcomes.iter().flat_map(|outcome| outcome.events.iter().map(|event| &**event))
    }

    /// Whether the other entries begin with these. A pass at the end also matches a longer pass, and several things also
    /// match those and more.
    #[must_use]
    pub fn begins(&self, others: &[Entry]) -> bool {
        begins(&self.entries, others)
    }
}

/// Whether entries are the beginning of others. Time at their end also matches a longer time, and several things also match
/// those and more.
#[must_use]
pub fn begins(some: &[Entry], others: &[Entry]) -> bool {
    let Some((last, before)) = some.split_last() else {
        return true;
    };
    let last_begins = match (last, others.get(before.len())) {
        (Entry::Pass { ms }, Some(Entry::Pass { ms: longer })) => ms <= longer,
        (
            Entry::Several { purpose, entries },
            Some(Entry::Several { purpose: other, entries: more }),
        ) => purpose == other && begins(entries, more),
        (last, other) => Some(last) == other,
    };
    last_begins && others.starts_with(before)
}

/// How many entries two lists share from the start.
#[must_use]
pub fn fork(some: &[Entry], others: &[Entry]) -> usize {
    some.iter().zip(others).take_while(|(one, other)| one == other).count()
}

/// The entries of one person's experiment, and the cluster at one position of them.
///
/// Two timelines are equal when setup, entries and position are: the rest derives from these, but for what people call the nodes,
/// which has no effect.
#[derive(Clone, Debug)]
pub struct Timeline {
    setup: ClusterSetup,
    entries: Vec<Entry>,
    /// The outcome of each entry, also of those after the position.
    outcomes: Vec<Outcome>,
    /// What was served before the first entry.
    first: Rc<[Served]>,
    position: usize,
    cluster: Cluster,
    checkpoints: Checkpoints,
    names: NodeNames,
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
            first: cluster.served().into(),
            position: 0,
            checkpoints: Checkpoints::new(&cluster),
            cluster,
            names: NodeNames::default(),
        })
    }

    /// What people call the nodes. A node that was removed, or whose adding was undone, may still have a name.
    #[must_use]
    pub fn names(&self) -> &NodeNames {
        &self.names
    }

    /// Gives nodes these names, in the place of all that they had.
    pub fn name_nodes(&mut self, names: NodeNames) {
        self.names = names;
    }

    /// Calls a node what a file calls it.
    pub(crate) fn name_node(&mut self, called: CalledInFile<'_>) {
        self.names.take(called);
    }

    /// Replays the entries up to the position on another setup. Stops before the first entry that cannot be done there and
    /// returns its index and why. Undone entries are left out.
    ///
    /// # Errors
    /// When no cluster can be made of the setup.
    pub fn on_setup(
        &self,
        setup: ClusterSetup,
    ) -> Result<(Self, Option<(usize, Rejection)>), SetupError> {
        let mut again = Self::new(setup)?;
        again.names = self.names.clone();
        for (index, entry) in self.entries[..self.position].iter().enumerate() {
            if let Err(rejection) = again.perform(entry.clone()) {
                return Ok((again, Some((index, rejection))));
            }
        }
        Ok((again, None))
    }

    /// Performs a command and lets the clusters react fully. Undone entries are dropped.
    ///
    /// # Errors
    /// When the cluster refuses the command; nothing has changed then, and redo is still possible.
    pub fn act(&mut self, command: Command) -> Result<(), Rejection> {
        self.perform(Entry::Act { command, settle: Settle::Fully }).map(|_| ())
    }

    /// Performs a command and lets the clusters only prepare their reaction, so that the next entry interrupts it.
    ///
    /// # Errors
    /// As [`Timeline::act`].
    pub fn act_unsettled(&mut self, command: Command) -> Result<(), Rejection> {
        self.perform(Entry::Act { command, settle: Settle::Prepared }).map(|_| ())
    }

    /// Lets simulated time pass. A pass of 0 ms makes no entry; a pass right after a pass is merged into it.
    pub fn pass(&mut self, ms: u64) {
        let done = self.perform(Entry::Pass { ms });
        debug_assert!(done.is_ok(), "time passing cannot be refused");
    }

    /// Lets migrations run until none is left, or until that many more partitions are done.
    pub fn migrate(&mut self, partitions: Option<u32>) {
        let done = self.perform(Entry::Migrate { partitions });
        debug_assert!(done.is_ok(), "migrating cannot be refused");
    }

    /// Performs an entry and returns the events that followed. Undone entries are dropped. A pass right after a pass is
    /// merged into it; a rolling restart that begins as the last one did and goes further takes its place.
    ///
    /// # Errors
    /// When the cluster refuses a command; nothing has changed then.
    pub fn perform(&mut self, entry: Entry) -> Result<&[Rc<Event>], Rejection> {
        if entry.is_nothing() {
            return Ok(&[]);
        }
        let last = self.entries[..self.position].last();
        let (entry, whole) = match last.and_then(|last| entry.goes_on_with(last)) {
            Some((rest, whole)) => (rest, Some(whole)),
            None => (entry, None),
        };
        let events = entry.run(&mut self.cluster)?;
        self.drop_undone();
        let (end_ms, served) = (self.cluster.now_ms(), self.cluster.served().into());
        if let (Some(whole), Some(last), Some(outcome)) =
            (whole, self.entries.last_mut(), self.outcomes.last_mut())
        {
            *last = whole;
            let known = outcome.events.len();
            Rc::make_mut(&mut outcome.events).extend(shared(events));
            (outcome.end_ms, outcome.served) = (end_ms, served);
            self.checkpoints.truncate(self.position - 1);
            return Ok(&self.outcomes[self.position - 1].events[known..]);
        }
        self.push(entry, Outcome { events: Rc::new(shared(events).collect()), end_ms, served });
        Ok(&self.outcomes[self.position - 1].events)
    }

    /// Adds an entry that the cluster has just performed.
    fn push(&mut self, entry: Entry, outcome: Outcome) {
        self.entries.push(entry);
        self.outcomes.push(outcome);
        self.position += 1;
        self.checkpoints.extend(self.checkpoint());
    }

    /// Undoes the last entry; returns whether there was one.
    pub fn undo(&mut self) -> bool {
        self.position.checked_sub(1).is_some_and(|before| self.seek(before))
    }

    /// Redoes the first undone entry; returns whether there was one.
    pub fn redo(&mut self) -> bool {
        self.seek(self.position + 1)
    }

    /// Goes to a position; returns whether the timeline is that long.
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
                again
                    .as_ref()
                    .is_ok_and(|events| are_same(events, &self.outcomes[self.position].events)),
                "the same commands give the same events"
            );
            self.position += 1;
            // Packing a cluster costs as much as an entry, so only long seeks make checkpoints, and only near their end:
            // earlier ones would be dropped again.
            if is_far && self.position + MOST_RECENT > position {
                self.checkpoints.pass(self.checkpoint());
            }
        }
        true
    }

    /// All entries with their events, undone ones included.
    #[must_use]
    pub fn course(&self) -> Course {
        let (entries, outcomes) = (self.entries.clone(), self.outcomes.clone());
        Course { entries, outcomes, first: self.first.clone() }
    }

    /// Switches to another course of the same cluster and goes to its end: the common beginning stays, the rest is
    /// replaced.
    pub fn follow(&mut self, course: &Course) {
        let fork = fork(&self.entries, &course.entries);
        self.seek(fork);
        self.drop_undone();
        for (entry, outcome) in course.entries.iter().zip(&course.outcomes).skip(fork) {
            let again = entry.run(&mut self.cluster);
            debug_assert!(
                again.as_ref().is_ok_and(|events| are_same(events, &outcome.events)),
                "a course is followed on the cluster that it was made on"
            );
            self.push(entry.clone(), outcome.clone());
        }
    }

    /// Makes these its entries, undone ones included, and goes to their end: the common beginning stays, time that has become
    /// longer goes on, and the rest is replaced. Returns the events that are new.
    ///
    /// # Errors
    /// When the cluster refuses one; those before it are the entries then.
    pub fn lead_to(&mut self, entries: &[Entry]) -> Result<Vec<Rc<Event>>, Rejection> {
        let mut same = fork(&self.entries, entries);
        let mut happened = Vec::new();
        let both = (self.entries.get(same), entries.get(same));
        if let (Some(Entry::Pass { ms: known }), Some(Entry::Pass { ms })) = both
            && known < ms
        {
            let rest = Entry::Pass { ms: ms - known };
            same += 1;
            self.seek(same);
            happened.extend_from_slice(self.perform(rest)?);
        } else {
            self.seek(same);
        }
        self.drop_undone();
        for entry in &entries[same..] {
            happened.extend_from_slice(self.perform(entry.clone())?);
        }
        Ok(happened)
    }

    /// How many entries a seek to a position replays.
    #[must_use]
    pub fn entries_again(&self, position: usize) -> usize {
        let nearest = self.checkpoints.nearest(position).position;
        let from_here = self.position <= position && nearest <= self.position;
        position - if from_here { self.position } else { nearest }
    }

    /// All entries, undone ones included.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// How many entries are done; the rest are undone.
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

    /// The setup of the cluster.
    #[must_use]
    pub fn setup(&self) -> &ClusterSetup {
        &self.setup
    }

    /// Every event up to the position, each with the index of its entry.
    pub fn events(&self) -> impl Iterator<Item = (usize, &Event)> {
        self.outcomes[..self.position]
            .iter()
            .enumerate()
            .flat_map(|(index, outcome)| outcome.events.iter().map(move |event| (index, &**event)))
    }

    /// The outcome of each entry, undone ones included.
    #[must_use]
    pub fn outcomes(&self) -> &[Outcome] {
        &self.outcomes
    }

    /// When the entry before a position ended, in simulated milliseconds since the cluster was made; 0 at the start.
    #[must_use]
    pub fn at_ms(&self, position: usize) -> u64 {
        self.outcome_before(position).map_or(0, |outcome| outcome.end_ms)
    }

    /// What a client of the whole network can reach at a position, by namespace; beyond the end, at the end.
    #[must_use]
    pub fn served(&self, position: usize) -> &[Served] {
        self.outcome_before(position).map_or(&self.first, |outcome| &outcome.served)
    }

    fn outcome_before(&self, position: usize) -> Option<&Outcome> {
        self.outcomes[..position.min(self.outcomes.len())].last()
    }

    /// The events of one entry; empty for an index beyond the entries.
    #[must_use]
    pub fn events_of(&self, entry: usize) -> &[Rc<Event>] {
        self.outcomes.get(entry).map_or(&[], |outcome| outcome.events.as_slice())
    }

    /// How many checkpoints there are.
    #[must_use]
    pub fn checkpoints(&self) -> usize {
        self.checkpoints.len()
    }

    /// How many checkpoints there may be: the larger they are, the fewer.
    #[must_use]
    pub fn most_checkpoints(&self) -> usize {
        self.checkpoints.most()
    }

    /// Their approximate size in bytes.
    #[must_use]
    pub fn checkpoint_bytes(&self) -> usize {
        self.checkpoints.bytes()
    }

    fn drop_undone(&mut self) {
        self.entries.truncate(self.position);
        self.outcomes.truncate(self.position);
        self.checkpoints.truncate(self.position);
    }

    /// A checkpoint of the cluster at the position.
    fn checkpoint(&self) -> Checkpoint {
        let before = self.checkpoints.nearest(self.position);
        let since = &self.entries[before.position..self.position];
        let cost = before.cost + since.iter().map(Entry::cost).sum::<u64>();
        Checkpoint::new(self.position, cost, &self.cluster)
    }
}
