//! The layout of 2019: columns with spaces between them, a second line of headings with `.` where there is none, and
//! statistics as `NODE : …`.
//!
//! Invariant: as in the newer layout, a cell is what stands in its column. Not here: which headings mean what.

use super::unwrap::{Row, in_groups};
use super::{Grid, Line, Record, heading};

/// From where to where each column goes.
type Bounds = Vec<(usize, usize)>;

/// The most lines that a row of this layout was wrapped over.
const MOST: usize = 8;

/// Reads a table. `None` when there is no row.
pub(super) fn read(body: &[Line]) -> Option<Grid> {
    let said: Vec<Line> =
        body.iter().filter(|line| !line.text.trim().is_empty()).cloned().collect();
    // The end of a wrapped row may be blank: then the blank lines count.
    let records = statistics(&said).or_else(|| columns(body)).or_else(|| columns(&said))?;
    (!records.is_empty()).then(|| Grid { records, ..Grid::default() })
}

/// `NODE : a b c`, then a line for each figure.
fn statistics(body: &[Line]) -> Option<Vec<Record>> {
    let pair = |line: &Line| {
        let (name, values) = line.text.split_once(" :").or_else(|| line.text.split_once(':'))?;
        let values: Vec<String> = values.split_whitespace().map(str::to_owned).collect();
        Some((heading(name), values, line.number))
    };
    let first =
        pair(body.first()?).filter(|(name, values, _)| name == "node" && !values.is_empty())?;
    let others: Vec<_> = body[1..].iter().filter_map(pair).collect();
    let mut records = Vec::new();
    for (column, node) in first.1.iter().enumerate() {
        let mut record =
            Record { lines: (first.2, first.2), cells: vec![("node".to_owned(), node.clone())] };
        for (name, values, line) in &others {
            // A value with a space in it moves the others: such a line is not used.
            if let Some(value) = values.get(column).filter(|_| values.len() == first.1.len()) {
                record.cells.push((name.clone(), value.clone()));
                record.lines.1 = *line;
            }
        }
        records.push(record);
    }
    Some(records)
}

/// The columns between the places that are blank in every row.
fn columns(body: &[Line]) -> Option<Vec<Record>> {
    let sizes = (1..=MOST).filter(|size| body.len().is_multiple_of(*size) && body.len() / size > 1);
    let candidates = sizes.map(|size| {
        let rows = in_groups(body, size);
        let bounds = bounds(&rows);
        (rows, bounds)
    });
    // Two lines of headings in one row are too many lines for a row.
    let candidates = candidates.filter(|(rows, _)| rows.first().is_some_and(|row| !has_dot(row)));
    // The right number of lines for each row shows the most columns; the smallest of several.
    let best = candidates.fold(None, |best: Option<(Vec<Row>, Bounds)>, next| match best {
        Some(best) if best.1.len() >= next.1.len() => Some(best),
        _ => Some(next),
    });
    let (rows, bounds) = best.filter(|(_, bounds)| bounds.len() > 1)?;
    let count = heading_lines(&rows);
    let by_place = by_place(&rows, &bounds, count);
    let has_node = |records: &Vec<Record>| {
        records.iter().any(|record| record.get(&["node", "namespace"]).is_some())
    };
    Some(by_place).filter(has_node).or_else(|| by_words(&rows, count))
}

/// How many lines of headings there are: the first, and those with `.` as a word.
fn heading_lines(rows: &[Row]) -> usize {
    1 + rows.iter().skip(1).take_while(|row| has_dot(row)).count()
}

/// Whether a row has `.` as a word, which stands where a column has no more words of its heading.
fn has_dot(row: &Row) -> bool {
    let text: String = row.text.iter().collect();
    text.split_whitespace().any(|word| word == ".")
}

/// From where to where columns go: at least two blank places in every row are between them.
fn bounds(rows: &[Row]) -> Bounds {
    let width = rows.iter().map(|row| row.text.len()).max().unwrap_or(0);
    let is_blank =
        |at: usize| rows.iter().all(|row| row.text.get(at).is_none_or(|sign| *sign == ' '));
    let mut bounds = Bounds::new();
    let mut blanks = 2;
    for at in 0..width {
        if is_blank(at) {
            blanks += 1;
            continue;
        }
        match bounds.last_mut() {
            Some((_, end)) if blanks < 2 => *end = at + 1,
            _ => bounds.push((at, at + 1)),
        }
        blanks = 0;
    }
    bounds
}

fn by_place(rows: &[Row], bounds: &[(usize, usize)], count: usize) -> Vec<Record> {
    let cell = |row: &Row, (from, to): (usize, usize)| {
        let to = to.min(row.text.len());
        row.text
            .get(from..to)
            .map(|signs| signs.iter().collect::<String>().trim().to_owned())
            .unwrap_or_default()
    };
    let name = |bound: &(usize, usize)| {
        let words: Vec<String> = rows[..count].iter().map(|row| cell(row, *bound)).collect();
        heading(&words.join(" "))
    };
    let names: Vec<String> = bounds.iter().map(name).collect();
    let of = |row: &Row| Record {
        lines: row.lines,
        cells: names.iter().cloned().zip(bounds.iter().map(|bound| cell(row, *bound))).collect(),
    };
    rows[count..].iter().map(of).collect()
}

/// By words alone, for tables whose spaces were lost: only when a row has as many as there are headings.
fn by_words(rows: &[Row], count: usize) -> Option<Vec<Record>> {
    let words = |row: &Row| -> Vec<String> {
        let text: String = row.text.iter().collect();
        text.split_whitespace().map(str::to_owned).collect()
    };
    let heads: Vec<Vec<String>> = rows[..count].iter().map(words).collect();
    let width = heads.first()?.len();
    if heads.iter().any(|head| head.len() != width) {
        return None;
    }
    let name = |at: usize| {
        heading(&heads.iter().map(|head| head[at].as_str()).collect::<Vec<_>>().join(" "))
    };
    let names: Vec<String> = (0..width).map(name).collect();
    let of = |row: &Row| {
        let cells = words(row);
        (cells.len() == width)
            .then(|| Record { lines: row.lines, cells: names.iter().cloned().zip(cells).collect() })
    };
    Some(rows[count..].iter().filter_map(of).collect())
}
