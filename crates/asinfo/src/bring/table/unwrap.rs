//! Rows that a terminal broke over several lines, put together again.
//!
//! Invariant: a row is the text of its lines in their order, with spaces only where a line was shorter than the widest.
//! Not here: what the cells mean.

use super::super::limits::MAX_WRAP;
use super::Line;

/// How many rows are looked at before all are.
const FIRST: usize = 8;

/// A row on one line.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) text: Vec<char>,
    pub(super) lines: (usize, usize),
}

impl Row {
    fn of(lines: &[Line], width: usize) -> Self {
        let mut text: Vec<char> = Vec::new();
        for (at, line) in lines.iter().enumerate() {
            text.extend(line.text.chars());
            if at + 1 < lines.len() {
                // Spaces at the end of a line are lost when it is copied.
                text.resize(text.len().max((at + 1) * width), ' ');
            }
        }
        let number = |line: Option<&Line>| line.map_or(0, |line| line.number);
        Self { text, lines: (number(lines.first()), number(lines.last())) }
    }

    /// Where its separators stand.
    pub(super) fn pipes(&self) -> Vec<usize> {
        let pipes = self.text.iter().enumerate().filter(|(_, sign)| **sign == '|');
        pipes.map(|(at, _)| at).collect()
    }

    /// Its cells.
    pub(super) fn cells(&self) -> Vec<String> {
        let cells = self.text.split(|sign| *sign == '|');
        cells.map(|cell| cell.iter().collect::<String>().trim().to_owned()).collect()
    }
}

pub(super) fn width(lines: &[Line]) -> usize {
    lines.iter().map(|line| line.text.chars().count()).max().unwrap_or(0)
}

/// Every so many lines as one row.
pub(super) fn in_groups(lines: &[Line], size: usize) -> Vec<Row> {
    let width = width(lines);
    lines.chunks_exact(size).map(|lines| Row::of(lines, width)).collect()
}

/// The rows of a table with separators, and how many lines at its beginning fit none.
pub(super) fn rows(lines: &[Line], whole: bool) -> (Vec<Row>, usize) {
    let is_rule = |line: &Line| !line.text.is_empty() && line.text.chars().all(|sign| sign == '-');
    if lines.iter().any(is_rule) {
        let lines: Vec<Line> = lines.iter().filter(|line| !line.text.is_empty()).cloned().collect();
        return (in_groups(&lines, 1), 0);
    }
    // A cut first line has its separators elsewhere.
    for cut in 0..=1.min(lines.len()) {
        let lines = &lines[cut..];
        // One row alone fits itself: that says nothing of a line before it.
        if cut > 0 && lines.len() < 2 {
            break;
        }
        for size in 1..=(lines.len() / 2).clamp(1, MAX_WRAP) {
            if !lines.len().is_multiple_of(size) && (whole || size == 1) {
                continue;
            }
            // The first rows tell already whether so many lines are one.
            let first = lines
                .get(..size * FIRST)
                .is_none_or(|first| is_regular(&in_groups(first, size), true));
            if first {
                let rows = in_groups(lines, size);
                if is_regular(&rows, whole) {
                    return (rows, cut);
                }
            }
        }
    }
    (by_count(lines), 0)
}

/// Whether the separators stand at the same places in all rows, or at fewer of them in headings of several columns, which
/// come first. A last row may be cut.
fn is_regular(rows: &[Row], whole: bool) -> bool {
    let all: Vec<Vec<usize>> = rows.iter().map(Row::pipes).collect();
    let most = all.iter().max_by_key(|pipes| pipes.len());
    let Some(most) = most.filter(|most| !most.is_empty()) else { return false };
    let is_full = |pipes: &Vec<usize>| pipes.len() == most.len();
    let fits = |pipes: &Vec<usize>| pipes.iter().all(|at| most.binary_search(at).is_ok());
    let first = all.iter().position(is_full).unwrap_or(0);
    let is_heading = |row: &Row| row.text.contains(&'~');
    let last = rows.len() - 1;
    let is_right = |at: usize| {
        is_full(&all[at])
            || (at < first && is_heading(&rows[at]) && !all[at].is_empty())
            || (at == last && at > first && !whole)
    };
    all.iter().all(fits)
        && (0..rows.len()).all(is_right)
        && (rows.len() == 1 || all.iter().filter(|pipes| is_full(pipes)).count() > 1)
}

/// The rows by the number of their separators alone: for tables whose spaces were lost.
fn by_count(lines: &[Line]) -> Vec<Row> {
    let lines: Vec<&Line> = lines.iter().filter(|line| !line.text.is_empty()).collect();
    let count = |line: &Line| line.text.matches('|').count();
    let most = lines.iter().map(|line| count(line)).max().unwrap_or(0);
    let width = lines.iter().map(|line| line.text.chars().count()).max().unwrap_or(0);
    let mut rows: Vec<Row> = Vec::new();
    let mut pipes = usize::MAX;
    let mut is_full = false;
    for line in lines {
        let more = count(line);
        let goes_on = match (pipes.checked_add(more), rows.last_mut()) {
            (Some(sum), Some(row)) if sum <= most && !row.text.contains(&'~') => {
                (more > 0 || (is_full && !line.text.contains(' '))).then_some((row, sum))
            }
            _ => None,
        };
        if let Some((row, sum)) = goes_on {
            row.text.extend(line.text.chars());
            row.lines.1 = line.number;
            pipes = sum;
        } else {
            let text = line.text.chars().collect();
            rows.push(Row { text, lines: (line.number, line.number) });
            pipes = more;
        }
        is_full = line.text.chars().count() == width;
    }
    rows
}
