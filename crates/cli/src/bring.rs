//! `bring`: what an operator has, as a scenario.
//!
//! Invariant: standard output gets a whole scenario or nothing; everything that a person should know of it goes to standard
//! error. Not here: reading the formats (see the crate `asinfo`).

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use rosterlab_asinfo::bring::{self, Facts, Input, Joined, State, limits};
use rosterlab_engine::NodeId;

use crate::args::Bring;
use crate::commands::{self, Expectations, Problem};
use crate::files::Files;

/// What standard input is called.
const STDIN: &str = "<stdin>";

/// Prints the scenario, and on standard error what is to be known of it.
pub fn print(wanted: &Bring, out: &mut impl Write) -> Result<Expectations, Problem> {
    let files = Files::within(&wanted.files, "*").map_err(Problem::Input)?;
    let read: Vec<(String, Vec<u8>)> =
        files.paths.iter().map(|path| contents(path)).collect::<Result<_, _>>()?;
    let inputs: Vec<Input> = read.iter().map(|(name, bytes)| Input { name, bytes }).collect();
    let facts = bring::read(&inputs);
    let mut joined = bring::join(&facts, &wanted.choose);
    let answers = answers(wanted, &joined, &facts)?;
    bring::answer(&mut joined, &answers);
    let made = bring::scenario(&joined, &facts);
    let exactness = bring::exactness(&joined, &facts);
    let shown = made.as_ref().ok().map(|(scenario, assumed)| (scenario, assumed.as_slice()));
    let summary = bring::summary(&facts, &joined, &exactness, shown);
    let _ = io::stderr().write_all(summary.as_bytes());
    check_choices(wanted, &joined)?;
    let (scenario, _) = made.map_err(|error| Problem::Input(error.to_string()))?;
    commands::print(out, &scenario.to_json())
}

/// A file's name and contents. One that is too long is cut where that can be seen.
fn contents(path: &Path) -> Result<(String, Vec<u8>), Problem> {
    let is_stdin = path == Path::new("-");
    let name = if is_stdin { STDIN.to_owned() } else { path.display().to_string() };
    let most = limits::MAX_BYTES as u64 + 1;
    let mut bytes = Vec::new();
    let read = if is_stdin {
        io::stdin().lock().take(most).read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes))
    };
    match read {
        Ok(_) => Ok((name, bytes)),
        Err(error) => Err(Problem::Input(format!("{name}: cannot be read: {error}"))),
    }
}

/// What is said of nodes. When nothing was understood, there is no node to say anything of, and that is told instead.
fn answers(
    wanted: &Bring,
    joined: &Joined,
    facts: &Facts,
) -> Result<Vec<(NodeId, State)>, Problem> {
    if let Some(sentence) = only_sentence(facts) {
        return Err(Problem::Input(sentence));
    }
    let said = |state: State| match state {
        State::Up => &wanted.up,
        State::Down => &wanted.down,
        State::Clean => &wanted.clean,
        State::Unclean => &wanted.unclean,
        State::Quiesced => &wanted.quiesced,
        State::NotQuiesced => &wanted.not_quiesced,
    };
    let all =
        State::ALL.into_iter().flat_map(|state| said(state).iter().map(move |name| (state, name)));
    let mut answers: Vec<(NodeId, State)> = Vec::new();
    for (state, name) in all {
        let node = bring::named(joined, name)
            .ok_or_else(|| Problem::Input(format!("--{state} {name}: no node is called so")))?;
        let is_quiesce = |state: State| matches!(state, State::Quiesced | State::NotQuiesced);
        let other = answers.iter().find(|(other, of)| {
            *other == node && *of != state && is_quiesce(*of) == is_quiesce(state)
        });
        // `--down A1 --unclean A1` says the same more exactly.
        if let Some((_, other)) = other.filter(|(_, other)| *other != State::Down) {
            return Err(Problem::Input(format!("--{state} {name}: --{other} says something else")));
        }
        answers.push((node, state));
    }
    Ok(answers)
}

/// A choice that there is nothing to choose for is a mistake.
fn check_choices(wanted: &Bring, joined: &Joined) -> Result<(), Problem> {
    for choice in &wanted.choose {
        let conflict = joined.conflicts.get(choice.conflict - 1).ok_or_else(|| {
            let count = joined.conflicts.len();
            Problem::Input(format!(
                "--choose: there is no contradiction {}, only {count}",
                choice.conflict
            ))
        })?;
        if choice.value > conflict.told.len() {
            return Err(Problem::Input(format!(
                "--choose: contradiction {} has {} values, not {}",
                choice.conflict,
                conflict.told.len(),
                choice.value
            )));
        }
    }
    Ok(())
}

/// The sentence about the only input, when nothing in it can be used.
fn only_sentence(facts: &Facts) -> Option<String> {
    match (facts.understood.as_slice(), facts.left.as_slice()) {
        ([], [only]) => Some(format!("{}: {}", only.place, only.why)),
        _ => None,
    }
}
