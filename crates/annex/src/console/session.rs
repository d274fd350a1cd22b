//! What is on the console: the page's experiment as it is followed, and what was typed and printed.
//!
//! Invariant: the session's timeline is the page's, as the last link told. What is typed changes neither; it becomes a link with
//! a further step, and is done when the page's next link has it. Not here: drawing.

use rosterlab_asinfo::admin::Block;
use rosterlab_asinfo::collect::pack;
use rosterlab_asinfo::terminal::{Terminal, Typed, TypedLine, lines_of};
use rosterlab_engine::NodeId;
use rosterlab_scenario::{Entry, Purpose, Timeline, begins, fork, share, words};

/// The most pieces that are kept.
const MOST_PIECES: usize = 400;

/// Something on the console.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// A line that a person typed, after this prompt.
    Typed {
        /// The prompt.
        prompt: &'static str,
        /// The line.
        line: String,
    },
    /// What a command printed.
    Printed(Block),
    /// What was done on the page, and the lines that do it.
    Done {
        /// Its title, such as `Crash A102`.
        title: String,
        /// The lines.
        lines: Vec<String>,
    },
    /// What became of the experiment: undone, exchanged.
    Note(String),
}

/// The console.
#[derive(Default)]
pub struct Session {
    timeline: Option<Timeline>,
    terminal: Option<Terminal>,
    pieces: Vec<(u32, Piece)>,
    number: u32,
    /// A step that may still grow, such as time that passes. It is put when something else is, or when it has stopped growing.
    held: Option<Piece>,
    /// The step that the page is to do next, as it was typed.
    expected: Option<Entry>,
    /// The archive that was collected last, until it is taken.
    archive: Option<Packed>,
}

/// What became of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entered {
    /// The link that the page is to follow, if something was done.
    pub link: Option<String>,
    /// The lines that were not taken, because one before them failed or asks a question.
    pub rest: String,
}

/// An archive as one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed {
    /// The file's name.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

impl Session {
    /// What is on the console, oldest first, each with a number of its own.
    #[must_use]
    pub fn pieces(&self) -> &[(u32, Piece)] {
        &self.pieces
    }

    /// The experiment, once there is one.
    #[must_use]
    pub fn timeline(&self) -> Option<&Timeline> {
        self.timeline.as_ref()
    }

    /// The node that the tool is connected to, once there is an experiment.
    #[must_use]
    pub fn connected_to(&self) -> Option<NodeId> {
        self.terminal.as_ref().map(Terminal::connected_to)
    }

