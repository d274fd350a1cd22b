//! The links between nodes: lines on the floor, each with a handle that cuts or restores it. With many nodes, links are
//! bundled by rack, and a list below the floor shows those of the selected node on request.
//!
//! Invariant: keys and screen readers reach links through their handles, which are one tab stop that arrow keys walk
//! through. Lines are for sight and for the pointer. Not here: where lines and handles lie (see `layout`).

use std::rc::Rc;

use rosterlab_engine::{ClusterView, Link, NodeId};
use yew::prelude::*;

use crate::browser::focus;
use crate::floor::layout::{Bundle, BundlePlace, Floor, HANDLE, Hull, LinkPlace, Rect};
use crate::floor::placed::PlacedBox;
use crate::floor::state::{BundleCuts, FloorAction};
use crate::news::link_name;
use crate::page::element::unspoken;
use crate::page::svg;
use crate::page::{Dispatch, keys};
use crate::state::{Action, State};
use crate::text::thousands;
use crate::verdict::sides::sub_class;
use crate::verdict::words::of_side;

/// What the wires need.
#[derive(PartialEq, Properties)]
pub struct WiresProps {
    /// What is shown.
    pub state: Rc<State>,
    /// Where actions go.
    pub dispatch: Dispatch,
    /// Where everything lies.
    pub floor: Rc<Floor>,
    /// How wide the floor is, in CSS pixels.
    pub width: i32,
}

/// Hulls, lines and handles. They are a component of their own so that carrying a card does not draw them again.
#[component]
pub fn Wires(props: &WiresProps) -> Html {
    let WiresProps { state, dispatch, floor, width } = props;
    let cuts = floor.is_dense.then(|| state.bundle_cuts());
    html! {
        <div class="wires">
            { lines(floor, *width, state, cuts.as_ref(), dispatch) }
            <div class="wires-handles">
                if let Some(cuts) = &cuts {
                    { bundle_handles(floor, cuts, dispatch) }
                } else {
                    { handles(floor, state, dispatch) }
                }
            </div>
        </div>
    }
}

/// The condition of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Condition {
    /// It connects two nodes of the sub-cluster at that place.
    Connected(usize),
    /// It is whole and its nodes are up, but they are in different sub-clusters or in none.
    Unused,
    /// A node at one of its ends is down.
    Idle,
    /// It is cut.
    Cut,
}

impl Condition {
    fn of(link: Link, view: &ClusterView) -> Self {
        let sub_cluster = |node: NodeId| view.sub_cluster_of(node);
        if view.is_cut(link.low(), link.high()) {
            return Self::Cut;
        }
        let is_up = |node: NodeId| view.node(node).is_some_and(|node| node.state.is_up());
        match (sub_cluster(link.low()), sub_cluster(link.high())) {
            (Some(low), Some(high)) if low == high => Self::Connected(low),
            _ if is_up(link.low()) && is_up(link.high()) => Self::Unused,
            _ => Self::Idle,
        }
    }

    /// The class of the sub-cluster that it is a part of.
    fn sub_class(self) -> Option<&'static str> {
        if let Self::Connected(place) = self { Some(sub_class(place)) } else { None }
    }

    /// Its name for screen readers and tests, and its class.
    fn name(self) -> &'static str {
        match self {
            Self::Connected(_) => "connected",
            Self::Unused => "unused",
            Self::Idle => "idle",
            Self::Cut => "cut",
        }
    }
}

/// The lines, and the hulls of sub-clusters below them: an SVG that fills the floor.
fn lines(
    floor: &Floor,
    width: i32,
    state: &State,
    cuts: Option<&BundleCuts>,
    dispatch: &Dispatch,
) -> Html {
    let view = &state.view;
    let ground = |rect: Rect, key: u32| {
        let [x, y, width, height] =
            [rect.x, rect.y, rect.width, rect.height].map(|n| n.to_string());
        html! { <rect key={key} class="lane-ground" {x} {y} {width} {height} rx="12" /> }
    };
    let line = |place: &LinkPlace| {
        let condition = Condition::of(place.link, view);
        let onclick = dispatch.on(Action::ToggleLink(place.link));
        let d = place.path.svg();
        let class = classes!["line", condition.name(), condition.sub_class()];
        html! {
            <g key={place.link.to_string()} {class} {onclick}>
                <g>
                    if !floor.is_dense {
                        { svg::path("line-reach", d.clone()) }
                    }
                </g>
                { svg::path("line-seen", d) }
            </g>
        }
    };
    let bundle = |place: &BundlePlace| {
        let (cut, all) = cuts.map_or((0, 0), |cuts| cuts.of(place.bundle));
        html! {
            <path
                key={bundle_id(place.bundle)}
                class={classes!["bundle-line", bundle_name(cut, all)]}
                d={place.path.svg()}
            />
        }
    };
    html! {
        <svg
            class="lines"
            width={width.to_string()}
            height={floor.height.to_string()}
            aria-hidden="true"
        >
            <g>{ for floor.lanes.iter().map(|lane| ground(lane.rect, lane.rack.get())) }</g>
            { hulls(floor, state) }
            <g>{ for floor.bundles.iter().map(bundle) }</g>
            <g>{ for floor.links.iter().map(line) }</g>
        </svg>
    }
}

