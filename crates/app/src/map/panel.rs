//! The map of 4096 partitions, with a short table of the same partitions by reason.
//!
//! Invariant: the canvas is painted only when its picture or its colours have changed, and at once, before the rest of the
//! page is drawn. The cursor is drawn over it. Not here: pixels (see `paint`), what colours stand for (see `picture`),
//! finding a key (see `finder_form`).

use std::cell::RefCell;
use std::rc::Rc;

use rosterlab_engine::{NamespaceSettings, PartitionId, convert};
use yew::prelude::*;

use crate::browser::{put_pixels, use_after, use_kept, width_of};
use crate::floor::layout::Direction;
use crate::look::Look;
use crate::map::finder_form::finder;
use crate::map::paint::{
    CELL_PX, Palette, Pattern, SIDE_PX, Swatch, TOKENS, corner_of, paint, partition_at,
};
use crate::map::picture::{Class, Colouring, Picture};
use crate::map::state::MapAction;
use crate::page::button::switch_button;
use crate::page::element::{column, element, keyed, unspoken};
use crate::page::svg;
use crate::page::{Dispatch, keys};
use crate::rules;
use crate::state::{Action, State};
use crate::text::{count, thousands};
use crate::why::groups::{Group, Grouping, words};

/// Shown where the browser does not let the page draw.
const NO_CANVAS: &str = "This browser gives the page no canvas, so the map cannot be drawn. The table has the same \
                         partitions by reason.";

/// How many rows Page Up and Page Down go.
const PAGE_ROWS: i32 = 8;

/// The largest number of classes that a legend lists.
const MOST_CLASSES: usize = 12;

/// How many reasons stand in the table; the rest are counted and stand below it, where they can be closed.
const FIRST_REASONS: usize = 4;

/// What the map needs.
#[derive(PartialEq, Properties)]
pub struct MapProps {
    /// What is shown.
    pub state: Rc<State>,
    /// Where actions go.
    pub dispatch: Dispatch,
    /// Who paints the canvas.
    pub painter: Rc<Painter>,
}

/// The map with its table, legend and finder.
pub fn map_panel(state: &Rc<State>, dispatch: &Dispatch, painter: &Rc<Painter>) -> Html {
    let where_from = state.shown_sub_cluster().filter(|_| state.view.sub_clusters.len() > 1);
    let title = match state.shown_orphan() {
        Some(orphan) => format!(" on the orphan {orphan}"),
        None => {
            where_from.map_or_else(String::new, |sub| format!(" in sub-cluster {}", sub.principal))
        }
    };
    html! {
        <section class="panel map-panel" aria-labelledby="map-title">
            <div class="panel-head">
                <h2 id="map-title">
                    { "4,096 partitions of " }{ element("span", "id", state.namespace_name()) }{ title }
                </h2>
                { element("div", "namespaces", namespaces(state, dispatch)) }
                { colour_by(state, dispatch) }
            </div>
            { element("p", "map-twice", served_twice(state)) }
            <div class="map-and-table">
                <Map state={state.clone()} dispatch={dispatch.clone()} painter={painter.clone()} />
                { element("div", "map-side", reasons(state, dispatch)) }
            </div>
            { legend(state) }
            { finder(state, dispatch) }
        </section>
    }
}

/// The alarm that other sides serve partitions that this one serves: the map has only one side.
fn served_twice(state: &State) -> Option<String> {
    let all = state.served_now();
    let twice = all.get(state.namespace).map_or(0, |served| served.twice);
    (twice > 0).then(|| format!("⚠ {} are served by two sides at once.", thousands(twice)))
}

/// The choice of the namespace that is shown here, in the roster and on the cards. One namespace leaves no choice.
fn namespaces(state: &State, dispatch: &Dispatch) -> Html {
    let list = &state.view.namespaces;
    let choice = |(place, settings): (usize, &NamespaceSettings)| {
        html! {
            <button
                key={settings.name.clone()}
                type="button"
                class="tool id"
                data-action="show-namespace"
                data-show={settings.name.clone()}
                aria-pressed={(place == state.namespace).to_string()}
                onclick={dispatch.on(Action::ShowNamespace(place))}
            >
                { &settings.name }
            </button>
        }
    };
    let choices = list.iter().enumerate().filter(|_| list.len() > 1).map(choice);
    html! { <div role="group" aria-label="Namespace">{ for choices }</div> }
}

