//! Tables as the tool prints them, and the same tables as values for a page to lay out.
//!
//! Invariant: every row has as many cells as there are columns. Not here: where the cells' texts come from (see `sheet`).

use std::fmt::Write;

/// The width that the tool takes a terminal to have when it writes to none. Only titles of wider tables depend on it.
pub const TERMINAL_WIDTH: usize = 160;

/// What colour a cell has in the tool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// No colour.
    #[default]
    Plain,
    /// The node that the tool takes for the principal, or an answer `ok`: green.
    Good,
    /// The node that the tool is connected to: cyan.
    Own,
    /// Worth a look: yellow.
    Caution,
    /// Wrong: red.
    Alert,
    /// The node did not answer, or answered with an error: magenta.
    Failed,
}

/// One cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// What stands in it; `--` where there is no value and `~~` where a node did not answer.
    pub text: String,
    /// Its colour.
    pub tone: Tone,
}

/// Where a column's texts stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// At the left: names.
    Left,
    /// At the right: numbers.
    Right,
}

/// What a column is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// The heading that it shares with its neighbours of the same group; empty when it has none.
    pub group: String,
    /// Its own heading, wrapped over several lines where the column is narrow.
    pub title: String,
    /// Where its texts stand.
    pub align: Align,
}

/// Rows that belong together, and their sums.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// The rows.
    pub rows: Vec<Vec<Cell>>,
    /// The last line, for tables that have sums. An empty text where a column has none.
    pub total: Option<Vec<Cell>>,
}

/// Which way a table is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// A line for each row.
    Columns,
    /// A line for each column, and a row beside the other: narrow, and what statistics have.
    Rows,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The title, with the time.
    pub title: String,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows, in groups.
    pub groups: Vec<Group>,
    /// Which way the tool prints it.
    pub style: Style,
}

impl Table {
    /// The table as the tool prints it, with a line feed at the end.
    #[must_use]
    pub fn render(&self) -> String {
        self.render_as(self.style, TERMINAL_WIDTH)
    }

    /// The table printed the other way (`-flip`), which narrow screens need.
    #[must_use]
    pub fn render_flipped(&self) -> String {
        let other = if self.style == Style::Rows { Style::Columns } else { Style::Rows };
        self.render_as(other, TERMINAL_WIDTH)
    }

    /// The table printed one way or the other, for a terminal of so many signs.
    #[must_use]
    pub fn render_as(&self, style: Style, terminal: usize) -> String {
        match style {
            Style::Columns => self.render_columns(terminal),
            Style::Rows => self.render_rows(terminal),
        }
    }

    /// The number in the table's last line.
    #[must_use]
    pub fn number_of_rows(&self, style: Style) -> usize {
        match style {
            Style::Columns => self.groups.iter().map(|group| group.rows.len()).sum(),
            Style::Rows => self.columns.len() * self.groups.len(),
        }
    }

    fn has_totals(&self) -> bool {
        self.groups.iter().any(|group| group.total.is_some())
    }

    /// All texts of a column, sums too.
    fn texts(&self, column: usize) -> impl Iterator<Item = &str> {
        let rows = self.groups.iter().flat_map(|group| group.rows.iter().chain(&group.total));
        rows.filter_map(move |row| row.get(column)).map(|cell| cell.text.as_str())
    }

    fn render_columns(&self, terminal: usize) -> String {
        let headings = self.headings();
        let widths: Vec<usize> =
            headings.iter().flat_map(|heading| heading.widths.iter().copied()).collect();
        let width = widths.iter().sum::<usize>() + widths.len().saturating_sub(1);
        let mut out = title_line(&self.title, width, terminal);
        let lines = headings.iter().map(Heading::lines).max().unwrap_or(0);
        for line in 0..lines {
            let parts: Vec<String> = headings.iter().map(|heading| heading.line(line)).collect();
            push_line(&mut out, &parts.join("|"));
        }
        for group in &self.groups {
            for row in group.rows.iter().chain(&group.total) {
                let cells = row.iter().zip(&self.columns).zip(&widths);
                let parts: Vec<String> = cells
                    .map(|((cell, column), &width)| pad(&cell.text, column.align, width))
                    .collect();
                push_line(&mut out, &parts.join("|"));
            }
        }
        let _ = writeln!(out, "Number of rows: {}", self.number_of_rows(Style::Columns));
        out
    }

