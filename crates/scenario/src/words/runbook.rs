//! What was found about a plan, as sentences and as the figures of a table.
//!
//! Invariant: what is found is `foresight::runbook`'s; nothing here looks for mistakes. Not here: how tables are laid out, files.

use rosterlab_engine::NodeId;

use super::rules::Source;
use super::text::{count, is_are, list, roster, thousands, verb_ending};
use super::warnings::of_warning;
use crate::foresight::runbook::{
    Back, Change, Checked, CheckedLine, Counts, Finding, IfNotBack, Mistake, Nearest, Out, Told,
    What, Wrong,
};

/// What is out, in a few words: `1,381 unavailable`, `12 dead and 3 without their data`.
#[must_use]
pub fn of_out(out: Out) -> String {
    let parts: Vec<String> =
        parts(out).map(|(number, what)| format!("{} {what}", thousands(number))).collect();
    if parts.is_empty() { "all active".to_owned() } else { list(parts) }
}

/// What is wrong, in a sentence or two.
#[must_use]
pub fn of_wrong(wrong: &Wrong) -> String {
    match wrong {
        Wrong::Out(out) => format!("At the worst moment of this line {}.", are_out(*out)),
        Wrong::Margin { nodes, out, back, size, until } => {
            let brief = until.map_or_else(String::new, |line| {
                format!(" This is brief: it is over when line {line} is done.")
            });
            let after = format!(
                "If {} {} lost too, at the worst moment, {} out",
                list(nodes),
                is_are(*size),
                of_partitions(*out)
            );
            match back {
                Some(Back { out, for_want_of_mark: true }) => format!(
                    "{after}. When {} back after a crash, {} {}, because the mark of a clean stop is missing.{brief}",
                    it_is(nodes),
                    thousands(out.all()),
                    is_still(*out),
                ),
                Some(Back { out, .. }) if out.all() > 0 => format!(
                    "{after}. When {} back, {} {}, even after a clean stop.{brief}",
                    it_is(nodes),
                    thousands(out.all()),
                    is_still(*out),
                ),
                Some(_) => format!("{after} until {} back.{brief}", it_is(nodes)),
                None => format!("{after}.{brief}"),
            }
        }
        Wrong::CannotBeDone(why) => format!("This cannot be done: {}.", sentence(why)),
        Wrong::NotUnderstood(why) => format!("This is not understood: {}.", sentence(why)),
        Wrong::Mistake(mistake) => of_mistake(mistake),
    }
}

/// What was found, with the namespace before it where there are several, and the source of the fact behind it.
#[must_use]
pub fn of_finding(finding: &Finding, checked: &Checked) -> String {
    let name = finding.namespace.and_then(|index| checked.namespaces.get(index));
    let of = name.filter(|_| checked.namespaces.len() > 1);
    let of = of.map_or_else(String::new, |name| format!("{name}: "));
    let source = source_of(&finding.wrong).map_or_else(String::new, |from| format!(" ({from})"));
    format!("{of}{}{source}", of_wrong(&finding.wrong))
}

/// The name of what is wrong, for programs.
#[must_use]
pub fn name_of(wrong: &Wrong) -> &'static str {
    match wrong {
        Wrong::Out(_) => "partitions-out",
        Wrong::Margin { .. } => "margin-lost",
        Wrong::CannotBeDone(_) => "cannot-be-done",
        Wrong::NotUnderstood(_) => "not-understood",
        Wrong::Mistake(mistake) => mistake.name(),
    }
}

/// The rule behind it and how that is known: `docs/domain.md §5, documented`; nothing where no rule is behind it.
#[must_use]
pub fn source_of(wrong: &Wrong) -> Option<String> {
    match wrong {
        Wrong::Out(out) if out.fresh == out.all() => {
            Some(format!("docs/domain.md §6, {}", Source::Seen.words()))
        }
        Wrong::Out(_) => Some("docs/domain.md §5, documented".to_owned()),
        Wrong::Margin { .. } => Some("docs/domain.md §4, §5, documented".to_owned()),
        Wrong::CannotBeDone(_) | Wrong::NotUnderstood(_) => None,
        Wrong::Mistake(mistake) => {
            Some(format!("docs/domain.md {}, {}", mistake.rule(), mistake.source().words()))
        }
    }
}

