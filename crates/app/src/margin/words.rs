//! The margin in words, and the picture of all losses: its levels, its layout, its pixels.
//!
//! Invariant: pure; the same table and palette give the same pixels, and each level has its own pattern beside its own
//! colour. Not here: the numbers (the scenario crate's `foresight::margin`) and the canvas (see `margin::panel`).

use std::rc::Rc;

use rosterlab_engine::{ClusterView, Mode, NodeId, PARTITIONS, convert};
use rosterlab_scenario::foresight::margin::{Found, LossTable, Reach};

use crate::look::Look;
use crate::map::paint::{Colour, Palette, mix};
use crate::text::{list, thousands};

/// The last known margin and the moment it is of.
#[derive(Clone, Debug, Default)]
pub struct KnownMargin {
    of: Option<(Rc<ClusterView>, usize)>,
    found: Option<Rc<Found>>,
}

impl KnownMargin {
    /// The margin of a namespace at a moment.
    #[must_use]
    pub fn new(view: Rc<ClusterView>, namespace: usize, found: Option<Rc<Found>>) -> Self {
        Self { of: Some((view, namespace)), found }
    }

    /// Whether it is the margin of this namespace at this moment.
    #[must_use]
    pub fn is_of(&self, view: &Rc<ClusterView>, namespace: usize) -> bool {
        self.of.as_ref().is_some_and(|(of, name)| Rc::ptr_eq(of, view) && *name == namespace)
    }

    /// The margin; `None` if there is none or none is known.
    #[must_use]
    pub fn found(&self) -> Option<&Found> {
        self.found.as_deref()
    }
}

/// A finished computation of the margin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worked {
    /// The moment.
    pub view: Rc<ClusterView>,
    /// The namespace's index.
    pub namespace: usize,
    /// The margin; `None` if there is none.
    pub found: Option<Rc<Found>>,
}

/// The margin as a number: `1`, `at least 3`.
#[must_use]
pub fn number(reach: &Reach) -> String {
    let at_least = if reach.at_least { "at least " } else { "" };
    format!("{at_least}{}", reach.margin)
}

/// The margin both ways: `at once 1, clean stops in turn 0`.
#[must_use]
pub fn both(found: &Found) -> String {
    format!("at once {}, clean stops in turn {}", number(&found.at_once), number(&found.one_by_one))
}

/// A namespace's mode, by its index.
#[must_use]
pub fn mode_of(view: &ClusterView, namespace: usize) -> Mode {
    view.namespaces.get(namespace).map_or(Mode::StrongConsistency, |settings| settings.mode)
}

/// The harm that a loss does: in SC partitions become unavailable; in AP they come up empty or no cluster serves them
/// (docs/domain.md §5, §6).
#[must_use]
pub fn harm(mode: Mode) -> &'static str {
    match mode {
        Mode::StrongConsistency => "unavailable",
        Mode::Available => "empty or unserved",
    }
}

/// Names the smallest loss that does harm; `is_any_down` says whether other nodes are down already, and `is_about` whether counts
/// are only about right.
#[must_use]
pub fn sentence(found: &Found, is_any_down: bool, is_about: bool, mode: Mode) -> String {
    // The smaller margin is the one that matters.
    let sooner = found.one_by_one.margin < found.at_once.margin;
    let (reach, how) = if sooner {
        (&found.one_by_one, "one after the other")
    } else {
        (&found.at_once, "at once")
    };
    let as_well = if is_any_down { " as well" } else { "" };
    let Some(worst) = reach.examples.first() else {
        return match mode {
            Mode::StrongConsistency => "No loss that was tried makes a partition unavailable.",
            Mode::Available => "No loss that was tried leaves a partition empty or unserved.",
        }
        .to_owned();
    };
    let harm = harm(mode);
    // That all partitions are hit is exact.
    let about = if is_about && reach.worst < convert::count(PARTITIONS) { "about " } else { "" };
    let lost = [about, &thousands(reach.worst)].concat();
    if let [_] = worst[..] {
        let singles = reach.examples.iter().filter_map(|set| set.first().copied());
        let mut nodes: Vec<NodeId> = singles.collect();
        nodes.sort();
        let others = reach.hurting - nodes.len();
        let mut names: Vec<String> = nodes.iter().map(ToString::to_string).collect();
        if others > 0 {
            names.push(format!("one of {others} more"));
        }
        let names = match names.split_last() {
            Some((last, others)) if !others.is_empty() => {
                format!("{} or {last}", others.join(", "))
            }
            _ => names.concat(),
        };
        let up_to = if reach.mildest < reach.worst { "up to " } else { "" };
        return format!("Losing {names}{as_well} leaves {up_to}{lost} {harm}.");
    }
    let share = if sooner || reach.sets == 0 {
        String::new()
    } else {
        let (hurting, sets) = (convert::count(reach.hurting), convert::count(reach.sets));
        format!(" {} of {} such losses do harm.", thousands(hurting), thousands(sets))
    };
    // Nodes that are lost at once have no order, so the lowest id comes first.
    let mut nodes = worst.clone();
    if !sooner {
        nodes.reverse();
    }
    format!("Losing {}{as_well} {how} leaves {lost} {harm}.{share}", list(nodes))
}

