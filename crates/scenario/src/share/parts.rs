//! What a share link may have after its timeline: branches, names of nodes, and what only the page reads.
//!
//! Invariant: whatever follows the timeline never changes how the timeline is read. A branch is as good as a link of its own:
//! its text is put together again and read by the same reader, and all branches together have no more steps than one link
//! may have. Not here: the page's view of an experiment (the page's `share::view`).
//!
//! ```text
//! address    LINK{&KEY=VALUE}
//! branch     &b=SHARED{_STEP}       the first SHARED (decimal) pieces of LINK's steps, then these
//! names      &n=[ID-NAME{=ID-NAME}] what people call nodes; a byte that is no letter, digit, `-` or `.` is `~` with two hexadecimal digits
//! ```
//!
//! Places of nodes, namespaces and digests in a branch are those of a link with all of the branch's steps.

use std::fmt::Write as _;

use rosterlab_engine::{MAX_NODES, NodeId};

use super::error::{ShareCause, ShareError};
use super::form::{MOST_BYTES, PREFIX, most_steps};
use super::reader::{Reader, Wrong};
use super::{UNCHECKED, write_with};
use crate::node_names::{NodeName, NodeNames};
use crate::timeline::{Course, Entry, Timeline, fork};

/// The most branches that are read; the rest are left alone, so that opening any link is bounded work.
const MOST_BRANCHES: usize = 16;

/// The pieces of a link before its first step: version and check, settings, nodes.
const HEAD: usize = 3;

/// The most names that are read.
const MOST_NAMES: usize = 2 * MAX_NODES;

/// A link's timeline, and the parts after it.
pub fn parts(link: &str) -> (&str, impl Iterator<Item = &str>) {
    let mut all = link.strip_prefix('#').unwrap_or(link).split('&');
    (all.next().unwrap_or_default(), all)
}

/// Branches of a timeline as parts of its link, each with its `&`, and how many are left out because they do not fit.
#[must_use]
pub fn write_branches(link: &str, timeline: &Timeline, courses: &[&Course]) -> (String, usize) {
    let done = &timeline.entries()[..timeline.position()];
    let mut left = budget(timeline);
    let mut written = String::new();
    let mut left_out = 0;
    for course in courses {
        let steps = steps_after(course.entries(), fork(done, course.entries()));
        let full = write_with(timeline.setup(), course.entries(), UNCHECKED);
        let part = full.map(|full| part_of(link, &full));
        let room = MOST_BYTES.saturating_sub(link.len() + written.len());
        match part.filter(|part| part.len() <= room && steps <= left) {
            Some(part) => {
                left -= steps;
                written.push_str(&part);
            }
            None => left_out += 1,
        }
    }
    (written, left_out)
}

/// Names of nodes as a part of a link, with its `&`: `&n=A101-db1.test=A102-db2.test`. Empty if there is none, and if they do not
/// fit. No other function of this module writes them, since not everybody who shares a cluster wants to share what its hosts are called.
#[must_use]
pub fn write_names(link: &str, names: &NodeNames) -> String {
    let name = |(node, name): (NodeId, &str)| {
        let mut text = format!("{node}-");
        for byte in name.bytes() {
            match byte {
                b'-' | b'.' => text.push(char::from(byte)),
                byte if byte.is_ascii_alphanumeric() => text.push(char::from(byte)),
                byte => drop(write!(text, "~{byte:02x}")),
            }
        }
        text
    };
    let all: Vec<String> = names.iter().map(name).collect();
    let part = format!("&n={}", all.join("="));
    let fits = !all.is_empty() && link.len() + part.len() <= MOST_BYTES;
    if fits { part } else { String::new() }
}

/// The names of nodes of a link. What is no name is left out.
#[must_use]
pub fn read_names(link: &str) -> NodeNames {
    let mut names = NodeNames::default();
    let part = parts(link).1.find_map(|part| part.strip_prefix("n="));
    for one in part.unwrap_or_default().split('=').take(MOST_NAMES) {
        if let Some((node, name)) = one.split_once('-')
            && let (Ok(node), Some(name)) = (node.parse(), plain(name))
        {
            names.set(node, name);
        }
    }
    names
}