/// A change of a plan: `Do line 3 before line 1`, `Add before line 2: wait for migrations`.
#[must_use]
pub fn of_change(change: &Change) -> String {
    let place = |before: &Option<usize>| match before {
        Some(0) => "before the added lines".to_owned(),
        Some(line) => format!("before line {line}"),
        None => "at the end".to_owned(),
    };
    match change {
        Change::Move(line, before) => format!("Do line {line} {}", place(before)),
        Change::Add(lines, before) => format!("Add {}: {}", place(before), lines.join("; ")),
    }
}

/// How a search for a safe order ended, in a sentence.
#[must_use]
pub fn of_nearest(nearest: &Nearest) -> String {
    let tried = count(u32::try_from(nearest.tried).unwrap_or(u32::MAX), "order");
    match &nearest.found {
        Some((changes, _)) => {
            let number = count(u32::try_from(changes.len()).unwrap_or(u32::MAX), "change");
            format!("It is safe with {number} ({tried} tried):")
        }
        None if nearest.is_cut_short => {
            format!(
                "No safe order was found, and there may be one: {tried} tried, with up to 3 changes each."
            )
        }
        None => format!("No order of these lines is safe ({tried} tried)."),
    }
}

/// Whether a plan is safe, and how far, in a sentence.
#[must_use]
pub fn of_verdict(checked: &Checked) -> String {
    let margin = checked.margin;
    let lost = match margin {
        0 => "as long as no further node is lost".to_owned(),
        1 => "whichever further node is lost at any moment".to_owned(),
        _ => format!("whichever {margin} further nodes are lost at any moment"),
    };
    if !checked.does_anything() {
        return "Not understood: no line of this plan does anything.".to_owned();
    }
    if !checked.is_understood() {
        let lines =
            checked.findings().filter(|(_, found)| matches!(found.wrong, Wrong::NotUnderstood(_)));
        let number = lines.count();
        return format!(
            "Not understood: {}. The figures of the lines after {} may be wrong.",
            if number == 1 { "1 line".to_owned() } else { format!("{number} lines") },
            if number == 1 { "it" } else { "them" },
        );
    }
    let left = checked.margin_left();
    match (checked.is_safe(), left) {
        (true, Some(left))
            if checked.margin_before() < margin || checked.margin_held() < Some(left) =>
        {
            of_no_worse(checked)
        }
        (true, Some(left)) if left < margin => format!(
            "Safe, apart from brief times in which {} would take partitions out.",
            match left {
                0 => "the loss of a further node".to_owned(),
                left => format!("the loss of more than {}", further_nodes(left)),
            }
        ),
        (true, _) => format!("Safe, {lost}."),
        (false, None) => "Not safe: partitions go out during the plan.".to_owned(),
        (false, _) if checked.lines.iter().any(|line| line.what == What::Fails) => {
            "Not safe: a line cannot be done.".to_owned()
        }
        (false, Some(left)) if left < margin && has_grave(checked) => format!(
            "Not safe: nothing goes out during the plan, but a line is a mistake, and the loss of {} would take partitions out.",
            match left {
                0 => "a further node".to_owned(),
                left => format!("more than {}", further_nodes(left)),
            }
        ),
        (false, Some(left)) if left < margin && left == 0 => {
            "Not safe: the plan itself takes nothing out, but the loss of a further node would."
                .to_owned()
        }
        (false, Some(left)) if left < margin => match checked.margin_held().unwrap_or(left) {
            0 => "Not safe: the loss of a further node would take partitions out.".to_owned(),
            held => format!(
                "Not safe: the loss of more than {} would take partitions out.",
                further_nodes(held)
            ),
        },
        (false, Some(_)) => {
            "Not safe: nothing goes out during the plan, but a line is a mistake.".to_owned()
        }
    }
}

