//! From bytes to lines without what terminals, chats and editors add: colours, odd spaces, marks of encodings.
//!
//! Invariant: any bytes give lines; a line keeps its number in the input, counted from 1. Nothing is added to a line
//! but spaces in place of tabs. Not here: what a line says.

use super::limits::MAX_LINES;

/// How many signs are inspected before a text is taken for one.
const INSPECTED: usize = 16 * 1024;

/// A line as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Its number in the input, from 1.
    pub(super) number: usize,
    /// Its text, without white space at its end.
    pub(super) text: String,
}

/// The text of some bytes. Windows writes UTF-16 when output goes to a file, so that is read too; bytes that are no text
/// become U+FFFD.
pub(super) fn decoded(bytes: &[u8]) -> String {
    let units = |rest: &[u8], of: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = rest.chunks_exact(2).map(|pair| of([pair[0], pair[1]])).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => units(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => units(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// Whether a text is none: more than one sign in twenty of its beginning is none that texts have.
pub(super) fn is_binary(text: &str) -> bool {
    let odd = |sign: &char| {
        *sign == '\u{fffd}'
            || sign.is_control()
                && !matches!(sign, '\t' | '\n' | '\r' | '\u{c}' | '\u{1b}' | '\u{7}' | '\u{8}')
    };
    let signs = text.chars().take(INSPECTED).count();
    text.chars().take(INSPECTED).filter(odd).count() * 20 > signs
}

/// The lines of a text, whatever ends them: line feeds, carriage returns, or both.
pub(super) fn lines(text: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut rest = text;
    while !rest.is_empty() && lines.len() < MAX_LINES {
        let end = rest.find(['\n', '\r']).unwrap_or(rest.len());
        let (line, after) = rest.split_at(end);
        lines.push(Line { number: lines.len() + 1, text: cleaned(line) });
        // `script` writes two carriage returns before a line feed.
        let ends = after.trim_start_matches('\r');
        rest = match ends.strip_prefix('\n') {
            Some(rest) => rest,
            None => after.strip_prefix('\r').unwrap_or(after),
        };
    }
    lines
}

/// A line without colours, with plain spaces.
fn cleaned(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    let mut width = 0;
    while let Some(sign) = rest.chars().next() {
        if let Some(after) = after_escape(rest) {
            rest = after;
            continue;
        }
        rest = &rest[sign.len_utf8()..];
        let plain = match sign {
            '\t' => {
                let more = 8 - width % 8;
                out.extend(std::iter::repeat_n(' ', more));
                width += more;
                continue;
            }
            '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => ' ',
            '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}' => continue,
            '│' | '┃' | '｜' => '|',
            '‘' | '’' => '\'',
            '“' | '”' => '"',
            sign if sign.is_control() => continue,
            sign => sign,
        };
        out.push(plain);
        width += 1;
    }
    out.truncate(out.trim_end().len());
    out
}

/// What follows an escape sequence at the beginning of a text; `None` when there is none. Its first sign may be lost, or
/// written as people see it: `^[[32m`.
fn after_escape(text: &str) -> Option<&str> {
    if let Some(rest) = text.strip_prefix('\u{1b}') {
        return Some(match rest.chars().next() {
            Some('[') => after_control(&rest[1..]).unwrap_or(&rest[1..]),
            Some(']') => {
                let end = rest.find(['\u{7}', '\u{1b}']).unwrap_or(rest.len());
                rest[end..].trim_start_matches(['\u{7}', '\\'])
            }
            Some('(' | ')') => rest.get(2..).unwrap_or(""),
            Some(sign) => &rest[sign.len_utf8()..],
            None => rest,
        });
    }
    if let Some(rest) = text.strip_prefix("^[[").or_else(|| text.strip_prefix("\u{241b}[")) {
        return after_control(rest);
    }
    // Colours only: other sequences without their first sign look like text.
    let rest = text.strip_prefix('[')?;
    let digits = rest.find(|c: char| !c.is_ascii_digit() && c != ';')?;
    (digits > 0 && digits <= 12).then(|| rest[digits..].strip_prefix('m')).flatten()
}

/// What follows the parameters and the last sign of a control sequence.
fn after_control(text: &str) -> Option<&str> {
    let end = text.find(|c: char| !matches!(c, '0'..='9' | ';' | '?' | '=' | '>' | ' '))?;
    let last = text[end..].chars().next().filter(char::is_ascii)?;
    Some(&text[end + last.len_utf8()..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        lines(text).into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn lines_end_in_any_way_and_keep_their_numbers() {
        assert_eq!(texts("a\nb\r\nc\rd\r\r\ne"), ["a", "b", "c", "d", "e"]);
        assert_eq!(texts("a\r\n\r\nb\n\nc"), ["a", "", "b", "", "c"]);
        assert_eq!(lines("a\r\n\nb").last().unwrap().number, 3);
        assert!(lines("").is_empty());
    }

    #[test]
    fn colours_and_odd_spaces_are_gone() {
        assert_eq!(texts("\u{1b}[1;32m*A3\u{1b}[0m|x\u{a0}y  "), ["*A3|x y"]);
        assert_eq!(texts("[32m*A3[0m ^[[31mred^[[0m \u{1b}]0;title\u{7}z"), ["*A3 red z"]);
        assert_eq!(texts("A[1]m [a] \u{200b}[root@h ~]#"), ["A[1]m [a] [root@h ~]#"]);
        assert_eq!(texts("a\tb│c"), ["a       b|c"]);
        assert_eq!(texts("\u{1b}"), [""]);
        assert_eq!(texts("\u{1b}["), [""]);
        assert_eq!(texts("\u{1b}(é"), [""]);
    }

    #[test]
    fn text_of_windows_is_read() {
        let wide: Vec<u8> = "ns=a".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decoded(&[&[0xff, 0xfe][..], &wide].concat()), "ns=a");
        assert_eq!(decoded(b"\xef\xbb\xbfa\xff"), "a\u{fffd}");
    }
}
