//! The layout of the timeline's graph: its areas, marks, branches and labels.
//!
//! Invariant: pure; whole pixels only. The number of SVG shapes does not depend on the number of steps, because shapes of a
//! kind share one path. Labels never overlap. Not here: pointer events (see `time::timeline_tab`).

use std::fmt::Write;

use rosterlab_engine::{Command, PARTITIONS, Served, convert};
use rosterlab_scenario::Entry;

/// Room left of the first position and right of the last.
const SIDE: i32 = 14;
/// The height that stands for all partitions.
const AREA: i32 = 48;
/// The fewest steps that the width is divided into, so that a few steps stay near the left edge.
const FEWEST: i32 = 6;
/// The most branches that are drawn; the list below the graph has all of them.
pub const MOST_LANES: usize = 3;
/// The height of a line of text and the usual width of a letter, in pixels at the usual text size.
const LINE: i32 = 17;
const LETTER: i32 = 7;
/// The most labels that are placed, and the most that are tried.
const MOST_LABELS: usize = 14;
const MOST_TRIED: usize = 60;
/// The most letters of a label.
pub const MOST_LETTERS: usize = 52;

/// The kind of a step's mark; each kind has its own shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkKind {
    /// A stop, a crash, a cut, a wipe.
    Fault,
    /// A start, a heal, a new node.
    Repair,
    /// An operator's command: roster-set, recluster, revive, quiesce, another rack.
    Operator,
    /// A client's read or write.
    Client,
    /// Passing time.
    Time,
}

impl MarkKind {
    /// Every kind, in the order of the key.
    pub const ALL: [Self; 5] =
        [Self::Fault, Self::Repair, Self::Operator, Self::Client, Self::Time];

    /// The kind of an entry: of several things that of the first.
    #[must_use]
    pub fn of(entry: &Entry) -> Self {
        let Some(Entry::Act { command, .. }) = entry.each().first() else {
            return Self::Time;
        };
        match command {
            Command::Stop { .. } | Command::Cut { .. } | Command::Wipe { .. } => Self::Fault,
            Command::Start { .. }
            | Command::StartAs { .. }
            | Command::Heal { .. }
            | Command::AddNode { .. } => Self::Repair,
            Command::Write { .. } | Command::Read { .. } => Self::Client,
            _ => Self::Operator,
        }
    }

    /// Its entry in the key: its shape as a character, and its name.
    #[must_use]
    pub fn key(self) -> (&'static str, &'static str) {
        match self {
            Self::Fault => ("✕", "fault"),
            Self::Repair => ("+", "repair"),
            Self::Operator => ("◇", "operator"),
            Self::Client => ("○", "client"),
            Self::Time => ("❘", "time"),
        }
    }

    /// Adds its shape around a point to a path, `size` to each side.
    fn draw(self, path: &mut String, x: i32, y: i32, size: i32) {
        let (left, top, double) = (x - size, y - size, 2 * size);
        // Writing into a string cannot fail.
        let _ = match self {
            Self::Fault => {
                write!(path, "M{left} {top}l{double} {double}m0 -{double}l-{double} {double}")
            }
            Self::Repair => write!(path, "M{left} {y}h{double}M{x} {top}v{double}"),
            Self::Operator => {
                write!(path, "M{x} {top}l{size} {size}l-{size} {size}l-{size} -{size}z")
            }
            Self::Client => write!(
                path,
                "M{left} {y}a{size} {size} 0 1 0 {double} 0a{size} {size} 0 1 0 -{double} 0"
            ),
            Self::Time => write!(path, "M{x} {top}v{double}"),
        };
    }
}

/// A branch as the graph draws it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fork {
    /// The number of entries it shares with the timeline.
    pub at: usize,
    /// The number of its entries.
    pub len: usize,
    /// What it did first, and its outcome.
    pub label: String,
}

