//! The project's own commands. A newcomer needs two: `cargo xtask serve` and `cargo xtask test`.
//!
//! Reading order: `args` (the command line), `setup` with `target` and `debian` (install what a
//! fresh machine lacks; `engines`: the browsers), `page` (build and serve), `compress` (compressed copies), `packages` (npm),
//! `embed` (the element and the example pages), `site` (the folder to publish), `suites` with `score` and `size` (the checks),
//! `summary` (the table at the end). All of them use `places`, `process` and `mask`.
//!
//! Invariant: a failure is a value until it reaches `main`, which prints it once and turns it into
//! the exit status: 1 for a failure, 2 for a command line that makes no sense.
//!
//! It runs on Linux and macOS. It depends on few crates, so that it compiles in seconds on a machine
//! that has only cargo.

use std::env;
use std::process::ExitCode;

use args::{Clients, E2e, Task};
use engines::Engine;
use places::Places;
use process::TaskError;
use setup::Need;
use size::{FirstLoad, Module};
use summary::Summary;

mod alike;
mod args;
mod compress;
mod debian;
mod embed;
mod engines;
mod mask;
mod optimize;
mod packages;
mod page;
mod places;
mod process;
mod score;
mod setup;
mod site;
mod size;
mod suites;
mod summary;
mod target;
mod wasm_compiler;

fn main() -> ExitCode {
    let task = match args::parse(env::args().skip(1)) {
        Ok(task) => task,
        Err(sentence) => {
            eprintln!("xtask: {sentence}\n\n{}", args::USAGE);
            return ExitCode::from(2);
        }
    };
    match perform(task) {
        Ok(Ended::Well) => ExitCode::SUCCESS,
        Ok(Ended::WithFailures) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("xtask: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// How a task ended that could be carried out.
enum Ended {
    Well,
    WithFailures,
}

fn perform(task: Task) -> Result<Ended, TaskError> {
    let mut summary = Summary::default();
    match task {
        Task::Help => println!("{}", args::USAGE),
        Task::Announce { port } => page::announce(port),
        Task::Setup => {
            let places = Places::find()?;
            setup::run(&places, Need::PageAndEngines, &mut summary)?;
            setup::hosts(&places, &mut summary)?;
            setup::clients(&places, &mut summary)?;
        }
        Task::Serve { port } => {
            let places = Places::find()?;
            let toolbox = setup::run(&places, Need::Page, &mut summary)?;
            page::serve(&places, &toolbox, port)?;
        }
        Task::Site => {
            let places = Places::find()?;
            let toolbox = setup::run(&places, Need::PageAndPackages, &mut summary)?;
            site::build(&places, &toolbox)?;
            println!("\nThe site is in {}: serve the folder as it is.", places.dist().display());
        }
        Task::Size => {
            let places = Places::find()?;
            let toolbox = setup::run(&places, Need::PageAndPackages, &mut summary)?;
            page::release(&places, &toolbox)?;
            packages::build(&places, &toolbox)?;
            let first_load = FirstLoad::measure(&places)?;
            let module = Module::measure(&places)?;
            println!("{}\n\n{}", first_load.table(), module.table());
            if !(first_load.fits() && module.fits()) {
                return Ok(Ended::WithFailures);
            }
        }
        Task::Pack => {
            let places = Places::find()?;
            let toolbox = setup::run(&places, Need::PageAndPackages, &mut summary)?;
            packages::build(&places, &toolbox)?;
            println!("{}", packages::pack(&places)?.display());
        }
        Task::Perf => {
            let places = Places::find()?;
            let toolbox = setup::run(&places, Need::PageAndEngines, &mut summary)?;
            suites::perf(&places, &toolbox)?;
        }
        Task::TestFast => {
            suites::native(&Places::find()?, &mut summary);
            return Ok(conclude(&summary));
        }
        Task::Test { extent } => {
            let places = Places::find()?;
            let toolbox = setup::run(&places, Need::PageAndEngines, &mut summary)?;
            let python = setup::hosts(&places, &mut summary)?;
            let clients_python = setup::clients(&places, &mut summary)?;
            suites::native(&places, &mut summary);
            suites::clients(&places, &clients_python, &Clients::default(), &mut summary);
            suites::api(&places, &toolbox, &mut summary);
            let run = E2e::default();
            if suites::browser(&places, &toolbox, &run, &mut summary) {
                suites::hosts(&places, &toolbox, &python, &[], &mut summary);
                suites::other_engines(&places, &toolbox, extent, &mut summary);
            }
            return Ok(conclude(&summary));
        }
        Task::Hosts { args } => {
            let places = Places::find()?;
            let toolbox = setup::run(&places, Need::PageAndBrowser, &mut summary)?;
            let python = setup::hosts(&places, &mut summary)?;
            site::build(&places, &toolbox)?;
            suites::hosts(&places, &toolbox, &python, &args, &mut summary);
            return Ok(conclude(&summary));
        }
        Task::Clients(run) => {
            let places = Places::find()?;
            let python = setup::clients(&places, &mut summary)?;
            suites::clients(&places, &python, &run, &mut summary);
            return Ok(conclude(&summary));
        }
        Task::Api => {
            let places = Places::find()?;
            let toolbox = setup::run(&places, Need::PageAndBrowser, &mut summary)?;
            suites::api(&places, &toolbox, &mut summary);
            return Ok(conclude(&summary));
        }
        Task::E2e(run) => {
            let places = Places::find()?;
            let is_usual = run.engine == Engine::Chromium;
            let need = if is_usual { Need::PageAndBrowser } else { Need::PageAndEngines };
            let toolbox = setup::run(&places, need, &mut summary)?;
            suites::browser(&places, &toolbox, &run, &mut summary);
            return Ok(conclude(&summary));
        }
    }
    Ok(Ended::Well)
}

/// Prints the table and says whether anything failed.
fn conclude(summary: &Summary) -> Ended {
    println!("\n{}", summary.table());
    if summary.total().failed == 0 { Ended::Well } else { Ended::WithFailures }
}
