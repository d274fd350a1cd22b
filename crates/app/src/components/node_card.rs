//! A node's card.
//!
//! Invariant: the card is one button: it can be focused, pressed and dragged, and its name is all that it shows. It
//! tells the floor of pointers and keys, and decides nothing.

use rosterlab_engine::{
    ClusterView, DeviceMark, NodeId, NodeNamespaceView, NodeState, NodeView, QuiesceState, RackId,
};
use std::rc::Rc;
use yew::prelude::*;

use crate::components::class_list::{classes, when};
use crate::components::counts::sub_class;
use crate::hooks::use_place;
use crate::layout::{Point, Rect};
use crate::text::thousands;

/// What a card needs.
#[derive(Clone, PartialEq, Properties)]
pub struct NodeCardProps {
    /// The node.
    pub node: NodeId,
    /// The cluster.
    pub view: Rc<ClusterView>,
    /// The place of the shown namespace.
    pub namespace: usize,
    /// Where the card lies in its lane.
    pub rect: Rect,
    /// How far it is carried from there.
    pub offset: Point,
    /// Whether it is carried.
    pub is_carried: bool,
    /// Whether it is the selected one.
    pub is_selected: bool,
    /// Told of presses of a pointer.
    pub onpress: Callback<(NodeId, PointerEvent)>,
    /// Told of moves, releases and losses of a pointer.
    pub onpointer: Callback<PointerEvent>,
    /// Told of keys.
    pub onkey: Callback<(NodeId, KeyboardEvent)>,
    /// Told that the card is reached.
    pub onreach: Callback<NodeId>,
}

/// A node's card.
#[component]
pub fn NodeCard(props: &NodeCardProps) -> Html {
    let NodeCardProps { node: id, view, namespace, rect, offset, .. } = props;
    let element = use_node_ref();
    use_place(&element, *rect, *offset);
    let Some(node) = view.node(*id) else {
        return html! { <div class="node"></div> };
    };
    let facts = Facts::of(view, node, *namespace);
    let onpointerdown = {
        let (id, onpress, element) = (*id, props.onpress.clone(), element.clone());
        Callback::from(move |event: PointerEvent| {
            if event.button() != 0 || !event.is_primary() {
                return;
            }
            if let Some(element) = element.cast::<web_sys::Element>() {
                // Fails only for pointers that are gone again.
                element.set_pointer_capture(event.pointer_id()).ok();
            }
            onpress.emit((id, event));
        })
    };
    let onkeydown = {
        let (id, onkey) = (*id, props.onkey.clone());
        Callback::from(move |event: KeyboardEvent| onkey.emit((id, event)))
    };
    let reach = || {
        let (id, onreach) = (*id, props.onreach.clone());
        move || onreach.emit(id)
    };
    let (on_focus, on_click) = (reach(), reach());
    let onpointer = &props.onpointer;
    let class = classes(&[
        "node",
        facts.class,
        node.sub_cluster.map_or("", sub_class),
        when(props.is_selected, "selected"),
        when(props.is_carried, "carried"),
    ]);
    html! {
        <div
            ref={element}
            {class}
            data-node={id.to_string()}
            data-state={facts.class}
            role="button"
            tabindex={if props.is_selected { "0" } else { "-1" }}
            aria-pressed={props.is_selected.to_string()}
            aria-describedby="floor-help"
            onfocus={Callback::from(move |_: FocusEvent| on_focus())}
            onclick={Callback::from(move |_: MouseEvent| on_click())}
            {onkeydown}
            {onpointerdown}
            onpointermove={onpointer}
            onpointerup={onpointer}
            onpointercancel={onpointer}
        >
            { face(*id, node, &facts) }
        </div>
    }
}

/// What a card says.
struct Facts<'a> {
    class: &'static str,
    state: &'static str,
    principal: Option<NodeId>,
    rack: RackId,
    part: Option<&'a NodeNamespaceView>,
    storage: (&'static str, &'static str),
    note: Option<Note>,
}

/// The one thing that matters most about a node beside its state.
enum Note {
    ReturnsWithE,
    RackLater(RackId),
    NotInRoster,
    Quiesced,
    Filling(u32),
}

impl Note {
    fn text(&self) -> String {
        match self {
            Self::ReturnsWithE => "returns with e".to_owned(),
            Self::RackLater(rack) => format!("rack {rack} after roster-set + recluster"),
            Self::NotInRoster => "not in the roster".to_owned(),
            Self::Quiesced => "quiesced".to_owned(),
            Self::Filling(copies) => format!("filling {}", thousands(*copies)),
        }
    }

    fn class(&self) -> &'static str {
        match self {
            Self::ReturnsWithE => "note-e",
            Self::Filling(_) => "note-filling",
            Self::RackLater(_) => "note-long",
            _ => "note-plain",
        }
    }
}

impl<'a> Facts<'a> {
    fn of(view: &ClusterView, node: &'a NodeView, namespace: usize) -> Self {
        let (class, state) = match node.state {
            NodeState::Up => ("up", "up"),
            NodeState::Starting => ("starting", "starting"),
            NodeState::DownClean => ("stopped", "stopped clean"),
            NodeState::DownUnclean => ("crashed", "crashed"),
        };
        let sub_cluster = node.sub_cluster.and_then(|place| view.sub_clusters.get(place));
        let part = node.namespaces.get(namespace);
        let worst =
            part.and_then(|part| part.devices.iter().copied().max_by_key(|mark| badness(*mark)));
        Self {
            class,
            state,
            principal: sub_cluster.map(|sub_cluster| sub_cluster.principal),
            rack: node.rack,
            part,
            storage: worst.map_or(("", ""), storage),
            note: note(view, node, namespace),
        }
    }

