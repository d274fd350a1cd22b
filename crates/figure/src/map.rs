//! The 4096 partitions of each sub-cluster as a square of 64 by 64, and their reasons as a table.
//!
//! Invariant: partition `n` is at column `n % 64` of row `n / 64`. Cells with the same look are one path of horizontal
//! strokes, one cell thick, so a map is a few kilobytes. Cells that are not active or came up empty have a second, dashed
//! path on top, so that they differ by more than colour.

use std::fmt::Write as _;

use rosterlab_engine::{Cell, Rule};
use rosterlab_scenario::look::Look;
use rosterlab_scenario::words::rules;
use rosterlab_scenario::words::text::thousands;

use crate::Moment;
use crate::markup::Markup;

const SIDE: usize = 64;

/// The map and the reasons of every sub-cluster.
pub fn maps(to: &mut Markup, moment: &Moment<'_>) {
    to.open("div", &[("class", "rl-maps")]);
    for sub_cluster in &moment.view.sub_clusters {
        let Some(namespace) = sub_cluster.namespaces.get(moment.namespace) else { continue };
        to.open("div", &[("class", "rl-map")]);
        picture(to, &namespace.cells, &sub_cluster.principal.to_string());
        let caption = if moment.view.sub_clusters.len() > 1 {
            format!("Partitions by reason, sub-cluster {}", sub_cluster.principal)
        } else {
            "Partitions by reason".to_owned()
        };
        reasons(to, &namespace.cells, &caption);
        to.close("div");
    }
    if moment.view.sub_clusters.is_empty() {
        to.with(
            "p",
            &[("class", "rl-none")],
            "No node is in a cluster: all 4,096 partitions are unavailable.",
        );
    }
    to.close("div");
}

fn picture(to: &mut Markup, cells: &[Cell], principal: &str) {
    let count = |look: Look| cells.iter().filter(|cell| Look::of(cell) == look).count();
    let counted: Vec<String> =
        Look::ALL.iter().map(|look| format!("{} {}", count(*look), look.name())).collect();
    let label =
        format!("Map of 4,096 partitions in sub-cluster {principal}: {}", counted.join(", "));
    to.open(
        "svg",
        &[
            ("class", "rl-cells"),
            ("viewBox", "0 0 64 64"),
            ("width", "192"),
            ("height", "192"),
            ("role", "img"),
            ("aria-label", &label),
        ],
    );
    for look in Look::ALL {
        let path = strokes(cells, look);
        if path.is_empty() {
            continue;
        }
        let class = class_of(look);
        to.empty("path", &[("class", &class), ("d", &path)]);
        if look < Look::Filling {
            to.empty("path", &[("class", &format!("rl-sign {class}-sign")), ("d", &path)]);
        }
    }
    to.close("svg");
}

/// The class of a look in the style sheet of figures.
pub fn class_of(look: Look) -> String {
    format!("rl-{}", look.class())
}

/// The runs of cells with a look, row by row; rows are stroked along their middle.
fn strokes(cells: &[Cell], look: Look) -> String {
    let mut path = String::new();
    for (y, row) in cells.chunks(SIDE).enumerate() {
        let mut x = 0;
        while x < row.len() {
            let run = row[x..].iter().take_while(|cell| Look::of(cell) == look).count();
            if run > 0 {
                let _ = write!(path, "M{x} {y}.5h{run}");
            }
            x += run.max(1);
        }
    }
    path
}

/// How many partitions have each look and deciding rule, the worst first.
pub fn by_reason(cells: &[Cell]) -> Vec<((Look, Rule), u32)> {
    let mut found: Vec<((Look, Rule), u32)> = Vec::new();
    for cell in cells {
        let reason = (Look::of(cell), cell.verdict.rule);
        match found.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, count)) => *count += 1,
            None => found.push((reason, 1)),
        }
    }
    found.sort_by(|((look, rule), _), ((other, there), _)| look.cmp(other).then(rule.cmp(there)));
    found
}

fn reasons(to: &mut Markup, cells: &[Cell], caption: &str) {
    to.table("rl-reasons", caption, &["State", "Why", "Partitions"]);
    for ((look, rule), count) in by_reason(cells) {
        to.open("tr", &[("class", &class_of(look))]);
        to.open("td", &[]);
        to.with("span", &[("class", "rl-glyph"), ("aria-hidden", "true")], look.glyph());
        to.text(format!(" {}", look.name()));
        to.close("td");
        let number = rule.number().map(|number| format!("rule {number}: ")).unwrap_or_default();
        let source = rules::source(rule).words();
        to.with("td", &[], format!("{number}{} ({source})", rules::sentence(rule)));
        to.with("td", &[("class", "rl-n")], thousands(count));
        to.close("tr");
    }
    to.end_table();
}
