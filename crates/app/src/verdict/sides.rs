//! Each side's own numbers: a table of sub-clusters by namespaces, the orphans, and the margin.
//!
//! Invariant: the text of an element with `data-count` is the number in plain digits; the style sheet sets the thousands
//! apart. Not here: what a client of the whole network can reach (see `bar`), and how the numbers are counted (the
//! engine's views).

use rosterlab_engine::{
    ClusterView, Counts, Mode, NamespaceSettings, PARTITIONS, SubClusterNamespaceView,
    SubClusterView, convert,
};
use rosterlab_scenario::words::terms::Term;
use yew::prelude::*;

use crate::floor::card::ORPHAN_SIGN;
use crate::look::Look;
use crate::margin::panel::margin_pill;
use crate::news::{NODES_NAMED, nodes};
use crate::page::Dispatch;
use crate::page::element::{column, element, unspoken};
use crate::page::svg;
use crate::page::term::{explained, term};
use crate::state::State;
use crate::text::{count, digit_groups, thousands};
use crate::verdict::words::nobody;

/// The columns after a side's name.
const COLUMNS: [&str; 5] = ["roster", "active", "filling", "unavailable", "dead"];

/// One row for each sub-cluster and namespace, the orphans, and the margin.
pub fn sides_panel(state: &State, dispatch: &Dispatch) -> Html {
    let view = &state.view;
    let mut rows: Vec<Html> = Vec::new();
    for (place, side) in view.sub_clusters.iter().enumerate() {
        for (index, namespace) in side.namespaces.iter().enumerate() {
            let is_about = state.timeline.setup().is_about(index);
            rows.push(row((place, side), (&view.namespaces[index], is_about), namespace));
        }
    }
    if rows.is_empty() {
        rows.extend(view.namespaces.iter().map(|settings| row_of_nobody(view, settings)));
    }
    let head = |name: &'static str| {
        let word = match name {
            "unavailable" => term(Term::Unavailable, name),
            "dead" => term(Term::Dead, name),
            name => html! { name },
        };
        column("n", word)
    };
    html! {
        <section class="panel sides" aria-label="Availability of each side">
            <div class="sides-table" tabindex="0" role="group" aria-label="Each side’s numbers">
                <table>
                    <thead>
                        <tr>
                            { column("", "Side") }
                            { for COLUMNS.map(head) }
                            <td></td>
                        </tr>
                    </thead>
                    <tbody>{ for rows }</tbody>
                </table>
            </div>
            { element("div", "orphans-room", orphans(view)) }
            { margin_pill(state, dispatch) }
        </section>
    }
}

/// The numbers of one namespace, which may be only about right, in one sub-cluster.
fn row(
    (place, side): (usize, &SubClusterView),
    (settings, is_about): (&NamespaceSettings, bool),
    namespace: &SubClusterNamespaceView,
) -> Html {
    let principal = side.principal.to_string();
    let in_roster = match namespace.roster.len() {
        0 if settings.mode == Mode::Available => "AP".to_owned(),
        0 => "no roster".to_owned(),
        all => format!("{} of {all}", namespace.roster_nodes_present),
    };
    let empty = fresh(namespace);
    // How many are in the roster stands beside; only what differs from that is worth the room.
    let nodes = convert::count(side.nodes.len());
    let nodes = (nodes != namespace.roster_nodes_present).then(|| count(nodes, "node"));
    html! {
        <tr key={format!("{principal} {}", settings.name)} class={sub_class(place)}>
            <th scope="row">
                { unspoken("sub-swatch", Html::default()) }
                { element("b", "id", principal.clone()) }
                { element("span", "id dim", [" ", &settings.name].concat()) }
                if is_about {
                    <span class="dim">{ " " }{ term(Term::About, "about") }</span>
                }
                <span class="dim sides-nodes">{ " " }{ nodes }</span>
            </th>
            { element("td", "n", in_roster) }
            { for numbers(&principal, &settings.name, namespace.counts, namespace.filling) }
            <td>
                { bar(namespace) }
                <span class="sides-fresh" data-fresh={namespace.fresh.to_string()}>{ empty }</span>
            </td>
        </tr>
    }
}

