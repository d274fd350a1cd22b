//! How many tests passed and failed, read from what a test runner prints.
//!
//! Invariant: a suite never comes out better than its runner's exit status, and a suite of tests
//! that ran none has failed.

use crate::report::Counts;

/// Whose output it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runner {
    /// cargo: one line of results for each binary, to be added up.
    Cargo,
    /// node's test runner: one line for each kind of result, at the end.
    Node,
}

/// The counts so far.
#[derive(Debug)]
pub struct Tally {
    runner: Runner,
    counts: Counts,
}

impl Tally {
    /// Nothing counted yet.
    pub fn new(runner: Runner) -> Self {
        Self { runner, counts: Counts::default() }
    }

    /// Takes notice of one line of output.
    pub fn read(&mut self, line: &str) {
        match self.runner {
            Runner::Cargo => self.read_cargo(line),
            Runner::Node => self.read_node(line),
        }
    }

    /// `test result: ok. 3 passed; 0 failed; 0 ignored; …`
    fn read_cargo(&mut self, line: &str) {
        let Some(result) = line.trim_start().strip_prefix("test result: ") else { return };
        let counts = result.split_once(". ").map_or("", |(_, counts)| counts);
        for count in counts.split(';') {
            match number_and_word(count) {
                Some((number, "passed")) => self.counts.passed += number,
                Some((number, "failed")) => self.counts.failed += number,
                _ => {}
            }
        }
    }

    /// `ℹ pass 3`, or `# pass 3` where the output is TAP. A test that was cancelled did not pass.
    fn read_node(&mut self, line: &str) {
        let Some(result) = line.strip_prefix("ℹ ").or_else(|| line.strip_prefix("# ")) else {
            return;
        };
        let Some((word, number)) = result.split_once(' ') else { return };
        let Ok(number) = number.trim().parse::<u32>() else { return };
        match word {
            "pass" => self.counts.passed += number,
            "fail" | "cancelled" => self.counts.failed += number,
            _ => {}
        }
    }

    /// The counts of a suite whose runner has ended.
    pub fn verdict(&self, runner_succeeded: bool) -> Counts {
        let mut counts = self.counts;
        let ran_none = counts.passed == 0;
        if counts.failed == 0 && (!runner_succeeded || ran_none) {
            counts.failed = 1;
        }
        counts
    }
}

fn number_and_word(text: &str) -> Option<(u32, &str)> {
    let (number, word) = text.trim().split_once(' ')?;
    Some((number.parse().ok()?, word))
}

#[cfg(test)]
mod tests {
    use super::{Runner, Tally};
    use crate::report::Counts;

    #[track_caller]
    fn check(runner: Runner, output: &str, succeeded: bool, passed: u32, failed: u32) {
        let mut tally = Tally::new(runner);
        output.lines().for_each(|line| tally.read(line));
        assert_eq!(tally.verdict(succeeded), Counts { passed, failed });
    }

    const CARGO: &str = "running 3 tests\ntest a ... ok\n\n\
        test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; x\n\
        test result: FAILED. 4 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out\n";

    #[test]
    fn cargo_prints_one_line_a_binary() {
        check(Runner::Cargo, CARGO, false, 7, 2);
    }

    #[test]
    fn node_prints_one_line_a_kind() {
        check(
            Runner::Node,
            "✔ a (3ms)\nℹ tests 4\nℹ suites 0\nℹ pass 3\nℹ fail 1\nℹ cancelled 0\n",
            false,
            3,
            1,
        );
        check(
            Runner::Node,
            "# tests 3\n# pass 1\n# fail 1\n# cancelled 1\n# skipped 0\n",
            false,
            1,
            2,
        );
    }

    #[test]
    fn other_lines_count_nothing() {
        check(
            Runner::Cargo,
            "said: 3 passed; 1 failed\ntest result: ok. 1 passed; 0 failed\n",
            true,
            1,
            0,
        );
        check(Runner::Node, "pass 3\nℹ pass three\nℹ pass 2\n", true, 2, 0);
    }

    #[test]
    fn a_runner_that_fails_without_a_failed_test_is_one_failure() {
        check(
            Runner::Cargo,
            "test result: ok. 3 passed; 0 failed\nerror: could not compile",
            false,
            3,
            1,
        );
        check(Runner::Node, "", false, 0, 1);
    }

    #[test]
    fn running_no_test_is_a_failure() {
        check(Runner::Cargo, "test result: ok. 0 passed; 0 failed", true, 0, 1);
        check(Runner::Node, "ℹ pass 0\nℹ fail 0", true, 0, 1);
    }
}