/// A name without `~` and two digits in the place of a byte.
fn plain(name: &str) -> Option<NodeName> {
    let mut pieces = name.split('~');
    let mut bytes = pieces.next()?.as_bytes().to_vec();
    for piece in pieces {
        bytes.push(u8::from_str_radix(piece.get(..2)?, 16).ok()?);
        bytes.extend_from_slice(&piece.as_bytes()[2..]);
    }
    NodeName::new(std::str::from_utf8(&bytes).ok()?).ok()
}

/// How many steps of a link the entries from a place on are; several things that are one step count each.
fn steps_after(entries: &[Entry], place: usize) -> usize {
    entries.iter().skip(place).flat_map(Entry::each).count()
}

/// A branch by what differs from the link that it belongs to.
fn part_of(link: &str, full: &str) -> String {
    let steps =
        |text: &'_ str| -> Vec<String> { text.split('_').skip(HEAD).map(str::to_owned).collect() };
    let (own, others) = (steps(full), steps(link));
    let shared = own.iter().zip(&others).take_while(|(one, other)| one == other).count();
    let mut pieces = vec![format!("&b={shared}")];
    pieces.extend_from_slice(&own[shared..]);
    pieces.join("_")
}

/// How many steps all branches of a timeline may have after they leave it.
fn budget(timeline: &Timeline) -> usize {
    let setup = timeline.setup();
    let done = steps_after(&timeline.entries()[..timeline.position()], 0);
    most_steps(setup.nodes.len(), setup.namespaces.len()).saturating_sub(done)
}

/// The branches of a link whose timeline has been read, each replayed from where it leaves the timeline.
///
/// A branch that cannot be read is an error with its place in the link, and the others are read all the same.
#[must_use]
pub fn read_branches(link: &str, timeline: &Timeline) -> Vec<Result<Timeline, ShareError>> {
    let (main, all) = parts(link);
    // An offset among the characters, as in every other error.
    let mut at = main.len();
    let mut left = budget(timeline);
    let mut found = Vec::new();
    for part in all {
        let begin = at + 1;
        at = begin + part.len();
        if let Some(branch) = part.strip_prefix("b=")
            && found.len() < MOST_BRANCHES
        {
            found.push(read_branch((main, begin + 2, branch), timeline, &mut left));
        }
    }
    found
}

/// Reads one branch; `begin` is its place in the link.
fn read_branch(
    (main, begin, branch): (&str, usize, &str),
    timeline: &Timeline,
    left: &mut usize,
) -> Result<Timeline, ShareError> {
    let wrong = |cause| ShareError { at: begin, step: None, cause };
    let (number, own) = branch.split_once('_').unwrap_or((branch, ""));
    let shared: Option<usize> = number.parse().ok();
    let pieces: Vec<&str> = main.split('_').collect();
    let Some(kept) = shared.and_then(|shared| pieces.get(1..HEAD.checked_add(shared)?)) else {
        return Err(wrong(ShareCause::Expected("a number of steps that the branch shares")));
    };
    // The check is of the timeline's end, and a branch has another.
    let mut full = format!("{PREFIX}0-{UNCHECKED}");
    for piece in kept {
        full.push('_');
        full.push_str(piece);
    }
    let before = full.len();
    if !own.is_empty() {
        full.push('_');
        full.push_str(own);
    }
    if full.len() > MOST_BYTES {
        return Err(wrong(ShareCause::TooLong));
    }
    let mut reader = Reader::new(&full);
    follow(&mut reader, timeline, left).map_err(|Wrong| ShareError {
        at: begin + number.len() + reader.error.at.saturating_sub(before),
        ..reader.error
    })
}

fn follow(
    reader: &mut Reader<'_>,
    timeline: &Timeline,
    left: &mut usize,
) -> Result<Timeline, Wrong> {
    reader.at = PREFIX.len();
    reader.version()?;
    reader.number()?;
    let (_, located) = reader.contents()?;
    let entries: Vec<_> = located.iter().map(|(_, entry)| entry.clone()).collect();
    let fork = fork(timeline.entries(), &entries);
    let steps = steps_after(&entries, fork);
    if steps > *left {
        return Err(reader.fail(ShareCause::TooManySteps(budget(timeline))));
    }
    *left -= steps;
    let mut branch = timeline.clone();
    branch.seek(fork);
    for (step, (at, entry)) in located.into_iter().enumerate().skip(fork) {
        branch.perform(entry).map_err(|rejection| {
            (reader.at, reader.step) = (at, Some(step + 1));
            reader.fail(ShareCause::Rejected(rejection))
        })?;
    }
    Ok(branch)
}