    /// What stands before the line that is typed; nothing while a question waits.
    #[must_use]
    pub fn prompt(&self) -> &'static str {
        self.terminal.as_ref().map_or("Admin> ", |terminal| terminal.console().prompt())
    }

    /// The six digits that carry out what waits for them.
    #[must_use]
    pub fn question(&self) -> Option<&str> {
        self.terminal.as_ref()?.console().question()
    }

    /// The line before the one that is shown, or the line after it.
    pub fn recall(&mut self, is_up: bool) -> Option<String> {
        let console = self.terminal.as_mut()?.console_mut();
        let line = if is_up { console.earlier() } else { console.later() };
        line.map(str::to_owned)
    }

    /// The line with its last word completed as far as that is certain. If there are several ways, they are printed.
    pub fn complete(&mut self, line: &str) -> Option<String> {
        let words = self.terminal.as_ref()?.complete(line, self.timeline.as_ref()?.cluster());
        let typed = line.rsplit(char::is_whitespace).next().unwrap_or("");
        let first = words.first()?;
        let common = words.iter().fold(first.as_str(), |common, word| {
            let same = common.chars().zip(word.chars()).take_while(|(a, b)| a == b).count();
            &common[..common.char_indices().nth(same).map_or(common.len(), |(at, _)| at)]
        });
        let end = if words.len() == 1 { " " } else { "" };
        if words.len() > 1 && common.len() <= typed.len() {
            self.put(Piece::Note(words.join("  ")));
        }
        Some(format!("{}{common}{end}", &line[..line.len() - typed.len()]))
    }

    /// Drops a line, and a question that waits.
    pub fn cancel(&mut self, line: &str) {
        let prompt = self.prompt();
        self.put(Piece::Typed { prompt, line: format!("{line}^C") });
        if self.question().is_some() {
            self.enter("");
        }
    }

    /// Takes everything off the console.
    pub fn clear(&mut self) {
        self.pieces.clear();
    }

    /// Connects the tool to a node, if it answers.
    pub fn connect(&mut self, node: NodeId) {
        let (Some(terminal), Some(timeline)) = (&mut self.terminal, &self.timeline) else { return };
        let piece = match terminal.can_connect(node, timeline.cluster()) {
            Ok(()) => {
                terminal.connect(node);
                Piece::Note(format!("The tool is connected to {node} now."))
            }
            Err(why) => Piece::Printed(Block::Error(why)),
        };
        self.put(piece);
    }

    /// Whether a step is held back that may still grow.
    #[must_use]
    pub fn is_holding(&self) -> bool {
        self.held.is_some()
    }

    /// Puts the step that was held back.
    pub fn put_held(&mut self) {
        if let Some(held) = self.held.take() {
            self.put(held);
        }
    }

    /// Drops a question that waits: what it was about is gone.
    fn drop_question(&mut self) {
        if self.terminal.as_mut().is_some_and(|terminal| terminal.console_mut().drop_question()) {
            self.put(Piece::Note(
                "The question is cancelled: the experiment has changed.".to_owned(),
            ));
        }
    }

    fn put(&mut self, piece: Piece) {
        self.put_held();
        self.number = self.number.wrapping_add(1);
        self.pieces.push((self.number, piece));
        let surplus = self.pieces.len().saturating_sub(MOST_PIECES);
        self.pieces.drain(..surplus);
    }

    /// Follows the page to where its link says it is.
    pub fn follow(&mut self, link: &str) {
        let Ok((setup, entries)) = share::read_entries(link) else {
            self.timeline = None;
            self.put(Piece::Note("The experiment is too long for the console.".to_owned()));
            return;
        };
        let expected = self.expected.take();
        let is_same = self.timeline.as_ref().is_some_and(|known| *known.setup() == setup);
        if !is_same {
            self.begin(link);
            return;
        }
        let Some(mut timeline) = self.timeline.take() else { return };
        let known = &timeline.entries()[..timeline.position()];
        let same = fork(known, &entries);
        if let Some(rest) = grown(&known[same..], &entries[same..]) {
            let is_typed = expected.as_ref() == Some(&rest);
            let title = Self::title(&entries[same], &timeline);
            let lines = self.lines(&entries[same], &timeline, same);
            if timeline.perform(rest).is_ok() && !is_typed {
                self.held = Some(Piece::Done { title, lines });
            }
        } else {
            let gone = known.len() - same;
            if gone > 0 {
                let titles: Vec<String> =
                    known[same..].iter().map(|entry| Self::title(entry, &timeline)).collect();
                self.put(Piece::Note(format!("Undone: {}.", words::text::list(titles))));
                self.drop_question();
            }
            timeline.seek(same);
            for entry in entries.into_iter().skip(same) {
                if expected.as_ref() != Some(&entry) {
                    let title = Self::title(&entry, &timeline);
                    let lines = self.lines(&entry, &timeline, timeline.position());
                    let may_grow = matches!(entry, Entry::Pass { .. } | Entry::Several { .. });
                    let piece = Piece::Done { title, lines };
                    if may_grow {
                        self.put_held();
                        self.held = Some(piece);
                    } else {
                        self.put(piece);
                    }
                }
                if timeline.perform(entry).is_err() {
                    self.begin(link);
                    return;
                }
            }
        }
        self.timeline = Some(timeline);
        self.keep_connected();
    }

    /// Begins with an experiment that is not the one before.
    fn begin(&mut self, link: &str) {
        self.timeline = share::read(link).ok().map(|shared| shared.timeline);
        if let Some(terminal) = &self.terminal {
            let node = terminal.connected_to();
            self.put(Piece::Note("The page shows another experiment from here on.".to_owned()));
            self.drop_question();
            self.terminal = Some(Terminal::new(node));
        }
        self.keep_connected();
    }

    /// Connects the tool to a node that is there: at first, and when its node was removed.
    fn keep_connected(&mut self) {
        let Some(timeline) = &self.timeline else { return };
        let view = timeline.cluster().view();
        let is_there = |terminal: &Terminal| view.node(terminal.connected_to()).is_some();
        if self.terminal.as_ref().is_some_and(is_there) {
            return;
        }
        let lowest_up = view.nodes.iter().rev().find(|node| node.state.is_up());
        if let Some(node) = lowest_up.or(view.nodes.last()) {
            let id = node.id;
            if self.terminal.replace(Terminal::new(id)).is_some() {
                self.put(Piece::Note(format!("The tool is connected to {id} now.")));
            }
        }
    }

    fn title(entry: &Entry, timeline: &Timeline) -> String {
        words::commands::of_entry(entry, timeline.setup().nodes.len())
    }

    /// The lines that do an entry at a place of the timeline.
    fn lines(&self, entry: &Entry, timeline: &Timeline, at: usize) -> Vec<String> {
        let Some(terminal) = &self.terminal else { return Vec::new() };
        let mut there = timeline.clone();
        there.seek(at);
        lines_of(entry, there.cluster(), terminal.connected_to())
    }

    /// The archive that the last text collected, once.
    pub fn take_archive(&mut self) -> Option<Packed> {
        self.archive.take()
    }

    /// Takes what was typed or pasted.
    pub fn enter(&mut self, text: &str) -> Entered {
        let (Some(timeline), Some(terminal)) = (&self.timeline, &mut self.terminal) else {
            return Entered::default();
        };
        let Typed { lines, rest, entry, archive } = terminal.enter(text, timeline.cluster());
        let link = entry.as_ref().map(|entry| share::write_before(timeline, entry));
        self.archive = archive.and_then(|(archive, clock)| {
            // Writing to memory cannot fail.
            let bytes = pack(&archive, clock, Vec::new()).ok()?;
            Some(Packed { name: format!("{}.tgz", archive.folder), bytes })
        });
        for TypedLine { prompt, line, blocks } in lines {
            self.put(Piece::Typed { prompt, line });
            for block in blocks {
                self.put(Piece::Printed(block));
            }
        }
        let is_too_long = matches!(link, Some(None));
        if is_too_long {
            let said = "The experiment is too long for another step from the console.";
            self.put(Piece::Note(said.to_owned()));
        }
        self.expected = entry.filter(|_| !is_too_long);
        Entered { link: link.flatten(), rest }
    }
}

