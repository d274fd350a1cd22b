//! `figure`: a moment of a scenario as HTML, for pages that are generated.
//!
//! Invariant: the HTML equals what the live element draws; both come from the figure crate.

use std::io::Write;

use rosterlab_figure::View;

use crate::args::Figure;
use crate::commands::{Expectations, Problem, read, timeline_at};

/// Prints the figure; with `src` inside its element.
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
    match &wanted.src {
        Some(src) => {
            // Markdown leaves a tag on a line of its own unchanged.
            writeln!(out, "{}\n{figure}\n</rosterlab-playground>", element(wanted, src, step))?;
        }
        None => writeln!(out, "{figure}")?,
    }
    Ok(Expectations::Hold)
}

/// The element's opening tag.
fn element(wanted: &Figure, src: &str, step: usize) -> String {
    let view = View::ALL.iter().find(|(view, _)| *view == wanted.view).map_or("", |(_, name)| name);
    let mut tag = "<rosterlab-playground".to_owned();
    let mut attribute = |name: &str, value: &str| {
        let value = value.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
        tag.extend([" ", name, "=\"", &value, "\""]);
    };
    attribute("scenario", src);
    attribute("view", view);
    attribute("step", &step.to_string());
    if let Some(controls) = wanted.controls {
        attribute("controls", controls.name());
    }
    if let Some(namespace) = &wanted.namespace {
        attribute("namespace", namespace);
    }
    if let Some(partition) = wanted.partition {
        attribute("partition", &partition.to_string());
    }
    tag.push('>');
    tag
}
