//! The floor: racks as lanes, nodes as cards in them, and the links between.
//!
//! Invariant: a move by drag, by keys and by button ends in the same command. Not here: what a pointer or a key means (see
//! `gesture` and `keys`), and where things lie (see `layout`).

use std::rc::Rc;

use rosterlab_engine::{Command, Link, NodeId, RackId, Shutdown, convert};
use yew::prelude::*;

use crate::browser::{
    Room, capture_pointer, focus, page_keys, position_in, room_of, use_after, use_room,
};
use crate::floor::card::{Beside, Facts, ORPHAN_SIGN};
use crate::floor::fence::{adding_form, fence_bar};
use crate::floor::gesture::{Drop, Gesture, Input, Outcome};
use crate::floor::layout::{
    ALL_LINKS_NODES, Card, Direction, Floor, Hit, Lane, Point, Wanted, lay_out,
};
use crate::floor::links::{Wires, link_list};
use crate::floor::node_card::{CardEvent, NodeCard};
use crate::floor::placed::PlacedBox;
use crate::floor::state::FloorAction;
use crate::page::button::{States, button_of, plain_button, switch_button, worded_button};
use crate::page::element::{element, keyed, unspoken};
use crate::page::keys::{self, Press, Scope};
use crate::page::verbs::Verb;
use crate::page::{Dispatch, PanelProps};
use crate::state::{Action, State};
use crate::text::count;
use crate::verdict::sides::sub_class;
use crate::verdict::words::{nobody, of_side};

/// What is as wide as the floor's panel, and is there before the floor is.
const AS_WIDE: &str = ".toolbar";
/// The room around the floor in its panel, in CSS pixels. A phone has a little less; the floor is measured soon.
const AROUND: i32 = 24;

/// How many orphans are listed by name.
const MOST_ORPHANS: usize = 6;

/// The gesture under way, and what the last one came to.
struct Hand(Gesture, Option<Outcome>);

impl Reducible for Hand {
    type Action = Input;

    fn reduce(self: Rc<Self>, input: Input) -> Rc<Self> {
        let (gesture, outcome) = self.0.next(input);
        if gesture == self.0 && outcome.is_none() && self.1.is_none() {
            return self;
        }
        Rc::new(Self(gesture, outcome))
    }
}

/// The floor with the list of its sub-clusters.
#[component]
pub fn FloorPanel(props: &PanelProps) -> Html {
    let PanelProps { state, dispatch } = props;
    let node = use_node_ref();
    let room = use_room(&node).or_else(|| {
        let panel = room_of(AS_WIDE)?;
        Some(Room { width: panel.width - AROUND, ..panel })
    });
    let hand = use_reducer(|| Hand(Gesture::Idle, None));
    let Room { width, text_percent } = room.unwrap_or(Room { width: 760, text_percent: 100 });
    let places = (state.racks(), drawn_links(state), width, text_percent);
    let floor = use_memo(places, |(racks, links, width, text_percent)| {
        lay_out(&Wanted { racks, links, width: *width, text_percent: *text_percent })
    });
    use_outcomes(hand.1, &floor, dispatch);

    let input = FloorInput {
        dispatch: dispatch.clone(),
        floor: floor.clone(),
        node: node.clone(),
        hand: hand.clone(),
        are_letters_on: state.are_letters_on,
        is_panel_open: state.panel.is_some(),
    };
    let on_card = use_card_events(input.clone());
    let gesture = hand.0;
    let lanes =
        floor.lanes.iter().map(|lane| self::lane(lane, state, dispatch, gesture, &floor, &on_card));
    let (onpointerdown, onpointer) = (input.on_ground(), input.on_pointer());
    let class = classes![
        "floor",
        gesture.carried().map(|_| "carrying"),
        state.floor.is_selecting.then_some("selecting"),
    ];
    let keys_told: Vec<String> = keys::verbs()
        .map(|verb| format!("{} {}", keys::shortcut_of(verb).unwrap_or_default(), verb.label()))
        .collect();
    html! {
        <section class="panel floor-panel" aria-labelledby="floor-title">
            <h2 class="visually-hidden" id="floor-title">{ "Racks, nodes and links" }</h2>
            { sub_clusters(state, dispatch) }
            <div
                ref={node}
                {class}
                {onpointerdown}
                onpointermove={onpointer.clone()}
                onpointerup={onpointer.clone()}
                onpointercancel={onpointer}
            >
                <div class="lanes">{ for lanes }</div>
                <Wires state={state.clone()} dispatch={dispatch.clone()} floor={floor.clone()} {width} />
                <div class="carry-room">{ for carry_hint(gesture) }</div>
                { element("div", "fence-room", fence_bar(state, dispatch, &floor, gesture, (width, text_percent))) }
                { element("div", "adding-room", adding_form(state, dispatch, &floor, (width, text_percent))) }
            </div>
            { link_list(&floor, state, dispatch) }
            <p class="visually-hidden" id="floor-help">
                { "Arrow keys go to other cards. Keys: " }
                { keys_told.join(", ") }
                { ", Ctrl+Space selects several, Escape lets go" }
            </p>
        </section>
    }
}

