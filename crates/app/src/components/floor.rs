//! The floor: racks as lanes, nodes as cards in them, the links between.
//!
//! Invariant: what a pointer or a key means is decided by `gesture` and `keys`, where things lie by `layout`; a move by
//! drag, by keys and by button ends in the same command.

use std::rc::Rc;

use rosterlab_engine::{Command, Link, NodeId, RackId, Shutdown};
use web_sys::HtmlElement;
use yew::prelude::*;

use crate::components::button::on_press;
use crate::components::class_list::{classes, when};
use crate::components::counts::sub_class;
use crate::components::links::{handles, lines};
use crate::components::node_card::NodeCard;
use crate::components::placed::Placed;
use crate::components::{Dispatch, PanelProps};
use crate::gesture::{Drop, Gesture, Input};
use crate::hooks::{focus, use_room};
use crate::keys::{self, Press, Scope};
use crate::layout::{ALL_LINKS_NODES, Card, Direction, Floor, Lane, Point, Rect, Wanted, lay_out};
use crate::state::{Action, State};
use crate::verbs::Verb;

/// How wide the floor is taken to be until that is known.
const UNKNOWN_WIDTH: i32 = 760;

/// What a gesture is told, and where a card that it drops goes.
struct Hand(Gesture, Option<Drop>);

impl Reducible for Hand {
    type Action = Input;

    fn reduce(self: Rc<Self>, input: Input) -> Rc<Self> {
        let (gesture, drop) = self.0.next(input);
        if gesture == self.0 && drop.is_none() && self.1.is_none() {
            return self;
        }
        Rc::new(Self(gesture, drop))
    }
}

/// The floor with the list of its sub-clusters.
#[component]
pub fn FloorPanel(props: &PanelProps) -> Html {
    let PanelProps { state, dispatch } = props;
    let node = use_node_ref();
    let room = use_room(&node);
    let hand = use_reducer(|| Hand(Gesture::Idle, None));
    let width = room.map_or(UNKNOWN_WIDTH, |room| room.width);
    let text_percent = room.map_or(100, |room| room.text_percent);
    let floor = {
        let links = drawn_links(state);
        Rc::new(lay_out(&Wanted { racks: &state.racks(), links: &links, width, text_percent }))
    };
    use_drops(hand.1, dispatch);

    let ears = Ears {
        state: state.clone(),
        dispatch: dispatch.clone(),
        floor: floor.clone(),
        node: node.clone(),
        gesture: hand.0,
        hand: hand.clone(),
    };
    let lanes = floor.lanes.iter().map(|lane| ears.lane(lane));
    html! {
        <section class="panel floor-panel" aria-labelledby="floor-title">
            <h2 class="visually-hidden" id="floor-title">{ "Racks, nodes and links" }</h2>
            { sub_clusters(state, dispatch) }
            <div
                ref={node}
                class={classes(&["floor", when(hand.0.carried().is_some(), "carrying")])}
            >
                { lines(&floor, width, state, dispatch) }
                <div class="lanes">{ for lanes }</div>
                { handles(&floor, state, dispatch) }
                <div class="carry-room">{ carry_hint(hand.0) }</div>
            </div>
            <p class="visually-hidden" id="floor-help">
                { "Arrow keys go to other cards. Keys: " }
                { keys::verbs().map(|verb| {
                    format!("{} {}", keys::shortcut_of(verb).unwrap_or_default(), verb.label())
                }).collect::<Vec<_>>().join(", ") }
            </p>
        </section>
    }
}

/// Turns drops into commands, once each.
#[hook]
fn use_drops(drop: Option<Drop>, dispatch: &Dispatch) {
    let dispatch = dispatch.clone();
    use_effect_with(drop, move |drop| {
        if let Some(Drop { node, rack }) = *drop {
            dispatch.dispatch(Action::Do(Command::MoveToRack { nodes: vec![node], rack }));
        }
    });
}

