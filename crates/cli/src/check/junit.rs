//! The report as XML that CI servers show as tests: each line of the plan is one.
//!
//! Invariant: as `report`'s: a line that is not understood is an error, one that is not safe a failure.

use std::fmt::Write as _;

use rosterlab_scenario::foresight::runbook::{CheckedLine, Level, What};

use super::told::{Report, Told};
use crate::report::xml;

pub(super) fn junit(report: &Report<'_>) -> String {
    let checked = report.checked;
    let lines: Vec<&CheckedLine> =
        checked.lines.iter().filter(|line| line.what != What::Says).collect();
    let is_error = |line: &CheckedLine| line.what == What::Unknown;
    let is_failure = |line: &CheckedLine| {
        !is_error(line) && line.findings.iter().any(|finding| finding.level == Level::Error)
    };
    let errors = lines.iter().filter(|line| is_error(line)).count();
    let failures = lines.iter().filter(|line| is_failure(line)).count();
    let counts = format!("tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\"", lines.len());
    let file = xml(&report.plan);
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"rosterlab\" {counts}>\n  <testsuite name=\"{file}\" {counts}>\n"
    );
    for line in lines {
        let number = line.line.number;
        let name = xml(&format!("line {number}: {}", line.line.text.trim()));
        let _ = write!(
            text,
            "    <testcase name=\"{name}\" classname=\"{file}\" file=\"{file}\" line=\"{number}\""
        );
        let told = line.findings.iter().map(|finding| Told::of(finding, checked));
        let told: Vec<String> =
            told.map(|told| format!("{} {}: {}", told.level, told.name, told.line)).collect();
        let all = xml(&told.join("\n"));
        let first = xml(told.first().map_or("", String::as_str));
        let element = match () {
            () if is_error(line) => Some("error"),
            () if is_failure(line) => Some("failure"),
            () if !told.is_empty() => None,
            () => {
                text += "/>\n";
                continue;
            }
        };
        let _ = match element {
            Some(element) => {
                write!(text, ">\n      <{element} message=\"{first}\">{all}</{element}>\n")
            }
            None => write!(text, ">\n      <system-out>{all}</system-out>\n"),
        };
        text += "    </testcase>\n";
    }
    text + "  </testsuite>\n</testsuites>\n"
}
