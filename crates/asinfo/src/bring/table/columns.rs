//! The layout with `|` between columns: headings over one to four lines, rows, sums; and the same table turned.
//!
//! Invariant: a row with fewer cells than there are columns gives no cell for its last one, which may be cut. Not here:
//! which headings mean what (see `meaning`).

use super::unwrap::{Row, rows};
use super::{Grid, Line, Record, heading};

/// Headings that a table has at its first line, and rows have not.
const FIRST: [&str; 3] = ["node", "namespace", "rack"];
/// Headings that only a table with a line for each row has beside the node.
const BESIDE: [&str; 12] = [
    "node",
    "node id",
    "namespace",
    "response",
    "ip",
    "build",
    "rack",
    "rack id",
    "nodes",
    "current",
    "size",
    "id",
];

/// Reads a table. `None` when there is no row.
pub(super) fn read(body: &[Line], whole: bool) -> Option<Grid> {
    let (rows, cut) = rows(body, whole);
    let left = body[..cut].to_vec();
    let most = rows.iter().map(|row| row.pipes().len()).max()?;
    let cells: Vec<Vec<String>> = rows.iter().map(Row::cells).collect();
    let records =
        if is_turned(&cells, most) { turned(&rows, &cells) } else { upright(&rows, &cells, most) };
    (!records.is_empty()).then(|| Grid { records, left, ..Grid::default() })
}

/// Whether the table has a line for each column.
fn is_turned(cells: &[Vec<String>], most: usize) -> bool {
    let first = |at: usize| cells.get(at).and_then(|row| row.first()).map(|cell| heading(cell));
    let Some(head) = cells.first().filter(|head| head.len() == most + 1) else { return false };
    let is_beside = |cell: &String| BESIDE.contains(&heading(cell).as_str());
    let is_figure = |cell: &String| cell.contains('_') && !cell.contains(':');
    match first(0).as_deref() {
        Some("namespace") => first(1).as_deref() == Some("node"),
        Some("node") => {
            let others = &head[1..];
            let continues = first(1).is_some_and(|cell| cell.is_empty());
            !continues && !others.iter().any(is_beside) && !others.iter().all(is_figure)
        }
        _ => false,
    }
}

/// The headings of every column, and the number of lines that they take.
fn headings(cells: &[Vec<String>], most: usize) -> (Vec<String>, usize) {
    let is_first =
        |row: &Vec<String>| row.iter().any(|cell| FIRST.contains(&heading(cell).as_str()));
    let known = cells.first().is_some_and(is_first);
    let more = cells
        .iter()
        .skip(usize::from(known))
        .take_while(|row| row.first().is_some_and(String::is_empty));
    let count = usize::from(known) + more.count();
    let mut names = vec![String::new(); most + 1];
    let mut add = |at: usize, cell: &str| {
        if let Some(name) = names.get_mut(at).filter(|_| !cell.contains('~')) {
            name.push(' ');
            name.push_str(cell);
        }
    };
    for row in &cells[..count] {
        if row.len() == most + 1 {
            row.iter().enumerate().for_each(|(at, cell)| add(at, cell));
        } else {
            // A heading of several columns stands in the middle: count from both ends.
            let from_left = row.iter().take_while(|cell| !cell.contains('~')).count();
            row[..from_left].iter().enumerate().for_each(|(at, cell)| add(at, cell));
            let from_right = row.iter().rev().take_while(|cell| !cell.contains('~')).count();
            if from_left < row.len() {
                let right = row[row.len() - from_right..].iter().enumerate();
                right.for_each(|(at, cell)| add(most + 1 - from_right + at, cell));
            }
        }
    }
    (names.iter().map(|name| heading(name)).collect(), count)
}

fn upright(rows: &[Row], cells: &[Vec<String>], most: usize) -> Vec<Record> {
    let (names, count) = headings(cells, most);
    let of = |(row, cells): (&Row, &Vec<String>)| {
        let complete = cells.len() == names.len();
        let shown = if complete { cells.len() } else { cells.len().saturating_sub(1) };
        let named = names.iter().cloned().zip(cells[..shown].iter().cloned());
        Record { lines: row.lines, cells: named.collect() }
    };
    let mut records: Vec<Record> = Vec::new();
    for record in rows.iter().zip(cells).skip(count).map(of) {
        match records.last_mut() {
            Some(before) if goes_on(before, &record) => join(before, record),
            _ => records.push(record),
        }
    }
    records
}

/// Whether a row only has the rest of lists that were too long for their cells in the row before.
fn goes_on(before: &Record, row: &Record) -> bool {
    let is_list = |((_, cell), (_, rest)): (&(String, String), &(String, String))| {
        cell.ends_with(',') && !rest.is_empty()
    };
    row.cells.first().is_some_and(|(_, cell)| cell.is_empty())
        && before.cells.iter().zip(&row.cells).any(is_list)
}

/// Puts the rest of lists behind their beginnings.
fn join(before: &mut Record, row: Record) {
    for ((_, cell), (_, rest)) in before.cells.iter_mut().zip(row.cells) {
        cell.push_str(&rest);
    }
    before.lines.1 = row.lines.1;
}

/// Turned tables: groups of lines, each with the same first column.
fn turned(rows: &[Row], cells: &[Vec<String>]) -> Vec<Record> {
    let mut records = Vec::new();
    let mut from = 0;
    let begins = heading(cells[0].first().map_or("", String::as_str));
    for at in 0..=rows.len() {
        let is_rule = |at: usize| cells[at].len() < 2;
        let is_end = at == rows.len()
            || is_rule(at)
            || (at > from && cells[at].first().is_some_and(|cell| heading(cell) == begins));
        if !is_end {
            continue;
        }
        let group = from..at;
        let width = cells[group.clone()].iter().map(Vec::len).max().unwrap_or(0);
        for column in 1..width {
            let mut record = Record::default();
            for line in group.clone() {
                let Some(cell) = cells[line].get(column) else { continue };
                let name = cells[line].first().map_or("", String::as_str);
                record.cells.push((heading(name), cell.clone()));
                record.lines.1 = rows[line].lines.1;
            }
            record.lines.0 = rows[from].lines.0;
            records.push(record);
        }
        from = if at < rows.len() && is_rule(at) { at + 1 } else { at };
    }
    records
}
