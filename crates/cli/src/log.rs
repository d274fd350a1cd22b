//! `log`: servers' logs as a timeline, replayed and compared.
//!
//! Invariant: the exit code is 1 when a count of the log differs from the replay's. Not here: reading lines and replaying (see the
//! crate `asinfo`).

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use rosterlab_asinfo::bring_log::{self, MOST_BYTES};

use crate::args::{Log, LogFormat};
use crate::commands::{self, Expectations, Problem};
use crate::files::Files;
use crate::source::Source;

/// Reads the logs and prints what they say.
pub fn log(wanted: &Log, out: &mut impl Write) -> Result<Expectations, Problem> {
    let files = Files::within(&wanted.files, "*").map_err(Problem::Input)?;
    let files = files.paths.iter().map(|file| bytes_of(file));
    let files: Vec<(String, Vec<u8>)> = files.collect::<Result<_, _>>()?;
    let cluster = match &wanted.cluster {
        None => None,
        Some(file) => {
            let source: Source = commands::read(file)?;
            let setup = source.scenario.cluster.setup();
            Some(setup.map_err(|error| Problem::File(source.mistake(&error)))?)
        }
    };
    let reading = bring_log::read(&files, cluster.as_ref()).map_err(|error| {
        let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        Problem::Input(format!("{}: {error}", names.join(", ")))
    })?;
    let printed = match (wanted.scenario, wanted.format) {
        (true, _) => reading.scenario().to_json(),
        (false, LogFormat::Text) => bring_log::text(&reading),
        (false, LogFormat::Json) => bring_log::json(&reading).to_string() + "\n",
    };
    commands::print(out, &printed)?;
    Ok(if reading.agrees() { Expectations::Hold } else { Expectations::Fail })
}

/// A file's name and contents; one byte beyond the limit is enough to see that it is too long.
fn bytes_of(file: &Path) -> Result<(String, Vec<u8>), Problem> {
    let most = MOST_BYTES as u64 + 1;
    let mut bytes = Vec::new();
    let is_stdin = file == Path::new("-");
    let name = if is_stdin { "<stdin>".to_owned() } else { file.display().to_string() };
    let read = if is_stdin {
        io::stdin().lock().take(most).read_to_end(&mut bytes)
    } else {
        File::open(file).and_then(|file| file.take(most).read_to_end(&mut bytes))
    };
    match read {
        Ok(_) => Ok((name, bytes)),
        Err(error) => Err(Problem::Input(format!("{name}: cannot be read: {error}"))),
    }
}
