//! Measures the bytes of a first visit (`index.html` and every file that it loads) and of the module for JavaScript.
//!
//! Invariant: the list of files comes from the built `index.html`, so no file is forgotten. A browser test
//! checks that the page loads nothing else at first.
//!
//! Bytes are counted after `gzip -9`. It does not measure times: `tests/e2e/perf.mjs` does.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::compress::gzipped;
use crate::places::Places;
use crate::process::{TaskError, WhileDoing};

/// The limit for a first visit.
pub const FIRST_LOAD_MAX_GZIP_BYTES: usize = 450_000;

/// The limit for the module for JavaScript, which a page of documentation fetches for its figures.
pub const MODULE_MAX_GZIP_BYTES: usize = 280_000;

/// Values of `rel` whose files a browser fetches with the page.
const LOADED_RELS: [&str; 4] = ["stylesheet", "modulepreload", "preload", "icon"];

/// One file of the first visit.
#[derive(Debug)]
struct FileSize {
    name: String,
    raw_bytes: usize,
    gzip_bytes: usize,
}

/// All files of the first visit.
#[derive(Debug)]
pub struct FirstLoad {
    files: Vec<FileSize>,
}

impl FirstLoad {
    /// Measures the page in `dist`.
    pub fn measure(places: &Places) -> Result<Self, TaskError> {
        let dist = places.dist();
        let index = dist.join("index.html");
        let html = fs::read_to_string(&index).doing(|| format!("read {}", index.display()))?;
        let names = std::iter::once("index.html".to_owned()).chain(first_load_files(&html));
        let files = names.map(|name| file_size(&dist, name)).collect::<Result<_, _>>()?;
        Ok(Self { files })
    }

    /// The sum of all files after gzip.
    pub fn gzip_bytes(&self) -> usize {
        self.files.iter().map(|file| file.gzip_bytes).sum()
    }

    /// Whether the bytes are within the limit.
    pub fn fits(&self) -> bool {
        self.gzip_bytes() <= FIRST_LOAD_MAX_GZIP_BYTES
    }

    /// The files, their sum and the limit.
    pub fn table(&self) -> String {
        let mut text = format!("{:>9}  {:>9}  file\n", "raw", "gzip -9");
        for FileSize { name, raw_bytes, gzip_bytes } in &self.files {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{raw_bytes:9}  {gzip_bytes:9}  {name}");
        }
        let raw_bytes: usize = self.files.iter().map(|file| file.raw_bytes).sum();
        let gzip_bytes = self.gzip_bytes();
        let _ = write!(
            text,
            "{raw_bytes:9}  {gzip_bytes:9}  sum (limit {FIRST_LOAD_MAX_GZIP_BYTES} compressed)"
        );
        text
    }
}

/// The module for JavaScript.
#[derive(Debug)]
pub struct Module(FileSize);

impl Module {
    /// Measures the module in the npm package.
    pub fn measure(places: &Places) -> Result<Self, TaskError> {
        file_size(&places.package(), "rosterlab_bg.wasm".to_owned()).map(Self)
    }

    /// Whether the bytes are within the limit.
    pub fn fits(&self) -> bool {
        self.0.gzip_bytes <= MODULE_MAX_GZIP_BYTES
    }

    /// The module and the limit.
    pub fn table(&self) -> String {
        let FileSize { name, raw_bytes, gzip_bytes } = &self.0;
        format!("{raw_bytes:9}  {gzip_bytes:9}  {name} (limit {MODULE_MAX_GZIP_BYTES} compressed)")
    }
}

fn file_size(dist: &Path, name: String) -> Result<FileSize, TaskError> {
    let file = dist.join(&name);
    let bytes = fs::read(&file).doing(|| format!("read {}", file.display()))?;
    let gzip = gzipped(&bytes).doing(|| format!("compress {}", file.display()))?;
    Ok(FileSize { name, raw_bytes: bytes.len(), gzip_bytes: gzip.len() })
}

/// The files of the site that `index.html` loads, in order, each once.
fn first_load_files(html: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for tag in tags(&without_comments(html)) {
        let target = match tag_name(tag) {
            "script" => attribute(tag, "src"),
            "link" if attribute(tag, "rel").is_some_and(|rel| LOADED_RELS.contains(&rel)) => {
                attribute(tag, "href")
            }
            _ => None,
        };
        let Some(name) = target.filter(|name| !name.starts_with("data:")) else { continue };
        let name = name.trim_start_matches("./").trim_start_matches('/');
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}

fn without_comments(html: &str) -> String {
    let mut text = String::new();
    for (at, part) in html.split("<!--").enumerate() {
        let kept = if at == 0 { Some(part) } else { part.split_once("-->").map(|(_, rest)| rest) };
        text.push_str(kept.unwrap_or_default());
    }
    text
}

/// The text between `<` and `>` of each tag.
fn tags(html: &str) -> impl Iterator<Item = &str> {
    html.split('<').skip(1).filter_map(|rest| rest.split_once('>')).map(|(tag, _)| tag)
}

fn tag_name(tag: &str) -> &str {
    tag.split(|c: char| c.is_whitespace() || c == '/').next().unwrap_or_default()
}

/// The value of an attribute. The minifier drops its double quotes where it can.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = tag;
    while let Some((before, after)) = rest.split_once('=') {
        let (value, tail) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => after.split_once(char::is_whitespace).unwrap_or((after, "")),
        };
        if before.split_whitespace().next_back() == Some(name) {
            return Some(value);
        }
        rest = tail;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{attribute, first_load_files};

    #[test]
    fn scripts_and_loaded_links_are_named_once() {
        let html = r#"<!doctype html><html><head>
            <!-- <script src="old.js"></script> -->
            <link rel="icon" type="image/svg+xml" href="icon.svg">
            <link rel="canonical" href="elsewhere">
            <link rel="stylesheet" href="./style.css" integrity="sha384-x=="/>
            <link rel="modulepreload"
                  href="./app.js">
            <link rel="preload" href="/app_bg.wasm" as="fetch" crossorigin>
            <script type="module" src="./app.js"></script>
            <script type="module" src="./boot.js"></script>
            </head><body><a href="page.html">a page</a></body></html>"#;
        assert_eq!(
            first_load_files(html),
            ["icon.svg", "style.css", "app.js", "app_bg.wasm", "boot.js"]
        );
    }

    #[test]
    fn minified_markup_is_read_too() {
        let html = "<link href=./style.css rel=stylesheet><link as=fetch href=./a.wasm rel=preload>\
            <link data-trunk href=crates/app/Cargo.toml rel=rust><script src=./boot.js type=module></script>";
        assert_eq!(first_load_files(html), ["style.css", "a.wasm", "boot.js"]);
    }

    #[test]
    fn an_empty_icon_is_no_file() {
        assert!(first_load_files("<link rel=\"icon\" href=\"data:,\">").is_empty());
    }

    #[test]
    fn an_attribute_is_found_by_its_whole_name() {
        let tag = "link data-href=\"a\" href=\"b\" rel=\"\"";
        assert_eq!(attribute(tag, "href"), Some("b"));
        assert_eq!(attribute(tag, "rel"), Some(""));
        assert_eq!(attribute(tag, "ref"), None);
    }
}