#[cfg(test)]
mod tests {
    use rosterlab_engine::{ClusterSetup, Command, NodeId, NodeSetup, RackId, Shutdown};

    use super::*;
    use crate::share;
    use crate::testing::id;
    use crate::timeline::Purpose;

    fn crash(node: &str) -> Command {
        Command::Stop { nodes: vec![id(node)], shutdown: Shutdown::Unclean }
    }

    fn of(nodes: u64, commands: &[Command]) -> Timeline {
        let nodes = (0..nodes)
            .map(|n| NodeSetup::new(NodeId::new(0xA101 + n).unwrap(), RackId::new(1).unwrap()));
        let mut timeline = Timeline::new(ClusterSetup::of(nodes.collect(), 2)).unwrap();
        for command in commands {
            timeline.act(command.clone()).unwrap();
        }
        timeline
    }

    /// A timeline with its branches as a link, and what the link gives back.
    fn there_and_back(present: &Timeline, branches: &[&Timeline]) -> (String, Vec<Vec<Entry>>) {
        let courses: Vec<Course> = branches.iter().map(|branch| branch.course()).collect();
        let link = share::write(present).unwrap();
        let (parts, left_out) = write_branches(&link, present, &courses.iter().collect::<Vec<_>>());
        assert_eq!(left_out, 0);
        let whole = link + &parts;
        let read = share::read(&whole).unwrap_or_else(|error| panic!("{whole}: {error}"));
        assert_eq!(read.timeline.entries(), &present.entries()[..present.position()], "{whole}");
        let found = read_branches(&whole, &read.timeline);
        let found = found.into_iter().map(|branch| branch.unwrap().entries().to_vec()).collect();
        (whole, found)
    }

    #[test]
    fn branches_come_back_and_share_what_they_share() {
        let present = of(5, &[crash("A101"), crash("A102")]);
        let other = of(5, &[crash("A101"), crash("A103"), Command::Recluster { on: None }]);
        let apart = of(5, &[crash("A104")]);
        let (link, found) = there_and_back(&present, &[&other, &apart]);
        assert!(link.ends_with("_c0_c1&b=1_c2_r&b=0_c3"), "{link}");
        assert_eq!(found, [other.entries(), apart.entries()]);
        // What is undone goes along as the branch that it is.
        let mut undone = other.clone();
        undone.undo();
        let (link, found) = there_and_back(&undone, &[&other]);
        assert!(link.ends_with("_c2&b=2_r"), "{link}");
        assert_eq!(found, [other.entries()]);
    }

    #[test]
    fn several_things_in_one_step_are_shared_or_not_as_they_are() {
        let both = |commands: &[Command]| {
            let act = |command: &Command| Entry::Act {
                command: command.clone(),
                settle: crate::timeline::Settle::Fully,
            };
            Entry::together(Purpose::Commands, commands.iter().map(act).collect()).unwrap()
        };
        let (mut present, mut other) = (of(5, &[]), of(5, &[]));
        present.perform(both(&[crash("A101"), crash("A102")])).unwrap();
        other.perform(both(&[crash("A101"), crash("A103")])).unwrap();
        let (link, found) = there_and_back(&present, &[&other]);
        assert!(link.ends_with("_jc2_c0_c1&b=2_c2"), "{link}");
        assert_eq!(found, [other.entries()]);
    }

    #[test]
    fn places_that_are_wider_in_a_branch_are_read_as_they_are_there() {
        // With 37 nodes a place has two digits, so no step has the same text in both.
        let (id, rack) = (id("B101"), RackId::new(2).unwrap());
        let add = Command::add_node(id, rack, false);
        let present = of(36, &[crash("A101"), crash("A102")]);
        let other = of(36, &[crash("A101"), add, crash("B101")]);
        let (link, found) = there_and_back(&present, &[&other]);
        assert!(link.contains("&b=0_c00_a2-B101_c10"), "{link}");
        assert_eq!(found, [other.entries()]);
    }

