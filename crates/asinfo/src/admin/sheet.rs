//! From nodes' values to tables: units, sums, order, and columns that nobody has a value for.
//!
//! Invariant: what a table shows is what nodes replied; a text where a number is expected is shown as it is. Not here: which
//! values a command shows (see `info`, `show`, `manage`, `summary`).

use super::cluster::{At, Cluster};
use super::replies::Values;
use super::table::{Align, Cell, Column, Group, Style, Table, Tone};

/// How a number is printed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Plain,
    /// Thousands, `1.500 K`.
    Units,
    /// Bytes, `1.875 KB`.
    Bytes,
    /// `90.0 %`.
    Percent,
    /// Seconds as `00:01:40`.
    Time,
}

/// A value of a table before it is printed.
#[derive(Clone)]
pub(super) enum Value {
    Text(String, Tone),
    Number(i128, Form, Tone),
    /// A part of a whole, and the whole, by which parts of several nodes are weighed.
    Part(f64, Option<f64>),
    /// The node has no such value: `--`.
    Missing,
    /// The node did not answer: `~~`.
    Failed,
}

impl Value {
    pub(super) fn text(text: &str) -> Self {
        Self::Text(text.to_owned(), Tone::Plain)
    }

    /// The first of these names that the node has a value for, as a number.
    pub(super) fn number(values: &Values, names: &[&str], form: Form) -> Self {
        let Some(text) = first(values, names) else { return Self::Missing };
        match whole(text) {
            Some(number) => Self::Number(number, form, Tone::Plain),
            None => Self::text(text),
        }
    }

    /// The first of these names that the node has a value for.
    pub(super) fn string(values: &Values, names: &[&str]) -> Self {
        first(values, names).map_or(Self::Missing, Self::text)
    }

    /// `True` or `False`. The tone is for `wrong`.
    pub(super) fn truth(values: &Values, names: &[&str], wrong: bool) -> Self {
        let Some(text) = first(values, names) else { return Self::Missing };
        let truth = !text.trim().eq_ignore_ascii_case("false");
        let tone = if truth == wrong { Tone::Alert } else { Tone::Plain };
        Self::Text(if truth { "True" } else { "False" }.to_owned(), tone)
    }

    /// What part one number is of another.
    pub(super) fn part(values: &Values, names: &[&str], wholes: &[&str]) -> Self {
        let number = |names| first(values, names).and_then(whole);
        match (number(names), number(wholes)) {
            (Some(part), Some(whole)) if whole != 0 => {
                Self::Part(float(part) / float(whole), Some(float(whole)))
            }
            _ => Self::Missing,
        }
    }

    /// The same value in this colour, if it is a number for which `when` holds.
    pub(super) fn toned(self, tone: Tone, when: impl Fn(i128) -> bool) -> Self {
        match self {
            Self::Number(number, form, _) if when(number) => Self::Number(number, form, tone),
            other => other,
        }
    }

    fn cell(&self) -> Cell {
        let (text, tone) = match self {
            Self::Text(text, tone) => (text.clone(), *tone),
            Self::Number(number, form, tone) => (printed(*number, *form), *tone),
            Self::Part(part, _) => (percent(part * 100.0), Tone::Plain),
            Self::Missing => ("--".to_owned(), Tone::Plain),
            Self::Failed => ("~~".to_owned(), Tone::Failed),
        };
        Cell { text, tone }
    }
}

/// The first of these names that there is a value for.
pub(super) fn first<'a>(values: &'a Values, names: &[&str]) -> Option<&'a str> {
    names.iter().find_map(|&name| values.get(name)).map(String::as_str)
}

/// The number that a text is; what stands after a point is left out.
#[allow(clippy::cast_possible_truncation)]
pub(super) fn whole(text: &str) -> Option<i128> {
    let text = text.trim();
    if let Ok(number) = text.parse::<i64>() {
        return Some(number.into());
    }
    if let Ok(number) = text.parse::<u64>() {
        return Some(number.into());
    }
    let float: f64 = text.parse().ok()?;
    // Within these bounds a cut number is exact.
    (float.is_finite() && float.abs() < 1e18).then_some(float as i128)
}

#[allow(clippy::cast_precision_loss)]
pub(super) fn float(number: i128) -> f64 {
    number as f64
}