/// The input of the layout.
pub struct Steps<'a> {
    /// The width, in pixels.
    pub width: i32,
    /// The size of the page's text in percent of the usual.
    pub text_percent: i32,
    /// What a client of the whole network can reach at every position: one more than kinds.
    pub served: Vec<Served>,
    /// The kind of each step.
    pub kinds: Vec<MarkKind>,
    /// The present position.
    pub position: usize,
    /// The branches, newest last.
    pub forks: Vec<Fork>,
    /// The label of a position.
    pub label: &'a dyn Fn(usize) -> String,
}

/// A label at its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Its left edge.
    pub x: i32,
    /// Its baseline.
    pub y: i32,
    /// The position that it belongs to.
    pub position: usize,
    /// Its text.
    pub text: String,
}

/// A branch's line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lane {
    /// The line from the fork to the branch's end.
    pub path: String,
    /// Its label.
    pub label: Label,
}

/// The whole graph. Paths with nothing to draw are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Strip {
    /// Its height.
    pub height: i32,
    /// The height of the time axis.
    pub axis_y: i32,
    /// The right end of the axis.
    pub axis_end: i32,
    /// The x of the present position.
    pub here: i32,
    /// The top of the scale, which stands for all partitions.
    pub top: i32,
    /// The area of partitions that two sides serve, above those that are not active, up to the position and after it.
    pub twice: [String; 2],
    /// The area of partitions that are not active, likewise.
    pub inactive: [String; 2],
    /// The area of dead partitions, likewise.
    pub dead: [String; 2],
    /// The marks of done steps and of undone steps.
    pub marks: [String; 2],
    /// The marks below steps after which fewer partitions are served, or more are served by two sides.
    pub worse: String,
    /// The marks below steps after which it is the other way round.
    pub better: String,
    /// The lines of the branches that are drawn.
    pub lanes: Vec<Lane>,
    /// The labels below the axis.
    pub labels: Vec<Label>,
}

/// The scale from positions to pixels.
#[derive(Clone, Copy, Debug)]
struct Scale {
    inner: i32,
    span: i32,
}

impl Scale {
    fn new(width: i32, longest: usize) -> Self {
        let span = convert::narrow::<i32, _>(longest + 1, "the length of a timeline").max(FEWEST);
        Self { inner: (width - 2 * SIDE).max(1), span }
    }

    fn x(self, position: usize) -> i32 {
        let position = i64::try_from(position).unwrap_or(i64::MAX).min(i64::from(self.span));
        let x = position * i64::from(self.inner) / i64::from(self.span);
        SIDE + i32::try_from(x).unwrap_or(self.inner)
    }
}

/// The number of steps of the timeline or its longest branch.
fn longest(steps: usize, forks: &[Fork]) -> usize {
    forks.iter().map(|fork| fork.len).max().unwrap_or(0).max(steps)
}

/// The position nearest to a point of the graph.
#[must_use]
pub fn position_at(x: i32, width: i32, steps: usize, forks: &[Fork]) -> usize {
    let scale = Scale::new(width, longest(steps, forks));
    let nearest = (i64::from(x - SIDE) * i64::from(scale.span) * 2 + i64::from(scale.inner))
        .div_euclid(2 * i64::from(scale.inner));
    usize::try_from(nearest.max(0)).unwrap_or(0).min(steps)
}

