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
    // Two lines of headings in one row are too many lines for a row, and so are headings and values.
    let is_heading = |row: &Row| !has_dot(row) && !has_value(row);
    let candidates = candidates.filter(|(rows, _)| rows.first().is_some_and(is_heading));
    // With the right number of lines for each row, every row has a first cell, and there are the most columns; the smallest of
    // several.
    let rank = |(rows, bounds): &(Vec<Row>, Bounds)| (has_first_cells(rows, bounds), bounds.len());
    let best = candidates.fold(None, |best: Option<(Vec<Row>, Bounds)>, next| match best {
        Some(best) if rank(&best) >= rank(&next) => Some(best),
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

/// Whether a row has what no heading is: a number, an address with its port.
fn has_value(row: &Row) -> bool {
    let text: String = row.text.iter().collect();
    let is_value = |word: &str| {
        word.bytes().all(|byte| byte.is_ascii_digit())
            || word.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok())
    };
    text.split_whitespace().any(is_value)
}

/// Whether every row has something in its first column, and no number there.
fn has_first_cells(rows: &[Row], bounds: &[(usize, usize)]) -> bool {
    let Some((from, to)) = bounds.first() else { return false };
    rows.iter().all(|row| {
        let to = (*to).min(row.text.len());
        let cell: String = row.text.get(*from..to).unwrap_or_default().iter().collect();
        let cell = cell.trim();
        !cell.is_empty() && !cell.bytes().all(|byte| byte.is_ascii_digit())
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A table as it is turned by `-flip`: a line for each node, and a heading for each figure.
    fn flipped(nodes: usize, is_right: bool) -> String {
        let row = |cells: [String; 3]| {
            let [node, first, second] = cells;
            if is_right {
                format!("{node:>17}   {first:>15}   {second:>22}   \n")
            } else {
                format!("{node:<17}   {first:<15}   {second:<22}   \n")
            }
        };
        let heads = ["NODE", "dead_partitions", "unavailable_partitions"];
        let mut text = row(heads.map(str::to_owned));
        for node in 1..=nodes {
            text += &row([format!("aero-a{node}.test:3000"), node.to_string(), "7".to_owned()]);
        }
        text
    }

    #[test]
    fn a_turned_table_that_a_terminal_broke_has_all_its_columns() {
        // A break within the spaces between two columns leaves too few of them.
        for width in (20..=64).filter(|width| !(36..=38).contains(width)) {
            for is_right in [false, true] {
                let text = flipped(5, is_right);
                let broken: Vec<String> = text
                    .lines()
                    .flat_map(|line| line.as_bytes().chunks(width))
                    .map(|part| String::from_utf8_lossy(part).trim_end().to_owned())
                    .collect();
                let lines = super::super::super::text::lines(&(broken.join("\n") + "\n"));
                let records = read(&lines).map(|grid| grid.records).unwrap_or_default();
                let of = |name: &str| -> Vec<String> {
                    records.iter().filter_map(|one| one.get(&[name])).map(str::to_owned).collect()
                };
                let told = (of("dead_partitions"), of("unavailable_partitions"));
                let right = (1..=5).map(|node: u8| node.to_string()).collect::<Vec<_>>();
                assert_eq!(
                    told,
                    (right, vec!["7".to_owned(); 5]),
                    "{width} {is_right}\n{broken:#?}"
                );
            }
        }
    }

    #[test]
    fn a_turned_table_of_any_number_of_nodes_has_all_its_columns() {
        for nodes in 1..=12 {
            for is_right in [false, true] {
                let lines = super::super::super::text::lines(&flipped(nodes, is_right));
                let records = read(&lines).unwrap().records;
                assert_eq!(records.len(), nodes, "{nodes} {is_right}");
                for (number, record) in (1..).zip(&records) {
                    let cell = |name| record.get(&[name]).unwrap_or_default().to_owned();
                    assert_eq!(cell("node"), format!("aero-a{number}.test:3000"));
                    assert_eq!(cell("dead_partitions"), number.to_string());
                    assert_eq!(cell("unavailable_partitions"), "7");
                }
            }
        }
    }
}
