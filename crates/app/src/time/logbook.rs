//! The last lines of the server's log at the present position.
//!
//! Invariant: pure; only about as many lines are made as are shown, in whole steps, however long the timeline is. Not here:
//! the lines' wording (the asinfo crate's `log`).

use std::rc::Rc;

use rosterlab_asinfo::log::{Log, LogLine, ticker};
use rosterlab_engine::NodeId;
use rosterlab_scenario::{Clock, Entry, SharedEvents, Timeline};

/// The number of lines that are shown at first, and that each request for more adds.
pub const LINES: usize = 200;
/// The interval of the server's ticker.
const TICK_MS: u64 = 10_000;

/// Which lines are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filter {
    /// Only this node's lines, or all nodes'.
    pub node: Option<NodeId>,
    /// Only the last step's lines.
    pub last_step: bool,
    /// The most lines.
    pub most: usize,
}

impl Default for Filter {
    fn default() -> Self {
        Self { node: None, last_step: false, most: LINES }
    }
}

/// The shown lines, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The lines.
    pub lines: Vec<LogLine>,
    /// Whether there are earlier lines.
    pub more: bool,
}

/// The ticker's lines during a step, with what they depend on.
#[derive(Clone, Debug)]
struct Ticked {
    entry: usize,
    before: Option<SharedEvents>,
    ticks: (u64, u64),
    lines: Rc<Vec<LogLine>>,
}

/// The log, which keeps the ticker's lines from one update to the next.
#[derive(Clone, Debug, Default)]
pub struct Logbook {
    /// Which lines are shown.
    pub filter: Filter,
    page: Rc<Page>,
    ticked: Vec<Ticked>,
}

impl Logbook {
    /// The shown lines.
    #[must_use]
    pub fn page(&self) -> &Rc<Page> {
        &self.page
    }

    /// Makes the lines for the timeline's present position.
    pub fn update(&mut self, timeline: &Timeline) {
        let Filter { node, last_step, most } = self.filter;
        let position = timeline.position();
        let earliest = if last_step { position.saturating_sub(1) } else { 0 };
        let mut ticked = Vec::new();
        let mut steps = 8;
        loop {
            let from = position.saturating_sub(steps).max(earliest);
            ticked.clear();
            let mut lines = self.lines(timeline, from, &mut ticked);
            lines.retain(|line| node.is_none_or(|node| line.node == node));
            if from == earliest || lines.len() > most {
                let surplus = lines.len().saturating_sub(most);
                lines.drain(..surplus);
                self.page = Rc::new(Page { lines, more: surplus > 0 });
                self.ticked = ticked;
                return;
            }
            steps *= 4;
        }
    }

    /// Every line from an entry to the position.
    fn lines(&self, timeline: &Timeline, from: usize, ticked: &mut Vec<Ticked>) -> Vec<LogLine> {
        let mut log = Log::new(&timeline.start().view());
        let mut lines = Vec::new();
        for (index, outcome) in timeline.outcomes().iter().enumerate().take(timeline.position()) {
            if index < from {
                outcome.events.iter().for_each(|event| log.pass(event));
                continue;
            }
            let ticks = self.ticks(timeline, index, ticked);
            let mut ticks = ticks.iter().peekable();
            for event in outcome.events.iter() {
                while let Some(tick) = ticks.next_if(|tick| tick.time_ms <= event.at_ms) {
                    lines.push(tick.clone());
                }
                lines.extend(log.lines(event));
            }
            lines.extend(ticks.cloned());
        }
        lines
    }

    /// The ticker's lines during an entry, reused if they were made before.
    fn ticks(
        &self,
        timeline: &Timeline,
        entry: usize,
        ticked: &mut Vec<Ticked>,
    ) -> Rc<Vec<LogLine>> {
        let end_ms = timeline.at_ms(entry + 1);
        let ticks = (timeline.at_ms(entry) / TICK_MS, end_ms / TICK_MS);
        let what = &timeline.entries()[entry];
        if matches!(what, Entry::Act { .. }) || ticks.0 == ticks.1 {
            return Rc::default();
        }
        let before = entry.checked_sub(1).and_then(|before| timeline.outcomes().get(before));
        let before = before.map(|outcome| &outcome.events);
        let is_same = |known: &&Ticked| {
            let same_before = match (&known.before, before) {
                (Some(known), Some(before)) => Rc::ptr_eq(known, before),
                (known, before) => known.is_none() && before.is_none(),
            };
            known.entry == entry && known.ticks == ticks && same_before
        };
        let lines = self.ticked.iter().find(is_same).map_or_else(
            || {
                let mut there = timeline.clone();
                there.seek(entry);
                Rc::new(ticker(there.cluster(), what, end_ms))
            },
            |known| known.lines.clone(),
        );
        ticked.push(Ticked { entry, before: before.cloned(), ticks, lines: lines.clone() });
        lines
    }
}

