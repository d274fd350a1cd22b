//! `figure`: a moment of a scenario as HTML, for pages that are generated.
//!
//! Invariant: the HTML equals what the live element draws; both come from the figure crate. It is on one line, because
//! Markdown ends a block of HTML at an empty line and reads an indented line as code.

use std::fs;
use std::io::Write;
use std::path::Path;

use rosterlab_figure::{View, escaped};

use crate::args::{Figure, Host};
use crate::commands::{self, Expectations, Problem, read, timeline_at};

/// The element's name.
const ELEMENT: &str = "rosterlab-playground";

/// The element's style sheet.
const STYLE: &str = "rosterlab.css";
/// The element with its engine as one script that fetches nothing.
const SCRIPT: &str = "rosterlab-single.js";

/// Prints the figure; with `src` or `inline` inside its element.
pub fn print(wanted: &Figure, out: &mut impl Write) -> Result<Expectations, Problem> {
    let source = read(&wanted.file)?;
    let timeline = timeline_at(&source, wanted.step)?;
    let step = timeline.position();
    let figure = rosterlab_figure::Wanted {
        view: wanted.view,
        title: &source.scenario.title,
        say: source.scenario.said_after(step),
        namespace: wanted.namespace.as_deref(),
        partition: wanted.partition,
    };
    let figure = rosterlab_figure::figure(&timeline, &figure)
        .map_err(|error| Problem::Input(format!("--namespace: {error}")))?;
    let scenario = match &wanted.src {
        Some(src) => Some(src.clone()),
        None if wanted.inline || wanted.single_file => Some(json(&source.scenario)),
        None => None,
    };
    let attributes = scenario.map(|scenario| attributes(wanted, scenario, step));
    if let (true, Some(attributes)) = (wanted.single_file, &attributes) {
        let page = page(&wanted.embed, &source.scenario.title, &element(attributes, &figure))?;
        return commands::print(out, &page);
    }
    writeln!(out, "{}", for_host(wanted.host, attributes.as_deref(), &figure))?;
    Ok(Expectations::Hold)
}

/// A value as JSON on one line.
fn json(value: &(impl serde::Serialize + ?Sized)) -> String {
    let text = serde_json::to_string(value);
    debug_assert!(text.is_ok(), "scenarios and texts can be written as JSON");
    text.unwrap_or_default()
}

/// The element's attributes.
fn attributes(wanted: &Figure, scenario: String, step: usize) -> Vec<(&'static str, String)> {
    let view = View::ALL.iter().find(|(view, _)| *view == wanted.view).map_or("", |(_, name)| name);
    let mut all =
        vec![("scenario", scenario), ("view", view.to_owned()), ("step", step.to_string())];
    all.extend(wanted.controls.map(|controls| ("controls", controls.name().to_owned())));
    all.extend(wanted.namespace.clone().map(|namespace| ("namespace", namespace)));
    all.extend(wanted.partition.map(|partition| ("partition", partition.to_string())));
    all.extend(wanted.playground.clone().map(|playground| ("playground", playground)));
    all
}

/// The figure, with attributes inside its element, as a tool for pages leaves it as it is.
fn for_host(host: Host, attributes: Option<&[(&str, String)]>, figure: &str) -> String {
    let html = match attributes {
        Some(attributes) => element(attributes, figure),
        None => figure.to_owned(),
    };
    match host {
        // Python-Markdown would put an element that it does not know into a paragraph, and CommonMark would not let it
        // follow a line of text.
        Host::Html | Host::Mkdocs if attributes.is_some() => {
            format!("<div class=\"rosterlab-figure\">{html}</div>")
        }
        Host::Html | Host::Mkdocs => html,
        Host::Vue => format!("<div class=\"rosterlab-figure\" v-pre>{html}</div>"),
        // The figure has no backtick: they are escaped.
        Host::Pandoc => format!("```{{=html}}\n{html}\n```"),
        Host::Mdx => jsx(attributes, figure),
    }
}

/// The element with the figure in it.
fn element(attributes: &[(&str, String)], figure: &str) -> String {
    let mut tag = format!("<{ELEMENT}");
    for (name, value) in attributes {
        tag.extend([" ", name, "=\"", &escaped(value), "\""]);
    }
    format!("{tag}>{figure}</{ELEMENT}>")
}

/// A page with the element and, inside, all that it needs.
fn page(embed: &Path, title: &str, element: &str) -> Result<String, Problem> {
    let read = |name: &str| {
        let file = embed.join(name);
        fs::read_to_string(&file).map_err(|error| {
            Problem::Input(format!(
                "--embed: {}: {error}; `cargo xtask site` makes this folder",
                file.display()
            ))
        })
    };
    let (style, script) = (read(STYLE)?, read(SCRIPT)?);
    let title = if title.is_empty() { "Rosterlab figure".to_owned() } else { escaped(title) };
    Ok(format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>\n{style}</style>\n</head>\n<body class=\"rl-page\">\n\
         <main>{element}</main>\n<script>\n{script}</script>\n</body>\n</html>\n"
    ))
}

/// The same for MDX, where tags are JSX and the text between them is Markdown.
fn jsx(attributes: Option<&[(&str, String)]>, figure: &str) -> String {
    let mut tag = format!("<{}", if attributes.is_some() { ELEMENT } else { "div" });
    for (name, value) in attributes.unwrap_or_default() {
        tag.extend([" ", name, "={", &json(value), "}"]);
    }
    format!("{tag} dangerouslySetInnerHTML={{{{ __html: {} }}}} />", json(figure))
}