/// Lays the graph out.
#[must_use]
pub fn strip(steps: &Steps) -> Strip {
    let last = steps.kinds.len();
    let scale = Scale::new(steps.width, longest(last, &steps.forks));
    let line = LINE * steps.text_percent / 100;
    let drawn = steps.forks.len().min(MOST_LANES);
    let lanes = i32::try_from(drawn).unwrap_or(0);
    let top = 6 + lanes * (line + 2);
    let axis_y = top + AREA;
    let end = SIDE + scale.inner;
    let right = |position: usize| if position == last { end } else { scale.x(position + 1) };
    let area = |which: &dyn Fn(Served) -> u32, from: usize, to: usize| {
        runs(&steps.served, which, (from, to), axis_y, &|at| scale.x(at), &right)
    };
    let (here, undone) = ((0, steps.position), (steps.position + 1, last));
    let both = |which: &dyn Fn(Served) -> u32| {
        [area(which, here.0, here.1), area(which, undone.0, undone.1)]
    };
    let mut strip = Strip {
        height: axis_y + 18 + line + 4,
        axis_y,
        axis_end: end,
        here: scale.x(steps.position),
        top,
        twice: both(&|one| if one.twice > 0 { amiss(one) } else { 0 }),
        inactive: both(&Served::inactive),
        dead: both(&|one| one.dead),
        ..Strip::default()
    };
    marks(&mut strip, steps, scale);
    let newest = &steps.forks[steps.forks.len() - drawn..];
    for (fork, row) in newest.iter().zip(0..) {
        strip.lanes.push(lane(fork, 4 + (row + 1) * (line + 2), axis_y, scale, steps));
    }
    strip.labels = labels(steps, scale, axis_y + 16 + line);
    strip
}

/// The outline of an area from one position to another; each run begins and ends on the axis.
fn runs(
    served: &[Served],
    which: &dyn Fn(Served) -> u32,
    (from, to): (usize, usize),
    axis_y: i32,
    left: &dyn Fn(usize) -> i32,
    right: &dyn Fn(usize) -> i32,
) -> String {
    let all = i32::try_from(PARTITIONS).unwrap_or(1);
    let mut path = String::new();
    let mut before = 0;
    for (position, served) in served.iter().enumerate().take(to + 1).skip(from) {
        let count = i32::try_from(which(*served)).unwrap_or(all);
        // A single partition stays visible.
        let height = if count == 0 { 0 } else { (count * AREA / all).max(2) };
        if height != before {
            let x = left(position);
            let _ = if before == 0 {
                write!(path, "M{x} {axis_y}V{}", axis_y - height)
            } else {
                write!(path, "H{x}V{}", axis_y - height)
            };
            before = height;
        }
    }
    if before > 0 {
        let _ = write!(path, "H{}V{axis_y}", right(to));
    }
    path
}

/// How many partitions are not as they should be: nobody serves them, or two sides do.
#[must_use]
pub fn amiss(served: Served) -> u32 {
    served.inactive() + served.twice
}

/// Adds the marks of all steps. Where steps are too close to tell shapes apart, only changes of the counts are marked.
fn marks(strip: &mut Strip, steps: &Steps, scale: Scale) {
    let apart = scale.inner / scale.span;
    let size = match apart {
        18.. => 5,
        9.. => 3,
        5.. => 2,
        _ => 0,
    };
    let inactive = |position: usize| steps.served.get(position).map_or(0, |served| amiss(*served));
    let y = strip.axis_y;
    for (place, kind) in steps.kinds.iter().enumerate() {
        let position = place + 1;
        let x = scale.x(position);
        if size > 0 {
            kind.draw(&mut strip.marks[usize::from(position > steps.position)], x, y, size);
        }
        let (before, now) = (inactive(place), inactive(position));
        let _ = match now.cmp(&before) {
            std::cmp::Ordering::Greater => {
                write!(strip.worse, "M{} {}h8l-4 6z", x - 4, y + 9)
            }
            std::cmp::Ordering::Less => write!(strip.better, "M{} {}h8l-4 -6z", x - 4, y + 15),
            std::cmp::Ordering::Equal => Ok(()),
        };
    }
}