/// Turns what a gesture came to into an action, once.
#[hook]
fn use_outcomes(outcome: Option<Outcome>, floor: &Rc<Floor>, dispatch: &Dispatch) {
    let (dispatch, floor) = (dispatch.clone(), floor.clone());
    use_after(outcome, move |outcome| match *outcome {
        Some(Outcome::Moved(Drop { node, rack })) => {
            dispatch.dispatch(Action::Do(Command::MoveToRack { nodes: vec![node], rack }));
        }
        Some(Outcome::Fenced(rect)) => {
            dispatch.dispatch(Action::Floor(FloorAction::Fence(rect, floor.fenced(rect))));
        }
        None => {}
    });
}

/// The links that are drawn one by one: all of them, or with many nodes those of the selected node on request.
fn drawn_links(state: &State) -> Vec<Link> {
    let nodes: Vec<NodeId> = state.view.nodes.iter().rev().map(|node| node.id).collect();
    if nodes.len() > ALL_LINKS_NODES {
        let selected = state.selected;
        let others = nodes.iter().filter(|_| state.floor.are_links_shown);
        return others.filter_map(|node| Link::new(selected, *node)).collect();
    }
    let pairs = nodes.iter().enumerate().flat_map(|(place, low)| {
        nodes[place + 1..].iter().filter_map(|high| Link::new(*low, *high))
    });
    pairs.collect()
}

/// The sub-clusters by name, and the orphans; pressing one shows the map, the reasons and the roster from there.
fn sub_clusters(state: &State, dispatch: &Dispatch) -> Html {
    let view = &state.view;
    let shown = state.shown();
    let chip = |place: usize| {
        let sub_cluster = &view.sub_clusters[place];
        let principal = sub_cluster.principal;
        let is_split = view.sub_clusters.len() > 1;
        let number = is_split.then(|| format!("{} · ", place + 1));
        let onclick = dispatch.on(Action::ShowSubCluster(principal));
        html! {
            <li key={principal.to_string()}>
                <button
                    type="button"
                    class={classes!["sub-chip", sub_class(place)]}
                    data-action="show-sub-cluster"
                    aria-pressed={(shown == Some(place)).to_string()}
                    title="show the map, the reasons and the roster from this sub-cluster"
                    {onclick}
                >
                    { unspoken("sub-swatch", Html::default()) }
                    <span>{ number }{ "sub-cluster " }{ element("b", "id", principal.to_string()) }</span>
                    { element("span", "", of_side(view, sub_cluster, state.namespace)) }
                    <span class="sub-key">{ "key " }{ element("span", "id", sub_cluster.key.to_string()) }</span>
                </button>
            </li>
        }
    };
    let orphan = |node: &NodeId| orphan_chip(*node, state, dispatch);
    let more = view.orphans.len().saturating_sub(MOST_ORPHANS);
    let more = (more > 0).then(|| {
        let others = count(convert::count(more), "more orphan");
        keyed("li", "more", "dim", format!("and {others}"))
    });
    let is_nobody = view.sub_clusters.is_empty();
    let nothing = is_nobody.then(|| keyed("li", "nothing", "dim", nobody(view)));
    html! {
        <ul class="sub-clusters">
            { for (0..view.sub_clusters.len()).map(chip).chain(nothing) }
            { for view.orphans.iter().take(MOST_ORPHANS).map(orphan).chain(more) }
        </ul>
    }
}