/// What the margin takes for granted where a roster is staged: a loss is a cluster change, and that brings the pending roster
/// into force (docs/domain.md §1), so the engine counts each loss under it. `None` where nothing is staged.
#[must_use]
pub fn assumed(view: &ClusterView, namespace: usize) -> Option<&'static str> {
    let running = view.nodes.iter().filter(|node| node.state.is_up());
    let mut held = running.filter_map(|node| node.belief.namespaces.get(namespace));
    held.any(|held| held.pending != held.roster)
        .then_some("Assumes the pending roster: the next cluster change brings it into force.")
}

/// Why there is no margin.
#[must_use]
pub fn nothing_to_say(view: &ClusterView, namespace: usize) -> &'static str {
    if view.changing {
        "A cluster change is still to come."
    } else if view.sub_clusters.is_empty() {
        "No node is in a cluster: there is nothing left to lose."
    } else if mode_of(view, namespace) == Mode::StrongConsistency && has_no_roster(view, namespace)
    {
        "No roster yet: nothing is served."
    } else {
        "Nothing is active: there is nothing left to lose."
    }
}

/// Whether no sub-cluster has a current roster for a namespace.
fn has_no_roster(view: &ClusterView, namespace: usize) -> bool {
    let here = view.sub_clusters.iter().filter_map(|sub| sub.namespaces.get(namespace));
    here.into_iter().all(|here| here.roster.is_empty())
}

/// The severity of a loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// No partition is harmed.
    None,
    /// Up to half of the partitions are harmed.
    Some,
    /// More than half are harmed.
    Most,
    /// All are harmed.
    All,
}

impl Level {
    /// All levels, mildest first.
    pub const ALL: [Self; 4] = [Self::None, Self::Some, Self::Most, Self::All];

    /// The level for a number of harmed partitions.
    #[must_use]
    pub fn of(count: u16) -> Self {
        let count = usize::from(count);
        match count {
            0 => Self::None,
            PARTITIONS.. => Self::All,
            _ if count * 2 <= PARTITIONS => Self::Some,
            _ => Self::Most,
        }
    }

    /// Its name in the legend.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Some => "up to half",
            Self::Most => "more than half",
            Self::All => "all",
        }
    }

    /// Its class in the style sheet.
    #[must_use]
    pub fn class(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Some => "some",
            Self::Most => "most",
            Self::All => "all",
        }
    }

    fn colour(self, palette: &Palette) -> Colour {
        match self {
            Self::None => palette.of(Look::Settled),
            Self::Some => mix(palette.of(Look::Unavailable), palette.mark, 45),
            Self::Most => palette.of(Look::Unavailable),
            Self::All => mix(palette.of(Look::Unavailable), palette.mark.map(|part| !part), 55),
        }
    }

    /// Whether its pattern marks a pixel of the picture; patterns continue across the edges of cells.
    fn is_marked(self, x: usize, y: usize) -> bool {
        match self {
            Self::None => false,
            Self::Some => x % 4 == 1 && y % 4 == 1,
            Self::Most => (x + y).is_multiple_of(6),
            Self::All => (x + y).is_multiple_of(6) || x % 6 == y % 6,
        }
    }
}

/// The width in pixels of a strip, which marks the columns or rows in which a node is lost.
pub const STRIP_PX: usize = 10;

/// The gap in pixels between the strips and the cells.
const GAP_PX: usize = 4;

/// About how many pixels wide and high all cells together may be.
const MOST_PX: usize = 512;

/// The largest side of a cell in pixels.
const MOST_CELL_PX: usize = 28;

/// The layout of the picture, in its pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The number of columns.
    pub columns: usize,
    /// The number of rows.
    pub rows: usize,
    /// The side of a cell.
    pub cell: usize,
    /// The left edge of the first column.
    pub left: usize,
    /// The top edge of the first row.
    pub top: usize,
}