/// A line as in a log file; simulated time begins at midnight.
#[must_use]
pub fn dated(line: &LogLine) -> String {
    line.dated(Clock::default())
}

/// The lines as one text; in merged logs each line begins with its node.
#[must_use]
pub fn text(page: &Page, merged: bool) -> String {
    let mut text = String::new();
    for line in &page.lines {
        if merged {
            text.push_str(&line.node.to_string());
            text.push_str("  ");
        }
        text.push_str(&dated(line));
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use rosterlab_engine::{Command, Shutdown};

    use super::*;
    use crate::state::case_study;

    fn stop(node: &str) -> Command {
        Command::Stop { nodes: vec![node.parse().unwrap()], shutdown: Shutdown::Clean }
    }

    fn start(node: &str) -> Command {
        Command::Start { nodes: vec![node.parse().unwrap()] }
    }

    fn shown_lines(timeline: &Timeline, filter: Filter) -> Vec<String> {
        let mut book = Logbook { filter, ..Logbook::default() };
        book.update(timeline);
        book.page().lines.iter().map(dated).collect()
    }

    fn all() -> Filter {
        Filter { most: 100_000, ..Filter::default() }
    }

    fn story() -> Timeline {
        let mut timeline = Timeline::new(case_study()).unwrap();
        for _ in 0..6 {
            timeline.act(stop("A102")).unwrap();
            timeline.pass(35_000);
            timeline.act(start("A102")).unwrap();
            timeline.migrate(None);
        }
        timeline
    }

    #[test]
    fn lines_are_the_servers_in_order_of_time() {
        let mut timeline = Timeline::new(case_study()).unwrap();
        timeline.act(stop("A102")).unwrap();
        let lines = shown_lines(&timeline, all());
        assert_eq!(
            lines[0],
            "Jan 01 2019 00:00:00 GMT: INFO (as): finished clean shutdown - exiting"
        );
        assert!(lines[1].contains("(clustering.c:5795) applied new cluster key"), "{}", lines[1]);
        let long = shown_lines(&story(), all());
        let ticks = long.iter().filter(|line| line.contains("migrations: remaining")).count();
        assert!(ticks > 6, "{ticks}");
        let mut book = Logbook { filter: all(), ..Logbook::default() };
        let timeline = story();
        book.update(&timeline);
        assert!(book.page().lines.is_sorted_by_key(|line| line.time_ms));
    }

    #[test]
    fn the_last_lines_are_the_end_of_all_lines() {
        let timeline = story();
        let every = shown_lines(&timeline, all());
        for most in [1, 10, 200, every.len()] {
            let last = shown_lines(&timeline, Filter { most, ..all() });
            let from = every.len() - most.min(every.len());
            assert_eq!(last, every[from..]);
        }
        let node = Some("A101".parse().unwrap());
        let mut book = Logbook { filter: Filter { node, ..all() }, ..Logbook::default() };
        book.update(&timeline);
        let merged = book.page().clone();
        assert!(!merged.more && merged.lines.iter().all(|line| Some(line.node) == node));
        book.filter.most = 3;
        book.update(&timeline);
        assert!(book.page().more);
        assert_eq!(book.page().lines, merged.lines[merged.lines.len() - 3..]);
    }

    #[test]
    fn the_log_ends_at_the_position_and_can_be_one_steps() {
        let mut timeline = story();
        timeline.seek(1);
        let at_one = shown_lines(&timeline, all());
        assert_eq!(at_one, shown_lines(&timeline, Filter { last_step: true, ..all() }));
        timeline.seek(3);
        let step = shown_lines(&timeline, Filter { last_step: true, ..all() });
        assert!(step[0].contains("build 4.5.3.2"), "{}", step[0]);
        timeline.seek(0);
        assert_eq!(shown_lines(&timeline, all()), [""; 0]);
    }

    #[test]
    fn what_was_made_once_is_remembered_and_never_mistaken() {
        let mut timeline = story();
        let mut book = Logbook { filter: all(), ..Logbook::default() };
        book.update(&timeline);
        assert!(!book.ticked.is_empty());
        timeline.seek(0);
        timeline.act(stop("B102")).unwrap();
        timeline.pass(35_000);
        book.update(&timeline);
        let lines: Vec<String> = book.page().lines.iter().map(dated).collect();
        assert_eq!(lines, shown_lines(&timeline, all()));
        assert!(
            text(book.page(), true).lines().next().is_some_and(|line| line.starts_with("B102"))
        );
        assert!(text(book.page(), false).starts_with("Jan 01 2019"));
    }
}
