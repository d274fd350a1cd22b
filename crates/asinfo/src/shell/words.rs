//! From a line of a shell to its words and the marks between commands, as a shell reads them.
//!
//! Invariant: what is quoted is never a mark and begins no comment; `#` begins one only where a word begins. Work is bounded by
//! the line's length. Not here: variables, patterns and what `$(…)` runs, which stay as they are written; what a word does.

use std::iter::Peekable;
use std::str::Chars;

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// A word without its quotes. Where output goes is a word of its own, with its target if that is written beside it: `2>&1`.
    Word(String),
    /// What parts commands: `;`, `&&`, `||`, `|`, `|&` or `&`.
    Mark(&'static str),
}

/// The pieces of a line.
///
/// # Errors
/// What a shell would wait for: a quote that closes, or what a backslash escapes.
pub(crate) fn pieces(line: &str) -> Result<Vec<Piece>, &'static str> {
    let mut pieces = Vec::new();
    let mut word: Option<String> = None;
    let mut rest = line.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            ' ' | '\t' | '\r' | '\n' => pieces.extend(word.take().map(Piece::Word)),
            '#' if word.is_none() => break,
            '\'' | '"' => quoted(&mut rest, c, word.get_or_insert_default())?,
            '\\' => {
                word.get_or_insert_default().push(rest.next().ok_or("No escaped character")?);
            }
            '<' | '>' => {
                // `2>` and `&>` say what is sent, `>>` and `<<` go on.
                let goes_on = |word: &str| {
                    word.bytes().all(|byte| byte.is_ascii_digit())
                        || word.ends_with(['<', '>', '&'])
                };
                if word.as_deref().is_some_and(|word| !goes_on(word)) {
                    pieces.extend(word.take().map(Piece::Word));
                }
                word.get_or_insert_default().push(c);
            }
            // `2>&1`, `&>file`.
            '&' if word.as_deref().is_some_and(|word| word.ends_with(['<', '>'])) => {
                word.get_or_insert_default().push(c);
            }
            '&' if rest.peek() == Some(&'>') => {
                pieces.extend(word.replace("&".to_owned()).map(Piece::Word));
            }
            ';' | '&' | '|' => {
                pieces.extend(word.take().map(Piece::Word));
                pieces.push(Piece::Mark(mark(c, &mut rest)));
            }
            _ => word.get_or_insert_default().push(c),
        }
    }
    pieces.extend(word.map(Piece::Word));
    Ok(pieces)
}

/// The words of a line, with its marks as words.
///
/// # Errors
/// As [`pieces`].
pub(crate) fn words(line: &str) -> Result<Vec<String>, &'static str> {
    let word = |piece| match piece {
        Piece::Word(word) => word,
        Piece::Mark(mark) => mark.to_owned(),
    };
    Ok(pieces(line)?.into_iter().map(word).collect())
}

/// The mark that begins with this.
fn mark(first: char, rest: &mut Peekable<Chars>) -> &'static str {
    let mut and = |second| rest.next_if_eq(&second).is_some();
    match first {
        ';' => ";",
        '&' if and('&') => "&&",
        '&' => "&",
        _ if and('|') => "||",
        _ if and('&') => "|&",
        _ => "|",
    }
}

/// Reads up to the closing quote. Within double quotes a backslash escapes what means something there.
fn quoted(rest: &mut Peekable<Chars>, quote: char, word: &mut String) -> Result<(), &'static str> {
    loop {
        match rest.next().ok_or("No closing quotation")? {
            c if c == quote => return Ok(()),
            '\\' if quote == '"' => {
                let escaped = rest.next().ok_or("No escaped character")?;
                if !['"', '\\', '$', '`'].contains(&escaped) {
                    word.push('\\');
                }
                word.push(escaped);
            }
            c => word.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_part_commands_with_blanks_or_without() {
        for (line, expected) in [
            ("grep x|sh", &["grep", "x", "|", "sh"][..]),
            ("a&&b||c;d&e|&f", &["a", "&&", "b", "||", "c", ";", "d", "&", "e", "|&", "f"]),
            ("a>/dev/null 2>&1|b", &["a", ">/dev/null", "2>&1", "|", "b"]),
            ("a &>x&", &["a", "&>x", "&"]),
            ("a>>b<c", &["a", ">>b", "<c"]),
            ("a 2> b", &["a", "2>", "b"]),
            ("blkdiscard /dev/sda#1 # all", &["blkdiscard", "/dev/sda#1"]),
            ("a;#b", &["a", ";"]),
            (r#"a"b;c"'d # e' f\;g"#, &["ab;cd # e", "f;g"]),
            (r#""a\"b\c" 'd\'"#, &[r#"a"b\c"#, r"d\"]),
        ] {
            assert_eq!(words(line).unwrap(), expected, "{line}");
        }
        assert_eq!(pieces("a ';'").unwrap()[1], Piece::Word(";".to_owned()));
        assert_eq!(pieces("a 'b"), Err("No closing quotation"));
        assert_eq!(pieces("a\\"), Err("No escaped character"));
    }
}