impl Frame {
    /// The layout for a table.
    #[must_use]
    pub fn of(table: &LossTable) -> Self {
        let (columns, rows) = table.size();
        let strips = |half: &[NodeId]| match half.len() {
            strips if strips > 0 && table.is_complete() => strips * STRIP_PX + GAP_PX,
            _ => 0,
        };
        let (across, down) = table.halves();
        let cell = (MOST_PX / columns.max(rows).max(1)).clamp(2, MOST_CELL_PX);
        Self { columns, rows, cell, left: strips(down), top: strips(across) }
    }

    /// The width and height of the picture.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        (self.left + self.columns * self.cell, self.top + self.rows * self.cell)
    }

    /// The cell at a point of the picture when it is drawn `width` wide; `None` outside the cells.
    #[must_use]
    pub fn cell_at(&self, x: i32, y: i32, width: i32) -> Option<(usize, usize)> {
        let drawn = usize::try_from(width).ok().filter(|width| *width > 0)?;
        let pixel = |at: i32| Some(usize::try_from(at).ok()? * self.size().0 / drawn);
        let column = pixel(x)?.checked_sub(self.left)? / self.cell;
        let row = pixel(y)?.checked_sub(self.top)? / self.cell;
        (column < self.columns && row < self.rows).then_some((column, row))
    }

    /// The upper left corner of a cell.
    #[must_use]
    pub fn corner(&self, (column, row): (usize, usize)) -> (usize, usize) {
        (self.left + column * self.cell, self.top + row * self.cell)
    }

    /// The cell this far across and down from another, stopped at the edges.
    #[must_use]
    pub fn step(
        &self,
        (column, row): (usize, usize),
        across: isize,
        down: isize,
    ) -> (usize, usize) {
        let to = |from: usize, by: isize, end: usize| from.saturating_add_signed(by).min(end - 1);
        (to(column, across, self.columns), to(row, down, self.rows))
    }
}

/// The picture as rows of RGBA pixels, opaque where something is drawn.
#[must_use]
pub fn paint(table: &LossTable, palette: &Palette) -> Vec<u8> {
    let frame = Frame::of(table);
    let (width, height) = frame.size();
    let mut pixels = vec![0; width * height * 4];
    let mut put = |x: usize, y: usize, [red, green, blue]: Colour| {
        let at = (y * width + x) * 4;
        pixels[at..at + 4].copy_from_slice(&[red, green, blue, u8::MAX]);
    };
    for row in 0..frame.rows {
        for column in 0..frame.columns {
            let Some(count) = table.count(column, row) else { continue };
            let level = Level::of(count);
            let plain = level.colour(palette);
            let marked = mix(plain, palette.mark, 45);
            let (left, top) = frame.corner((column, row));
            // Large cells have a gap between them.
            let side = if frame.cell >= 8 { frame.cell - 1 } else { frame.cell };
            for y in top..top + side {
                for x in left..left + side {
                    put(x, y, if level.is_marked(x, y) { marked } else { plain });
                }
            }
        }
    }
    if !table.is_complete() {
        return pixels;
    }
    let (across, down) = table.halves();
    let ink = mix(palette.mark, [0x80; 3], 85);
    for column in 0..frame.columns {
        let lost = table.set(column, 0);
        for (strip, _) in across.iter().enumerate().filter(|(_, node)| lost.contains(node)) {
            let (left, _) = frame.corner((column, 0));
            for y in strip * STRIP_PX + 1..(strip + 1) * STRIP_PX - 1 {
                (left..left + frame.cell).for_each(|x| put(x, y, ink));
            }
        }
    }
    for row in 0..frame.rows {
        let lost = table.set(0, row);
        for (strip, _) in down.iter().enumerate().filter(|(_, node)| lost.contains(node)) {
            let (_, top) = frame.corner((0, row));
            for y in top..top + frame.cell {
                (strip * STRIP_PX + 1..(strip + 1) * STRIP_PX - 1).for_each(|x| put(x, y, ink));
            }
        }
    }
    pixels
}

/// A cell in words: the lost nodes, and what their loss leaves.
#[must_use]
pub fn cell_text(table: &LossTable, (column, row): (usize, usize), mode: Mode) -> String {
    let lost = table.set(column, row);
    let Some(count) = table.count(column, row) else { return String::new() };
    let left = match usize::from(count) {
        _ if mode == Mode::Available => of_empty(count, lost.len() == table.nodes().len()),
        0 => "every partition stays active".to_owned(),
        PARTITIONS => "all 4,096 partitions are unavailable".to_owned(),
        _ => format!("{} partitions are unavailable", thousands(u32::from(count))),
    };
    if lost.is_empty() {
        format!("No loss: {left}")
    } else {
        format!("Without {}: {left}", list(lost))
    }
}