    /// The headings, with columns of one group under one heading.
    fn headings(&self) -> Vec<Heading<'_>> {
        let mut headings: Vec<Heading> = Vec::new();
        for (at, column) in self.columns.iter().enumerate() {
            let least = longest_word(&column.title);
            let width = self.texts(at).map(length).max().unwrap_or(0).max(least);
            match headings.last_mut() {
                Some(heading) if !column.group.is_empty() && heading.group == column.group => {
                    heading.columns.push(column);
                    heading.widths.push(width);
                }
                _ => headings.push(Heading {
                    group: &column.group,
                    group_lines: Vec::new(),
                    columns: vec![column],
                    widths: vec![width],
                }),
            }
        }
        for heading in &mut headings {
            heading.fit();
        }
        headings
    }

    fn render_rows(&self, terminal: usize) -> String {
        let name = |column: &Column| {
            if column.group.is_empty() {
                column.title.clone()
            } else {
                format!("{} {}", column.group, column.title)
            }
        };
        let names: Vec<String> = self.columns.iter().map(name).collect();
        let names_width = names.iter().map(|name| length(name)).max().unwrap_or(0);
        let most = self.groups.iter().map(|group| group.rows.len()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..most)
            .map(|at| {
                let rows = self.groups.iter().filter_map(|group| group.rows.get(at));
                rows.flatten().map(|cell| length(&cell.text)).max().unwrap_or(0)
            })
            .collect();
        let totals = self.groups.iter().filter_map(|group| group.total.as_ref());
        let total_width = totals.flatten().map(|cell| length(&cell.text)).max().unwrap_or(0);
        let width = names_width + 1 + widths.iter().sum::<usize>() + most + total_width + 1;
        let mut out = title_line(&self.title, width, terminal);
        for (number, group) in self.groups.iter().enumerate() {
            if number > 0 {
                push_line(&mut out, &"-".repeat(width));
            }
            for (at, name) in names.iter().enumerate() {
                // Numbers stand at the left here.
                let mut parts = vec![pad(name, Align::Left, names_width)];
                let rows = group.rows.iter().zip(&widths);
                parts.extend(
                    rows.filter_map(|(row, &width)| {
                        Some(pad(&row.get(at)?.text, Align::Left, width))
                    }),
                );
                if self.has_totals() {
                    // Sums are not padded here.
                    let total = group.total.as_ref().and_then(|total| total.get(at));
                    parts.push(total.map(|cell| cell.text.clone()).unwrap_or_default());
                }
                push_line(&mut out, &parts.join("|"));
            }
        }
        let _ = writeln!(out, "Number of rows: {}", self.number_of_rows(Style::Rows));
        out
    }
}

/// A column's heading, or that of a group of columns.
struct Heading<'a> {
    group: &'a str,
    group_lines: Vec<String>,
    columns: Vec<&'a Column>,
    widths: Vec<usize>,
}

impl Heading<'_> {
    fn width(&self) -> usize {
        self.widths.iter().sum::<usize>() + self.widths.len() - 1
    }

    /// Makes the columns wide enough for their group's heading and for a `~` on both sides of it.
    fn fit(&mut self) {
        if self.group.is_empty() {
            return;
        }
        let own = self.width();
        let mut width = own.max(longest_word(self.group));
        self.group_lines = wrap(self.group, width);
        let longest = self.group_lines.iter().map(|line| length(line)).max().unwrap_or(0);
        if longest + 1 >= width {
            width = longest + 2;
            self.group_lines = wrap(self.group, width);
        }
        let more = width.saturating_sub(own);
        let (share, left) = (more / self.widths.len(), more % self.widths.len());
        for (at, column) in self.widths.iter_mut().enumerate() {
            *column += share + usize::from(at < left);
        }
    }

    fn lines(&self) -> usize {
        let of = |(column, &width): (&&Column, &usize)| wrap(&column.title, width).len();
        self.group_lines.len() + self.columns.iter().zip(&self.widths).map(of).max().unwrap_or(0)
    }

    fn line(&self, number: usize) -> String {
        if let Some(line) = self.group_lines.get(number) {
            return center(line, self.width(), '~');
        }
        let of = |(column, &width): (&&Column, &usize)| {
            let lines = wrap(&column.title, width);
            let line = lines.get(number - self.group_lines.len());
            pad(line.map_or("", |line| line.as_str()), Align::Right, width)
        };
        self.columns.iter().zip(&self.widths).map(of).collect::<Vec<_>>().join("|")
    }
}

fn push_line(out: &mut String, line: &str) {
    out.push_str(line);
    out.push('\n');
}

fn length(text: &str) -> usize {
    text.chars().count()
}

fn longest_word(text: &str) -> usize {
    text.split(' ').map(length).max().unwrap_or(0)
}

fn pad(text: &str, align: Align, width: usize) -> String {
    match align {
        Align::Left => format!("{text:<width$}"),
        Align::Right => format!("{text:>width$}"),
    }
}

/// The text in the middle. An odd sign stands at the left of a wide line, at the right of a narrow one.
pub(super) fn center(text: &str, width: usize, fill: char) -> String {
    let room = width.saturating_sub(length(text));
    let left = room / 2 + (room & width & 1);
    let side = |count: usize| std::iter::repeat_n(fill, count).collect::<String>();
    format!("{}{text}{}", side(left), side(room - left))
}

/// The words of a heading on as many lines as it takes. A line that would fill its column is broken as well.
fn wrap(title: &str, width: usize) -> Vec<String> {
    if length(title) <= width {
        return vec![title.to_owned()];
    }
    let mut lines: Vec<String> = Vec::new();
    for word in title.split(' ') {
        match lines.last_mut() {
            Some(line) if length(line) + length(word) < width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// The title between `~`. Over a table that is two terminals wide or more it is repeated.
fn title_line(title: &str, width: usize, terminal: usize) -> String {
    let one = terminal.max(length(title) + 6);
    let times = width / one;
    let mut line = if times > 1 {
        let each = one + (terminal % one) / times;
        let repeated = center(title, each, '~').repeat(times);
        let missing = width.saturating_sub(length(&repeated));
        repeated + &"~".repeat(missing)
    } else {
        center(title, width, '~')
    };
    if !line.starts_with('~') {
        line.insert(0, '~');
    }
    if !line.ends_with('~') {
        line.push('~');
    }
    line.push('\n');
    line
}