    /// What the card shows by its place and its looks alone, for those who listen.
    fn unseen(&self) -> String {
        let is_up = if self.principal.is_some() { ", up" } else { "" };
        format!("{is_up}, rack {}, ", self.rack)
    }
}

fn badness(mark: DeviceMark) -> u8 {
    match mark {
        DeviceMark::Flushed => 0,
        DeviceMark::InUse => 1,
        DeviceMark::NotFlushed => 2,
        DeviceMark::Empty => 3,
    }
}

fn storage(mark: DeviceMark) -> (&'static str, &'static str) {
    match mark {
        DeviceMark::InUse => ("▣", "in use"),
        DeviceMark::Flushed => ("☑", "flushed"),
        DeviceMark::NotFlushed => ("☒", "not flushed"),
        DeviceMark::Empty => ("☐", "empty"),
    }
}

fn note(view: &ClusterView, node: &NodeView, namespace: usize) -> Option<Note> {
    let part = node.namespaces.get(namespace)?;
    let settings = view.namespaces.get(namespace)?;
    let untrusted = part.devices.iter().any(|mark| match mark {
        DeviceMark::NotFlushed => !settings.commit_to_device,
        DeviceMark::Empty => true,
        _ => false,
    });
    let sub_cluster = node.sub_cluster.and_then(|place| view.sub_clusters.get(place));
    let entry = sub_cluster.and_then(|sub_cluster| {
        let roster = &sub_cluster.namespaces.get(namespace)?.roster;
        roster.iter().find(|entry| entry.node == node.id)
    });
    if !node.state.is_up() && untrusted {
        Some(Note::ReturnsWithE)
    } else if entry.is_some_and(|entry| entry.rack != node.rack) {
        Some(Note::RackLater(node.rack))
    } else if is_outside(view, node, namespace) {
        Some(Note::NotInRoster)
    } else if node.quiesce != QuiesceState::No {
        Some(Note::Quiesced)
    } else if part.copies.filling > 0 {
        Some(Note::Filling(part.copies.filling))
    } else {
        None
    }
}

/// Whether a node is in no roster: its own, or while it is down in none that is in force anywhere.
fn is_outside(view: &ClusterView, node: &NodeView, namespace: usize) -> bool {
    let own = node.namespaces.get(namespace).and_then(|part| part.in_roster);
    let mut rosters = view
        .sub_clusters
        .iter()
        .filter_map(|sub_cluster| sub_cluster.namespaces.get(namespace))
        .map(|namespace| &namespace.roster)
        .filter(|roster| !roster.is_empty())
        .peekable();
    if node.state.is_up() || rosters.peek().is_none() {
        return own == Some(false);
    }
    rosters.all(|roster| roster.iter().all(|entry| entry.node != node.id))
}

/// What is on the card.
fn face(id: NodeId, node: &NodeView, facts: &Facts) -> Html {
    let copies = facts.part.map(|part| part.copies).unwrap_or_default();
    let number = |name: &'static str, class: &'static str, number: u32| {
        html! {
            <span key={name} class={classes(&["copies", class, when(number == 0, "zero")])}>
                <span class="copies-name">{ name }</span>{ " " }
                <span class="copies-count">{ thousands(number) }</span>{ " " }
            </span>
        }
    };
    let badge = match (facts.principal, node.state) {
        (Some(principal), _) if principal == id => ("badge-sub", "principal".to_owned()),
        (Some(principal), _) => ("badge-sub", format!("with {principal}")),
        (None, NodeState::DownUnclean) => ("badge-crashed", format!("✕ {}", facts.state)),
        (None, _) => ("badge-down", facts.state.to_owned()),
    };
    html! {
        <span class="face">
            <span class="face-head">
                <span class="grip" aria-hidden="true"></span>
                <b class="id">{ id.to_string() }</b>
                { " " }
                <span class={classes(&["badge", badge.0])}>{ badge.1 }</span>
                <span class="visually-hidden">{ facts.unseen() }</span>
            </span>
            { bar(copies.full, copies.subset, copies.evade) }
            <span class="face-copies">
                { number("full", "full", copies.full) }
                { number("subset", "subset", copies.subset) }
                { number("evade", "evade", copies.evade) }
            </span>
            <span class="face-foot">
                { for facts.note.as_ref().map(|note| html! {
                    <span key="note" class={classes(&["note", note.class()])}>{ note.text() }{ " " }</span>
                }) }
                <span key="storage" class="storage"><span aria-hidden="true">{ facts.storage.0 }</span>
                    <span class="storage-text">{ " " }{ facts.storage.1 }</span></span>
            </span>
        </span>
    }
}

/// The copies as lengths; the whole is all 4096 partitions.
fn bar(full: u32, subset: u32, evade: u32) -> Html {
    let parts = [("full", 0, full), ("subset", full, subset), ("evade", full + subset, evade)];
    let part = |(class, from, length): (&'static str, u32, u32)| {
        let (x, width) = (from.to_string(), length.to_string());
        html! { <rect key={class} {class} {x} y="0" {width} height="10" /> }
    };
    let parts = parts.into_iter().filter(|(.., length)| *length > 0);
    html! {
        <svg class="bar" viewBox="0 0 4096 10" preserveAspectRatio="none" aria-hidden="true">
            <g>{ for parts.clone().map(part) }</g>
            <g class="stripes">{ for parts.map(part) }</g>
        </svg>
    }
}
