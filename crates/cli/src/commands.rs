//! The commands.
//!
//! Invariant: standard output gets complete lines, each a step, a partition or a set; failures go to standard error with
//! their place. Not here: parsing the command line.

use std::io::{self, Write};
use std::path::Path;

use rosterlab_engine::{Cluster, PartitionId};
use rosterlab_scenario::foresight::what_if;
use rosterlab_scenario::world::Document;
use rosterlab_scenario::{Key, NodeNames, Runner, Timeline, as_test, explain, report};

use crate::args::{Explain, Succession, Test, WhatIf};
use crate::source::{Contents, Mistake, Source};

/// The result of a command that could be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expectations {
    /// All expectations hold.
    Hold,
    /// An expectation does not hold.
    Fail,
}

/// Why a command could not be done.
#[derive(Debug)]
pub enum Problem {
    /// What is wrong with the arguments.
    Input(String),
    /// What is wrong with a file.
    File(Mistake),
    /// Something is wrong with files, and it has been told.
    Told,
    /// The output could not be written.
    Output(io::Error),
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl From<Mistake> for Problem {
    fn from(mistake: Mistake) -> Self {
        Self::File(mistake)
    }
}

/// Prints a text as it is.
pub fn print(out: &mut impl Write, text: &str) -> Result<Expectations, Problem> {
    out.write_all(text.as_bytes())?;
    Ok(Expectations::Hold)
}

/// The scenario of a file, or of the share link in it.
pub fn read<S: Contents>(file: &Path) -> Result<Source<S>, Problem> {
    let source = Source::read(file)?;
    if let Some(note) = &source.note {
        let _ = writeln!(io::stderr(), "note: {note}");
    }
    Ok(source)
}

/// `scenario`
pub fn print_scenario(file: &Path, out: &mut impl Write) -> Result<Expectations, Problem> {
    let source = read::<Document>(file)?;
    writeln!(out, "{}", source.scenario.to_json().trim_end())?;
    Ok(Expectations::Hold)
}

/// The timeline of a scenario after `step` steps, or after all.
pub fn timeline_at(source: &Source, step: Option<usize>) -> Result<Timeline, Problem> {
    let mut timeline = source.scenario.timeline().map_err(|error| source.mistake(&error))?;
    let last = timeline.entries().len();
    let step = step.unwrap_or(last);
    if timeline.seek(step) { Ok(timeline) } else { Err(no_step(step, last)) }
}

/// The problem of a step that there is not.
pub fn no_step(step: usize, last: usize) -> Problem {
    Problem::Input(format!(
        "--step: there is no step {step}, the last is {last} (expectations are not counted)"
    ))
}

/// `test`
pub fn print_test(wanted: &Test, out: &mut impl Write) -> Result<Expectations, Problem> {
    let timeline = timeline_at(&read(&wanted.file)?, wanted.step)?;
    let test = as_test::as_test(&timeline, wanted.language);
    let text = test.ok_or_else(|| {
        Problem::Input("this is too long for a share link, and the test needs one".to_owned())
    })?;
    print(out, &text)
}

/// The cluster after `step` steps, or after all.
pub fn cluster_at(file: &Path, step: Option<usize>) -> Result<Cluster, Problem> {
    Ok(named_cluster_at(file, step)?.0)
}

/// As [`cluster_at`], with what people call its nodes.
pub fn named_cluster_at(file: &Path, step: Option<usize>) -> Result<(Cluster, NodeNames), Problem> {
    let source: Source = read(file)?;
    let names = source.scenario.names();
    if step.is_some() {
        return Ok((timeline_at(&source, step)?.cluster().clone(), names));
    }
    let last = Runner::new(&source.scenario).and_then(Runner::into_last);
    Ok((last.map_err(|error| source.mistake(&error))?, names))
}

/// `succession`
pub fn succession(wanted: &Succession, out: &mut impl Write) -> Result<Expectations, Problem> {
    let Succession { roster, replication_factor, partition: only } = wanted;
    let nodes: Vec<_> = roster.0.iter().map(|entry| (entry.node, entry.rack)).collect();
    let rows = rosterlab_engine::succession(&nodes, *replication_factor);
    for (partition, row) in PartitionId::all().zip(&rows) {
        if only.is_some_and(|only| only != partition) {
            continue;
        }
        writeln!(out, "{}", report::succession_line(partition, row, *replication_factor))?;
    }
    Ok(Expectations::Hold)
}

/// `explain`
pub fn explain(wanted: &Explain, out: &mut impl Write) -> Result<Expectations, Problem> {
    let partition = match (wanted.partition, wanted.key.as_deref()) {
        (Some(partition), _) => partition,
        (None, Some([set, key])) => PartitionId::of_digest(&key_of(key).digest(set)),
        (None, _) => return Err(Problem::Input("which partition?".to_owned())),
    };
    let cluster = cluster_at(&wanted.file, wanted.step)?;
    let namespaces = &cluster.setup().namespaces;
    let namespace = match (&wanted.namespace, namespaces.as_slice()) {
        (Some(name), _) => name,
        (None, [only]) => &only.name,
        (None, all) => {
            let names: Vec<&str> = all.iter().map(|namespace| namespace.name.as_str()).collect();
            let names = names.join(", ");
            return Err(Problem::Input(format!("explain needs --namespace: there are {names}")));
        }
    };
    let explanation = cluster
        .explain(namespace, partition, wanted.on)
        .map_err(|rejection| Problem::Input(rejection.to_string()))?;
    print(out, &explain::text(&explanation, cluster.setup().profile))
}

/// A key as a person writes it: a whole number, text, or text in quotes.
fn key_of(text: &str) -> Key {
    let number = text.parse().map(Key::Integer);
    number.unwrap_or_else(|_| {
        let quoted = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
        Key::Text(quoted.unwrap_or(text).to_owned())
    })
}

/// `what-if`
pub fn what_if(wanted: &WhatIf, out: &mut impl Write) -> Result<Expectations, Problem> {
    let cluster = cluster_at(&wanted.file, wanted.step)?;
    let losses = what_if::what_if(&cluster, wanted.lose)
        .map_err(|error| Problem::Input(format!("--lose: {error}")))?;
    let namespaces = &cluster.setup().namespaces;
    let (mut sets, mut too_many, mut worst) = (0, 0, None);
    for loss in losses {
        writeln!(out, "{}", report::loss_line(&loss, namespaces))?;
        sets += 1;
        let most = loss.inactive.iter().copied().max().unwrap_or_default();
        if wanted.max_unavailable.is_some_and(|allowed| allowed < most) {
            too_many += 1;
            if worst.as_ref().is_none_or(|(before, _)| *before < most) {
                worst = Some((most, loss));
            }
        }
    }
    let (Some(allowed), Some((most, loss))) = (wanted.max_unavailable, worst) else {
        return Ok(Expectations::Hold);
    };
    out.flush()?;
    let nodes: Vec<String> = loss.nodes.iter().map(ToString::to_string).collect();
    let _ = writeln!(
        io::stderr(),
        "sets that leave more than {allowed} partitions unavailable: {too_many} of {sets}; the worst is the loss of {}: {most}",
        nodes.join(" ")
    );
    Ok(Expectations::Fail)
}