/// The choice of what colours stand for.
fn colour_by(state: &State, dispatch: &Dispatch) -> Html {
    let choice = |colouring: Colouring| {
        let is_on = state.map.colouring == colouring;
        let onchange = dispatch.on(Action::Map(MapAction::ColourBy(colouring)));
        html! {
            <label
                key={colouring.name()}
                class={classes!["choice", is_on.then_some("on")]}
                title={format!("colour by {}", colouring.tip())}
            >
                <input
                    type="radio"
                    name="colour-by"
                    data-action="colour-by"
                    data-colour-by={colouring.name()}
                    checked={is_on}
                    {onchange}
                />
                { colouring.name() }
                <span>
                    if colouring == Colouring::Mark {
                        { " of " }{ element("span", "id", state.selected.to_string()) }
                    }
                </span>
            </label>
        }
    };
    html! {
        <fieldset class="choices">
            { element("legend", "", "Colour by") }
            { for Colouring::ALL.into_iter().map(choice) }
        </fieldset>
    }
}

/// What is on the canvas: a picture, the group that is lit, the theme.
#[derive(Clone)]
struct Painted {
    picture: Rc<Picture>,
    lit: Option<(Rc<Grouping>, usize)>,
    is_dark: bool,
}

impl Painted {
    fn of(state: &State) -> Self {
        let map = &state.map;
        let lit = map.picked_place().map(|place| (map.grouping().clone(), place));
        Self { picture: map.picture().clone(), lit, is_dark: state.is_dark() }
    }
}

impl PartialEq for Painted {
    fn eq(&self, other: &Self) -> bool {
        let is_lit_same = match (&self.lit, &other.lit) {
            (Some((grouping, place)), Some((other, there))) => {
                place == there && Rc::ptr_eq(grouping, other)
            }
            (None, None) => true,
            _ => false,
        };
        is_lit_same && self.is_dark == other.is_dark && Rc::ptr_eq(&self.picture, &other.picture)
    }
}

/// Puts states onto the map's canvas.
///
/// It paints as soon as an action was reduced, before Yew works out what else changes on the page: with 128 nodes the rest
/// takes the time of several frames, and the map would be late by as much.
#[derive(Default)]
pub struct Painter {
    canvas: NodeRef,
    /// What is on the canvas, and whether the browser allowed it.
    last: RefCell<Option<(Painted, bool)>>,
}

impl Painter {
    /// Puts a state onto the canvas unless it is there; returns whether the browser lets the page draw.
    pub fn show(&self, state: &State) -> bool {
        if self.canvas.get().is_none() {
            // The first action may come before the page is mounted.
            return true;
        }
        let wanted = Painted::of(state);
        let mut last = self.last.borrow_mut();
        match &*last {
            Some((painted, is_drawn)) if *painted == wanted => *is_drawn,
            _ => {
                let is_drawn = self.paint(&wanted);
                *last = Some((wanted, is_drawn));
                is_drawn
            }
        }
    }

    fn paint(&self, Painted { picture, lit, is_dark }: &Painted) -> bool {
        let palette = if *is_dark { Palette::DARK } else { Palette::LIGHT };
        let swatches: Vec<Swatch> = picture.legend.iter().map(|class| class.swatch).collect();
        let lit = lit
            .as_ref()
            .map(|(grouping, place)| (&*grouping.of, u8::try_from(*place).unwrap_or(u8::MAX)));
        let pixels = paint(&picture.classes, &swatches, lit, &palette);
        put_pixels(&self.canvas, &pixels, (SIDE_PX, SIDE_PX))
    }
}