/// The verdict of a plan that is safe only because a further loss did harm, or something was out, before it already.
fn of_no_worse(checked: &Checked) -> String {
    if checked.is_loss_worse() {
        return "Nothing goes out during the plan, but a further loss may take out more than it would now."
            .to_owned();
    }
    let loss = match checked.margin_before() {
        0 => "a further loss".to_owned(),
        held => format!("the loss of more than {}", further_nodes(held)),
    };
    let until =
        checked.held_after().map_or_else(String::new, |line| format!(" until line {line} is done"));
    format!("No worse than now, but not safe against {loss}{until}.")
}

/// Whether a line is a mistake whatever is lost.
fn has_grave(checked: &Checked) -> bool {
    let mut findings = checked.findings();
    findings.any(|(_, found)| matches!(&found.wrong, Wrong::Mistake(mistake) if mistake.is_grave()))
}

fn further_nodes(number: usize) -> String {
    format!("{number} further node{}", if number == 1 { "" } else { "s" })
}

/// `1,998 of the 4,096 partitions are unavailable and 1 is dead`.
fn are_out(out: Out) -> String {
    let mut ways = parts(out);
    if let (Some((4096, what)), None) = (ways.next(), ways.next()) {
        return format!("all 4,096 partitions are {what}");
    }
    let mut of_all = " of the 4,096 partitions";
    let told = parts(out).map(|(number, what)| {
        let of = std::mem::take(&mut of_all);
        format!("{}{of} {} {what}", thousands(number), if number == 1 { "is" } else { "are" })
    });
    list(told.collect::<Vec<_>>())
}

/// `are still unavailable`; `are still out` where they are so in several ways.
fn is_still(out: Out) -> String {
    let mut ways = parts(out).map(|(_, what)| what);
    let what = ways.next().filter(|_| ways.next().is_none()).unwrap_or("out");
    format!("{} still {what}", if out.all() == 1 { "is" } else { "are" })
}

/// The ways in which partitions are out, each with how many.
fn parts(out: Out) -> impl Iterator<Item = (u32, &'static str)> {
    [(out.unavailable, "unavailable"), (out.dead, "dead"), (out.fresh, "without their data")]
        .into_iter()
        .filter(|(number, _)| *number > 0)
}

fn of_partitions(number: u32) -> String {
    format!("{} {}", count(number, "partition"), if number == 1 { "is" } else { "are" })
}

fn it_is(nodes: &[NodeId]) -> &'static str {
    if nodes.len() == 1 { "it is" } else { "they are" }
}

/// A reason as the end of a sentence.
fn sentence(why: &str) -> &str {
    why.trim_end_matches('.')
}

