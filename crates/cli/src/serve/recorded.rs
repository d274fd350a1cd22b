//! What was done to the served cluster, as the entries of a timeline: for a page that shows it.
//!
//! Invariant: replayed on the same setup, the entries lead to the cluster as it is, but for what clients did. While a step of
//! `--play` is under way that ends halfway through a change, or that runs migrations, they are as near as entries can be; at
//! the step's end they are exact. Not here: the way to the page (see `live`).

use rosterlab_engine::Command;
use rosterlab_scenario::{Entry, Settle, begins};

/// The entries, and the step of `--play` that is under way.
#[derive(Debug, Default)]
pub struct Recorded {
    entries: Vec<Entry>,
    step: Option<Step>,
}

/// A step that is under way.
#[derive(Debug)]
struct Step {
    entry: Entry,
    /// How many entries there were before it.
    from: usize,
    /// The last of those, as it was: time that passes is added to it.
    last: Option<Entry>,
}

/// What somebody's entries are to those that they had before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Against {
    /// The same, or fewer of them.
    Behind,
    /// One more, which is still to be done.
    Ahead(Entry),
    /// One more, but something else has been done since.
    Late,
    /// Others.
    Apart,
}

impl Recorded {
    /// The entries.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// A command was done. Nothing has followed from it yet. A step that is under way stays as it went.
    pub fn acted(&mut self, command: &Command) {
        self.step = None;
        self.entries
            .push(Entry::Act { command: command.clone(), settle: Settle::Within { ms: 0 } });
    }

    /// Something was done to its end. A step that is under way stays as it went.
    pub fn did(&mut self, entry: &Entry) {
        self.step = None;
        match entry {
            Entry::Pass { ms } => self.passed(*ms),
            entry => self.entries.push(entry.clone()),
        }
    }

    /// Time passed; migrations ran.
    pub fn passed(&mut self, ms: u64) {
        match self.entries.last_mut() {
            _ if ms == 0 => {}
            Some(Entry::Pass { ms: passed }) => *passed += ms,
            _ => self.entries.push(Entry::Pass { ms }),
        }
    }

    /// Time passed while clusters changed and migrations stood.
    pub fn settled(&mut self, ms: u64) {
        match self.entries.last_mut() {
            Some(Entry::Act { settle: Settle::Within { ms: settled }, .. }) => *settled += ms,
            _ => self.passed(ms),
        }
    }

    /// A step of `--play` has begun when there were so many entries.
    pub fn begin_step(&mut self, entry: &Entry, from: usize) {
        let last = self.entries[..from].last().cloned();
        self.step = Some(Step { entry: entry.clone(), from, last });
    }

    /// The step is done as it was meant; nothing else was done meanwhile, or there would be no step.
    pub fn end_step(&mut self) {
        let Some(Step { entry, from, last }) = self.step.take() else { return };
        self.entries.truncate(from);
        if let (Some(before), Some(last)) = (self.entries.last_mut(), last) {
            *before = last;
        }
        self.did(&entry);
    }

    /// Everything begins anew.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// What the entries of somebody are who was led to `given`, perhaps a while ago. Time may have passed since, and clusters may
    /// have reacted; nothing else may have been done.
    pub fn against(&self, given: &[Entry], theirs: &[Entry]) -> Against {
        if begins(theirs, given) {
            return Against::Behind;
        }
        let step = match (theirs.split_last(), given.split_last()) {
            (Some((Entry::Pass { ms }, known)), Some((Entry::Pass { ms: given }, before)))
                if known == before =>
            {
                Entry::Pass { ms: ms.saturating_sub(*given) }
            }
            (Some((step, known)), _) if known == given => step.clone(),
            // Done in the past of what was shown.
            (Some((_, known)), _) if begins(known, given) => return Against::Late,
            _ => return Against::Apart,
        };
        if deeds(given).eq(deeds(&self.entries)) { Against::Ahead(step) } else { Against::Late }
    }
}