/// The links that are drawn: all, or with many nodes those of the selected one and those that are cut.
fn drawn_links(state: &State) -> Vec<Link> {
    let view = state.view();
    let nodes: Vec<NodeId> = view.nodes.iter().rev().map(|node| node.id).collect();
    let pairs = nodes.iter().enumerate().flat_map(|(place, low)| {
        nodes[place + 1..].iter().filter_map(|high| Link::new(*low, *high))
    });
    let selected = state.selected();
    let is_drawn = |link: &Link| {
        nodes.len() <= ALL_LINKS_NODES
            || link.low() == selected
            || link.high() == selected
            || view.is_cut(link.low(), link.high())
    };
    pairs.filter(is_drawn).collect()
}

/// The sub-clusters by name; pressing one shows the map, the reasons and the roster from there.
fn sub_clusters(state: &State, dispatch: &Dispatch) -> Html {
    let view = state.view();
    let shown = state.shown();
    let chip = |place: usize| {
        let sub_cluster = &view.sub_clusters[place];
        let principal = sub_cluster.principal;
        let in_roster = sub_cluster.namespaces.get(state.namespace()).map(|namespace| {
            match namespace.roster.len() {
                0 => "no roster".to_owned(),
                all => format!("{} of {all} in the roster", namespace.roster_nodes_present),
            }
        });
        let onclick = on_press(dispatch, Action::ShowSubCluster(principal));
        html! {
            <li key={principal.to_string()}>
                <button
                    type="button"
                    class={classes(&["sub-chip", sub_class(place)])}
                    data-action="show-sub-cluster"
                    aria-pressed={(shown == Some(place)).to_string()}
                    title="show the map, the reasons and the roster from this sub-cluster"
                    {onclick}
                >
                    <span class="sub-swatch" aria-hidden="true"></span>
                    <span>{ "sub-cluster " }<b class="id">{ principal.to_string() }</b></span>
                    <span>{ in_roster }</span>
                    <span class="sub-key">{ "key " }<span class="id">{ sub_cluster.key.to_string() }</span></span>
                </button>
            </li>
        }
    };
    let nothing = view.sub_clusters.is_empty().then(|| {
        html! { <li key="nothing" class="dim">{ "no node is up" }</li> }
    });
    html! {
        <ul class="sub-clusters">
            { for (0..view.sub_clusters.len()).map(chip).chain(nothing) }
        </ul>
    }
}

/// What to press while keys carry a card.
fn carry_hint(gesture: Gesture) -> Option<Html> {
    let (node, _) = gesture.carried().filter(|_| gesture.is_by_keys())?;
    let to =
        gesture.target().map_or_else(|| "another rack".to_owned(), |rack| format!("rack {rack}"));
    Some(html! {
        <p class="carry-hint" aria-hidden="true">
            { format!("Move {node} to {to}: ") }
            <kbd>{ "←" }</kbd><kbd>{ "→" }</kbd>{ " or a number chooses, " }
            <kbd>{ "Enter" }</kbd>{ " drops, " }<kbd>{ "Esc" }</kbd>{ " calls off" }
        </p>
    })
}

/// What hears pointers and keys on the floor.
struct Ears {
    state: Rc<State>,
    dispatch: Dispatch,
    floor: Rc<Floor>,
    node: NodeRef,
    /// What is under way when a pointer or a key is heard, which may be more than what is drawn.
    hand: UseReducerHandle<Hand>,
    /// What is drawn as under way.
    gesture: Gesture,
}