impl PartialEq for Painter {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

/// The canvas, and a line about the partition under the pointer. It is a component of its own so that a moving pointer draws
/// nothing else again.
#[component]
fn Map(props: &MapProps) -> Html {
    let MapProps { state, dispatch, painter } = props;
    let canvas = painter.canvas.clone();
    let hovered = use_kept(None::<PartitionId>);
    let can_draw = use_kept(true);
    let under_pointer =
        if *can_draw { partition_told(state, *hovered) } else { NO_CANVAS.to_owned() };
    // For the first state, and for a state that no action made.
    let painter = painter.clone();
    use_after(state.clone(), move |state| can_draw.set(painter.show(state)));

    let under = {
        let canvas = canvas.clone();
        move |event: &MouseEvent| {
            partition_at(event.offset_x(), event.offset_y(), width_of(&canvas)?)
        }
    };
    let onclick = {
        let under = under.clone();
        dispatch.on_event(move |event: MouseEvent| under(&event).map(Action::ShowPartition))
    };
    let onpointermove = {
        let hovered = hovered.clone();
        move |event: PointerEvent| hovered.set(under(&event))
    };
    let onpointerleave = {
        let hovered = hovered.clone();
        move |_: PointerEvent| hovered.set(None)
    };
    let onkeydown = dispatch.on_event(|event: KeyboardEvent| {
        let (across, down) = step(&event.key(), event.ctrl_key())?;
        event.prevent_default();
        Some(Action::StepPartition(across, down))
    });
    let side = SIDE_PX.to_string();
    html! {
        <div class="map">
            <div class="map-picture">
                <canvas
                    ref={canvas}
                    data-map={state.namespace_name().to_owned()}
                    width={side.clone()}
                    height={side}
                    tabindex="0"
                    role="application"
                    aria-roledescription="map of partitions"
                    aria-label={label(state)}
                    {onclick}
                    {onpointermove}
                    {onpointerleave}
                    {onkeydown}
                />
                { cursor(state.partition(), *hovered) }
            </div>
            { element("p", "map-hover", under_pointer) }
        </div>
    }
}

/// How far across and down a key leads on the map. A step over the edge ends at the edge.
fn step(key: &str, ctrl: bool) -> Option<(i32, i32)> {
    let stride = if ctrl { PAGE_ROWS } else { 1 };
    Some(match (keys::direction(key), key) {
        (Some(Direction::Left), _) => (-stride, 0),
        (Some(Direction::Right), _) => (stride, 0),
        (Some(Direction::Up), _) => (0, -stride),
        (Some(Direction::Down), _) => (0, stride),
        (None, "PageUp") => (0, -PAGE_ROWS),
        (None, "PageDown") => (0, PAGE_ROWS),
        (None, "Home") => (i32::MIN / 2, 0),
        (None, "End") => (i32::MAX / 2, 0),
        // Announces the partition again.
        (None, "Enter" | " ") => (0, 0),
        _ => return None,
    })
}

/// What the map shows, for people who use screen readers.
fn label(state: &State) -> String {
    format!(
        "Map of 4,096 partitions: {} active, {} unavailable, {} dead. Partition {} is chosen; arrow \
         keys choose another",
        thousands(
            Look::ALL
                .into_iter()
                .filter(|look| look.is_active())
                .map(|look| state.count(look))
                .sum()
        ),
        thousands(state.count(Look::Unavailable)),
        thousands(state.count(Look::Dead)),
        state.partition()
    )
}

/// Frames around the chosen partition and the one under the pointer.
fn cursor(chosen: PartitionId, hovered: Option<PartitionId>) -> Html {
    let frame = |partition: PartitionId, class: &'static str| {
        let (x, y) = corner_of(partition);
        // A little outside of the cell; the edge of the map may cut the frame.
        let at = |corner: usize| convert::count(corner).cast_signed() - 2;
        let side = convert::count(CELL_PX + 4).cast_signed();
        svg::rect(class, [at(x), at(y), side, side])
    };
    let view_box = format!("0 0 {SIDE_PX} {SIDE_PX}");
    html! {
        <svg class="map-cursor" viewBox={view_box} aria-hidden="true">
            { for hovered.map(|partition| frame(partition, "hovered")) }
            { frame(chosen, "chosen-under") }
            { frame(chosen, "chosen") }
        </svg>
    }
}

/// A sentence about the partition under the pointer.
fn partition_told(state: &State, hovered: Option<PartitionId>) -> String {
    let cell = hovered.and_then(|partition| Some((partition, state.cells.get(partition.index())?)));
    cell.map_or_else(
        || "Click a partition, or use the arrow keys.".to_owned(),
        |(partition, cell)| {
            let look = Look::of(cell);
            let class = match state.map.colouring {
                Colouring::Verdict | Colouring::Rule => String::new(),
                Colouring::Master | Colouring::Mark => class_of(state, partition),
            };
            format!("{partition}: {}, {}{class}", look.name(), rules::label(cell.verdict.rule))
        },
    )
}

/// What the colour of a partition stands for.
fn class_of(state: &State, partition: PartitionId) -> String {
    let picture = state.map.picture();
    let place = picture.classes.get(partition.index()).map(|place| usize::from(*place));
    let class = place.and_then(|place| picture.legend.get(place));
    class.map_or_else(String::new, |class| format!(", {}", class.name))
}

