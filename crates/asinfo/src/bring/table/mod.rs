//! The admin tool's tables, from lines to named cells.
//!
//! In reading order: `block` (which lines are one table), `unwrap` (lines that a terminal broke, put together again),
//! `columns` (the layout with `|`, also turned by `-flip`), `old` (the layout of 2019, with spaces), `meaning` (from named
//! cells to facts).
//!
//! Invariant: a cell is what stands on its lines, without the spaces around it. Where a line does not fit its table, it
//! gives no cell. Not here: what the tool itself prints (see [`crate::admin`]).

mod block;
mod columns;
mod meaning;
mod old;
mod unwrap;

use super::text::Line;

pub(super) use block::{begins, is_number_of_rows, is_title};
pub(super) use meaning::facts;

/// A table.
#[derive(Clone, Debug, Default)]
pub(super) struct Grid {
    /// Its title, without the time; empty when it was cut off.
    pub(super) title: String,
    /// Its first and last line.
    pub(super) lines: (usize, usize),
    /// Its rows.
    pub(super) records: Vec<Record>,
    /// Lines that fit no row.
    pub(super) left: Vec<Line>,
}

/// A row: a cell for each heading that it has one for.
#[derive(Clone, Debug, Default)]
pub(super) struct Record {
    /// Its first and last line.
    pub(super) lines: (usize, usize),
    /// Heading, in lower case with single spaces, and cell. An empty heading was cut off.
    pub(super) cells: Vec<(String, String)>,
}

impl Record {
    /// The first cell with one of these headings.
    pub(super) fn get(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| {
            let found = self.cells.iter().find(|(heading, _)| heading == name);
            found.map(|(_, cell)| cell.as_str())
        })
    }
}

/// The separator after an active rack in a roster, `M1|A1@1`, as a sign that separates no columns.
fn with_active_racks(text: &str) -> String {
    let signs: Vec<char> = text.chars().collect();
    let follows = |at: usize| {
        let digits = signs[..at].iter().rev().take_while(|sign| sign.is_ascii_digit()).count();
        let tag = at.checked_sub(digits + 1).map(|tag| (signs[tag], tag));
        let before = tag.and_then(|(_, tag)| tag.checked_sub(1)).map(|before| signs[before]);
        digits > 0
            && tag.is_some_and(|(sign, _)| sign == 'M')
            && before.is_none_or(|sign| matches!(sign, '|' | ' '))
            && signs.get(at + 1).is_some_and(char::is_ascii_hexdigit)
    };
    let of = |(at, sign): (usize, &char)| if *sign == '|' && follows(at) { '¦' } else { *sign };
    signs.iter().enumerate().map(of).collect()
}

/// A heading as it is compared: in lower case, with single spaces.
fn heading(text: &str) -> String {
    let text = text.to_ascii_lowercase();
    text.split_whitespace().filter(|word| *word != ".").collect::<Vec<_>>().join(" ")
}

/// Reads the table that begins at a line. `None` when its lines are no table that is known; the numbers are how many lines
/// belong together, and how many were looked at in vain for its end.
pub(super) fn read(lines: &[Line]) -> (Option<Grid>, usize, usize) {
    let mut block = block::Block::of(lines);
    for line in &mut block.body {
        line.text = with_active_racks(&line.text);
    }
    let taken = block.taken.max(1);
    let span = (lines[0].number, lines[taken - 1].number);
    // Of a long row that was wrapped most lines have no separator, but the first one of the headings has.
    let first = block.body.iter().find(|line| !line.text.trim().is_empty());
    let has_pipes = |line: &&Line| line.text.contains('|');
    let pipes = block.body.iter().filter(has_pipes).count();
    let is_new = first.is_some_and(|line| has_pipes(&line)) || 2 * pipes > block.body.len();
    let grid =
        if is_new { columns::read(&block.body, block.whole) } else { old::read(&block.body) };
    let grid = grid.map(|grid| Grid { title: block.title, lines: span, ..grid });
    (grid, taken, if block.whole { 0 } else { block.scanned })
}
