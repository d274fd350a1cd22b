//! `rosterlab`: the simulator for the command line. Scenario files in, reports out.
//!
//! Invariant: the exit code is 0 on success, 1 when an expectation does not hold, and 2 on bad input of any kind, with one
//! or two lines on standard error. It never panics, not even when nobody reads its output. Not here: anything that the
//! scenario crate can do without a terminal or a file.

mod args;
mod commands;
mod figure;

use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use args::Invocation;
use commands::{Expectations, Problem};

/// What `--help` prints.
const HELP: &str = "\
rosterlab: a simulator of how an Aerospike cluster with strong consistency behaves

usage:
  rosterlab run FILE [--format ndjson|table|log]
      Runs a scenario. ndjson (the default) prints one object for each step, table prints
      rows for people, log prints the server's own log lines.
  rosterlab scenario FILE
      Prints the scenario. This turns a share link into a file to edit.
  rosterlab succession --roster A101@1,A102@1,B101@2 --replication-factor N [--partition N]
      Prints the order of succession of a roster, one line for each partition.
  rosterlab explain FILE --partition N [--namespace X] [--on NODE]
      Explains why a partition is active, unavailable or dead after the last step: in the
      sub-cluster of NODE, else in the one with the highest principal. An orphan is in
      no cluster.
  rosterlab what-if FILE --lose K [--unclean]
      Tries the loss of every set of K nodes after the last step and prints one line for
      each set: the partitions that no sub-cluster would serve, and those of AP namespaces
      that would come up empty (fresh). --unclean gives the same: how nodes go makes no
      difference until they return.
  rosterlab figure FILE [--view map|floor|roster|why|all] [--step N] [--namespace X]
                   [--partition N] [--src ADDRESS [--controls none|step|full]]
      Prints the moment after step N, or after the last step, as HTML that needs no
      script. With --src the HTML is inside the element that makes it live; ADDRESS is
      where the page finds the scenario.
  rosterlab test FILE --as rust|javascript|scenario [--step N]
      Prints a moment as a test: a function for cargo, a test for Node.js, or a
      scenario that ends with expectations.
  rosterlab schema
      Prints the JSON Schema of scenario files.
  rosterlab --help | --version

FILE is a scenario or holds a share link; - is standard input.
A scenario has 1 to 256 nodes (1 to 128 with server 4.5.3); --replication-factor is 1 to 128.
exit codes: 0 success; 1 an expectation does not hold; 2 bad input
";

fn main() -> ExitCode {
    let arguments = std::env::args_os().skip(1);
    let mut out = io::BufWriter::new(io::stdout().lock());
    let outcome = args::parse(arguments)
        .map_err(Problem::Input)
        .and_then(|invocation| perform(&invocation, &mut out))
        .and_then(|expectations| out.flush().map_err(Problem::Output).map(|()| expectations));
    // Buffered output belongs to steps that were done: print it before the error.
    let _ = out.flush();
    match outcome {
        Ok(Expectations::Hold) => ExitCode::SUCCESS,
        Ok(Expectations::Fail) => ExitCode::from(1),
        Err(Problem::Output(error)) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(Problem::Output(error)) => complain(&format!("cannot print: {error}")),
        Err(Problem::Input(message)) => complain(&message),
    }
}

/// The most characters of an error, which may quote a person's input.
const LONGEST: usize = 500;

fn complain(message: &str) -> ExitCode {
    let message: String =
        message.chars().take(LONGEST).map(|c| if c.is_control() { ' ' } else { c }).collect();
    // If standard error is closed too, the exit code must suffice.
    let _ = writeln!(io::stderr(), "error: {message}");
    ExitCode::from(2)
}

fn perform(invocation: &Invocation, out: &mut impl Write) -> Result<Expectations, Problem> {
    match invocation {
        Invocation::Help => commands::print(out, HELP),
        Invocation::Version => {
            commands::print(out, concat!("rosterlab ", env!("CARGO_PKG_VERSION"), "\n"))
        }
        Invocation::Schema => commands::print(out, &rosterlab_scenario::schema_text()),
        Invocation::Run { file, format } => commands::run(file, *format, out),
        Invocation::Scenario { file } => commands::print_scenario(file, out),
        Invocation::Succession { roster, replication_factor, partition } => {
            commands::succession(roster, *replication_factor, *partition, out)
        }
        Invocation::Explain { file, partition, namespace, on } => {
            commands::explain(file, *partition, namespace.as_deref(), *on, out)
        }
        Invocation::Figure { file, view, step, namespace, partition, src, controls } => {
            let wanted = figure::Wanted {
                view: *view,
                step: *step,
                namespace: namespace.as_deref(),
                partition: *partition,
                src: src.as_deref(),
                controls: *controls,
            };
            figure::print(file, &wanted, out)
        }
        Invocation::Test { file, language, step } => {
            commands::print_test(file, *language, *step, out)
        }
        Invocation::WhatIf { file, lose } => commands::what_if(file, *lose, out),
    }
}
