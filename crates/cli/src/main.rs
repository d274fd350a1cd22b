//! `rosterlab`: the simulator for the command line. Scenario files in, reports out.
//!
//! Invariant: the exit code is 0 on success, 1 when an expectation does not hold, and 2 on bad input of any kind, with one
//! or two lines on standard error (arguments that are wrong: what clap prints). It never panics, not even when nobody reads
//! its output. Not here: anything that the scenario crate can do without a terminal or a file.

mod args;
mod bring;
mod check;
mod collectinfo;
mod commands;
mod figure;
mod files;
mod log;
mod position;
mod report;
mod run;
mod serve;
mod shells;
mod source;

use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

use args::{Arguments, Command, Format, Run, Validate};
use commands::{Expectations, Problem};
use files::Files;
use report::Report;
use run::{Outcome, Task};

fn main() -> ExitCode {
    let mut out = io::BufWriter::new(anstream::AutoStream::auto(io::stdout().lock()));
    let outcome = match Arguments::try_parse() {
        Ok(Arguments { command }) => perform(command, &mut out)
            .and_then(|expectations| out.flush().map_err(Problem::Output).map(|()| expectations)),
        // Help and the version are no errors; they and what is wrong with the arguments have their stream and colours.
        Err(told) => match told.print() {
            Ok(()) if told.use_stderr() => return ExitCode::from(2),
            Ok(()) => return ExitCode::SUCCESS,
            Err(error) => Err(Problem::Output(error)),
        },
    };
    // Buffered output belongs to steps that were done: print it before the error.
    let _ = out.flush();
    match outcome {
        Ok(Expectations::Hold) => ExitCode::SUCCESS,
        Ok(Expectations::Fail) => ExitCode::from(1),
        Err(Problem::Output(error)) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(Problem::Output(error)) => complain(&format!("error: cannot print: {error}")),
        Err(Problem::Told) => ExitCode::from(2),
        Err(Problem::Input(message)) => complain(&format!("error: {message}")),
        Err(Problem::File(mistake)) => complain(&mistake.to_string()),
    }
}

/// The most characters of an error, which may quote a person's input.
const LONGEST: usize = 500;

/// A text on one line of bounded length, without what a terminal would obey.
fn printable(text: &str) -> String {
    text.chars().take(LONGEST).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn complain(message: &str) -> ExitCode {
    // If standard error is closed too, the exit code must suffice.
    let _ = writeln!(io::stderr(), "{}", printable(message));
    ExitCode::from(2)
}

fn perform(command: Command, out: &mut impl Write) -> Result<Expectations, Problem> {
    match command {
        Command::Run(Run { files, format }) => on_files(&files, Task::Run, format, out),
        Command::Validate(Validate { files, format }) => {
            on_files(&files, Task::Validate, format.into(), out)
        }
        Command::Scenario(of) => commands::print_scenario(&of.file, out),
        Command::Explain(explain) => commands::explain(&explain, out),
        Command::WhatIf(what_if) => commands::what_if(&what_if, out),
        Command::Check(wanted) => check::check(&wanted, out),
        Command::Plan(wanted) => check::plan_for(&wanted, out),
        Command::Succession(succession) => commands::succession(&succession, out),
        Command::Figure(figure) => figure::print(&figure, out),
        Command::Test(test) => commands::print_test(&test, out),
        Command::Serve(serve) => serve::serve(&serve, out),
        Command::Collectinfo(wanted) => collectinfo::write(&wanted, out),
        Command::Bring(wanted) => bring::print(&wanted, out),
        Command::Log(wanted) => log::log(&wanted, out),
        Command::Schema => commands::print(out, &rosterlab_scenario::world::schema_text()),
        Command::Completions { shell } => shells::completions(shell, out),
        Command::Man { command } => shells::man(command.as_deref(), out),
    }
}

fn on_files(
    arguments: &[PathBuf],
    task: Task,
    format: Format,
    out: &mut impl Write,
) -> Result<Expectations, Problem> {
    let files = Files::of(arguments).map_err(Problem::Input)?;
    let mut report = Report::new(format, task, files.may_be_many, files.paths.len());
    report.begin(out)?;
    run::each(&files, task, format, |run| report.file(run, out))?;
    match report.end(out)? {
        Outcome::Holds => Ok(Expectations::Hold),
        Outcome::Fails => Ok(Expectations::Fail),
        Outcome::Error => Err(Problem::Told),
    }
}