/// The four numbers of a row.
fn numbers(principal: &str, namespace: &str, counts: Counts, filling: u32) -> [Html; 4] {
    let number = |name: &'static str, number: u32| {
        let digits = digit_groups(number).into_iter();
        html! {
            <td
                key={name}
                class={classes!["n", "number", name, (number == 0).then_some("zero")]}
                data-subcluster={principal.to_owned()}
                data-namespace={namespace.to_owned()}
                data-count={(name != "filling").then_some(name)}
                data-filling={(name == "filling").then(|| number.to_string())}
            >
                { for digits.map(|digits| element("span", "", digits)) }
            </td>
        }
    };
    [
        number("active", counts.active),
        number("filling", filling),
        number("unavailable", counts.unavailable),
        number("dead", counts.dead),
    ]
}

/// How many of the active partitions came up empty.
fn fresh(namespace: &SubClusterNamespaceView) -> Option<Html> {
    let (all, look) = (namespace.fresh, Look::Fresh);
    (all > 0).then(|| {
        html! {
            <span>
                { unspoken(classes!["swatch", look.class()], look.glyph()) }
                { format!(" {} came up empty", thousands(all)) }
            </span>
        }
    })
}

/// No node is up, or none in a cluster: every partition of a namespace is unavailable (docs/domain.md §5).
fn row_of_nobody(view: &ClusterView, settings: &NamespaceSettings) -> Html {
    let counts = Counts { unavailable: convert::count(PARTITIONS), ..Counts::default() };
    let who = nobody(view);
    html! {
        <tr key={settings.name.clone()}>
            <th scope="row">{ who }{ element("span", "id dim", [" ", &settings.name].concat()) }</th>
            { element("td", "n", "0") }
            { for numbers("none", &settings.name, counts, 0) }
            <td></td>
        </tr>
    }
}

/// The orphans, counted apart because all their partitions are unavailable.
fn orphans(view: &ClusterView) -> Option<Html> {
    let all = thousands(convert::count(PARTITIONS));
    let is_any_ap = view.namespaces.iter().any(|settings| settings.mode == Mode::Available);
    let ap = if is_any_ap { ", in AP too" } else { "" };
    (!view.orphans.is_empty()).then(|| {
        let (who, ids) = match view.orphans.len() {
            1 => ("Orphan ", nodes(&view.orphans)),
            many if many > NODES_NAMED => ("", format!("{many} orphans")),
            _ => ("Orphans ", nodes(&view.orphans)),
        };
        html! {
            <p class="counts-orphans" data-orphans={view.orphans.len().to_string()}>
                { unspoken("orphan-sign", ORPHAN_SIGN) }
                <span>
                    { explained(who, "Orphan", Term::Orphan) }{ element("b", "id", ids) }
                    { format!(": a client that asks there finds all {all} unavailable{ap}") }
                </span>
            </p>
        }
    })
}

/// The same counts as lengths, with the active ones split into settled and filling.
fn bar(namespace: &SubClusterNamespaceView) -> Html {
    let mut from = 0;
    let parts = Look::ALL.map(|look| {
        let length = look.count(namespace);
        let part = (look.class(), from, length);
        from += length;
        part
    });
    svg::bar(&parts)
}

/// The patterns of all bars, once on the page. They stretch with the bars.
pub fn patterns() -> Html {
    let pattern = |id: &'static str, points: &'static [&'static str]| {
        let polygon = |points: &&'static str| html! { <polygon key={*points} points={*points} /> };
        html! {
            <pattern {id} width="48" height="10" patternUnits="userSpaceOnUse">
                { for points.iter().map(polygon) }
            </pattern>
        }
    };
    html! {
        <svg class="patterns" width="0" height="0" aria-hidden="true">
            <defs>
                { pattern("slanted", &["0,10 15,10 39,0 24,0"]) }
                { pattern("crossed", &["0,10 10,10 40,0 30,0", "0,0 10,0 40,10 30,10"]) }
                { pattern("dotted", &["16,3 32,3 32,7 16,7"]) }
                { pattern("hollow", &["8,2 48,2 48,8 8,8"]) }
            </defs>
        </svg>
    }
}

/// The class that gives a sub-cluster its colour and line.
#[must_use]
pub fn sub_class(place: usize) -> &'static str {
    ["sub-0", "sub-1", "sub-2", "sub-3"][place % 4]
}