impl Ears {
    fn lane(&self, lane: &Lane) -> Html {
        let cards = lane.cards.iter().map(|card| self.card(lane, card.node, card.rect));
        let (rack, is_target) = (lane.rack, self.gesture.target() == Some(lane.rack));
        html! {
            <Placed key={rack.get()} class="lane-place" rect={lane.rect}>
                <section
                    class={if is_target { "lane target" } else { "lane" }}
                    data-rack={rack.to_string()}
                    aria-label={format!("Rack {rack}")}
                >
                    <Placed class="lane-head-place" rect={lane.head.seen_from(lane.rect)}>
                        { lane_head(rack, &lane.cards, &self.state, &self.dispatch) }
                    </Placed>
                    <div class="lane-cards">{ for cards }</div>
                    <p class="lane-empty">{ lane.cards.is_empty().then_some("Drop a card here") }</p>
                </section>
            </Placed>
        }
    }

    fn card(&self, lane: &Lane, node: NodeId, rect: Rect) -> Html {
        let carried = self.gesture.carried().filter(|(carried, _)| *carried == node);
        let dispatch = self.dispatch.clone();
        html! {
            <NodeCard
                key={node.to_string()}
                {node}
                view={self.state.view().clone()}
                namespace={self.state.namespace()}
                rect={rect.seen_from(lane.rect)}
                offset={carried.map_or_else(Point::default, |(_, offset)| offset)}
                is_carried={carried.is_some()}
                is_selected={self.state.selected() == node}
                onpress={self.onpress(lane.rack)}
                onpointer={self.onpointer()}
                onkey={self.onkey(lane.rack)}
                onreach={Callback::from(move |node| dispatch.dispatch(Action::Select(node)))}
            />
        }
    }

    fn onpress(&self, home: RackId) -> Callback<(NodeId, PointerEvent)> {
        let (hand, floor) = (self.hand.clone(), self.node.clone());
        Callback::from(move |(node, event): (NodeId, PointerEvent)| {
            let at = on_floor(&floor, &event);
            hand.dispatch(Input::Press { node, home, pointer: event.pointer_id(), at });
        })
    }

    fn onpointer(&self) -> Callback<PointerEvent> {
        let (hand, node, floor) = (self.hand.clone(), self.node.clone(), self.floor.clone());
        Callback::from(move |event: PointerEvent| {
            let pointer = event.pointer_id();
            hand.dispatch(match event.type_().as_str() {
                "pointermove" => {
                    let at = on_floor(&node, &event);
                    Input::Move { pointer, at, over: floor.lane_at(at) }
                }
                "pointerup" => Input::Release { pointer },
                _ => Input::CallOff,
            });
        })
    }

    fn onkey(&self, home: RackId) -> Callback<(NodeId, KeyboardEvent)> {
        let dispatch = self.dispatch.clone();
        let (floor, hand) = (self.floor.clone(), self.hand.clone());
        Callback::from(move |(node, event): (NodeId, KeyboardEvent)| {
            let context = CardKey { dispatch: &dispatch, floor: &floor, hand: &hand };
            if context.press(hand.0, node, home, &event) {
                event.prevent_default();
            }
        })
    }
}

/// Where on the floor a pointer is.
fn on_floor(floor: &NodeRef, event: &PointerEvent) -> Point {
    let corner = floor.cast::<HtmlElement>().map(|floor| floor.get_bounding_client_rect());
    // A place on the page is far below what an i32 holds.
    #[allow(clippy::cast_possible_truncation, reason = "a place on the page is a small number")]
    let (left, top) = corner.map_or((0, 0), |rect| (rect.left() as i32, rect.top() as i32));
    Point { x: event.client_x() - left, y: event.client_y() - top }
}

/// What a key on a card can reach.
struct CardKey<'a> {
    dispatch: &'a Dispatch,
    floor: &'a Floor,
    hand: &'a UseReducerHandle<Hand>,
}