/// The shapes around the cards of each sub-cluster: all outlines first, then all fills over them, so that pieces that touch
/// become one shape.
fn hulls(floor: &Floor, state: &State) -> Html {
    let view = &state.view;
    let hulls = floor.hulls(&|node| view.sub_cluster_of(node));
    let rect = |class: &'static str| {
        let hulls = hulls.iter().enumerate();
        let rects = hulls.map(move |(key, hull)| {
            let [x, y, width, height] =
                [hull.rect.x, hull.rect.y, hull.rect.width, hull.rect.height]
                    .map(|n| n.to_string());
            let rx = if floor.is_dense { "5" } else { "16" };
            let class = classes![class, sub_class(hull.sub_cluster)];
            html! { <rect {key} {class} {x} {y} {width} {height} {rx} /> }
        });
        rects.collect::<Vec<Html>>()
    };
    let label = |(key, hull): (usize, &Hull)| {
        let sub_cluster = &view.sub_clusters[hull.sub_cluster];
        let principal = sub_cluster.principal;
        let short = format!("sub-cluster {principal}");
        let long = format!("{short} · {}", of_side(view, sub_cluster, state.namespace));
        let fits = |text: &String| text.chars().count() <= hull.label_letters;
        let text = [long, short, principal.to_string()].into_iter().find(fits).unwrap_or_default();
        let class = classes!["hull-label", sub_class(hull.sub_cluster)];
        let (x, y) = ((hull.rect.x + 14).to_string(), (hull.rect.bottom() + 3).to_string());
        html! { <text {key} {class} {x} {y}>{ text }</text> }
    };
    let labelled = hulls.iter().enumerate().filter(|(_, hull)| hull.label_letters > 0);
    html! {
        <g class="hulls">
            <g>{ for rect("hull-edge") }</g>
            <g>{ for rect("hull-fill") }</g>
            <g>{ for labelled.map(label) }</g>
        </g>
    }
}

/// The name by which tests and keys find a bundle: `1-2`.
fn bundle_id(bundle: Bundle) -> String {
    format!("{}-{}", bundle.from, bundle.to)
}

/// The condition of a bundle, from how many of its links are cut.
fn bundle_name(cut: u32, all: u32) -> &'static str {
    match cut {
        0 => "connected",
        cut if cut == all => "cut",
        _ => "partly",
    }
}

fn bundle_title(bundle: Bundle) -> String {
    if bundle.from == bundle.to {
        format!("Within rack {}", bundle.from)
    } else {
        format!("Racks {}–{}", bundle.from, bundle.to)
    }
}

/// The handles of all bundles, each a button that cuts or restores all its links.
fn bundle_handles(floor: &Floor, cuts: &BundleCuts, dispatch: &Dispatch) -> Html {
    let each = |place: &BundlePlace| {
        let bundle = place.bundle;
        let (cut, all) = cuts.of(bundle);
        let name = bundle_name(cut, all);
        let does = if cut == all { "restore them" } else { "cut them all" };
        let title = bundle_title(bundle);
        let label = format!("{title}: {} of {} links cut, {does}", thousands(cut), thousands(all));
        let shown = match cut {
            _ if name != "partly" => String::new(),
            0..100 => cut.to_string(),
            _ => "99+".to_owned(),
        };
        let id = bundle_id(bundle);
        html! {
            <PlacedBox key={id.as_str()} class="handle-place" rect={Rect::around(place.handle, HANDLE)}>
                <button
                    type="button"
                    class={classes!["handle", "bundle", name]}
                    data-bundle={id.clone()}
                    data-state={name}
                    data-cut={cut.to_string()}
                    aria-label={label.clone()}
                    title={label}
                    onclick={dispatch.on(Action::Floor(FloorAction::ToggleBundle(bundle)))}
                >
                    { unspoken("handle-seen", shown) }
                </button>
            </PlacedBox>
        }
    };
    html! {
        <div class="handles" role="group" aria-label="Links between racks, in bundles">
            { for floor.bundles.iter().map(each) }
        </div>
    }
}

