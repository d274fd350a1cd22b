//! What is kept in the browser between visits, if a person asks for it.
//!
//! Invariant: nothing is kept unless it was asked for, and nothing else is forgotten with it. An entry that cannot be read is
//! none. Not here: what is kept (see [`brought`](super::brought)).

use web_sys::{Storage, window};

use super::brought::Brought;

/// The entry's name.
const NAME: &str = "rosterlab-own-cluster";

/// The most bytes that are kept. Browsers give a page some five million characters.
const MOST_BYTES: usize = 1_500_000;

fn storage() -> Option<Storage> {
    window()?.local_storage().ok()?
}

/// What was kept.
#[must_use]
pub fn read() -> Option<Brought> {
    let text = storage()?.get_item(NAME).ok()??;
    let mut brought = Brought::default();
    for line in text.lines() {
        let (name, bytes) = line.split_once('\t')?;
        brought.add(name, window()?.atob(bytes).ok()?.chars().map(byte).collect::<Option<_>>()?);
    }
    (!brought.inputs().is_empty()).then_some(brought)
}

fn byte(c: char) -> Option<u8> {
    u8::try_from(u32::from(c)).ok()
}

/// Keeps it, or forgets what was kept; says whether that was possible. What cannot be kept whole is not kept at all.
#[must_use]
pub fn write(brought: Option<&Brought>) -> bool {
    let Some(storage) = storage() else { return brought.is_none() };
    let Some(brought) = brought else { return storage.remove_item(NAME).is_ok() };
    let size: usize = brought.inputs().iter().map(|kept| kept.bytes.len()).sum();
    let is_kept = size <= MOST_BYTES
        && text_of(brought).is_some_and(|text| storage.set_item(NAME, &text).is_ok());
    if !is_kept {
        // Nothing of before may stay there.
        let _ = storage.remove_item(NAME);
    }
    is_kept
}

fn text_of(brought: &Brought) -> Option<String> {
    let lines = brought.inputs().iter().map(|kept| {
        let name = kept.name.replace(['\t', '\n'], " ");
        let binary: String = kept.bytes.iter().map(|byte| char::from(*byte)).collect();
        Some(format!("{name}\t{}", window()?.btoa(&binary).ok()?))
    });
    Some(lines.collect::<Option<Vec<String>>>()?.join("\n"))
}