    #[test]
    fn a_broken_branch_is_an_error_with_its_place_and_the_others_are_read() {
        let link = share::write(&of(5, &[crash("A101")])).unwrap();
        let timeline = share::read(&link).unwrap().timeline;
        for (branch, at, said) in [
            ("", 0, "a number of steps that the branch shares is expected"),
            ("2", 0, "a number of steps that the branch shares is expected"),
            ("99999999999999999999", 0, "a number of steps that the branch shares is expected"),
            ("1_c0", 2, "step 2, character {at}: node A101 is down"),
            ("1_y", 2, "step 2, character {at}: "),
        ] {
            let whole = format!("{link}&v=1&b={branch}&b=0_c1");
            let found = read_branches(&whole, &timeline);
            let error = found[0].as_ref().unwrap_err();
            let place = link.len() + "&v=1&b=".len() + at;
            assert_eq!(error.at, place, "{branch}");
            let said = said.replace("{at}", &(place + 1).to_string());
            assert!(error.to_string().contains(&said), "{branch}: {error}");
            assert_eq!(found[1].as_ref().unwrap().entries().len(), 1, "{branch}");
        }
    }

    #[test]
    fn branches_have_no_more_steps_than_a_link_may_have() {
        let present = of(5, &[crash("A101")]);
        let mut long = present.clone();
        for _ in 0..400 {
            long.act(Command::Start { nodes: vec![id("A101")] }).unwrap();
            long.act(crash("A101")).unwrap();
        }
        let link = share::write(&present).unwrap();
        let course = long.course();
        let (parts, left_out) = write_branches(&link, &present, &[&course, &course]);
        assert_eq!(left_out, 1, "800 steps fit, and not twice");
        let found = read_branches(&format!("{link}{parts}{parts}"), &present);
        assert!(found[0].is_ok());
        let error = found[1].as_ref().unwrap_err();
        assert_eq!(error.cause, ShareCause::TooManySteps(999));
    }

    #[test]
    fn names_of_nodes_go_along_only_when_they_are_put_there() {
        let mut present = of(5, &[crash("A101")]);
        let mut names = NodeNames::default();
        for (node, name) in [("A101", "db-a1.test"), ("A103", "ä b=_&~#%"), ("C0FFEE", "-")] {
            names.set(id(node), NodeName::new(name).unwrap());
        }
        present.name_nodes(names.clone());
        let link = share::write(&present).unwrap();
        assert!(read_names(&link).is_empty());
        let part = write_names(&link, &names);
        assert!(
            part.starts_with("&n=A101-db-a1.test=A103-~c3~a4~20b~3d~5f~26~7e~23~25="),
            "{part}"
        );
        let whole = format!("#{link}&v=1{part}&b=0_c1");
        assert_eq!(read_names(&whole), names);
        let read = share::read(&whole).unwrap().timeline;
        assert_eq!(read, present);
        assert_eq!(read_branches(&whole, &read).len(), 1);
        // A name that cannot be read is left out, and the others are read.
        let broken = format!("{link}&n=A101-=x-a=A102-~zz=A102-~ff=A102-~0=A104-ok");
        assert_eq!(read_names(&broken).iter().collect::<Vec<_>>(), [(id("A104"), "ok")]);
        assert_eq!(write_names(&link, &NodeNames::default()), "");
        assert_eq!(write_names(&"x".repeat(MOST_BYTES), &names), "");
    }

    #[test]
    fn no_text_after_a_timeline_changes_it_or_makes_it_fail() {
        let link = share::write(&of(5, &[crash("A101")])).unwrap();
        let timeline = share::read(&link).unwrap().timeline;
        let pieces = [
            "&", "b=", "b=0", "_", "c1", "=", "1", "é", "~", "v=1", "b=1_s", "#", "b=0_p", "n=",
            "A101-",
        ];
        let mut seed = 1_u64;
        for _ in 0..500 {
            let mut text = link.clone() + "&";
            for _ in 0..8 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                text.push_str(pieces[usize::try_from(seed >> 33).unwrap() % pieces.len()]);
            }
            assert_eq!(share::read(&text).unwrap().timeline, timeline, "{text}");
            let _ = read_names(&text);
            for branch in read_branches(&text, &timeline) {
                if let Err(error) = branch {
                    assert!(error.at <= text.len(), "{text}: {error}");
                }
            }
        }
    }
}
