//! A plan that is a scenario, or its list of steps alone.
//!
//! Invariant: each step that does something is a line, with the number that it has in the text; expectations are none. Not here:
//! where in the text a mistake is (the command line's business).

use std::borrow::Cow;

use rosterlab_engine::Cluster;

use super::plan::Line;
use crate::file::{FORMAT, Scenario, ScenarioError};
use crate::plan::Doing;

/// The text as a scenario, line for line; `None` when it is neither one nor a list of steps. A list gets a cluster that means
/// nothing.
#[must_use]
pub fn as_scenario(text: &str) -> Option<Cow<'_, str>> {
    let begins = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    if begins.starts_with('{') {
        return Some(Cow::Borrowed(text));
    }
    // `[root@b101 ~]#` and `[ ]` begin lines of a plan.
    let inside = begins.strip_prefix('[')?.trim_start();
    inside.starts_with('{').then(|| {
        let before =
            format!(r#"{{"format":"{FORMAT}","cluster":{{"nodes":[{{"id":"A1"}}]}},"steps":"#);
        let blanks = &text[..text.len() - begins.len()];
        Cow::Owned(format!("{}{before}{begins}}}", blanks.replace('\u{feff}', "")))
    })
}

/// The lines of a scenario that is a plan for this cluster.
///
/// # Errors
/// When it is no scenario, or a step cannot be meant for the cluster.
pub fn lines_of_steps(scenario: &str, cluster: &Cluster) -> Result<Vec<Line>, ScenarioError> {
    let steps = Scenario::parse(scenario.as_bytes())?.steps;
    let numbers = numbers(scenario);
    let mut lines = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        if let Doing::Happen { entry, .. } =
            step.doing(cluster.setup(), &format!("steps[{index}]"))?
        {
            let number = numbers.get(index).copied().unwrap_or(index + 1);
            let text = serde_json::to_string(step).unwrap_or_default();
            lines.push(Line { number, text, given: Some(vec![entry]) });
        }
    }
    Ok(lines)
}

/// The number of the line on which each step of a scenario begins. The text is a JSON object.
fn numbers(text: &str) -> Vec<usize> {
    let (mut line, mut depth) = (1, 0_usize);
    let mut numbers = Vec::new();
    // The string that is being read or was read last, and whether the list after `"steps":` has begun.
    let (mut string, mut is_string, mut is_escaped) = (String::new(), false, false);
    let mut is_steps = false;
    for c in text.chars() {
        line += usize::from(c == '\n');
        if is_string {
            match c {
                '"' if !is_escaped => is_string = false,
                c => string.push(c),
            }
            is_escaped = c == '\\' && !is_escaped;
            continue;
        }
        match c {
            '"' => {
                is_string = true;
                string.clear();
            }
            '{' | '[' => {
                is_steps |= c == '[' && depth == 1 && string == "steps";
                if is_steps && c == '{' && depth == 2 {
                    numbers.push(line);
                }
                depth += 1;
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                is_steps &= depth > 1;
            }
            _ => {}
        }
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_numbered_by_the_lines_that_they_begin_on() {
        let list = "\n[\n  {\"do\": \"stop\", \"nodes\": [\"A1\"]},\n\n  {\"do\":\n \"migrate\"}]";
        let text = as_scenario(list).unwrap();
        assert_eq!(numbers(&text), [3, 5]);
        let whole = "{\"title\": \"a \\\" [{\", \"cluster\": {\"nodes\": [{\"id\": \"A1\"}]},\n\"steps\": [{\"a\": {}},\n{}], \"x\": [{}]}";
        assert_eq!(numbers(whole), [2, 3]);
        for text in ["[root@b101 ~]# reboot", "[ ] stop b101", "[x] reboot", "ssh b101 reboot"] {
            assert_eq!(as_scenario(text), None, "{text}");
        }
    }
}
