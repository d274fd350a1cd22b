//! What a run did and how it went: one row a part, a table and a sum at the end.
//!
//! Invariant: the last line printed is `N passed, N failed` and nothing else, for machines that
//! read only that.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

/// How many checks of a part passed and failed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Checks that passed.
    pub passed: u32,
    /// Checks that failed.
    pub failed: u32,
}

impl Counts {
    /// A part that is one check.
    pub fn one(passed: bool) -> Self {
        Self { passed: u32::from(passed), failed: u32::from(!passed) }
    }
}

/// What a part came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing was checked: a step of the set-up.
    Done,
    /// A tool that the part needs is not here, and the part can be done without.
    Skipped,
    /// Something was checked.
    Counted(Counts),
}

#[derive(Debug)]
struct Row {
    part: String,
    time: Duration,
    outcome: Outcome,
}

/// The rows so far.
#[derive(Debug, Default)]
pub struct Report {
    rows: Vec<Row>,
}

impl Report {
    /// Adds a part that began at `start` and ends now.
    pub fn add(&mut self, part: impl Into<String>, start: Instant, outcome: Outcome) {
        self.rows.push(Row { part: part.into(), time: start.elapsed(), outcome });
    }

    /// The sum of all parts.
    pub fn total(&self) -> Counts {
        let mut total = Counts::default();
        for row in &self.rows {
            if let Outcome::Counted(counts) = row.outcome {
                total.passed += counts.passed;
                total.failed += counts.failed;
            }
        }
        total
    }

    /// The table, and the sum as its last line.
    pub fn table(&self) -> String {
        let width = self.rows.iter().map(|row| row.part.len()).max().unwrap_or(0).max("part".len());
        let mut text = format!("{:width$}  seconds  passed  failed\n", "part");
        for Row { part, time, outcome } in &self.rows {
            let seconds = time.as_secs_f64();
            let (passed, failed) = match outcome {
                Outcome::Done => ("-".to_owned(), "-".to_owned()),
                Outcome::Skipped => ("skipped".to_owned(), "-".to_owned()),
                Outcome::Counted(counts) => (counts.passed.to_string(), counts.failed.to_string()),
            };
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{part:width$}  {seconds:7.1}  {passed:>6}  {failed:>6}");
        }
        let Counts { passed, failed } = self.total();
        let _ = write!(text, "{passed} passed, {failed} failed");
        text
    }
}

#[cfg(test)]
mod tests {
    use super::{Counts, Outcome, Report};
    use std::time::Instant;

    #[test]
    fn the_sum_stands_alone_on_the_last_line() {
        let mut report = Report::default();
        report.add("set-up: trunk", Instant::now(), Outcome::Done);
        report.add("clippy", Instant::now(), Outcome::Skipped);
        report.add("format", Instant::now(), Outcome::Counted(Counts::one(true)));
        report.add("tests", Instant::now(), Outcome::Counted(Counts { passed: 4, failed: 1 }));
        let table = report.table();
        assert_eq!(table.lines().last(), Some("5 passed, 1 failed"));
        assert_eq!(table.lines().next(), Some("part           seconds  passed  failed"));
        assert!(table.contains("tests              0.0       4       1\n"), "{table}");
    }

    #[test]
    fn a_report_without_rows_sums_to_nothing() {
        assert_eq!(Report::default().total(), Counts::default());
    }
}