/// An orphan in the list below the sub-clusters.
fn orphan_chip(node: NodeId, state: &State, dispatch: &Dispatch) -> Html {
    let button = switch_button(
        ("orphan-chip", "show-orphan"),
        Some(
            "show the map and the reasons from this node: it runs, but it is in no cluster".into(),
        ),
        state.shown_orphan() == Some(node),
        dispatch.on(Action::ShowSubCluster(node)),
        html! {
            <>
                { unspoken("orphan-sign", ORPHAN_SIGN) }
                <span>{ "orphan " }{ element("b", "id", node.to_string()) }</span>
                { element("span", "", "serves nothing") }
            </>
        },
    );
    html! {
        <li key={format!("orphan {node}")}>
            { button_of("data-orphan", node.to_string(), button) }
        </li>
    }
}

/// Which keys do what while a card is carried by keys.
fn carry_hint(gesture: Gesture) -> Option<Html> {
    let (node, _) = gesture.carried().filter(|_| gesture.is_by_keys())?;
    let to =
        gesture.target().map_or_else(|| "another rack".to_owned(), |rack| format!("rack {rack}"));
    Some(html! {
        <p class="carry-hint" aria-hidden="true">
            { format!("Move {node} to {to}: ") }
            { element("kbd", "", "←") }{ element("kbd", "", "→") }{ " or a number chooses, " }
            { element("kbd", "", "Enter") }{ " drops, " }{ element("kbd", "", "Esc") }{ " calls off" }
        </p>
    })
}

/// A lane with its cards.
fn lane(
    lane: &Lane,
    state: &Rc<State>,
    dispatch: &Dispatch,
    gesture: Gesture,
    floor: &Floor,
    on_card: &Callback<(NodeId, RackId, CardEvent)>,
) -> Html {
    let (view, namespace) = (&state.view, state.namespace);
    let beside = Beside::of(&state.timeline);
    let card = |card: &Card| {
        let carried = gesture.carried().filter(|(carried, _)| *carried == card.node);
        let facts = view.node(card.node).map(|node| Facts::of(view, node, namespace, &beside))?;
        Some(html! {
            <NodeCard
                key={card.node.to_string()}
                {facts}
                rect={card.rect.seen_from(lane.rect)}
                offset={carried.map_or_else(Point::default, |(_, offset)| offset)}
                is_carried={carried.is_some()}
                is_small={floor.is_dense}
                is_selected={state.selected == card.node}
                is_picked={state.is_picked(card.node)}
                on_event={on_card.clone()}
            />
        })
    };
    let (rack, is_target) = (lane.rack, gesture.target() == Some(lane.rack));
    html! {
        <PlacedBox key={rack.get()} class="lane-place" rect={lane.rect}>
            <section
                class={if is_target { "lane target" } else { "lane" }}
                data-rack={rack.to_string()}
                aria-label={format!("Rack {rack}")}
            >
                <PlacedBox class="lane-head-place" rect={lane.head.seen_from(lane.rect)}>
                    { lane_head(rack, &lane.cards, state, dispatch) }
                </PlacedBox>
                <div class="lane-cards">{ for lane.cards.iter().filter_map(card) }</div>
                <p class="lane-empty">
                    if lane.cards.is_empty() && !floor.is_dense {
                        { "Drop a card here" }
                    }
                </p>
            </section>
        </PlacedBox>
    }
}

/// What the floor's listeners need to turn pointers and keys into gestures and actions.
#[derive(Clone)]
struct FloorInput {
    dispatch: Dispatch,
    floor: Rc<Floor>,
    node: NodeRef,
    /// The gesture at the moment of an event, which may be further than the one that is drawn.
    hand: UseReducerHandle<Hand>,
    /// Whether single letters are keys.
    are_letters_on: bool,
    is_panel_open: bool,
}

