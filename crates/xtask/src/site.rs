//! Builds `dist`, the folder to publish: the page, the element with its examples, the files that open from a disk.
//!
//! Invariant: every file that compresses well has its `.gz` and `.br` beside it, so a host can serve any of them. It does not
//! publish: any server of files can serve the folder, under any path.

use std::path::PathBuf;

use crate::compress;
use crate::embed;
use crate::packages;
use crate::page;
use crate::places::Places;
use crate::process::{self, TaskError};
use crate::setup::Toolbox;

/// Builds everything. Gives the command line that drew the figures.
pub fn build(places: &Places, toolbox: &Toolbox) -> Result<PathBuf, TaskError> {
    page::release(places, toolbox)?;
    packages::build_for_pages(places, toolbox)?;
    let native = embed::build(places)?;
    single_files(places, toolbox)?;
    let embed = places.dist().join("embed");
    compress::beside_files_of(&embed.join("examples"))?;
    compress::beside_files_of(&embed)?;
    // The page's other files have their copies.
    compress::beside(&places.dist().join("rosterlab.html"))?;
    Ok(native)
}

/// Makes the files that fetch nothing.
fn single_files(places: &Places, toolbox: &Toolbox) -> Result<(), TaskError> {
    let mut node = toolbox.command("node");
    node.current_dir(places.page_build()).arg("single.mjs").arg(places.dist());
    let status = process::run_streaming(&mut node, |line| println!("{line}"))?;
    if status.success() { Ok(()) } else { Err(TaskError::new("the single files do not build")) }
}
