//! What shells and `man` read: completions and manual pages.
//!
//! Invariant: both are made from the arguments (see `args`), so no command is missing. Not here: installing them.

use std::io::Write;

use clap::CommandFactory;
use clap_complete::Shell;

use crate::args::Arguments;
use crate::commands::{Expectations, Problem, print};

/// `completions`
pub fn completions(shell: Shell, out: &mut impl Write) -> Result<Expectations, Problem> {
    // In memory first: the generator panics when nobody reads what it prints.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "rosterlab", &mut script);
    out.write_all(&script)?;
    Ok(Expectations::Hold)
}

/// `man`
pub fn man(command: Option<&str>, out: &mut impl Write) -> Result<Expectations, Problem> {
    let mut all = Arguments::command();
    // Gives each command the name of its page, `rosterlab-run`.
    all.build();
    let page = match command {
        None => &all,
        Some(name) => all.find_subcommand(name).ok_or_else(|| {
            let names: Vec<&str> = all.get_subcommands().map(clap::Command::get_name).collect();
            Problem::Input(format!("there is no command {name:?}; there are {}", names.join(", ")))
        })?,
    };
    let mut text = Vec::new();
    clap_mangen::Man::new(page.clone()).render(&mut text)?;
    print(out, &String::from_utf8_lossy(&text))
}
