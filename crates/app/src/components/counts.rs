//! How many partitions are active, unavailable and dead, for each sub-cluster and namespace.
//!
//! Invariant: the text of an element with `data-count` is the number in plain digits; what sets thousands apart is drawn
//! by the style sheet.

use rosterlab_engine::{ClusterView, Counts, PARTITIONS, SubClusterNamespaceView, SubClusterView};
use yew::prelude::*;

use crate::components::header::PanelProps;
use crate::look::Look;
use crate::text::digit_groups;

/// One block for each sub-cluster and namespace.
#[component]
pub fn CountsPanel(props: &PanelProps) -> Html {
    let view = props.state.view();
    let blocks: Vec<Html> = view
        .sub_clusters
        .iter()
        .enumerate()
        .flat_map(|(place, sub_cluster)| {
            let names = view.namespaces.iter().zip(&sub_cluster.namespaces);
            names.map(move |(settings, namespace)| {
                block(view, place, sub_cluster, &settings.name, namespace)
            })
        })
        .collect();
    let is_many = blocks.len() > 1;
    let nothing = blocks.is_empty().then(|| nothing_runs(view));
    html! {
        <section
            class={classes!("panel", "counts", is_many.then_some("many"))}
            aria-label="Availability"
        >
            <div class="counts-blocks">{ for blocks }</div>
            <div class="counts-nothing">{ for nothing.into_iter().flatten() }</div>
        </section>
    }
}

fn block(
    view: &ClusterView,
    place: usize,
    sub_cluster: &SubClusterView,
    name: &str,
    namespace: &SubClusterNamespaceView,
) -> Html {
    let principal = sub_cluster.principal.to_string();
    let alone = view.sub_clusters.len() == 1;
    html! {
        <div key={format!("{principal} {name}")} class={classes!("counts-block", sub_class(place))}>
            <h2 class="counts-title">
                <span class="sub-swatch" aria-hidden="true"></span>
                <span>
                    { if alone { "All nodes that are up" } else { "Sub-cluster " } }
                    <b class="id">{ (!alone).then(|| principal.clone()) }</b>
                </span>
                <span class="dim">
                    <span class="id">{ name }</span>
                    { format!(
                        " · {} of {} in the roster",
                        namespace.roster_nodes_present,
                        namespace.roster.len()
                    ) }
                </span>
            </h2>
            { numbers(&principal, name, namespace.counts) }
            { bar(namespace) }
        </div>
    }
}

/// No node is up: every partition of every namespace is unavailable (docs/domain.md §5).
fn nothing_runs(view: &ClusterView) -> Vec<Html> {
    let all = u32::try_from(PARTITIONS).unwrap_or(0);
    let counts = Counts { unavailable: all, ..Counts::default() };
    let block = |name: &str| {
        html! {
            <div key={name.to_owned()} class="counts-block">
                <h2 class="counts-title">
                    { "No node is up" }<span class="dim id">{ name.to_owned() }</span>
                </h2>
                { numbers("none", name, counts) }
            </div>
        }
    };
    view.namespaces.iter().map(|namespace| block(&namespace.name)).collect()
}

fn numbers(principal: &str, namespace: &str, counts: Counts) -> Html {
    let number = |name: &'static str, label: &'static str, number: u32| {
        html! {
            <div key={name} class={classes!("number", name, (number == 0).then_some("zero"))}>
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

/// The same as lengths, with the active ones parted into settled and filling.
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
        html! {
            <g key={look.class()}>
                <rect class={look.class()} x={x.clone()} y="0" width={width.clone()} height="10" />
            </g>
        }
    };
    html! {
        <svg class="bar" viewBox="0 0 4096 10" preserveAspectRatio="none" aria-hidden="true">
            { for parts.into_iter().filter(|(.., length)| *length > 0).map(rect) }
        </svg>
    }
}

/// The class that gives a sub-cluster its colour and line.
#[must_use]
pub fn sub_class(place: usize) -> &'static str {
    ["sub-0", "sub-1", "sub-2", "sub-3"][place % 4]
}