/// One callback for the events of all cards, and Escape wherever the focus is.
///
/// The callback stays the same while what it needs changes, so that no card is drawn again for it. One press of Escape does
/// one thing: it closes the panel, else calls off the gesture, else lets go of the selection.
#[hook]
fn use_card_events(input: FloorInput) -> Callback<(NodeId, RackId, CardEvent)> {
    let latest = use_mut_ref(|| input.clone());
    latest.replace(input);
    let on_card = {
        let latest = latest.clone();
        use_callback((), move |(node, rack, event), ()| {
            // Cloned, because a handle keeps every state that is read from it.
            let input = latest.borrow().clone();
            input.on_card(node, rack, event);
        })
    };
    use_after((), move |()| {
        page_keys(move |event| {
            if event.key() == "Escape" && !event.default_prevented() {
                let input = latest.borrow().clone();
                if input.is_panel_open || input.hand.0 == Gesture::Idle {
                    input.dispatch.dispatch(Action::Escape);
                } else {
                    input.hand.dispatch(Input::CallOff);
                }
            }
        })
    });
    on_card
}

impl FloorInput {
    /// An event on a card.
    fn on_card(&self, node: NodeId, home: RackId, event: CardEvent) {
        match event {
            CardEvent::Press(event) => {
                let (pointer, at) = (event.pointer_id(), position_in(&self.node, &event));
                self.hand.dispatch(Input::Press { node, home, pointer, at });
            }
            CardEvent::Key(event) => {
                // A key acts on the card that has it, also where the browser did not tell that the focus came.
                self.dispatch.dispatch(Action::Select(node));
                let context = CardKey {
                    dispatch: &self.dispatch,
                    floor: &self.floor,
                    hand: &self.hand,
                    are_letters_on: self.are_letters_on,
                };
                if context.press(self.hand.0, node, home, &event) {
                    event.prevent_default();
                }
            }
            CardEvent::Focus => self.dispatch.dispatch(Action::Select(node)),
            CardEvent::Click(is_held) => {
                self.dispatch.dispatch(Action::Floor(FloorAction::Click(node, is_held)));
            }
        }
    }

    /// A press on the ground, where a fence may begin.
    fn on_ground(&self) -> Callback<PointerEvent> {
        let (hand, node, floor) = (self.hand.clone(), self.node.clone(), self.floor.clone());
        Callback::from(move |event: PointerEvent| {
            if event.button() != 0 || !event.is_primary() {
                return;
            }
            let at = position_in(&node, &event);
            if floor.hit(at) == Hit::Ground {
                hand.dispatch(Input::PressGround { pointer: event.pointer_id(), at });
            }
        })
    }

    /// Moves and the end of a press, wherever it began.
    fn on_pointer(&self) -> Callback<PointerEvent> {
        let (hand, node, floor) = (self.hand.clone(), self.node.clone(), self.floor.clone());
        Callback::from(move |event: PointerEvent| {
            let pointer = event.pointer_id();
            hand.dispatch(match event.type_().as_str() {
                "pointermove" => {
                    let at = position_in(&node, &event);
                    Input::Move { pointer, at, over: floor.lane_at(at) }
                }
                "pointerup" => Input::Release { pointer },
                _ => Input::CallOff,
            });
            // Capture the pointer once the fence has a size, so that leaving the floor does not end it. Earlier, the
            // capture would take the click from a line.
            if hand.0.drawn_fence().is_some() {
                capture_pointer(&node, &event);
            }
        })
    }
}

/// What a key on a card can change.
struct CardKey<'a> {
    dispatch: &'a Dispatch,
    floor: &'a Floor,
    hand: &'a UseReducerHandle<Hand>,
    are_letters_on: bool,
}

