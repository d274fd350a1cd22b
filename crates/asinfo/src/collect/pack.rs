//! The archive as one file: a compressed tar.
//!
//! Invariant: its headers have nothing but names, sizes and the simulated time, so the same archive gives the same bytes.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use rosterlab_scenario::ClockTime;

use super::Archive;

/// When the day of the archive begins, in seconds of Unix: the day of the log lines.
const DAY_BEGINS_S: u64 = 1_546_300_800;

/// Writes an archive that was collected at this time of the day.
///
/// # Errors
/// What `out` refuses.
pub fn pack<W: Write>(archive: &Archive, clock: ClockTime, out: W) -> io::Result<W> {
    let mut packed = tar::Builder::new(GzEncoder::new(out, Compression::best()));
    for one in &archive.files {
        let mut header = tar::Header::new_ustar();
        header.set_mode(0o644);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(DAY_BEGINS_S + clock.ms() / 1000);
        header.set_size(one.text.len() as u64);
        let name = format!("{}/{}", archive.folder, one.name);
        packed.append_data(&mut header, name, one.text.as_bytes())?;
    }
    packed.into_inner()?.finish()
}
