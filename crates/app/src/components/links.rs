//! The links between nodes: lines on the floor, each with a handle that cuts or restores it.
//!
//! Invariant: the handles are the links for every purpose but sight; they are one tab stop, and arrow keys walk through
//! them. A line can be clicked too, where it is near enough.

use std::rc::Rc;

use rosterlab_engine::{ClusterView, Link, NodeId};
use yew::prelude::*;

use crate::components::Dispatch;
use crate::components::button::on_press;
use crate::components::class_list::classes;
use crate::components::counts::sub_class;
use crate::components::placed::Placed;
use crate::hooks::focus;
use crate::keys;
use crate::layout::{Floor, HANDLE, LinkPlace, Point, Rect};
use crate::sentences::link_name;
use crate::state::{Action, State};

/// How a link is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Condition {
    /// It holds, in a sub-cluster.
    Connected(usize),
    /// It holds, between nodes that are up and in different sub-clusters.
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
        match (sub_cluster(link.low()), sub_cluster(link.high())) {
            (Some(low), Some(high)) if low == high => Self::Connected(low),
            (Some(_), Some(_)) => Self::Unused,
            _ => Self::Idle,
        }
    }

    /// The sub-cluster that it is a part of.
    fn sub_class(self) -> &'static str {
        if let Self::Connected(place) = self { sub_class(place) } else { "" }
    }

    /// For those who listen, for tests, and its class.
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
pub fn lines(floor: &Floor, width: i32, state: &State, dispatch: &Dispatch) -> Html {
    let view = state.view();
    let ground = |rect: Rect, key: u32| {
        let [x, y, width, height] =
            [rect.x, rect.y, rect.width, rect.height].map(|n| n.to_string());
        html! { <rect key={key} class="lane-ground" {x} {y} {width} {height} rx="12" /> }
    };
    let line = |place: &LinkPlace| {
        let condition = Condition::of(place.link, view);
        let onclick = on_press(dispatch, Action::ToggleLink(place.link));
        let d = place.path.svg();
        html! {
            <g key={place.link.to_string()} class={classes(&["line", condition.name(), condition.sub_class()])} {onclick}>
                <path class="line-reach" d={d.clone()} />
                <path class="line-seen" {d} />
            </g>
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
            <g>{ for (0..view.sub_clusters.len()).map(|place| hull(floor, view, place)) }</g>
            <g>{ for floor.links.iter().map(line) }</g>
        </svg>
    }
}

/// What holds the cards of a sub-cluster together.
fn hull(floor: &Floor, view: &ClusterView, place: usize) -> Html {
    let is_in = |node: NodeId| view.sub_cluster_of(node) == Some(place);
    let card = |node: NodeId, rect: Rect| {
        let rect = rect.grown(7);
        let [x, y, width, height] =
            [rect.x, rect.y, rect.width, rect.height].map(|n| n.to_string());
        html! { <rect key={node.to_string()} {x} {y} {width} {height} rx="16" /> }
    };
    let bands = floor
        .links
        .iter()
        .filter(|link| Condition::of(link.link, view) == Condition::Connected(place));
    let band =
        |link: &LinkPlace| html! { <path key={link.link.to_string()} d={link.path.svg()} /> };
    let cards = floor.cards().filter(|card| is_in(card.node));
    html! {
        <g key={place} class={classes(&["hull", sub_class(place)])}>
            <g>{ for bands.map(band) }</g>
            <g>{ for cards.map(|each| card(each.node, each.rect)) }</g>
        </g>
    }
}

/// The handles of all links that are drawn.
pub fn handles(floor: &Floor, state: &State, dispatch: &Dispatch) -> Html {
    let links: Rc<Vec<Link>> = Rc::new(floor.links.iter().map(|place| place.link).collect());
    let reached = state.link().filter(|link| links.contains(link));
    let stop = reached.or_else(|| links.first().copied());
    let each = |place: &LinkPlace| {
        let corner = place.handle.minus(Point { x: HANDLE / 2, y: HANDLE / 2 });
        let rect = Rect { x: corner.x, y: corner.y, width: HANDLE, height: HANDLE };
        html! {
            <Placed key={place.link.to_string()} class="handle-place" {rect}>
                { handle(place.link, &links, stop == Some(place.link), state.view(), dispatch) }
            </Placed>
        }
    };
    html! {
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
    let onfocus = {
        let dispatch = dispatch.clone();
        Callback::from(move |_: FocusEvent| dispatch.dispatch(Action::ReachLink(link)))
    };
    let onkeydown = {
        let links = links.clone();
        Callback::from(move |event: KeyboardEvent| walk(&links, link, &event))
    };
    html! {
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