impl CardKey<'_> {
    /// Does what a key on a card means; returns whether it meant anything.
    fn press(&self, gesture: Gesture, node: NodeId, home: RackId, event: &KeyboardEvent) -> bool {
        let key = event.key();
        if gesture.is_by_keys() && key == "Tab" {
            // Leaving the card ends the carrying.
            self.hand.dispatch(Input::CallOff);
            return false;
        }
        if gesture.is_by_keys() && self.carry(gesture, node, home, &key) {
            return true;
        }
        let is_held = event.ctrl_key() || event.shift_key() || event.meta_key();
        if is_held && matches!(key.as_str(), " " | "Enter") {
            self.dispatch.dispatch(Action::Floor(FloorAction::Toggle(node)));
            return true;
        }
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
        let is_free = !event.alt_key() && (ctrl || self.are_letters_on);
        let verb = is_free.then(|| keys::verb_of(press, Scope::Card)).flatten();
        match verb {
            Some(Verb::PickUp) => {
                self.hand.dispatch(Input::PickUp { node, home });
                self.say(format!(
                    "{node} is picked up from rack {home}. Arrows or a number choose a rack, Enter \
                     drops it, Escape cancels."
                ));
            }
            Some(verb) => self.dispatch.dispatch(Action::Press(verb)),
            None if matches!(key.as_str(), " " | "Enter") => {
                self.dispatch.dispatch(Action::Floor(FloorAction::Click(node, false)));
            }
            None => return false,
        }
        true
    }

    /// Handles a key while a card is carried by keys; returns whether it meant anything.
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

    /// The lane whose rack has that number, or else the lane at that place.
    fn lane_of_digit(&self, key: &str) -> Option<RackId> {
        let number: u32 = key.parse().ok()?;
        let racks = || self.floor.lanes.iter().map(|lane| lane.rack);
        let place = usize::try_from(number).ok()?.checked_sub(1);
        racks().find(|rack| rack.get() == number).or_else(|| racks().nth(place?))
    }

    /// Moves the focus to the next card.
    fn go(&self, node: NodeId, direction: Direction) {
        if let Some(next) = self.floor.neighbour(node, direction) {
            focus(&card_selector(next));
        }
    }

    fn say(&self, what: String) {
        self.dispatch.dispatch(Action::Announce(what.into()));
    }
}

/// The selector that finds a node's card.
#[must_use]
pub fn card_selector(node: NodeId) -> String {
    format!("[data-node=\"{node}\"]")
}

/// A lane's name, and the buttons for its whole rack.
fn lane_head(rack: RackId, nodes: &[Card], state: &State, dispatch: &Dispatch) -> Html {
    let is_up = |node: &NodeId| state.view.node(*node).is_some_and(|node| node.state.is_up());
    let (up, down): (Vec<NodeId>, Vec<NodeId>) =
        nodes.iter().map(|card| card.node).partition(is_up);
    let tool = |action: &'static str, label: &'static str, command: Command| {
        let is_refused = state.can_do(&command).is_err();
        let name = Some(format!("{label} rack {rack}").into());
        let onclick = dispatch.on(Action::Do(command));
        let states = States { is_refused, is_pressed: None };
        worded_button(("lane-tool", action), (None, name), states, onclick, label.into())
    };
    let add = {
        let action = Action::Floor(FloorAction::Adding(rack));
        let label = Some(format!("Add a node to rack {rack}").into());
        let words = (label.clone(), label);
        plain_button(dispatch, ("lane-tool lane-add", "add-node"), words, action, "+".into())
    };
    let remove = || {
        let action = Action::Floor(FloorAction::RemoveRack(rack));
        let label = format!("Remove rack {rack}").into();
        let words = (Some("remove the empty lane".into()), Some(label));
        plain_button(dispatch, ("lane-tool", "remove-rack"), words, action, "Remove".into())
    };
    let tools = if nodes.is_empty() {
        vec![remove(), add]
    } else {
        let stop = Command::Stop { nodes: up, shutdown: Shutdown::Clean };
        let start = Command::Start { nodes: down };
        vec![tool("stop-rack", "Stop", stop), tool("start-rack", "Start", start), add]
    };
    html! {
        <div class="lane-head">
            { element("h3", "", format!("Rack {rack}")) }
            { for tools }
        </div>
    }
}
