//! The links between nodes: lines on the floor, each with a handle that cuts or restores it; with many nodes in bundles by
//! rack, and those of the selected node as a list below the floor when they are asked for.
//!
//! Invariant: the handles are the links for every purpose but sight; they are one tab stop, and arrow keys walk through
//! them. A line can be clicked too, where it is near enough.

use std::rc::Rc;

use rosterlab_engine::{ClusterView, Link, NodeId};
use yew::prelude::*;

use crate::browser::focus;
use crate::floor::layout::{Bundle, BundlePlace, Floor, HANDLE, LinkPlace, Rect};
use crate::floor::placed::placed;
use crate::map::counts::sub_class;
use crate::page::Dispatch;
use crate::page::class_list::classes;
use crate::page::ear::on_press;
use crate::page::h::ui;
use crate::page::keys;
use crate::page::part::part;
use crate::sentences::link_name;
use crate::state::{Action, BundleCuts, FloorAction, State};
use crate::text::thousands;

/// What the wires need. They are a part of their own so that carrying a card does not draw them again.
#[derive(Clone, PartialEq)]
struct Wires {
    state: Rc<State>,
    dispatch: Dispatch,
    floor: Rc<Floor>,
    width: i32,
}

/// Hulls, lines and handles.
pub fn wires(state: &Rc<State>, dispatch: &Dispatch, floor: &Rc<Floor>, width: i32) -> Html {
    let (state, dispatch, floor) = (state.clone(), dispatch.clone(), floor.clone());
    part("wires", Wires { state, dispatch, floor, width }, |wires, _| draw(wires))
}

fn draw(wires: &Wires) -> Html {
    let Wires { state, dispatch, floor, width } = wires;
    let cuts = floor.is_dense.then(|| state.bundle_cuts());
    ui! {
        <div class="wires">
            { lines(floor, *width, state, cuts.as_ref(), dispatch) }
            <div class="wires-handles">
                { match &cuts {
                    Some(cuts) => bundle_handles(floor, cuts, dispatch),
                    None => handles(floor, state, dispatch),
                } }
            </div>
        </div>
    }
}

/// How a link is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Condition {
    /// It holds, in a sub-cluster.
    Connected(usize),
    /// It holds, between nodes that are up and in different sub-clusters, or in none.
    Unused,
    /// A node at its end is down.
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

    /// The sub-cluster that it is a part of.
    fn sub_class(self) -> &'static str {
        if let Self::Connected(place) = self { sub_class(place) } else { "" }
    }

    /// For screen readers, for tests, and its class.
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
    let view = state.view();
    let ground = |rect: Rect, key: u32| {
        let [x, y, width, height] =
            [rect.x, rect.y, rect.width, rect.height].map(|n| n.to_string());
        ui! { <rect key={key} class="lane-ground" {x} {y} {width} {height} rx="12" /> }
    };
    let line = |place: &LinkPlace| {
        let condition = Condition::of(place.link, view);
        let onclick = on_press(dispatch, Action::ToggleLink(place.link));
        let d = place.path.svg();
        let reach = (!floor.is_dense).then(|| ui! { <path class="line-reach" d={d.clone()} /> });
        ui! {
            <g key={place.link.to_string()} class={classes(&["line", condition.name(), condition.sub_class()])} {onclick}>
                <g>{ reach }</g>
                <path class="line-seen" {d} />
            </g>
        }
    };
    let bundle = |place: &BundlePlace| {
        let (cut, all) = cuts.map_or((0, 0), |cuts| cuts.of(place.bundle));
        ui! {
            <path
                key={bundle_id(place.bundle)}
                class={classes(&["bundle-line", bundle_name(cut, all)])}
                d={place.path.svg()}
            />
        }
    };
    ui! {
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

/// What holds the cards of each sub-cluster together: first all outlines, then all fills over them, so that pieces that
/// touch become one shape.
fn hulls(floor: &Floor, state: &State) -> Html {
    let view = state.view();
    let hulls = floor.hulls(&|node| view.sub_cluster_of(node));
    let rect = |class: &'static str| {
        let hulls = hulls.iter().enumerate();
        let rects = hulls.map(move |(key, hull)| {
            let [x, y, width, height] =
                [hull.rect.x, hull.rect.y, hull.rect.width, hull.rect.height]
                    .map(|n| n.to_string());
            let rx = if floor.is_dense { "5" } else { "16" };
            let class = classes(&[class, sub_class(hull.sub_cluster)]);
            ui! { <rect {key} {class} {x} {y} {width} {height} {rx} /> }
        });
        rects.collect::<Vec<Html>>()
    };
    let label = |(key, hull): (usize, &crate::floor::layout::Hull)| {
        let sub_cluster = &view.sub_clusters[hull.sub_cluster];
        let in_roster = sub_cluster.namespaces.get(state.namespace()).map(|namespace| {
            let (here, all) = (namespace.roster_nodes_present, namespace.roster.len());
            if all == 0 { String::new() } else { format!(" · {here} of {all} in the roster") }
        });
        let principal = sub_cluster.principal;
        let short = format!("sub-cluster {principal}");
        let long = format!("{short}{}", in_roster.unwrap_or_default());
        let fits = |text: &String| text.chars().count() <= hull.label_letters;
        let shortest = format!("cluster {principal}");
        let text = [long, short, shortest].into_iter().find(fits).unwrap_or_default();
        let class = classes(&["hull-label", sub_class(hull.sub_cluster)]);
        let (x, y) = ((hull.rect.x + 14).to_string(), (hull.rect.bottom() + 3).to_string());
        ui! { <text {key} {class} {x} {y}>{ text }</text> }
    };
    let labelled = hulls.iter().enumerate().filter(|(_, hull)| hull.label_letters > 0);
    ui! {
        <g class="hulls">
            <g>{ for rect("hull-edge") }</g>
            <g>{ for rect("hull-fill") }</g>
            <g>{ for labelled.map(label) }</g>
        </g>
    }
}