/// The line and label of a branch.
fn lane(fork: &Fork, y: i32, axis_y: i32, scale: Scale, steps: &Steps) -> Lane {
    let from = scale.x(fork.at);
    let bend = 28.min((steps.width - from) / 2).max(4);
    let end = scale.x(fork.len).max(from + 2 * bend);
    let (middle, far) = (from + bend / 2, from + bend);
    let path = format!("M{from} {axis_y}C{middle} {axis_y} {middle} {y} {far} {y}H{end}m0 -4v8");
    let (text, width) = fitting(&fork.label, steps.width - 2 * SIDE, steps.text_percent);
    let x = (end - 6 - width).max(far.min(steps.width - SIDE - width)).max(0);
    Lane { path, label: Label { x, y: y - 4, position: fork.at, text } }
}

/// A text of at most so many letters; eight are left in any case.
#[must_use]
pub fn cut_short(text: &str, room: usize) -> String {
    let room = room.max(8);
    if text.chars().count() > room {
        text.chars().take(room - 1).chain(['…']).collect()
    } else {
        text.to_owned()
    }
}

/// A text shortened to a width, and its resulting width.
fn fitting(text: &str, width: i32, text_percent: i32) -> (String, i32) {
    let letter = (LETTER * text_percent / 100).max(1);
    let room = usize::try_from(width / letter).unwrap_or(0).max(8);
    let letters = text.chars().count();
    let cut = cut_short(text, room);
    let width = i32::try_from(letters.min(room)).unwrap_or(0) * letter;
    (cut, width)
}

