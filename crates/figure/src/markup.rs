//! Builds HTML piece by piece.
//!
//! Invariant: all text and attribute values are escaped here, so nothing from outside can become markup: neither of HTML, nor of
//! the template languages and Markdown dialects through which a page may be made, such as `{{ x }}` of Vue or `*x*`. A
//! character reference is never their syntax.

use std::fmt::{Display, Write as _};

/// HTML under construction.
#[derive(Default)]
pub struct Markup(String);

impl Markup {
    /// Opens an element.
    pub fn open(&mut self, tag: &str, attributes: &[(&str, &str)]) {
        self.start(tag, attributes);
        self.0.push('>');
    }

    /// An empty element, as in SVG.
    pub fn empty(&mut self, tag: &str, attributes: &[(&str, &str)]) {
        self.start(tag, attributes);
        self.0.push_str("/>");
    }

    fn start(&mut self, tag: &str, attributes: &[(&str, &str)]) {
        self.0.push('<');
        self.0.push_str(tag);
        for (name, value) in attributes {
            let _ = write!(self.0, " {name}=\"");
            self.escape(value);
            self.0.push('"');
        }
    }

    /// Closes an element.
    pub fn close(&mut self, tag: &str) {
        let _ = write!(self.0, "</{tag}>");
    }

    /// A text.
    pub fn text(&mut self, text: impl Display) {
        self.escape(&text.to_string());
    }

    /// An element with a text in it.
    pub fn with(&mut self, tag: &str, attributes: &[(&str, &str)], text: impl Display) {
        self.open(tag, attributes);
        self.text(text);
        self.close(tag);
    }

    /// The beginning of a table: its caption and its columns.
    pub fn table(&mut self, class: &str, caption: impl Display, columns: &[&str]) {
        self.open("table", &[("class", class)]);
        self.with("caption", &[], caption);
        self.open("thead", &[]);
        self.open("tr", &[]);
        for column in columns {
            self.with("th", &[("scope", "col")], column);
        }
        self.close("tr");
        self.close("thead");
        self.open("tbody", &[]);
    }

    /// The end of a table.
    pub fn end_table(&mut self) {
        self.close("tbody");
        self.close("table");
    }

    /// Text or the value of an attribute.
    fn escape(&mut self, text: &str) {
        for character in text.chars() {
            match character {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                // What templates and Markdown would take for their own.
                '{' | '}' | '[' | ']' | '*' | '_' | '`' | '$' | '~' | '|' | '\\' => {
                    let _ = write!(self.0, "&#{};", u32::from(character));
                }
                // Control characters are not allowed in HTML.
                c if c.is_control() => self.0.push(' '),
                c => self.0.push(c),
            }
        }
    }

    /// The HTML.
    pub fn done(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_outside_becomes_markup() {
        let mut to = Markup::default();
        to.with("b", &[("title", "\"><script>")], "</b><img src=x onerror='1'>\u{7}&");
        assert_eq!(
            to.done(),
            "<b title=\"&quot;&gt;&lt;script&gt;\">&lt;/b&gt;&lt;img src=x onerror=&#39;1&#39;&gt; &amp;</b>"
        );
    }

    #[test]
    fn nothing_from_outside_becomes_a_template_or_markdown() {
        let mut to = Markup::default();
        to.with("b", &[("title", "{x}")], "{{ y }} ${z} *a* _b_ `c` [d] ~e~ |f| \\g");
        let html = to.done();
        for sign in ["{", "}", "[", "]", "*", "_", "`", "$", "~", "|", "\\"] {
            assert!(!html.contains(sign), "{sign} in {html}");
        }
        assert!(
            html.starts_with("<b title=\"&#123;x&#125;\">&#123;&#123; y &#125;&#125; "),
            "{html}"
        );
    }
}
