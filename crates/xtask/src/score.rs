//! Reads from a test runner's output how many tests passed and how many failed.
//!
//! Invariant: a suite whose runner failed has at least one failure, and so has a suite that ran no
//! test. It does not run anything: `suites` does.

/// How many checks passed and how many failed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Score {
    /// Checks that passed.
    pub passed: u32,
    /// Checks that failed.
    pub failed: u32,
    /// Tests that say of themselves that they cannot run here.
    pub skipped: u32,
}

impl Score {
    /// The score of a part that is one check.
    pub fn one(passed: bool) -> Self {
        Self { passed: u32::from(passed), failed: u32::from(!passed), skipped: 0 }
    }
}

/// The program whose output is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestRunner {
    /// cargo prints one line of results for each binary; they are added up.
    Cargo,
    /// Node's test runner prints one line for each kind of result, at the end.
    Node,
    /// pytest prints one line with all results, at the end.
    Pytest,
}

/// Adds up the results in a test runner's output, line by line.
#[derive(Debug)]
pub struct ResultReader {
    runner: TestRunner,
    score: Score,
}

impl ResultReader {
    /// A reader that has read nothing yet.
    pub fn new(runner: TestRunner) -> Self {
        Self { runner, score: Score::default() }
    }

    /// Reads one line of output.
    pub fn read(&mut self, line: &str) {
        match self.runner {
            TestRunner::Cargo => self.read_cargo(line),
            TestRunner::Node => self.read_node(line),
            TestRunner::Pytest => self.read_pytest(line),
        }
    }

    /// `test result: ok. 3 passed; 0 failed; 0 ignored; …`
    fn read_cargo(&mut self, line: &str) {
        let Some(result) = line.trim_start().strip_prefix("test result: ") else { return };
        let counts = result.split_once(". ").map_or("", |(_, counts)| counts);
        for count in counts.split(';') {
            match number_and_word(count) {
                Some((number, "passed")) => self.score.passed += number,
                Some((number, "failed")) => self.score.failed += number,
                _ => {}
            }
        }
    }

    /// `ℹ pass 3`, or `# pass 3` where the output is TAP. A cancelled test counts as failed.
    fn read_node(&mut self, line: &str) {
        let Some(result) = line.strip_prefix("ℹ ").or_else(|| line.strip_prefix("# ")) else {
            return;
        };
        let Some((word, number)) = result.split_once(' ') else { return };
        let Ok(number) = number.trim().parse::<u32>() else { return };
        match word {
            "pass" => self.score.passed += number,
            "fail" | "cancelled" => self.score.failed += number,
            "skipped" => self.score.skipped += number,
            _ => {}
        }
    }

    /// `===== 2 failed, 35 passed, 1 skipped in 9.78s =====`. A test that could not begin is an error, and counts as failed.
    fn read_pytest(&mut self, line: &str) {
        let Some((counts, _)) = line.trim_matches(['=', ' ']).rsplit_once(" in ") else { return };
        let counts: Option<Vec<_>> = counts.split(',').map(number_and_word).collect();
        for (number, word) in counts.unwrap_or_default() {
            match word {
                "passed" => self.score.passed += number,
                "failed" | "error" | "errors" => self.score.failed += number,
                "skipped" => self.score.skipped += number,
                _ => {}
            }
        }
    }

    /// The suite's score, once its runner has ended.
    pub fn score(&self, runner_succeeded: bool) -> Score {
        let mut score = self.score;
        let ran_none = score.passed == 0;
        if score.failed == 0 && (!runner_succeeded || ran_none) {
            score.failed = 1;
        }
        score
    }
}

fn number_and_word(text: &str) -> Option<(u32, &str)> {
    let (number, word) = text.trim().split_once(' ')?;
    Some((number.parse().ok()?, word))
}

#[cfg(test)]
mod tests {
    use super::{ResultReader, Score, TestRunner};

    #[track_caller]
    fn check(runner: TestRunner, output: &str, succeeded: bool, passed: u32, failed: u32) {
        let mut reader = ResultReader::new(runner);
        output.lines().for_each(|line| reader.read(line));
        let score = reader.score(succeeded);
        assert_eq!((score.passed, score.failed), (passed, failed));
    }

    const CARGO: &str = "running 3 tests\ntest a ... ok\n\n\
        test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; x\n\
        test result: FAILED. 4 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out\n";

    #[test]
    fn cargo_prints_one_line_a_binary() {
        check(TestRunner::Cargo, CARGO, false, 7, 2);
    }

    #[test]
    fn node_prints_one_line_a_kind() {
        check(
            TestRunner::Node,
            "✔ a (3ms)\nℹ tests 4\nℹ suites 0\nℹ pass 3\nℹ fail 1\nℹ cancelled 0\n",
            false,
            3,
            1,
        );
        check(
            TestRunner::Node,
            "# tests 3\n# pass 1\n# fail 1\n# cancelled 1\n# skipped 0\n",
            false,
            1,
            2,
        );
    }

    #[test]
    fn pytest_prints_one_line_at_the_end() {
        let line = "=== 2 failed, 35 passed, 1 skipped, 3 warnings, 1 error in 9.78s (0:00:09) ===";
        check(TestRunner::Pytest, line, false, 35, 3);
        check(TestRunner::Pytest, "12 passed in 0.98s", true, 12, 0);
        check(
            TestRunner::Pytest,
            "FAILED a.py::b - 3 passed by in the end\n1 passed in 1s",
            true,
            1,
            0,
        );
        let mut reader = ResultReader::new(TestRunner::Pytest);
        reader.read("2 passed, 3 skipped in 0.98s");
        assert_eq!(reader.score(true), Score { passed: 2, failed: 0, skipped: 3 });
    }

    #[test]
    fn skipped_tests_are_counted_by_themselves() {
        let mut reader = ResultReader::new(TestRunner::Node);
        "ℹ tests 3\nℹ pass 2\nℹ fail 0\nℹ skipped 1\n".lines().for_each(|line| reader.read(line));
        assert_eq!(reader.score(true), Score { passed: 2, failed: 0, skipped: 1 });
    }

    #[test]
    fn other_lines_count_nothing() {
        check(
            TestRunner::Cargo,
            "said: 3 passed; 1 failed\ntest result: ok. 1 passed; 0 failed\n",
            true,
            1,
            0,
        );
        check(TestRunner::Node, "pass 3\nℹ pass three\nℹ pass 2\n", true, 2, 0);
    }

    #[test]
    fn a_runner_that_fails_without_a_failed_test_is_one_failure() {
        check(
            TestRunner::Cargo,
            "test result: ok. 3 passed; 0 failed\nerror: could not compile",
            false,
            3,
            1,
        );
        check(TestRunner::Node, "", false, 0, 1);
    }

    #[test]
    fn running_no_test_is_a_failure() {
        check(TestRunner::Cargo, "test result: ok. 0 passed; 0 failed", true, 0, 1);
        check(TestRunner::Node, "ℹ pass 0\nℹ fail 0", true, 0, 1);
    }
}
