//! How many partitions are active, unavailable and dead, for each sub-cluster and namespace.
//!
//! Invariant: the text of an element with `data-count` is the number in plain digits; the style sheet sets the thousands
//! apart. Not here: how the numbers are counted (the engine's views).

use rosterlab_engine::{
    ClusterView, Counts, Mode, NamespaceSettings, PARTITIONS, SubClusterNamespaceView,
    SubClusterView, convert,
};
use yew::prelude::*;

use crate::floor::card::ORPHAN_SIGN;
use crate::look::Look;
use crate::margin::panel::margin_pill;
use crate::news::{NODES_NAMED, nodes};
use crate::page::Dispatch;
use crate::state::State;
use crate::text::{digit_groups, thousands};

/// One block for each sub-cluster and namespace, and the margin.
pub fn counts_panel(state: &State, dispatch: &Dispatch) -> Html {
    let view = &state.view;
    let blocks: Vec<Html> = view
        .sub_clusters
        .iter()
        .enumerate()
        .flat_map(|(place, sub_cluster)| {
            let names = view.namespaces.iter().zip(&sub_cluster.namespaces);
            names.map(move |(settings, namespace)| block(place, sub_cluster, settings, namespace))
        })
        .collect();
    let is_many = blocks.len() > 1;
    let nothing = blocks.is_empty().then(|| nothing_runs(view));
    let orphans = orphans(view);
    html! {
        <section
            class={classes!["panel", "counts", is_many.then_some("many")]}
            aria-label="Availability"
        >
            { margin_pill(state, dispatch) }
            <div class="counts-blocks">{ for blocks }</div>
            <div class="counts-nothing">{ for nothing.into_iter().flatten() }</div>
            <div class="orphans-room">{ orphans }</div>
        </section>
    }
}

/// The counts of one namespace in one sub-cluster.
fn block(
    place: usize,
    sub_cluster: &SubClusterView,
    settings: &NamespaceSettings,
    namespace: &SubClusterNamespaceView,
) -> Html {
    let (principal, name) = (sub_cluster.principal.to_string(), &*settings.name);
    let in_roster = match namespace.roster.len() {
        0 if settings.mode == Mode::Available => " · available (AP)".to_owned(),
        0 => " · no roster yet".to_owned(),
        all => format!(" · {} of {all} in the roster", namespace.roster_nodes_present),
    };
    html! {
        <div key={format!("{principal} {name}")} class={classes!["counts-block", sub_class(place)]}>
            <h2 class="counts-title">
                <span class="sub-swatch" aria-hidden="true"></span>
                <span>
                    { "Sub-cluster " }<b class="id">{ principal.clone() }</b>
                </span>
                <span class="dim">
                    <span class="id">{ name }</span>
                    { in_roster }
                </span>
            </h2>
            { numbers(&principal, name, namespace.counts) }
            { bar(namespace) }
            <p class="counts-fresh" data-fresh={namespace.fresh.to_string()}>
                { fresh(namespace) }
            </p>
        </div>
    }
}

/// How many of the active partitions came up empty.
fn fresh(namespace: &SubClusterNamespaceView) -> Option<Html> {
    let which = match namespace.fresh {
        0 => return None,
        all if all == namespace.counts.active => "all of these".to_owned(),
        some => format!("of these {}", thousands(some)),
    };
    let look = Look::Fresh;
    Some(html! {
        <span>
            <span class={classes!["swatch", look.class()]} aria-hidden="true">{ look.glyph() }</span>
            { format!(" {which} came up empty") }
        </span>
    })
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
                <span class="orphan-sign" aria-hidden="true">{ ORPHAN_SIGN }</span>
                <span>
                    { who }<b class="id">{ ids }</b>
                    { format!(": {all} unavailable there{ap}") }
                </span>
            </p>
        }
    })
}

/// No node is up, or none in a cluster: every partition of every namespace is unavailable (docs/domain.md §5).
fn nothing_runs(view: &ClusterView) -> Vec<Html> {
    let all = convert::count(PARTITIONS);
    let counts = Counts { unavailable: all, ..Counts::default() };
    let is_any_up = view.nodes.iter().any(|node| node.state.is_up());
    let title = if is_any_up { "No node is in a cluster" } else { "No node is up" };
    let block = |name: &str| {
        html! {
            <div key={name.to_owned()} class="counts-block">
                <h2 class="counts-title">
                    { title }<span class="dim id">{ name.to_owned() }</span>
                </h2>
                { numbers("none", name, counts) }
            </div>
        }
    };
    view.namespaces.iter().map(|namespace| block(&namespace.name)).collect()
}

/// The three counts.
fn numbers(principal: &str, namespace: &str, counts: Counts) -> Html {
    let number = |name: &'static str, label: &'static str, number: u32| {
        html! {
            <div key={name} class={classes!["number", name, (number == 0).then_some("zero")]}>
                <dt>{ label }</dt>
                <dd
                    data-subcluster={principal.to_owned()}
                    data-namespace={namespace.to_owned()}
                    data-count={name}
                >
                    { for digit_groups(number).into_iter().map(|digits| html! { <span>{ digits }</span> }) }
                </dd>
            </div>
        }
    };
    html! {
        <dl class="numbers">
            { number("unavailable", "unavailable", counts.unavailable) }
            { number("active", "active", counts.active) }
            { number("dead", "dead", counts.dead) }
        </dl>
    }
}

/// The same counts as lengths, with the active ones split into settled and filling.
fn bar(namespace: &SubClusterNamespaceView) -> Html {
    let mut from = 0;
    let parts = Look::ALL.map(|look| {
        let length = look.count(namespace);
        let part = (look, from, length);
        from += length;
        part
    });
    let rect = |(look, from, length): (Look, u32, u32)| {
        let (x, width) = (from.to_string(), length.to_string());
        let class = look.class();
        html! { <rect key={class} {class} {x} y="0" {width} height="10" /> }
    };
    let parts = parts.iter().copied().filter(|(.., length)| *length > 0);
    html! {
        <svg class="bar" viewBox="0 0 4096 10" preserveAspectRatio="none" aria-hidden="true">
            <g>{ for parts.clone().map(rect) }</g>
            <g class="stripes">{ for parts.map(rect) }</g>
        </svg>
    }
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