/// With many nodes: which bundles are cut, in words, and on request the links of the selected node.
pub fn link_list(floor: &Floor, state: &State, dispatch: &Dispatch) -> Html {
    let cuts = (floor.is_dense && !state.view.cuts.is_empty()).then(|| state.bundle_cuts());
    let of = |place: &BundlePlace| {
        let (cut, all) = cuts.as_ref().map_or((0, 0), |cuts| cuts.of(place.bundle));
        let title = bundle_title(place.bundle);
        (cut > 0).then(|| format!("{title}: {} of {} cut", thousands(cut), thousands(all)))
    };
    let told: Vec<String> = floor.bundles.iter().filter_map(of).collect();
    let told = match told.as_slice() {
        [] if floor.is_dense => "Links are bundled by rack at the right: none is cut.".to_owned(),
        told => told.join(" · "),
    };
    let shown = floor.is_dense && state.floor.are_links_shown;
    let links: Rc<Vec<Link>> =
        Rc::new(floor.links.iter().map(|place| place.link).filter(|_| shown).collect());
    let reached = state.link.filter(|link| links.contains(link));
    let stop = reached.or_else(|| links.first().copied());
    let chips = links.iter().map(|link| {
        html! {
            <span key={link.to_string()} class="link-chip">
                { handle(*link, &links, stop == Some(*link), &state.view, dispatch) }
                { unspoken("id", other_end(*link, state.selected).to_string()) }
            </span>
        }
    });
    html! {
        <div class="link-list">
            <p class="bundles-told" data-bundles="">{ told }</p>
            <div>
                if shown {
                    <div
                        class="link-chips"
                        role="toolbar"
                        aria-label={format!("Links of {}", state.selected)}
                    >
                        { for chips }
                    </div>
                }
            </div>
        </div>
    }
}

fn other_end(link: Link, node: NodeId) -> NodeId {
    if link.low() == node { link.high() } else { link.low() }
}

/// The handles of all links that are drawn.
fn handles(floor: &Floor, state: &State, dispatch: &Dispatch) -> Html {
    let links: Rc<Vec<Link>> = Rc::new(floor.links.iter().map(|place| place.link).collect());
    let reached = state.link.filter(|link| links.contains(link));
    let stop = reached.or_else(|| links.first().copied());
    let each = |place: &LinkPlace| {
        let rect = Rect::around(place.handle, HANDLE);
        html! {
            <PlacedBox key={place.link.to_string()} class="handle-place" {rect}>
                { handle(place.link, &links, stop == Some(place.link), &state.view, dispatch) }
            </PlacedBox>
        }
    };
    html! {
        <div class="handles" role="toolbar" aria-label="Links between nodes">
            { for floor.links.iter().map(each) }
        </div>
    }
}

/// Moves the focus: arrow keys to the next link or the one before, Escape back to a card.
fn walk(links: &[Link], from: Link, event: &KeyboardEvent) {
    let place = links.iter().position(|link| *link == from).unwrap_or(0);
    let to = match (keys::direction(&event.key()), event.key().as_str()) {
        (Some(direction), _) => place.checked_add_signed(keys::step(direction)),
        (None, "Home") => Some(0),
        (None, "End") => links.len().checked_sub(1),
        (None, "Escape") => {
            event.prevent_default();
            focus(&format!("[data-node=\"{}\"]", from.low()));
            return;
        }
        _ => return,
    };
    event.prevent_default();
    if let Some(link) = to.and_then(|to| links.get(to)) {
        focus(&selector(*link));
    }
}

/// The selector that finds a link's handle.
#[must_use]
pub fn selector(link: Link) -> String {
    format!("[data-link=\"{link}\"]")
}

/// A link's handle.
fn handle(
    link: Link,
    links: &Rc<Vec<Link>>,
    is_stop: bool,
    view: &ClusterView,
    dispatch: &Dispatch,
) -> Html {
    let condition = Condition::of(link, view);
    let name = link_name(link);
    let does = if condition == Condition::Cut { "restore it" } else { "cut it" };
    let label = format!("Link {name}: {}, {does}", condition.name());
    let onfocus = dispatch.on(Action::ReachLink(link));
    let onkeydown = {
        let links = links.clone();
        move |event: KeyboardEvent| walk(&links, link, &event)
    };
    html! {
        <button
            type="button"
            class={classes!["handle", condition.name(), condition.sub_class()]}
            data-link={link.to_string()}
            data-state={condition.name()}
            tabindex={if is_stop { "0" } else { "-1" }}
            aria-label={label.clone()}
            title={label}
            onclick={dispatch.on(Action::ToggleLink(link))}
            {onfocus}
            {onkeydown}
        >
            { unspoken("handle-seen", Html::default()) }
        </button>
    }
}