/// The labels that fit. The present position's is placed first, then its neighbours', then those of steps that changed the
/// counts, latest first, then the rest.
fn labels(steps: &Steps, scale: Scale, y: i32) -> Vec<Label> {
    let (here, last) = (steps.position, steps.kinds.len());
    let inactive = |position: usize| steps.served.get(position).map(|served| served.inactive());
    let changed = |position: &usize| *position > 0 && inactive(*position) != inactive(position - 1);
    let all = || (0..=last).rev();
    let wanted = [here, here.wrapping_sub(1), here + 1].into_iter();
    let wanted = wanted.chain(all().filter(changed)).chain(all().filter(|at| !changed(at)));
    let mut placed: Vec<(i32, i32, Label)> = Vec::new();
    for position in wanted.filter(|position| *position <= last).take(MOST_TRIED) {
        if placed.iter().any(|(.., label)| label.position == position) {
            continue;
        }
        let most = (steps.width - 4).min(
            LETTER * convert::narrow::<i32, _>(MOST_LETTERS, "letters") * steps.text_percent / 100,
        );
        // The present position's label is bold, so its letters are wider.
        let percent =
            if position == here { steps.text_percent * 11 / 10 } else { steps.text_percent };
        let (text, width) = fitting(&(steps.label)(position), most, percent);
        let x = (scale.x(position) - width / 2).min(steps.width - width).max(0);
        let gap = LETTER * 2;
        if placed.iter().all(|(from, to, _)| x + width + gap <= *from || *to + gap <= x) {
            placed.push((x, x + width, Label { x, y, position, text }));
        }
        if placed.len() >= MOST_LABELS {
            break;
        }
    }
    placed.into_iter().map(|(.., label)| label).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn served(unavailable: u32, dead: u32) -> Served {
        let settled = 4096 - unavailable - dead;
        Served { settled, unavailable, dead, ..Served::default() }
    }

    fn laid(lost: &[(u32, u32)], position: usize, width: i32, forks: Vec<Fork>) -> Strip {
        let label = |position: usize| format!("0:00:{position:02} Crash A102");
        strip(&Steps {
            width,
            text_percent: 100,
            served: lost.iter().map(|(unavailable, dead)| served(*unavailable, *dead)).collect(),
            kinds: vec![MarkKind::Fault; lost.len() - 1],
            position,
            forks,
            label: &label,
        })
    }

    #[test]
    fn the_area_rises_where_partitions_are_lost_and_ends_where_they_are_back() {
        let strip = laid(&[(0, 0), (4096, 0), (2048, 0), (0, 0)], 3, 728, vec![]);
        // 700 pixels for six steps; the axis is at 54.
        assert_eq!(strip.inactive[0], "M130 54V6H247V30H364V54");
        assert_eq!(strip.inactive[1], "");
        assert_eq!(strip.dead, ["", ""]);
        assert_eq!(strip.worse.matches('M').count(), 1);
        assert_eq!(strip.better.matches('M').count(), 2);
        assert_eq!((strip.here, strip.axis_end), (364, 714));
    }

    #[test]
    fn what_is_undone_is_drawn_apart_and_the_last_state_lasts_to_the_edge() {
        let strip = laid(&[(0, 0), (0, 4096), (0, 4096)], 1, 728, vec![]);
        assert_eq!(strip.dead, ["M130 54V6H247V54", "M247 54V6H714V54"]);
        assert_eq!(strip.dead, strip.inactive);
        assert!(!strip.marks[0].is_empty() && !strip.marks[1].is_empty());
        let one = laid(&[(0, 0), (1, 0)], 1, 728, vec![]);
        assert_eq!(one.inactive[0], "M130 54V52H714V54", "a single partition is still seen");
    }

    #[test]
    fn labels_never_lie_on_each_other_and_the_present_one_is_there() {
        for (steps, width) in [(0, 300), (3, 312), (12, 1300), (500, 1300), (500, 312)] {
            for position in [0, steps / 2, steps].map(|at: u32| at as usize) {
                let lost: Vec<(u32, u32)> = (0..=steps).map(|at| (at % 7, 0)).collect();
                let strip = laid(&lost, position, width, vec![]);
                assert!(strip.labels.iter().any(|label| label.position == position));
                assert!(strip.labels.len() <= MOST_LABELS);
                for (place, label) in strip.labels.iter().enumerate() {
                    let right = |label: &Label| {
                        label.x + LETTER * i32::try_from(label.text.chars().count()).unwrap()
                    };
                    assert!(label.x >= 0 && right(label) <= width, "{label:?}");
                    for other in &strip.labels[place + 1..] {
                        let apart = right(label) <= other.x || right(other) <= label.x;
                        assert!(apart, "{label:?} {other:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_point_finds_the_nearest_step_at_every_width() {
        for (steps, width) in [(1, 300), (5, 1300), (100, 1300)] {
            let scale = Scale::new(width, steps);
            for position in 0..=steps {
                assert_eq!(position_at(scale.x(position), width, steps, &[]), position);
                assert_eq!(position_at(scale.x(position) + 2, width, steps, &[]), position);
            }
            assert_eq!(position_at(-50, width, steps, &[]), 0);
            assert_eq!(position_at(5000, width, steps, &[]), steps);
        }
    }

    #[test]
    fn five_hundred_steps_are_a_few_short_paths() {
        let lost: Vec<(u32, u32)> = (0..=500).map(|at| (if at < 250 { 0 } else { 9 }, 0)).collect();
        let strip = laid(&lost, 500, 1300, vec![]);
        assert_eq!(strip.marks, ["", ""], "shapes could not be told apart");
        assert!(strip.inactive[0].len() < 60, "{}", strip.inactive[0]);
        assert_eq!(strip.worse.matches('M').count(), 1);
    }

    #[test]
    fn a_branch_leaves_at_its_fork_and_the_newest_are_drawn() {
        let fork = |at, len| Fork { at, len, label: format!("Stop B101 → {at}") };
        let forks = vec![fork(0, 2), fork(1, 9), fork(2, 4), fork(2, 3)];
        let strip = laid(&[(0, 0), (0, 0), (0, 0)], 2, 728, forks);
        assert_eq!(strip.lanes.len(), MOST_LANES);
        let newest = &strip.lanes[2];
        assert!(newest.path.starts_with(&format!("M154 {}C", strip.axis_y)), "{}", newest.path);
        assert_eq!(strip.axis_y, 6 + 3 * 19 + AREA);
        assert!(strip.lanes.iter().all(|lane| lane.label.y > 0 && lane.label.y < strip.top));
    }
}