/// If a step has become another only by going on (time passes, a rolling restart proceeds): what of it is new.
fn grown(known: &[Entry], now: &[Entry]) -> Option<Entry> {
    match (known, now) {
        ([Entry::Pass { ms: before }], [Entry::Pass { ms }]) if before < ms => {
            Some(Entry::Pass { ms: ms - before })
        }
        (
            [Entry::Several { purpose: Purpose::RollingRestart, entries: done }],
            [whole @ Entry::Several { purpose: Purpose::RollingRestart, entries }],
        ) if begins(done, entries) => Some(whole.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use rosterlab_engine::{ClusterSetup, Command, NodeSetup, RackId, Shutdown};
    use rosterlab_scenario::Settle;

    use super::*;

    fn timeline() -> Timeline {
        let node =
            |(id, rack)| NodeSetup::new(NodeId::new(id).unwrap(), RackId::new(rack).unwrap());
        let nodes = [(0xA101, 1), (0xA102, 1), (0xA103, 1), (0xB101, 2), (0xB102, 2)];
        Timeline::new(ClusterSetup::of(nodes.map(node).to_vec(), 2)).unwrap()
    }

    fn crash(node: &str) -> Entry {
        let nodes = vec![node.parse().unwrap()];
        let command = Command::Stop { nodes, shutdown: Shutdown::Unclean };
        Entry::Act { command, settle: Settle::Fully }
    }

    fn link(timeline: &Timeline) -> String {
        share::write_unchecked(timeline).unwrap()
    }

    /// The pieces as short texts.
    fn shown(session: &Session) -> Vec<String> {
        let text = |(_, piece): &(u32, Piece)| match piece {
            Piece::Typed { prompt, line } => format!("{prompt}{line}"),
            Piece::Printed(block) => format!("{block:?}"),
            Piece::Done { title, lines } => format!("{title}: {}", lines.join(" / ")),
            Piece::Note(text) => format!("# {text}"),
        };
        session.pieces().iter().map(text).collect()
    }

    #[test]
    fn what_is_done_on_the_page_prints_the_lines_that_do_it() {
        let (mut timeline, mut session) = (timeline(), Session::default());
        session.follow(&link(&timeline));
        assert_eq!(session.connected_to(), "A101".parse().ok());
        timeline.perform(crash("A102")).unwrap();
        session.follow(&link(&timeline));
        timeline.pass(1500);
        session.follow(&link(&timeline));
        timeline.pass(500);
        session.follow(&link(&timeline));
        assert_eq!(shown(&session), ["Crash A102: ssh a102 pkill -KILL asd"]);
        // Time may still pass.
        assert!(session.is_holding());
        session.put_held();
        assert!(shown(&session)[1].ends_with("sleep 2"), "{:?}", shown(&session));
        assert_eq!(session.timeline(), Some(&timeline));
        timeline.seek(0);
        session.follow(&link(&timeline));
        let said = shown(&session).pop().unwrap();
        assert!(said.starts_with("# Undone: Crash A102 and"), "{said}");
        assert_eq!(session.timeline().unwrap().position(), 0);
    }

    #[test]
    fn what_is_typed_is_done_by_the_page_and_printed_once() {
        let (mut timeline, mut session) = (timeline(), Session::default());
        session.follow(&link(&timeline));
        assert_eq!(session.enter("show roster"), Entered::default());
        let asked = session.enter("ssh a102 pkill -KILL asd").link.unwrap();
        assert_eq!(session.timeline(), Some(&timeline));
        let (_, mut entries) = share::read_entries(&asked).unwrap();
        timeline.perform(entries.pop().unwrap()).unwrap();
        session.follow(&link(&timeline));
        assert_eq!(session.timeline(), Some(&timeline));
        let shown = shown(&session);
        assert_eq!(shown.len(), 3, "{shown:?}");
        assert_eq!(shown[2], "Admin> ssh a102 pkill -KILL asd");
    }

    #[test]
    fn an_archive_is_collected_once_and_is_a_compressed_file() {
        let (timeline, mut session) = (timeline(), Session::default());
        session.follow(&link(&timeline));
        session.enter("collectinfo");
        let packed = session.take_archive().unwrap();
        assert_eq!(packed.name, "rosterlab_collect_info_20190101_000000.tgz");
        assert_eq!(packed.bytes[..2], [0x1f, 0x8b]);
        assert_eq!(session.take_archive(), None);
        assert!(shown(&session)[1].contains("20190101_000000.tgz"), "{:?}", shown(&session));
    }

    #[test]
    fn another_experiment_is_said_and_followed() {
        let (timeline, mut session) = (timeline(), Session::default());
        session.follow(&link(&timeline));
        session.enter("enable");
        let node = NodeSetup::new("C101".parse().unwrap(), RackId::NONE);
        let other = Timeline::new(ClusterSetup::of(vec![node.clone()], 1)).unwrap();
        session.follow(&link(&other));
        assert_eq!(session.connected_to(), Some(node.id));
        assert!(shown(&session)[1].contains("another experiment"), "{:?}", shown(&session));
        assert_eq!(session.prompt(), "Admin> ");
        session.follow("");
        assert_eq!(session.enter("info"), Entered::default());
    }

    #[test]
    fn a_step_that_replaces_another_is_no_growth_of_it() {
        let (mut timeline, mut session) = (timeline(), Session::default());
        let both = |nodes: &[&str]| {
            let entries = nodes.iter().map(|node| crash(node)).collect();
            Entry::together(Purpose::Commands, entries).unwrap()
        };
        timeline.perform(both(&["A101", "A102"])).unwrap();
        session.follow(&link(&timeline));
        timeline.seek(0);
        timeline.perform(both(&["A101", "A102", "A103"])).unwrap();
        session.follow(&link(&timeline));
        assert_eq!(session.timeline(), Some(&timeline));
    }

    #[test]
    fn a_question_goes_with_what_it_was_about() {
        let (mut timeline, mut session) = (timeline(), Session::default());
        timeline.perform(crash("A102")).unwrap();
        session.follow(&link(&timeline));
        session.enter("enable");
        let entered = session.enter("manage roster stage observed ns main\nmanage recluster");
        // What was to come after the question is not its answer.
        assert_eq!(entered.rest, "manage recluster");
        assert!(session.question().is_some());
        timeline.seek(0);
        session.follow(&link(&timeline));
        assert_eq!((session.question(), session.prompt()), (None, "Admin+> "));
        assert!(shown(&session).pop().unwrap().contains("cancelled"));
    }

    #[test]
    fn the_console_holds_no_more_than_its_limit() {
        let (timeline, mut session) = (timeline(), Session::default());
        session.follow(&link(&timeline));
        for number in 0..500 {
            session.enter(&format!("enable # {number}"));
        }
        assert_eq!(session.pieces().len(), MOST_PIECES);
        assert!(shown(&session)[399].ends_with("# 499"));
        session.clear();
        assert!(session.pieces().is_empty());
    }
}
