//! The author's text: a small, safe part of Markdown.
//!
//! Paragraphs, lists of lines that begin with `- `, `**strong**`, `*emphasis*` or `_emphasis_`, `` `code` ``, links to http
//! and https addresses, and a backslash before a sign that is meant as itself. Invariant: everything else is text, and no
//! text becomes markup; a sign without its partner is that sign. Not here: headings, pictures, tables, HTML.

use crate::markup::Markup;

/// How deep parts stand in parts: strong text in a link, say. Deeper signs are text.
const DEEPEST: u32 = 3;

/// Adds the text as paragraphs and lists, each with this class.
pub fn markdown(to: &mut Markup, class: &str, text: &str) {
    let text = text.replace("\r\n", "\n");
    for block in text.split("\n\n").map(str::trim).filter(|block| !block.is_empty()) {
        let is_item = |line: &str| line.starts_with("- ");
        // A list may follow the lines of a paragraph at once.
        let lines: Vec<&str> = block.lines().map(str::trim).collect();
        let first_item = lines.iter().position(|line| is_item(line)).unwrap_or(lines.len());
        let (paragraph, list) = lines.split_at(first_item);
        if !paragraph.is_empty() {
            to.open("p", &[("class", class)]);
            inline(to, &paragraph.join(" "), 0);
            to.close("p");
        }
        let mut items: Vec<String> = Vec::new();
        for line in list {
            match (line.strip_prefix("- "), items.last_mut()) {
                (None, Some(last)) => *last = format!("{last} {line}"),
                (item, _) => items.push(item.unwrap_or(line).to_owned()),
            }
        }
        if !items.is_empty() {
            to.open("ul", &[("class", class)]);
            for item in &items {
                to.open("li", &[]);
                inline(to, item, 0);
                to.close("li");
            }
            to.close("ul");
        }
    }
}

/// Adds the text of one block.
fn inline(to: &mut Markup, text: &str, depth: u32) {
    let mut plain = String::new();
    let mut at = 0;
    while let Some(sign) = text[at..].chars().next() {
        let part = if depth < DEEPEST { part_at(text, at) } else { None };
        match part {
            Some((part, end)) => {
                to.text(std::mem::take(&mut plain));
                part.add(to, depth);
                at = end;
            }
            None if sign == '\\'
                && text[at + 1..].starts_with(|c: char| c.is_ascii_punctuation()) =>
            {
                plain.push_str(&text[at + 1..at + 2]);
                at += 2;
            }
            None => {
                plain.push(sign);
                at += sign.len_utf8();
            }
        }
    }
    to.text(plain);
}

/// A part of a text that is more than text.
enum Part<'a> {
    Code(&'a str),
    Within(&'static str, &'a str),
    Link { text: &'a str, address: &'a str },
}

impl Part<'_> {
    fn add(&self, to: &mut Markup, depth: u32) {
        match self {
            Self::Code(code) => to.with("code", &[], code),
            Self::Within(tag, text) => {
                to.open(tag, &[]);
                inline(to, text, depth + 1);
                to.close(tag);
            }
            Self::Link { text, address } => {
                to.open("a", &[("href", address), ("rel", "noopener")]);
                inline(to, text, depth + 1);
                to.close("a");
            }
        }
    }
}

/// The part that begins at a place, and where it ends.
fn part_at(text: &str, at: usize) -> Option<(Part<'_>, usize)> {
    let rest = &text[at..];
    if let Some(code) = rest.strip_prefix('`') {
        let length = code.find('`').filter(|length| *length > 0)?;
        return Some((Part::Code(&code[..length]), at + length + 2));
    }
    if let Some(link) = rest.strip_prefix('[') {
        let (text, after) = link.split_once("](")?;
        let (address, _) = after.split_once(')')?;
        let is_web = ["https://", "http://"].iter().any(|scheme| address.starts_with(scheme));
        let is_plain = !address.contains(char::is_whitespace) && !text.contains(['[', '\n']);
        let length = 4 + text.len() + address.len();
        return (is_web && is_plain).then_some((Part::Link { text, address }, at + length));
    }
    let signs = [("**", "strong"), ("*", "em"), ("_", "em")];
    let (sign, tag) = signs.into_iter().find(|(sign, _)| rest.starts_with(sign))?;
    let inner = &rest[sign.len()..];
    let is_word = |c: char| c.is_alphanumeric();
    // `migrate_fill_delay` has no emphasis.
    let is_in_word = sign == "_" && text[..at].ends_with(is_word);
    let is_open = inner.starts_with(|c: char| !c.is_whitespace() && c != '*') && !is_in_word;
    let closes = |length: &usize| {
        let (before, after) = (&inner[..*length], &inner[length + sign.len()..]);
        let is_double = sign == "*" && (after.starts_with('*') || before.ends_with('*'));
        let is_in_word = sign == "_" && after.starts_with(is_word);
        !before.ends_with(char::is_whitespace) && !is_double && !is_in_word
    };
    let ends = inner.match_indices(sign).map(|(length, _)| length);
    let length = ends.filter(|length| *length > 0 && is_open).find(closes)?;
    Some((Part::Within(tag, &inner[..length]), at + length + 2 * sign.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The HTML, with the signs that are written as references so that no page takes them for its own.
    fn html(text: &str) -> String {
        let mut to = Markup::default();
        markdown(&mut to, "c", text);
        "[]*_`\\".chars().fold(to.done(), |html, sign| {
            html.replace(&format!("&#{};", u32::from(sign)), &sign.to_string())
        })
    }

    #[test]
    fn what_scenarios_need_is_rendered() {
        for (text, expected) in [
            ("one\ntwo\n\nthree", "<p class=\"c\">one two</p><p class=\"c\">three</p>"),
            (
                "say:\n- a\n  more\n- `b`",
                "<p class=\"c\">say:</p><ul class=\"c\"><li>a more</li><li><code>b</code></li></ul>",
            ),
            ("**no *full* copy**", "<p class=\"c\"><strong>no <em>full</em> copy</strong></p>"),
            (
                "gets `e`; `<r>` too",
                "<p class=\"c\">gets <code>e</code>; <code>&lt;r&gt;</code> too</p>",
            ),
            ("_so_ it is", "<p class=\"c\"><em>so</em> it is</p>"),
            (
                "see [the **docs**](https://example.org/a_b)",
                "<p class=\"c\">see <a href=\"https://example.org/a_b\" rel=\"noopener\">the <strong>docs</strong></a></p>",
            ),
            ("\\*not\\*", "<p class=\"c\">*not*</p>"),
        ] {
            assert_eq!(html(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_not_meant_stays_text() {
        for text in [
            "2 * 3 * 4",
            "a ` b",
            "migrate_fill_delay and a_b",
            "** no **",
            "[a](ftp://b)",
            "[a] (b)",
            "*a",
            "# a",
            "`",
            "*",
            "**",
            "_",
            "[",
            "\\",
            "a\\",
            "[a](javascript:alert(1))",
        ] {
            assert_eq!(html(text), format!("<p class=\"c\">{text}</p>"), "{text}");
        }
        assert_eq!(html("<b onclick='x'>"), "<p class=\"c\">&lt;b onclick=&#39;x&#39;&gt;</p>");
        assert_eq!(
            html("[a](https://x\"y)"),
            "<p class=\"c\"><a href=\"https://x&quot;y\" rel=\"noopener\">a</a></p>"
        );
        assert_eq!(html(" \n\n \n"), "");
        // However deep the signs stand, it comes to an end.
        assert!(html(&"*_".repeat(5000)).len() < 100_000);
    }
}
