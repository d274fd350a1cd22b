//! The figures of a line, in the few words that text and Markdown share.
//!
//! Invariant: pure. Not here: how they are laid out.

use rosterlab_scenario::foresight::runbook::{Checked, CheckedLine, Counts, What};
use rosterlab_scenario::words::runbook::of_out;
use rosterlab_scenario::words::text::{list, thousands};

/// What the columns are.
pub const HEAD: [&str; 4] = ["after it", "at its worst", "with a further loss", "margin"];

/// The figures of each namespace of a line, each with the namespace's name.
pub fn rows(line: &CheckedLine, checked: &Checked) -> Vec<(String, [String; 4])> {
    let counts = line.counts.iter().zip(&checked.start).zip(&checked.namespaces);
    counts.map(|((counts, start), name)| (name.clone(), row(counts, start))).collect()
}

/// The figures of a namespace.
fn row(counts: &Counts, start: &Counts) -> [String; 4] {
    let worst = counts.losses.iter().filter(|loss| loss.out > 0).max_by_key(|loss| loss.out);
    let loss = worst.map_or_else(
        || if counts.losses.is_empty() { "not asked".to_owned() } else { "none out".to_owned() },
        |loss| format!("{} out without {}", thousands(loss.out), list(&loss.nodes)),
    );
    let most = counts.losses.len();
    let margin = match counts.margin_left(start) {
        None => "none left".to_owned(),
        Some(left) if left == most => format!("{left} or more"),
        Some(left) => left.to_string(),
    };
    [of_out(counts.after), of_out(counts.worst), loss, margin]
}

/// What a line is, in a word.
pub fn kind(what: What) -> &'static str {
    match what {
        What::Does => "does",
        What::Waits => "waits",
        What::Looks => "looks",
        What::Says => "comment",
        What::Fails => "cannot be done",
        What::Unknown => "not understood",
    }
}