fn printed(number: i128, form: Form) -> String {
    match form {
        Form::Plain => number.to_string(),
        Form::Units => scaled(float(number), 1000.0, [" P", " T", " G", " M", " K", "  "]),
        Form::Bytes => scaled(float(number), 1024.0, [" PB", " TB", " GB", " MB", " KB", " B "]),
        Form::Percent => percent(float(number)),
        Form::Time => {
            format!(
                "{:02}:{:02}:{:02}",
                number.div_euclid(3600),
                number.rem_euclid(3600) / 60,
                number.rem_euclid(60)
            )
        }
    }
}

/// The number in the largest unit of which it has one.
fn scaled(number: f64, step: f64, units: [&str; 6]) -> String {
    let mut factor = step.powi(5);
    let mut at = 0;
    while at < 5 && number < factor {
        factor /= step;
        at += 1;
    }
    format!("{:.3}{}", number / factor, units[at])
}

/// Two digits after the point at most, one at least.
pub(super) fn percent(number: f64) -> String {
    let text = format!("{number:.2}");
    format!("{} %", text.strip_suffix('0').unwrap_or(&text))
}

/// What stands in the last line of a group.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Total {
    None,
    Sum,
    /// Parts, weighed by their wholes.
    Mean,
    /// The name of the group.
    Name,
}

/// A column.
pub(super) struct Head {
    pub(super) group: &'static str,
    pub(super) title: String,
    pub(super) align: Align,
    pub(super) total: Total,
}

/// A column of names.
pub(super) fn left(title: &str) -> Head {
    Head { group: "", title: title.to_owned(), align: Align::Left, total: Total::None }
}

/// A column of numbers.
pub(super) fn right(title: &str) -> Head {
    Head { align: Align::Right, ..left(title) }
}

/// A column of numbers with their sum.
pub(super) fn sum(title: &str) -> Head {
    Head { total: Total::Sum, ..right(title) }
}

impl Head {
    /// The column under a heading of several.
    pub(super) fn under(self, group: &'static str) -> Self {
        Self { group, ..self }
    }

    pub(super) fn with(self, total: Total) -> Self {
        Self { total, ..self }
    }
}

/// A table in the making.
pub(super) struct Sheet {
    title: String,
    heads: Vec<Head>,
    /// Rows with the group that each is in; `None` where the node did not answer.
    rows: Vec<(Option<String>, Vec<Value>)>,
}

impl Sheet {
    pub(super) fn new(title: String, heads: Vec<Head>) -> Self {
        Self { title, heads, rows: Vec::new() }
    }

    /// Adds a row to the group of this name. Rows of a group stay in the order in which they came.
    pub(super) fn row(&mut self, group: Option<&str>, row: Vec<Value>) {
        debug_assert_eq!(row.len(), self.heads.len());
        self.rows.push((group.map(str::to_owned), row));
    }

    /// A row of a node that did not answer: its own names, and nothing else.
    pub(super) fn failed_row(&mut self, names: Vec<(usize, Value)>) {
        let mut row = vec![Value::Failed; self.heads.len()];
        for (at, value) in names {
            row[at] = value;
        }
        self.rows.push((None, row));
    }

    /// Leaves out columns from `from` on in which all rows of every group are alike, and blanks them where a group's are.
    pub(super) fn only_differences(&mut self, from: usize) {
        let mut groups: Vec<Option<String>> =
            self.rows.iter().map(|(group, _)| group.clone()).collect();
        groups.sort();
        groups.dedup();
        let mut keep = vec![true; self.heads.len()];
        for at in from..self.heads.len() {
            let mut alike = Vec::new();
            for group in &groups {
                let of_group = self.rows.iter().filter(|(other, _)| other == group);
                let texts: Vec<Cell> = of_group
                    .map(|(_, row)| &row[at])
                    .filter(|value| !matches!(value, Value::Missing | Value::Failed))
                    .map(Value::cell)
                    .collect();
                alike.push(texts.windows(2).all(|pair| pair[0].text == pair[1].text));
            }
            keep[at] = !alike.iter().all(|&alike| alike);
            for (group, _) in groups.iter().zip(&alike).filter(|(_, alike)| **alike) {
                for (_, row) in self.rows.iter_mut().filter(|(other, _)| other == group) {
                    row[at] = Value::Missing;
                }
            }
        }
        self.retain(&keep);
    }