/// What was done, without how far it has come: commands, and what is no command but time.
fn deeds(entries: &[Entry]) -> impl Iterator<Item = Entry> + '_ {
    let deed = |entry: &Entry| match entry {
        Entry::Pass { .. } => None,
        Entry::Act { command, .. } => {
            Some(Entry::Act { command: command.clone(), settle: Settle::Fully })
        }
        other => Some(other.clone()),
    };
    entries.iter().filter_map(deed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn act(node: u64) -> Command {
        Command::Start { nodes: vec![rosterlab_engine::NodeId::new(node).unwrap()] }
    }

    fn recorded(ms: u64) -> Recorded {
        let mut recorded = Recorded::default();
        recorded.acted(&act(1));
        recorded.passed(ms);
        recorded
    }

    #[test]
    fn time_after_a_command_is_one_entry() {
        let mut recorded = recorded(10);
        recorded.passed(0);
        recorded.passed(15);
        let settle = Settle::Within { ms: 0 };
        let entries = [Entry::Act { command: act(1), settle }, Entry::Pass { ms: 25 }];
        assert_eq!(recorded.entries(), entries);
    }

    #[test]
    fn a_step_that_is_done_is_recorded_as_it_was_meant() {
        let mut recorded = recorded(10);
        let step = Entry::Act { command: act(2), settle: Settle::Prepared };
        recorded.acted(&act(2));
        recorded.begin_step(&step, 2);
        recorded.settled(500);
        recorded.settled(20);
        let so_far = Entry::Act { command: act(2), settle: Settle::Within { ms: 520 } };
        assert_eq!(recorded.entries()[2..], [so_far]);
        recorded.end_step();
        assert_eq!(recorded.entries()[2..], [step]);
        recorded.begin_step(&Entry::Pass { ms: 7 }, 3);
        recorded.passed(5);
        recorded.passed(2);
        recorded.end_step();
        assert_eq!(recorded.entries()[3..], [Entry::Pass { ms: 7 }]);
        recorded.begin_step(&Entry::Migrate { partitions: None }, 4);
        recorded.passed(12);
        assert_eq!(recorded.entries()[3..], [Entry::Pass { ms: 19 }]);
        recorded.end_step();
        let whole = [Entry::Pass { ms: 7 }, Entry::Migrate { partitions: None }];
        assert_eq!(recorded.entries()[3..], whole);
    }

    #[test]
    fn a_step_that_something_came_into_stays_as_it_went() {
        let mut recorded = Recorded::default();
        recorded.acted(&act(2));
        recorded.begin_step(&Entry::Act { command: act(2), settle: Settle::Fully }, 0);
        recorded.settled(5);
        recorded.acted(&act(3));
        recorded.settled(9);
        recorded.end_step();
        let within = |node, ms| Entry::Act { command: act(node), settle: Settle::Within { ms } };
        assert_eq!(recorded.entries(), [within(2, 5), within(3, 9)]);
    }

    #[test]
    fn what_is_no_command_comes_into_a_step_too() {
        let mut recorded = Recorded::default();
        recorded.acted(&act(2));
        recorded.begin_step(&Entry::Act { command: act(2), settle: Settle::Fully }, 0);
        recorded.settled(5);
        recorded.did(&Entry::Migrate { partitions: None });
        recorded.settled(9);
        recorded.end_step();
        let within = Entry::Act { command: act(2), settle: Settle::Within { ms: 5 } };
        let migrated = Entry::Migrate { partitions: None };
        assert_eq!(recorded.entries(), [within, migrated, Entry::Pass { ms: 9 }]);
    }

    #[test]
    fn a_step_further_counts_while_only_time_has_passed() {
        let mut mine = recorded(100);
        let given = recorded(60);
        let with = |ms, more: &[Entry]| [recorded(ms).entries(), more].concat();
        let step = Entry::Act { command: act(2), settle: Settle::Within { ms: 0 } };
        let once = std::slice::from_ref(&step);
        let against = |mine: &Recorded, theirs: &[Entry]| mine.against(given.entries(), theirs);
        assert_eq!(against(&mine, &with(60, &[])), Against::Behind);
        assert_eq!(against(&mine, &[]), Against::Behind);
        assert_eq!(against(&mine, &with(60, once)), Against::Ahead(step.clone()));
        // A second more than was shown is a second more than now.
        assert_eq!(against(&mine, &with(90, &[])), Against::Ahead(Entry::Pass { ms: 30 }));
        assert_eq!(against(&mine, &with(60, &[step.clone(), step.clone()])), Against::Apart);
        assert_eq!(against(&mine, &with(61, once)), Against::Apart);
        assert_eq!(against(&mine, &with(7, once)), Against::Late, "in the past");
        assert_eq!(against(&mine, once), Against::Late, "at the very start");
        mine.acted(&act(3));
        assert_eq!(against(&mine, &with(60, once)), Against::Late);
    }

    #[test]
    fn a_reaction_that_goes_on_is_no_other_deed() {
        let settling = |ms| {
            let mut recorded = Recorded::default();
            recorded.acted(&act(1));
            recorded.settled(ms);
            recorded
        };
        let given = settling(100);
        let step = Entry::Act { command: act(2), settle: Settle::Within { ms: 0 } };
        let theirs = [given.entries(), std::slice::from_ref(&step)].concat();
        assert_eq!(settling(900).against(given.entries(), &theirs), Against::Ahead(step));
    }
}
