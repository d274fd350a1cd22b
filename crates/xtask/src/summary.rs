//! The table at the end of a run: one row a part, and a sum.
//!
//! Invariant: the last line printed is `N passed, N failed` and nothing else, because machines
//! read only that line. It does not decide whether a part passed: `suites` does.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use crate::score::Score;

/// How a part ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartOutcome {
    /// Nothing was checked: a step of the set-up.
    Done,
    /// The part needs a tool that is missing, and the run can go on without the part.
    Skipped,
    /// Something was checked.
    Scored(Score),
}

#[derive(Debug)]
struct PartRow {
    part: String,
    time: Duration,
    outcome: PartOutcome,
}

/// The rows of the parts that have ended.
#[derive(Debug, Default)]
pub struct Summary {
    rows: Vec<PartRow>,
}

impl Summary {
    /// Adds a part that began at `start` and ends now.
    pub fn add(&mut self, part: impl Into<String>, start: Instant, outcome: PartOutcome) {
        self.rows.push(PartRow { part: part.into(), time: start.elapsed(), outcome });
    }

    /// The sum of all parts.
    pub fn total(&self) -> Score {
        let mut total = Score::default();
        for row in &self.rows {
            if let PartOutcome::Scored(score) = row.outcome {
                total.passed += score.passed;
                total.failed += score.failed;
                total.skipped += score.skipped;
            }
        }
        total
    }

    /// The table, and the sum as its last line.
    pub fn table(&self) -> String {
        let width = self.rows.iter().map(|row| row.part.len()).max().unwrap_or(0).max("part".len());
        let mut text = format!("{:width$}  seconds  passed  failed  skipped\n", "part");
        for PartRow { part, time, outcome } in &self.rows {
            let seconds = time.as_secs_f64();
            let [passed, failed, skipped] = match outcome {
                PartOutcome::Done => ["-", "-", "-"].map(str::to_owned),
                PartOutcome::Skipped => ["-", "-", "all"].map(str::to_owned),
                PartOutcome::Scored(Score { passed, failed, skipped }) => {
                    [passed, failed, skipped].map(u32::to_string)
                }
            };
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "{part:width$}  {seconds:7.1}  {passed:>6}  {failed:>6}  {skipped:>7}"
            );
        }
        let Score { passed, failed, .. } = self.total();
        let _ = write!(text, "{passed} passed, {failed} failed");
        text
    }
}

#[cfg(test)]
mod tests {
    use super::{PartOutcome, Summary};
    use crate::score::Score;
    use std::time::Instant;

    #[test]
    fn the_sum_stands_alone_on_the_last_line() {
        let mut summary = Summary::default();
        summary.add("set-up: trunk", Instant::now(), PartOutcome::Done);
        summary.add("clippy", Instant::now(), PartOutcome::Skipped);
        summary.add("format", Instant::now(), PartOutcome::Scored(Score::one(true)));
        summary.add(
            "tests",
            Instant::now(),
            PartOutcome::Scored(Score { passed: 4, failed: 1, skipped: 2 }),
        );
        let table = summary.table();
        assert_eq!(table.lines().last(), Some("5 passed, 1 failed"));
        assert_eq!(table.lines().next(), Some("part           seconds  passed  failed  skipped"));
        assert!(table.contains("tests              0.0       4       1        2\n"), "{table}");
    }

    #[test]
    fn a_summary_without_rows_adds_up_to_zero() {
        assert_eq!(Summary::default().total(), Score::default());
    }
}
