//! Archives: gzip, tar, zip, one inside another.
//!
//! Invariant: what is taken out of all archives together stays below a limit, whatever their headers say, and an archive
//! that is damaged gives the files before the damage. Not here: what is in the files.

use std::io::Read;

use flate2::bufread::DeflateDecoder;
use flate2::read::MultiGzDecoder;
use rawzip::{CompressionMethod, ZipArchive};

use super::limits::{MAX_BYTES, MAX_DEPTH, MAX_MEMBERS};

/// A file of an archive.
pub(super) struct Member {
    /// The archive's name, a colon, and the file's.
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
}

/// What was taken out of an archive.
#[derive(Default)]
pub(super) struct Unpacked {
    pub(super) members: Vec<Member>,
    /// What could not be: a name and a reason.
    pub(super) left: Vec<(String, String)>,
}

/// Whether some bytes are an archive.
pub(super) fn is_one(bytes: &[u8]) -> bool {
    is_gzip(bytes) || is_zip(bytes) || is_tar(bytes)
}

fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b])
}

fn is_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

fn is_tar(bytes: &[u8]) -> bool {
    bytes.get(257..262) == Some(b"ustar")
}

/// Takes out all files. `budget` is how many bytes may still be taken out.
pub(super) fn unpack(name: &str, bytes: &[u8], budget: &mut usize) -> Unpacked {
    let mut out = Unpacked::default();
    add(&mut out, name, bytes, budget, MAX_DEPTH);
    out
}

fn add(out: &mut Unpacked, name: &str, bytes: &[u8], budget: &mut usize, depth: usize) {
    if depth == 0 {
        out.left.push((
            name.to_owned(),
            "it is an archive in archives, too deep to be opened".to_owned(),
        ));
    } else if is_gzip(bytes) {
        let (inside, why) = taken(MultiGzDecoder::new(bytes), budget);
        if is_tar(&inside) {
            out.left.extend(why.map(|why| (name.to_owned(), why)));
            of_tar(out, name, &inside, budget, depth);
        } else {
            put(out, name.trim_end_matches(".gz"), (inside, why), budget, depth);
        }
    } else if is_zip(bytes) {
        of_zip(out, name, bytes, budget, depth);
    } else {
        of_tar(out, name, bytes, budget, depth);
    }
}

/// A file that was taken out; an archive is opened.
fn file(out: &mut Unpacked, name: &str, bytes: Vec<u8>, budget: &mut usize, depth: usize) {
    if is_one(&bytes) {
        add(out, name, &bytes, budget, depth - 1);
    } else {
        out.members.push(Member { name: name.to_owned(), bytes });
    }
}

/// All bytes of a reader, within the limits, and why they are not all that there should be: what a damaged archive gave
/// before the damage is used.
fn taken(reader: impl Read, budget: &mut usize) -> (Vec<u8>, Option<String>) {
    let most = MAX_BYTES.min(*budget);
    let mut bytes = Vec::new();
    let read = reader.take(most as u64 + 1).read_to_end(&mut bytes);
    if bytes.len() > most {
        *budget = 0;
        let why = format!("it has more than {} MiB when it is unpacked", most >> 20);
        return (Vec::new(), Some(why));
    }
    *budget -= bytes.len();
    let why = read.err().map(|error| match bytes.len() {
        0 => format!("it cannot be unpacked: {error}"),
        _ => format!("it is damaged, and only what is before the damage is read: {error}"),
    });
    (bytes, why)
}

/// Puts a file's bytes where they belong.
fn put(
    out: &mut Unpacked,
    name: &str,
    (bytes, why): (Vec<u8>, Option<String>),
    budget: &mut usize,
    depth: usize,
) {
    if let Some(why) = why {
        out.left.push((name.to_owned(), why));
    }
    if !bytes.is_empty() {
        file(out, name, bytes, budget, depth);
    }
}

/// A file's name in an archive, without what a terminal would obey.
fn within(archive: &str, path: &str) -> String {
    let path: String = path.chars().filter(|c| !c.is_control()).take(200).collect();
    format!("{archive}:{path}")
}

fn of_tar(out: &mut Unpacked, name: &str, bytes: &[u8], budget: &mut usize, depth: usize) {
    let mut archive = tar::Archive::new(bytes);
    let damaged =
        |error: std::io::Error| (name.to_owned(), format!("the archive is damaged: {error}"));
    let entries = match archive.entries() {
        Ok(entries) => entries,
        Err(error) => return out.left.push(damaged(error)),
    };
    for (count, entry) in entries.enumerate() {
        if count >= MAX_MEMBERS {
            out.left
                .push((name.to_owned(), format!("only its first {MAX_MEMBERS} files are read")));
            break;
        }
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                out.left.push(damaged(error));
                break;
            }
        };
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let path = within(name, &String::from_utf8_lossy(&entry.path_bytes()));
        let inside = taken(entry, budget);
        put(out, &path, inside, budget, depth);
    }
}

fn of_zip(out: &mut Unpacked, name: &str, bytes: &[u8], budget: &mut usize, depth: usize) {
    let damaged =
        |error: rawzip::Error| (name.to_owned(), format!("the archive is damaged: {error}"));
    let archive = match ZipArchive::from_slice(bytes) {
        Ok(archive) => archive,
        Err(error) => return out.left.push(damaged(error)),
    };
    let mut entries = archive.entries();
    for _ in 0..MAX_MEMBERS {
        let entry = match entries.next_entry() {
            Ok(Some(entry)) => entry,
            Ok(None) => return,
            Err(error) => return out.left.push(damaged(error)),
        };
        if entry.is_dir() {
            continue;
        }
        let path = within(name, &String::from_utf8_lossy(entry.file_path().as_bytes()));
        let data = match archive.get_entry(entry.wayfinder()) {
            Ok(data) => data,
            Err(error) => {
                out.left.push((path, format!("it is damaged: {error}")));
                continue;
            }
        };
        let method = entry.compression_method();
        let inside = if method == CompressionMethod::STORE {
            taken(data.verifying_reader(data.data()), budget)
        } else if method == CompressionMethod::DEFLATE {
            taken(data.verifying_reader(DeflateDecoder::new(data.data())), budget)
        } else {
            (Vec::new(), Some("it is packed in a way that is not read: use deflate".to_owned()))
        };
        put(out, &path, inside, budget, depth);
    }
    out.left.push((name.to_owned(), format!("only its first {MAX_MEMBERS} files are read")));
}