/// The groups of partitions with the same reason.
fn reasons(state: &State, dispatch: &Dispatch) -> Html {
    let shown = state.map.group_of(state.partition().index());
    let picked = state.map.picked_place();
    let row = |(place, group): (usize, &Group)| {
        reason(state, dispatch, group, place, (shown == Some(place), picked == Some(place)))
    };
    let groups = || state.groups().iter().enumerate();
    let others = state.groups().iter().skip(FIRST_REASONS);
    let more = others.clone().count();
    // Only the rest can be closed, because the first reasons decide what to do.
    let more = (more > 0).then(|| {
        let partitions = thousands(others.map(|group| group.size).sum());
        html! {
            <details key="more" open={true}>
                { element("summary", "", format!("{}, {partitions}", count(convert::count(more), "more reason"))) }
                <table class="reasons">
                    <tbody>{ for groups().skip(FIRST_REASONS).map(row) }</tbody>
                </table>
            </details>
        }
    });
    html! {
        <div class="reasons-room">
            <table class="reasons">
                <thead>
                    <tr>
                        { column("", "Reason") }
                        { column("n", "Partitions") }
                    </tr>
                </thead>
                <tbody>{ for groups().take(FIRST_REASONS).map(row) }</tbody>
            </table>
            { element("div", "", more) }
        </div>
    }
}

/// A group as a row of the table.
fn reason(
    state: &State,
    dispatch: &Dispatch,
    group: &Group,
    place: usize,
    (is_shown, is_picked): (bool, bool),
) -> Html {
    let look = group.look;
    let title = if is_picked {
        "highlight all partitions again"
    } else {
        "highlight only these on the map"
    };
    html! {
        <tr
            key={place}
            class={classes![
                look.class(),
                is_shown.then_some("shown"),
                is_picked.then_some("picked"),
            ]}
            aria-current={is_shown.then_some("true")}
        >
            <td>
                { switch_button(
                    ("reason", "pick-group"),
                    Some(title.into()),
                    is_picked,
                    dispatch.on(Action::Map(MapAction::Pick(place))),
                    html! {
                        <>
                            { unspoken(classes!["swatch", look.class()], look.glyph()) }
                            <span>
                                { element("span", "visually-hidden", format!("{}: ", look.name())) }
                                { words(group, &state.view) }
                                { element("span", "dim", group.rule.number().map(|number| format!(" (rule {number})"))) }
                            </span>
                        </>
                    },
                ) }
            </td>
            { element("td", "n", thousands(group.size)) }
        </tr>
    }
}

/// What the colours mean, with their counts.
fn legend(state: &State) -> Html {
    let colouring = state.map.colouring;
    let (shown, more) = state.map.picture().shown(colouring, MOST_CLASSES);
    let entry = |class: &Class| {
        html! {
            <li key={class.name.clone()} class={classes![(class.size == 0).then_some("zero")]}>
                { swatch(class.swatch) }
                { &class.name }{ " " }{ element("b", "", thousands(class.size)) }
            </li>
        }
    };
    let more = (more > 0).then(|| keyed("li", "more", "", format!("and {more} more")));
    html! {
        <ul class="legend" data-legend={colouring.name()}>
            { for shown.into_iter().map(entry) }
            { for more }
        </ul>
    }
}

/// A class as the map draws it, enlarged.
fn swatch(swatch: Swatch) -> Html {
    let Swatch { colour, pattern } = swatch;
    let token = TOKENS[colour];
    if let Some(look) = Look::ALL.into_iter().find(|look| look.class() == token) {
        return html! {
            <span key="swatch" class={classes!["swatch", token]} aria-hidden="true">
                { look.glyph() }
            </span>
        };
    }
    html! {
        <svg key="swatch" class="swatch" viewBox="0 0 4 4" aria-hidden="true">
            { svg::rect(token, [0, 0, 4, 4]) }
            <path d={marked(pattern)} />
        </svg>
    }
}

/// The marked pixels of a pattern as a path, each a square.
fn marked(pattern: Pattern) -> String {
    let mut squares = String::new();
    for (y, down) in ["0", "1", "2", "3"].into_iter().enumerate() {
        for (x, across) in ["0", "1", "2", "3"].into_iter().enumerate() {
            if pattern.marks(x, y) {
                squares.extend(["M", across, " ", down, "h1v1h-1z"]);
            }
        }
    }
    squares
}