    fn retain(&mut self, keep: &[bool]) {
        let mut at = 0;
        self.heads.retain(|_| {
            at += 1;
            keep[at - 1]
        });
        for (_, row) in &mut self.rows {
            let mut at = 0;
            row.retain(|_| {
                at += 1;
                keep[at - 1]
            });
        }
    }

    /// The table. Columns in which no row has a value are left out.
    pub(super) fn table(mut self, style: Style) -> Table {
        let seen = |at: usize| self.rows.iter().any(|(_, row)| !matches!(row[at], Value::Missing));
        let keep: Vec<bool> = (0..self.heads.len()).map(seen).collect();
        self.retain(&keep);
        self.rows.sort_by(|(a, _), (b, _)| a.cmp(b));
        let totals = self.heads.iter().any(|head| matches!(head.total, Total::Sum | Total::Mean));
        let mut groups: Vec<Group> = Vec::new();
        for rows in self.rows.chunk_by(|(a, _), (b, _)| a == b) {
            let total = |(at, head): (usize, &Head)| {
                total(head.total, rows.iter().map(|(_, row)| &row[at]))
            };
            groups.push(Group {
                rows: rows.iter().map(|(_, row)| row.iter().map(Value::cell).collect()).collect(),
                total: totals.then(|| self.heads.iter().enumerate().map(total).collect()),
            });
        }
        let column = |head: &Head| Column {
            group: head.group.to_owned(),
            title: head.title.clone(),
            align: head.align,
        };
        Table { title: self.title, columns: self.heads.iter().map(column).collect(), groups, style }
    }
}

fn total<'a>(kind: Total, values: impl Iterator<Item = &'a Value>) -> Cell {
    let values: Vec<&Value> = values.filter(|value| !matches!(value, Value::Missing)).collect();
    let failed = values.iter().any(|value| matches!(value, Value::Failed));
    match (kind, values.first()) {
        (Total::None, _) => Cell::default(),
        (Total::Name, Some(name)) => name.cell(),
        _ if failed => Value::Failed.cell(),
        (_, None) => Value::Missing.cell(),
        (Total::Sum, Some(first)) => {
            let form = if let Value::Number(_, form, _) = first { *form } else { Form::Plain };
            let add = |sum: i128, value: &&Value| match value {
                Value::Number(number, ..) => sum.checked_add(*number),
                _ => None,
            };
            let sum = values.iter().try_fold(0, add);
            sum.map_or(Value::Failed, |sum| Value::Number(sum, form, Tone::Plain)).cell()
        }
        (Total::Mean, _) => {
            let (mut parts, mut wholes) = (0.0, 0.0);
            for value in values {
                let Value::Part(part, Some(whole)) = value else { return Value::Failed.cell() };
                parts += part * whole;
                wholes += whole;
            }
            Value::Part(if wholes > 0.0 { parts / wholes } else { 0.0 }, None).cell()
        }
    }
}

/// A node's name with its mark, which most tables begin with.
pub(super) fn node_name(cluster: &Cluster, names: &[String], at: At) -> Value {
    let marker = cluster.marker(at);
    Value::Text(format!("{marker}{}", names[at]), marker_tone(marker))
}

/// A node's id with its mark.
pub(super) fn node_id(cluster: &Cluster, at: At) -> Value {
    let marker = cluster.marker(at);
    Value::Text(format!("{marker}{}", cluster.links[at].shown_id()), marker_tone(marker))
}

fn marker_tone(marker: &str) -> Tone {
    match marker {
        "*" => Tone::Good,
        "@" => Tone::Own,
        _ => Tone::Plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_tools_units() {
        for (number, form, text) in [
            (0, Form::Units, "0.000  "),
            (1500, Form::Units, "1.500 K"),
            (640, Form::Bytes, "640.000 B "),
            (1920, Form::Bytes, "1.875 KB"),
            (1 << 20, Form::Bytes, "1.000 MB"),
            (90, Form::Percent, "90.0 %"),
            (100, Form::Time, "00:01:40"),
            (360_000, Form::Time, "100:00:00"),
        ] {
            assert_eq!(printed(number, form), text);
        }
        assert_eq!(
            (percent(0.0976), percent(23.09), percent(0.02)),
            ("0.1 %".into(), "23.09 %".into(), "0.02 %".into())
        );
    }
}