/// How tests and keys find a bundle: `1-2`.
fn bundle_id(bundle: Bundle) -> String {
    format!("{}-{}", bundle.from, bundle.to)
}

/// How a bundle is, by how many of its links are cut.
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
        let inside = ui! {
            <button
                type="button"
                class={classes(&["handle", "bundle", name])}
                data-bundle={bundle_id(bundle)}
                data-state={name}
                data-cut={cut.to_string()}
                aria-label={label.clone()}
                title={label}
                onclick={on_press(dispatch, Action::Floor(FloorAction::ToggleBundle(bundle)))}
            >
                <span class="handle-seen" aria-hidden="true">{ shown }</span>
            </button>
        };
        placed(
            Some(bundle_id(bundle).into()),
            "handle-place",
            Rect::around(place.handle, HANDLE),
            inside,
        )
    };
    ui! {
        <div class="handles" role="group" aria-label="Links between racks, in bundles">
            { for floor.bundles.iter().map(each) }
        </div>
    }
}

/// With many nodes: which bundles are cut, in words, and the links of the selected node.
pub fn link_list(floor: &Floor, state: &State, dispatch: &Dispatch) -> Html {
    let cuts = (floor.is_dense && !state.view().cuts.is_empty()).then(|| state.bundle_cuts());
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
    let shown = floor.is_dense && state.are_links_shown();
    let links: Rc<Vec<Link>> =
        Rc::new(floor.links.iter().map(|place| place.link).filter(|_| shown).collect());
    let reached = state.link().filter(|link| links.contains(link));
    let stop = reached.or_else(|| links.first().copied());
    let chips = links.iter().map(|link| {
        ui! {
            <span key={link.to_string()} class="link-chip">
                { handle(*link, &links, stop == Some(*link), state.view(), dispatch) }
                <span class="id" aria-hidden="true">{ other_end(*link, state.selected()).to_string() }</span>
            </span>
        }
    });
    let list = shown.then(|| {
        ui! {
            <div class="link-chips" role="toolbar" aria-label={format_args!("Links of {}", state.selected())}>
                { for chips }
            </div>
        }
    });
    ui! {
        <div class="link-list">
            <p class="bundles-told" data-bundles="">{ told }</p>
            <div>{ list }</div>
        </div>
    }
}

fn other_end(link: Link, node: NodeId) -> NodeId {
    if link.low() == node { link.high() } else { link.low() }
}

/// The handles of all links that are drawn.
fn handles(floor: &Floor, state: &State, dispatch: &Dispatch) -> Html {
    let links: Rc<Vec<Link>> = Rc::new(floor.links.iter().map(|place| place.link).collect());
    let reached = state.link().filter(|link| links.contains(link));
    let stop = reached.or_else(|| links.first().copied());
    let each = |place: &LinkPlace| {
        let rect = Rect::around(place.handle, HANDLE);
        let inside = handle(place.link, &links, stop == Some(place.link), state.view(), dispatch);
        placed(Some(place.link.to_string().into()), "handle-place", rect, inside)
    };
    ui! {
        <div class="handles" role="toolbar" aria-label="Links between nodes">
            { for floor.links.iter().map(each) }
        </div>
    }
}

/// Arrow keys go to the next link or the one before; Escape goes back to a card.
fn walk(links: &[Link], from: Link, event: &KeyboardEvent) {
    let place = links.iter().position(|link| *link == from).unwrap_or(0);
    let to = match (keys::direction(&event.key()), event.key().as_str()) {
        (Some(direction), _) => place.checked_add_signed(keys::step(direction)),
        (None, "Home") => Some(0),
        (None, "End") => links.len().checked_sub(1),
        (None, "Escape") => {
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

/// Finds a link's handle.
#[must_use]
pub fn selector(link: Link) -> String {
    format!("[data-link=\"{link}\"]")
}

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
    let onfocus = on_press(dispatch, Action::ReachLink(link));
    let onkeydown = {
        let links = links.clone();
        Callback::from(move |event: KeyboardEvent| walk(&links, link, &event))
    };
    ui! {
        <button
            type="button"
            class={classes(&["handle", condition.name(), condition.sub_class()])}
            data-link={link.to_string()}
            data-state={condition.name()}
            tabindex={if is_stop { "0" } else { "-1" }}
            aria-label={label.clone()}
            title={label}
            onclick={on_press(dispatch, Action::ToggleLink(link))}
            {onfocus}
            {onkeydown}
        >
            <span class="handle-seen" aria-hidden="true"></span>
        </button>
    }
}