/// What a loss leaves of an AP namespace, in words.
fn of_empty(count: u16, is_all: bool) -> String {
    match usize::from(count) {
        _ if is_all => "no node is left, nothing is served".to_owned(),
        0 => "every partition keeps its data".to_owned(),
        1 => "1 partition is empty or unserved".to_owned(),
        PARTITIONS => "all 4,096 partitions are empty or unserved".to_owned(),
        _ => format!("{} partitions are empty or unserved", thousands(u32::from(count))),
    }
}

#[cfg(test)]
mod tests {
    use rosterlab_engine::{Cluster, ClusterSetup};
    use rosterlab_scenario::foresight::margin::Margin;

    use super::*;
    use crate::page::verbs::Verb;
    use crate::roster::state::RosterAction;
    use crate::settings::draft::new_nodes;
    use crate::state::{Action, case_study};
    use crate::testing::{id, run};

    fn table(nodes: usize) -> LossTable {
        let setup = ClusterSetup { nodes: new_nodes(nodes, 2), ..case_study() };
        let cluster = Cluster::new(setup).unwrap();
        let mut table = LossTable::new(&cluster, "main", None).unwrap();
        while !table.advance(100) {}
        table
    }

    fn reach(
        margin: usize,
        examples: &[&[&str]],
        worst: u32,
        hurting: usize,
        sets: usize,
    ) -> Reach {
        let ids = |set: &&[&str]| set.iter().map(|id| id.parse().unwrap()).collect();
        let examples = examples.iter().map(ids).collect();
        let mildest = worst.min(4096 - 7);
        Reach { margin, at_least: false, examples, worst, mildest, hurting, sets }
    }

    #[test]
    fn the_sentence_names_the_losses() {
        for (reach, sentence) in [
            (
                reach(0, &[&["A103"], &["A101"]], 4096, 2, 3),
                "Losing A101 or A103 as well leaves up to 4,096 unavailable.",
            ),
            (reach(0, &[&["A1"]], 12, 1, 3), "Losing A1 as well leaves 12 unavailable."),
            (
                reach(0, &[&["A1"], &["A2"], &["A3"], &["A4"]], 12, 6, 9),
                "Losing A1, A2, A3, A4 or one of 2 more as well leaves 12 unavailable.",
            ),
            (
                reach(1, &[&["B101", "A101"]], 812, 6, 10),
                "Losing A101 and B101 as well at once leaves 812 unavailable. 6 of 10 such losses do harm.",
            ),
        ] {
            let found = Found { one_by_one: reach.clone(), at_once: reach };
            assert_eq!(super::sentence(&found, true, false, Mode::StrongConsistency), sentence);
        }
        let found = Found {
            at_once: reach(2, &[&["A1", "A2", "A3"]], 9, 1, 4),
            one_by_one: reach(1, &[&["A2", "A1"]], 7, 0, 0),
        };
        let said = "Losing A2 and A1 one after the other leaves 7 unavailable.";
        assert_eq!(super::sentence(&found, false, false, Mode::StrongConsistency), said);
    }

    #[test]
    fn the_opened_pages_margin_is_one_both_ways() {
        let cluster = Cluster::new(case_study()).unwrap();
        let mut margin = Margin::new(&cluster, "main").unwrap();
        while !margin.advance(8) {}
        let found = margin.found().unwrap();
        assert_eq!((number(&found.at_once), number(&found.one_by_one)), ("1".into(), "1".into()));
    }

    #[test]
    fn counts_that_are_about_right_say_so_unless_all_partitions_are_hit() {
        let stopped = run([Action::Press(Verb::Stop)]);
        let mut margin = Margin::new(stopped.timeline.cluster(), "main").unwrap();
        while !margin.advance(8) {}
        let mut found = margin.found().unwrap();
        let said = |found: &Found| sentence(found, true, true, Mode::StrongConsistency);
        assert!(said(&found).contains(" about "), "{}", said(&found));
        for reach in [&mut found.at_once, &mut found.one_by_one] {
            reach.worst = 4096;
        }
        assert!(!said(&found).contains("about"), "{}", said(&found));
    }