impl CardKey<'_> {
    /// Does what a key on a card means; says whether it meant anything.
    fn press(&self, gesture: Gesture, node: NodeId, home: RackId, event: &KeyboardEvent) -> bool {
        let key = event.key();
        if key == "Escape" {
            self.hand.dispatch(Input::CallOff);
            return gesture != Gesture::Idle;
        }
        if gesture.is_by_keys() && key == "Tab" {
            // Who goes elsewhere does not carry on.
            self.hand.dispatch(Input::CallOff);
            return false;
        }
        if gesture.is_by_keys() && self.carry(gesture, node, home, &key) {
            return true;
        }
        let is_held = event.ctrl_key() || event.shift_key() || event.meta_key();
        if let Some(direction) = keys::direction(&key) {
            if is_held {
                self.dispatch.dispatch(Action::MoveBeside(node, keys::step(direction)));
            } else {
                self.go(node, direction);
            }
            return true;
        }
        let ctrl = event.ctrl_key() || event.meta_key();
        let press = Press { key: &key, ctrl, shift: event.shift_key() };
        let verb = (!event.alt_key()).then(|| keys::verb_of(press, Scope::Card)).flatten();
        match verb {
            Some(Verb::PickUp) => {
                self.hand.dispatch(Input::PickUp { node, home });
                self.say(format!(
                    "{node} is picked up from rack {home}. Arrows or a number choose a rack, Enter \
                     drops it, Escape calls it off."
                ));
            }
            Some(verb) => self.dispatch.dispatch(Action::Press(verb)),
            None => return matches!(key.as_str(), " " | "Enter"),
        }
        true
    }

    /// Keys while a card is carried by keys.
    fn carry(&self, gesture: Gesture, node: NodeId, home: RackId, key: &str) -> bool {
        let from = gesture.target().unwrap_or(home);
        let chosen = keys::direction(key)
            .map(keys::step)
            .and_then(|places| self.floor.lane_beside(from, places))
            .or_else(|| self.lane_of_digit(key));
        if let Some(rack) = chosen {
            self.hand.dispatch(Input::Aim(rack));
            self.say(format!("{node} over rack {rack}."));
            return true;
        }
        match key {
            "Enter" | " " => self.hand.dispatch(Input::PutDown),
            _ => return keys::direction(key).is_some(),
        }
        true
    }

    /// The lane whose rack has that number, else the one at that place.
    fn lane_of_digit(&self, key: &str) -> Option<RackId> {
        let number: u32 = key.parse().ok()?;
        let racks = || self.floor.lanes.iter().map(|lane| lane.rack);
        let place = usize::try_from(number).ok()?.checked_sub(1);
        racks().find(|rack| rack.get() == number).or_else(|| racks().nth(place?))
    }

    /// To the next card.
    fn go(&self, node: NodeId, direction: Direction) {
        if let Some(next) = self.floor.neighbour(node, direction) {
            focus(&card_selector(next));
        }
    }

    fn say(&self, what: String) {
        self.dispatch.dispatch(Action::Announce(what.into()));
    }
}

/// Finds a node's card.
#[must_use]
pub fn card_selector(node: NodeId) -> String {
    format!("[data-node=\"{node}\"]")
}

/// A lane's name and what can be done to the whole rack.
fn lane_head(rack: RackId, nodes: &[Card], state: &State, dispatch: &Dispatch) -> Html {
    let is_up = |node: &NodeId| state.view().node(*node).is_some_and(|node| node.state.is_up());
    let (up, down): (Vec<NodeId>, Vec<NodeId>) =
        nodes.iter().map(|card| card.node).partition(is_up);
    let tool = |action: &'static str, label: &'static str, command: Command| {
        html! {
            <button
                key={action}
                type="button"
                class="lane-tool"
                data-action={action}
                aria-disabled={state.can_do(&command).is_err().then_some("true")}
                aria-label={format!("{label} rack {rack}")}
                onclick={on_press(dispatch, Action::Do(command))}
            >
                { label }
            </button>
        }
    };
    html! {
        <div class="lane-head">
            <h3>{ format!("Rack {rack}") }</h3>
            { tool("stop-rack", "Stop", Command::Stop { nodes: up, shutdown: Shutdown::Clean }) }
            { tool("start-rack", "Start", Command::Start { nodes: down }) }
        </div>
    }
}