/// A documented mistake, in a sentence or two.
#[must_use]
pub fn of_mistake(mistake: &Mistake) -> String {
    match mistake {
        Mistake::RosterNotSet { missing, replication_factor, does_harm: false } => format!(
            "{} {} missing then, and the roster still counts on {}. With RF {replication_factor} and so many roster nodes missing, a \
             partition stays active only with a full copy, and with all its roster-replicas or half of the roster.",
            list(missing),
            is_are(missing.len()),
            if missing.len() == 1 { "it" } else { "them" },
        ),
        Mistake::RosterNotSet { missing, replication_factor, .. } => format!(
            "{} {} missing then, and the roster still counts on {}. With RF {replication_factor}, {} may be missing: \
             set the roster before another node is lost.",
            list(missing),
            is_are(missing.len()),
            if missing.len() == 1 { "it" } else { "them" },
            match replication_factor {
                1 => "no roster node".to_owned(),
                factor => format!("fewer than {factor} roster nodes"),
            },
        ),
        Mistake::NextBeforeBack { missing, filling } if missing.is_empty() => format!(
            "The next node goes while copies of {} are still being filled. Wait for migrations first.",
            count(*filling, "partition")
        ),
        Mistake::NextBeforeBack { missing, .. } => format!(
            "The next node goes before {} {} back. Start {} and wait for migrations first.",
            list(missing),
            is_are(missing.len()),
            if missing.len() == 1 { "it" } else { "them" },
        ),
        Mistake::NotAwaited { nodes, then } => {
            let back = format!(
                "No line before this one waits until {} {} back.",
                list(nodes),
                is_are(nodes.len())
            );
            let it_is = it_is(nodes);
            match then {
                IfNotBack::Out(out) => format!(
                    "{back} Until {it_is}, this takes {} out. Wait for migrations first.",
                    count(*out, "partition")
                ),
                IfNotBack::TooManyMissing => {
                    format!("{back} Until {it_is}, RF or more roster nodes are missing then.")
                }
                IfNotBack::InRoster => format!(
                    "{back} Until {it_is}, the observed nodes are without {}.",
                    if nodes.len() == 1 { "it" } else { "them" }
                ),
            }
        }
        Mistake::AllOnOne { node } => format!(
            "{node} is the master of every partition then: it alone answers all reads and writes."
        ),
        Mistake::NotInRoster { named, there } if there.is_empty() => format!(
            "{} {} not in the pending roster, so there is nothing to remove.",
            list(named),
            is_are(named.len())
        ),
        Mistake::NotInRoster { named, there } => format!(
            "The admin tool does not remove {}: in the pending roster {} {}. Write it so, with the rack.",
            list(named),
            if there.len() == 1 { "it is" } else { "they are" },
            roster(there),
        ),
        Mistake::Roster(warning) => of_warning(warning),
        Mistake::NoRecluster(told) => {
            let what = match told {
                Told::Roster => "The roster is staged".to_owned(),
                Told::Revive => "The copies are revived".to_owned(),
                Told::Quiesce(nodes) => {
                    format!("{} {} told to quiesce", list(nodes), is_are(nodes.len()))
                }
                Told::QuiesceUndo(nodes) => {
                    format!("{} {} told to stop quiescing", list(nodes), is_are(nodes.len()))
                }
            };
            format!(
                "{what}, and no recluster follows: this takes effect only at the next cluster change, whenever that comes."
            )
        }
        Mistake::StopWithoutQuiesce { nodes } => format!(
            "{} stop{} without being quiesced first, so clients meet errors until the others have taken over.",
            list(nodes),
            verb_ending(nodes.len())
        ),
        Mistake::StopBeforeHandOver { nodes } => format!(
            "{} stop{} with data still to be sent, and there is no other copy: wait for migrations first.",
            list(nodes),
            verb_ending(nodes.len())
        ),
        Mistake::EmptyDrives { nodes } => format!(
            "{} come{} back with empty drives: {} trusted for no partition until migrations are done.",
            list(nodes),
            verb_ending(nodes.len()),
            it_is(nodes)
        ),
    }
}

/// What the columns are.
pub const HEAD: [&str; 4] = ["after it", "at its worst", "with a further loss", "margin"];

/// The figures of each namespace of a line, each with the namespace's name.
#[must_use]
pub fn rows(line: &CheckedLine, checked: &Checked) -> Vec<(String, [String; 4])> {
    let counts = line.counts.iter().zip(&checked.start).zip(&checked.namespaces);
    counts.map(|((counts, start), name)| (name.clone(), row(counts, start))).collect()
}

/// The figures of a namespace.
fn row(counts: &Counts, start: &Counts) -> [String; 4] {
    let worst = counts.losses.iter().filter(|loss| loss.out > 0).max_by_key(|loss| loss.out);
    let loss = worst.map_or_else(
        || if counts.losses.is_empty() { "not asked".to_owned() } else { "none out".to_owned() },
        |loss| {
            format!(
                "{} out if {} {} lost",
                thousands(loss.out),
                list(&loss.nodes),
                is_are(loss.nodes.len())
            )
        },
    );
    let most = counts.losses.len();
    let margin = match counts.margin_held(start) {
        None => "none left".to_owned(),
        Some(held) if held == most => format!("{held} or more"),
        Some(held) if start.margin_held(start).is_some_and(|before| before <= held) => {
            format!("{held}, as before the plan")
        }
        Some(held) => held.to_string(),
    };
    [of_out(counts.after), of_out(counts.worst), loss, margin]
}

/// What a line is, in a word.
#[must_use]
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
