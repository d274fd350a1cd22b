//! Writes `.gz` and `.br` copies of the page's files, for hosts that serve them.
//!
//! Invariant: each copy expands to the file beside it. It does not decide which copy a host serves.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::process::{TaskError, WhileDoing};

/// Kinds of files that compress well. Pictures and fonts do not.
const KINDS: [&str; 6] = ["css", "html", "js", "json", "svg", "wasm"];
/// Brotli's highest quality.
const BROTLI_QUALITY: u32 = 11;
/// The window's size as a power of two: 4 MiB, more than any file has.
const BROTLI_WINDOW: u32 = 22;
const BUFFER_BYTES: usize = 1 << 16;

/// Writes both copies beside every file of a folder that compresses well. Sub-folders are left alone.
///
/// # Errors
/// When a file cannot be read or written.
pub fn beside_files_of(folder: &Path) -> Result<(), TaskError> {
    let entries = fs::read_dir(folder).doing(|| format!("read {}", folder.display()))?;
    for file in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        let kind = file.extension().and_then(|kind| kind.to_str()).unwrap_or_default();
        if KINDS.contains(&kind) {
            beside(&file)?;
        }
    }
    Ok(())
}

/// Writes both copies beside a file.
///
/// # Errors
/// When the file cannot be read or a copy cannot be written.
pub fn beside(file: &Path) -> Result<(), TaskError> {
    let bytes = fs::read(file).doing(|| format!("read {}", file.display()))?;
    for (ending, copy) in [("gz", gzipped(&bytes)), ("br", brotlied(&bytes))] {
        let copy = copy.doing(|| format!("compress {}", file.display()))?;
        let kind = file.extension().unwrap_or_default().to_string_lossy();
        let beside = file.with_extension(format!("{kind}.{ending}"));
        fs::write(&beside, copy).doing(|| format!("write {}", beside.display()))?;
    }
    Ok(())
}

/// Compresses bytes as `gzip -9` does.
///
/// # Errors
/// Only when memory runs out.
pub fn gzipped(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}

fn brotlied(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut copy = Vec::new();
    let mut encoder =
        brotli::CompressorWriter::new(&mut copy, BUFFER_BYTES, BROTLI_QUALITY, BROTLI_WINDOW);
    encoder.write_all(bytes)?;
    encoder.flush()?;
    drop(encoder);
    Ok(copy)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn a_copy_expands_to_the_original() {
        let bytes: Vec<u8> =
            (0..800).flat_map(|n: u32| [n, n / 3, n % 7].map(u32::to_le_bytes)).flatten().collect();
        for bytes in [&b""[..], b"a", &bytes] {
            let mut expanded = Vec::new();
            let gzip = gzipped(bytes).unwrap();
            flate2::read::GzDecoder::new(&gzip[..]).read_to_end(&mut expanded).unwrap();
            assert_eq!(expanded, bytes);
            expanded.clear();
            let brotli = brotlied(bytes).unwrap();
            brotli::Decompressor::new(&brotli[..], BUFFER_BYTES)
                .read_to_end(&mut expanded)
                .unwrap();
            assert_eq!(expanded, bytes);
        }
    }

    #[test]
    fn only_files_that_compress_well_get_copies() {
        let folder =
            std::env::temp_dir().join(format!("rosterlab-compress-{}", std::process::id()));
        fs::create_dir_all(folder.join("inside")).unwrap();
        for name in ["a.wasm", "a.js", "picture.png", "inside/b.js"] {
            fs::write(folder.join(name), name.repeat(100)).unwrap();
        }
        beside_files_of(&folder).unwrap();
        let entries = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<_> = entries.map(|name| name.into_string().unwrap()).collect();
        names.sort();
        fs::remove_dir_all(&folder).unwrap();
        let expected = [
            "a.js",
            "a.js.br",
            "a.js.gz",
            "a.wasm",
            "a.wasm.br",
            "a.wasm.gz",
            "inside",
            "picture.png",
        ];
        assert_eq!(names, expected);
    }
}
