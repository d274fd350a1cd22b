//! Which lines are one table: from its title to its number of rows.
//!
//! Invariant: a block has at least its first line. Not here: what is in the rows.

use super::super::limits::MAX_TABLE;
use super::Line;

/// The lines of a table.
pub(super) struct Block {
    /// Its title, without ornaments and the time.
    pub(super) title: String,
    /// The lines of its headings and rows.
    pub(super) body: Vec<Line>,
    /// Whether the line with the number of rows is there, so that nothing was cut off at its end.
    pub(super) whole: bool,
    /// How many lines it has in all.
    pub(super) taken: usize,
    /// How many lines were looked at to find its end.
    pub(super) scanned: usize,
}

impl Block {
    /// The table that begins at the first line.
    pub(super) fn of(lines: &[Line]) -> Self {
        let titles = lines.iter().take_while(|line| is_title(&line.text)).count();
        let title: String = lines[..titles].iter().map(|line| line.text.as_str()).collect();
        let rest = &lines[titles..];
        let rest = &rest[..rest.len().min(MAX_TABLE)];
        let ends = |line: &Line| {
            is_number_of_rows(&line.text)
                || super::super::heading::is_prompt(&line.text)
                || is_dated(&line.text)
        };
        let next = rest.iter().position(ends).unwrap_or(rest.len());
        let count = rest.get(next).filter(|line| is_number_of_rows(&line.text)).map(|_| next);
        let scanned = titles + next;
        // The heading of several columns looks like a title where it was wrapped: it is none if the rows still end.
        let other = rest[..next].iter().position(|line| is_title(&line.text));
        let next = if count.is_none() { other.unwrap_or(next) } else { next };
        // Wide headings that were wrapped are blank lines in the middle; only the number of rows tells where it ends.
        let first = rest.iter().position(|line| !line.text.is_empty()).unwrap_or(0);
        let blank = rest[first..next].iter().position(|line| line.text.is_empty());
        let end = count.unwrap_or_else(|| blank.map_or(next, |at| first + at));
        // Without a title, a blank line ends a table unless rows of the same layout follow.
        let body = rest[..end].to_vec();
        let taken = titles + end + usize::from(count.is_some());
        Self { title: title_text(&title), body, whole: count.is_some(), taken, scanned }
    }
}

/// Whether a line is the title of a table, or a part of a title that was wrapped or cut.
pub(crate) fn is_title(text: &str) -> bool {
    let text = text.trim();
    let is_ornament = |part: &str| part.starts_with("~~") || part == "~";
    let bare = text.trim_matches('~').trim();
    let is_short = text.len() <= 4 && !bare.is_empty();
    !text.contains('|')
        && !text.is_empty()
        && !is_short
        && (text.starts_with('~') || text.ends_with("~~") || text.ends_with(")~"))
        && (is_ornament(text) || bare.len() < text.len())
        && !text.starts_with("~/")
}

/// Whether a line is a title with its time.
fn is_dated(text: &str) -> bool {
    is_title(text) && text.contains(" (20") && text.contains("UTC")
}

/// Whether a line is the last one of a table.
pub(crate) fn is_number_of_rows(text: &str) -> bool {
    text.trim().starts_with("Number of rows")
}

/// Whether a table begins at a line: its title, or a row whose title is missing.
pub(crate) fn begins(text: &str) -> bool {
    is_title(text) || text.matches('|').count() > 0 && !text.contains(">>")
}

/// A title without ornaments and time.
fn title_text(text: &str) -> String {
    let text = text.trim_matches(['~', ' ']);
    let end = text.rfind(" (").filter(|at| text[*at..].contains(':')).unwrap_or(text.len());
    text[..end].trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_known_by_their_ornaments() {
        for title in [
            "~~~Roster (2026-11-21 19:48:44 UTC)~~~",
            "~Racks (2026)~",
            "~~~~~~~~",
            "tion (2026)~~~",
        ] {
            assert!(is_title(title), "{title}");
        }
        for other in ["", "~~|~~", "a|b", "~/work", "text", "* ~ *"] {
            assert!(!is_title(other), "{other:?}");
        }
        assert_eq!(
            title_text("~~~test Namespace Statistics (2026-11-21 19:48:49 UTC)~~"),
            "test Namespace Statistics"
        );
    }
}