    #[test]
    fn a_staged_roster_is_assumed_and_said_to_be() {
        let press = Action::Press;
        let stop = |node| [Action::Select(id(node)), press(Verb::Stop)];
        let mut down = ["B101", "B102"].into_iter().flat_map(stop).collect::<Vec<_>>();
        down.push(press(Verb::Migrate));
        let confirm = Action::Roster(RosterAction::Confirm);
        let staged = [&down[..], &[press(Verb::StageObserved), confirm]].concat();
        let all = [&staged[..], &[press(Verb::Recluster)]].concat();
        let of = |actions: &[Action]| assumed(&run(actions.to_vec()).view, 0);
        assert!(of(&staged).is_some_and(|said| said.contains("pending roster")));
        assert_eq!(
            (of(&down), of(&all)),
            (None, None),
            "nothing is staged, and then it is in force"
        );
        // The engine counts otherwise than it would without the staged roster.
        let margin = |actions: &[Action]| {
            let state = run(actions.to_vec());
            let mut margin = Margin::new(state.timeline.cluster(), "main").unwrap();
            while !margin.advance(8) {}
            margin.found().unwrap().at_once.margin
        };
        assert_ne!(margin(&staged), margin(&down));
    }

    #[test]
    fn an_ap_namespace_has_a_margin_before_partitions_come_up_empty() {
        let mut setup = case_study();
        setup.namespaces[0].mode = Mode::Available;
        let cluster = Cluster::new(setup).unwrap();
        let mut margin = Margin::new(&cluster, "main").unwrap();
        while !margin.advance(8) {}
        let found = margin.found().unwrap();
        assert_eq!(found.at_once.margin, 1, "RF 2");
        let said = sentence(&found, false, false, Mode::Available);
        assert!(said.contains("empty or unserved") && !said.contains("unavailable"), "{said}");
        let mut table = LossTable::new(&cluster, "main", None).unwrap();
        while !table.advance(100) {}
        let text = |cell| cell_text(&table, cell, Mode::Available);
        assert_eq!(text((0, 0)), "No loss: every partition keeps its data");
        assert!(text((7, 3)).ends_with("no node is left, nothing is served"));
    }

    #[test]
    fn levels_part_the_counts() {
        for (count, level) in [
            (0, Level::None),
            (1, Level::Some),
            (2048, Level::Some),
            (2049, Level::Most),
            (4095, Level::Most),
            (4096, Level::All),
        ] {
            assert_eq!(Level::of(count), level, "{count}");
        }
    }

    #[test]
    fn every_level_differs_by_its_pattern_alone() {
        let marks = |level: Level| -> Vec<bool> {
            (0..36).map(|at| level.is_marked(at % 6, at / 6)).collect()
        };
        let patterns: Vec<_> = Level::ALL.iter().map(|level| marks(*level)).collect();
        for (place, pattern) in patterns.iter().enumerate() {
            assert!(!patterns[..place].contains(pattern));
        }
    }

    #[test]
    fn a_cell_is_painted_at_its_place() {
        let table = table(5);
        let frame = Frame::of(&table);
        let (width, height) = frame.size();
        let pixels = paint(&table, &Palette::LIGHT);
        assert_eq!(pixels.len(), width * height * 4);
        let colour = |(x, y): (usize, usize)| {
            let at = (y * width + x) * 4;
            [pixels[at], pixels[at + 1], pixels[at + 2]]
        };
        let (x, y) = frame.corner((0, 0));
        assert_eq!(colour((x, y)), Palette::LIGHT.of(Look::Settled));
        let (x, y) = frame.corner((7, 3));
        let all = Level::All.colour(&Palette::LIGHT);
        assert!((0..8).any(|step| colour((x + step, y)) == all));
        assert_eq!(
            cell_text(&table, (0, 0), Mode::StrongConsistency),
            "No loss: every partition stays active"
        );
        assert!(
            cell_text(&table, (7, 3), Mode::StrongConsistency)
                .ends_with("all 4,096 partitions are unavailable")
        );
    }

    #[test]
    fn a_point_leads_to_its_cell_at_any_size() {
        for nodes in [1, 2, 5, 9, 17, 40] {
            let frame = Frame::of(&table(nodes));
            let (width, height) = frame.size();
            assert!(width <= MOST_PX + 90 && height <= MOST_PX + 90, "{nodes}: {width} × {height}");
            for cell in [(0, 0), (frame.columns - 1, frame.rows - 1)] {
                let (x, y) = frame.corner(cell);
                let at = |pixel: usize| i32::try_from(pixel).unwrap();
                assert_eq!(frame.cell_at(at(x), at(y), at(width)), Some(cell));
                assert_eq!(frame.cell_at(at(x * 2), at(y * 2), at(width * 2)), Some(cell));
            }
            assert_eq!(frame.cell_at(-1, 0, 100), None);
            assert_eq!(frame.step((0, 0), -1, -9), (0, 0));
            assert_eq!(frame.step((0, 0), 9999, 9999), (frame.columns - 1, frame.rows - 1));
        }
    }
}
