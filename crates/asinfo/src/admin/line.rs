//! From a line to commands, and from commands to words, with the tool's quotes and escapes.
//!
//! Invariant: work and memory are bounded by the line's length, which [`MAX_LINE`] bounds. Not here: what a word means (see `tree`).

/// The longest line that is read, in bytes.
pub(crate) const MAX_LINE: usize = 64 * 1024;
/// The most commands on one line.
pub(super) const MAX_COMMANDS: usize = 256;

/// The commands of a line, each a list of words; `;` parts commands.
///
/// # Errors
/// What the tool says of a line that it cannot read.
pub(crate) fn commands(line: &str) -> Result<Vec<Vec<String>>, &'static str> {
    let mut commands = Vec::new();
    let mut words: Vec<String> = Vec::new();
    let mut end = |words: &mut Vec<String>| {
        if !words.is_empty() {
            commands.push(std::mem::take(words));
        }
    };
    for token in tokens(line)? {
        if token == ";" {
            end(&mut words);
        } else {
            words.push(token);
        }
    }
    end(&mut words);
    if commands.len() > MAX_COMMANDS {
        return Err("Too many commands on one line");
    }
    Ok(commands)
}

pub(crate) fn tokens(line: &str) -> Result<Vec<String>, &'static str> {
    let mut tokens = Vec::new();
    let mut word: Option<String> = None;
    let mut rest = line.chars();
    while let Some(c) = rest.next() {
        match c {
            ' ' | '\t' | '\r' | '\n' => tokens.extend(word.take()),
            ';' => {
                tokens.extend(word.take());
                tokens.push(";".to_owned());
            }
            // A comment: nothing after it counts.
            '#' => break,
            '\'' | '"' => quoted(&mut rest, c, word.get_or_insert_default())?,
            '\\' => {
                let escaped = rest.next().ok_or("No escaped character")?;
                word.get_or_insert_default().push(escaped);
            }
            _ => word.get_or_insert_default().push(c),
        }
    }
    tokens.extend(word);
    Ok(tokens)
}

/// Reads up to the closing quote. A backslash stands for itself, but for one before a quote of this kind or a backslash.
fn quoted(rest: &mut std::str::Chars, quote: char, word: &mut String) -> Result<(), &'static str> {
    loop {
        match rest.next().ok_or("No closing quotation")? {
            c if c == quote => return Ok(()),
            '\\' => {
                let escaped = rest.next().ok_or("No escaped character")?;
                if escaped != quote && escaped != '\\' {
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
    fn quotes_keep_what_parts_commands() {
        let words = |line| commands(line).unwrap();
        assert_eq!(words("info  network; show racks;"), [["info", "network"], ["show", "racks"]]);
        assert_eq!(
            words("asinfo -v 'roster-set:namespace=a;nodes=A1'"),
            [["asinfo", "-v", "roster-set:namespace=a;nodes=A1"]]
        );
        assert_eq!(words(r#"a"b c"d\ e # rest"#), [["ab cd e"]]);
        assert_eq!(words(r#""a\"b\c""#), [["a\"b\\c"]]);
        assert_eq!(words(" ; ;"), Vec::<Vec<String>>::new());
        assert_eq!(commands("a 'b"), Err("No closing quotation"));
        assert_eq!(commands("a\\"), Err("No escaped character"));
    }
}
