//! What an input is, and what would help when it is nothing that can be used.
//!
//! Invariant: the kind is seen in the contents, never in the name, and is never asked for. Not here: reading.

use rosterlab_scenario::FORMAT;
use rosterlab_scenario::file::seems::{FileKind, Seems};

/// What to bring, for sentences about what cannot be used.
const INSTEAD: &str = "bring the output of asadm -e 'show roster' or asinfo -v roster:, a collectinfo, an aerospike.conf or \
                       an AerospikeCluster instead";

/// The sentence about an input in which nothing can be used.
pub(super) fn refusal(bytes: &[u8]) -> String {
    let is = |magic: &[u8]| bytes.starts_with(magic);
    let packed = [
        (&b"\xfd7zXZ\0"[..], "xz"),
        (b"BZh", "bzip2"),
        (b"\x28\xb5\x2f\xfd", "zstd"),
        (b"7z\xbc\xaf", "7z"),
    ];
    if let Some((_, name)) = packed.iter().find(|(magic, _)| is(magic)) {
        return format!(
            "This looks like a file packed with {name}; unpack it first, or pack it with gzip or zip instead."
        );
    }
    let picture = [&b"\x89PNG"[..], b"\xff\xd8\xff", b"GIF8", b"BM"];
    if picture[..3].iter().any(|magic| is(magic)) || (is(picture[3]) && bytes.contains(&0)) {
        return "This looks like a picture; copy the text from the terminal instead.".to_owned();
    }
    if is(b"%PDF") {
        return "This looks like a PDF; copy the text of the tables instead.".to_owned();
    }
    let text = String::from_utf8_lossy(bytes);
    if text.trim_start_matches('\u{feff}').trim_start().starts_with('{') {
        return if text.contains(FORMAT) {
            "This looks like a scenario, which needs no bringing; give it to rosterlab run as it is.".to_owned()
        } else {
            format!("This looks like JSON of another kind; {INSTEAD}.")
        };
    }
    let (name, help) = match Seems::of(bytes).map(|seems| seems.kind) {
        Some(FileKind::Empty) => return format!("This is empty; {INSTEAD}."),
        Some(FileKind::ShareLink) => {
            return "This looks like a Rosterlab link; open it in the page, or give it to rosterlab run as it is."
                .to_owned();
        }
        Some(FileKind::Log) => (
            FileKind::Log.name(),
            "a log has neither a whole roster nor settings; bring the output of asadm -e 'show roster' instead",
        ),
        Some(FileKind::Markup) => (
            FileKind::Markup.name(),
            "copy the text of the terminal, not the page around it, instead",
        ),
        Some(FileKind::AsadmTable) => (
            FileKind::AsadmTable.name(),
            "of which nothing is needed, or which was cut; export show roster, show racks or info network instead",
        ),
        Some(FileKind::Gzip | FileKind::Zip) => ("an archive", INSTEAD),
        Some(FileKind::Utf16) => ("text in UTF-16 without its mark", "save it as UTF-8 instead"),
        Some(kind) => (kind.name(), INSTEAD),
        None => ("something else", INSTEAD),
    };
    format!("This looks like {name}; {help}.")
}
