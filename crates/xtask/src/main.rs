//! The project's own commands: `cargo xtask serve` and `cargo xtask test` are all that a newcomer
//! needs.
//!
//! Reading order: `args` (what was asked), `setup` with `target` and `debian` (what a fresh machine
//! lacks), `page` (build and serve), `compress` (what is written beside its files), `packages` (npm), `embed` (the element and example pages),
//! `suites` with `count` and `size` (the checks), `report` (how it went); `places`, `process` and
//! `mask` serve them all.
//!
//! Invariant: a failure is a value until it gets here, where it is printed once and becomes the
//! exit status: 1 for something that failed, 2 for a command line that was not understood.
//!
//! For Linux and macOS. It depends on few crates, so that it compiles in seconds on a machine that has
//! only cargo.

use std::env;
use std::process::ExitCode;

use args::Verb;
use places::Places;
use process::Failure;
use report::Report;
use setup::Need;
use size::{FirstLoad, Module};

mod args;
mod compress;
mod count;
mod debian;
mod embed;
mod mask;
mod packages;
mod page;
mod places;
mod process;
mod report;
mod setup;
mod size;
mod suites;
mod target;

fn main() -> ExitCode {
    let verb = match args::parse(env::args().skip(1)) {
        Ok(verb) => verb,
        Err(sentence) => {
            eprintln!("xtask: {sentence}\n\n{}", args::USAGE);
            return ExitCode::from(2);
        }
    };
    match perform(verb) {
        Ok(Ended::Well) => ExitCode::SUCCESS,
        Ok(Ended::WithFailures) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("xtask: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// How a verb that could be carried out ended.
enum Ended {
    Well,
    WithFailures,
}

fn perform(verb: Verb) -> Result<Ended, Failure> {
    let mut report = Report::default();
    match verb {
        Verb::Help => println!("{}", args::USAGE),
        Verb::Announce { port } => page::announce(port),
        Verb::Setup => {
            setup::run(&Places::find()?, Need::PageAndBrowser, &mut report)?;
        }
        Verb::Serve { port } => {
            let places = Places::find()?;
            let toolbox = setup::run(&places, Need::Page, &mut report)?;
            page::serve(&places, &toolbox, port)?;
        }
        Verb::Size => {
            let places = Places::find()?;
            let toolbox = setup::run(&places, Need::PageAndPackages, &mut report)?;
            page::release(&places, &toolbox)?;
            packages::build(&places, &toolbox)?;
            let first_load = FirstLoad::measure(&places)?;
            let module = Module::measure(&places)?;
            println!("{}\n\n{}", first_load.table(), module.table());
            if !(first_load.fits() && module.fits()) {
                return Ok(Ended::WithFailures);
            }
        }
        Verb::Perf => {
            let places = Places::find()?;
            let toolbox = setup::run(&places, Need::PageAndBrowser, &mut report)?;
            suites::perf(&places, &toolbox)?;
        }
        Verb::Test { fast: true } => {
            suites::native(&Places::find()?, &mut report);
            return Ok(summary(&report));
        }
        Verb::Test { fast: false } => {
            let places = Places::find()?;
            let toolbox = setup::run(&places, Need::PageAndBrowser, &mut report)?;
            suites::native(&places, &mut report);
            suites::api(&places, &toolbox, &mut report);
            suites::browser(&places, &toolbox, &[], &mut report);
            return Ok(summary(&report));
        }
        Verb::Api => {
            let places = Places::find()?;
            let toolbox = setup::run(&places, Need::PageAndBrowser, &mut report)?;
            suites::api(&places, &toolbox, &mut report);
            return Ok(summary(&report));
        }
        Verb::E2e { args } => {
            let places = Places::find()?;
            let toolbox = setup::run(&places, Need::PageAndBrowser, &mut report)?;
            suites::browser(&places, &toolbox, &args, &mut report);
            return Ok(summary(&report));
        }
    }
    Ok(Ended::Well)
}

/// Prints the table; says whether anything failed.
fn summary(report: &Report) -> Ended {
    println!("\n{}", report.table());
    if report.total().failed == 0 { Ended::Well } else { Ended::WithFailures }
}
