//! The margin on the page: a pill that is always there, and the Failure sets tab with the picture and the table of all
//! losses.
//!
//! Invariant: a result belongs to one moment; while another moment is shown, the result is dimmed and clicks do nothing.
//! Work runs in slices after a state is shown and stops when the state is replaced. Not here: numbers, words and pixels
//! (see `margin::words`).

use std::rc::Rc;

use rosterlab_engine::{ClusterView, Command, Mode, NodeId, Shutdown, convert};
use rosterlab_scenario::Timeline;
use rosterlab_scenario::foresight::margin::{Found, LossTable, Margin, OfSize, Reach};
use rosterlab_scenario::words::terms::Term;
use yew::prelude::*;

use crate::browser::{InSlices, Kept, put_pixels, use_after, use_kept, width_of};
use crate::floor::layout::Direction;
use crate::map::paint::Palette;
use crate::margin::words::{
    Frame, Level, STRIP_PX, Worked, assumed, cell_text, harm, mode_of, nothing_to_say, number,
    paint, sentence,
};
use crate::page::button::{States, button_of, plain_button, switch_button, worded_button};
use crate::page::choice::choice_list;
use crate::page::element::{column, element, keyed, unspoken};
use crate::page::svg;
use crate::page::term::explained;
use crate::page::{Dispatch, PanelProps, keys};
use crate::state::{Action, State};
use crate::text::{list, thousands};
use crate::time::state::{Tab, TimeAction};

/// The number of sets that are tried between two checks of the time.
const SETS_A_LOOK: usize = 8;

/// What a result is about: a cluster at one moment, and a namespace. Two are equal only if nothing was done in between.
#[derive(Clone)]
struct Moment {
    timeline: Rc<Timeline>,
    view: Rc<ClusterView>,
    namespace: usize,
}

impl PartialEq for Moment {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.view, &other.view) && self.namespace == other.namespace
    }
}

impl Moment {
    fn of(state: &State) -> Self {
        Self {
            timeline: state.timeline.clone(),
            view: state.view.clone(),
            namespace: state.namespace,
        }
    }

    fn name(&self) -> &str {
        self.view.namespaces.get(self.namespace).map_or("", |settings| &settings.name)
    }
}

/// Works a margin out in slices: `first` begins it, `done` gets it, or nothing where there is no margin.
#[must_use]
pub fn margin_in_slices(
    first: Box<dyn Fn() -> Option<Margin>>,
    done: Callback<Option<Found>>,
) -> InSlices {
    let mut margin: Option<Option<Margin>> = None;
    InSlices::begin(move || {
        let margin = margin.get_or_insert_with(&first);
        let is_done = margin.as_mut().is_none_or(|margin| margin.advance(SETS_A_LOOK));
        if is_done {
            done.emit(margin.as_ref().and_then(Margin::found));
        }
        is_done
    })
}

/// Computes the margin of the shown moment, once.
#[hook]
pub fn use_margin(state: &State, dispatch: &Dispatch) {
    let dispatch = dispatch.clone();
    use_after(Moment::of(state), move |moment| {
        let of = moment.clone();
        let first = move || Margin::new(of.timeline.cluster(), of.name());
        let moment = moment.clone();
        let done = dispatch.on_event(move |found: Option<Found>| {
            let (view, namespace) = (moment.view.clone(), moment.namespace);
            let found = found.map(Rc::new);
            Some(Action::Margin(Worked { view, namespace, found }))
        });
        margin_in_slices(Box::new(first), done)
    });
}

/// The margin of the shown namespace in both ways, and the losses that exceed it.
pub fn margin_pill(state: &State, dispatch: &Dispatch) -> Html {
    let is_current = state.margin.is_of(&state.view, state.namespace);
    let found = state.margin.found();
    let shown = match found {
        Some(found) => number(lesser(found)),
        None if is_current => "–".to_owned(),
        None => "…".to_owned(),
    };
    let class = if !is_current {
        "margin stale"
    } else if found.is_none_or(|found| lesser(found).margin == 0) {
        "margin bad"
    } else {
        "margin"
    };
    let mode = mode_of(&state.view, state.namespace);
    let is_any_down = state.view.nodes.iter().any(|node| !node.state.is_up());
    let first = match mode {
        Mode::StrongConsistency => "is unavailable",
        Mode::Available => "comes up empty, or is served by nobody",
    };
    let why = match found {
        Some(found) => sentence(found, is_any_down, is_about(state), mode),
        None if is_current => nothing_to_say(&state.view, state.namespace).to_owned(),
        None => String::new(),
    };
    let is_none = found.is_none() && is_current;
    let (words, value) =
        if is_none { ("no margin", String::new()) } else { ("margin ", shown.clone()) };
    let of = (state.view.namespaces.len() > 1).then(|| state.namespace_name().to_owned());
    html! {
        <div
            {class}
            data-margin={if is_current { shown.clone() } else { "…".to_owned() }}
        >
            <p class="margin-pill" title={format!("how many more nodes can be lost before the first partition {first}")}>
                { explained(words, "margin", Term::Margin) }{ element("b", "", value) }{ element("span", "id", of.map(|name| format!(" {name}"))) }
            </p>
            <p class="margin-ways">
                { found.map(|found| html! {
                    <span key="ways">
                        <span title="nodes that crash or lose power at the same instant; the nodes that are left fare the same if each of them stops cleanly">
                            { "at once " }<b data-margin-way="at-once">{ number(&found.at_once) }</b>
                        </span>
                        { " · " }
                        <span title="clean stops: the clusters settle after each one, migrations do not run">
                            { "clean, in turn " }<b data-margin-way="one-by-one">{ number(&found.one_by_one) }</b>
                        </span>
                    </span>
                }) }
            </p>
            { element("p", "margin-why", why) }
            { element("p", "margin-assumed", found.and_then(|_| assumed(&state.view, state.namespace))) }
            { plain_button(
                dispatch,
                ("margin-more", "losses"),
                (
                    Some(format!("what each set of nodes that is lost at once would leave {}", harm(mode)).into()),
                    None
                ),
                Action::Time(TimeAction::GoTo(Tab::Losses)),
                "All failure sets".into(),
            ) }
        </div>
    }
}

/// The smaller of the two margins.
fn lesser(found: &Found) -> &Reach {
    if found.one_by_one.margin < found.at_once.margin { &found.one_by_one } else { &found.at_once }
}

/// A computed table. `table` derives from `of`, so equality compares only `of`.
#[derive(Clone)]
struct KnownTable {
    of: (Moment, Option<NodeId>),
    table: Option<Rc<LossTable>>,
}

impl PartialEq for KnownTable {
    fn eq(&self, other: &Self) -> bool {
        self.of == other.of
    }
}

/// The table of losses, and whether it is of the wanted moment or still of an earlier one; `None` until one is known.
#[hook]
fn use_table(wanted: Moment, also: Option<NodeId>) -> Option<(bool, Option<Rc<LossTable>>)> {
    let known = use_kept(None::<KnownTable>);
    let keep = known.clone();
    let wanted = (wanted, also);
    use_after(wanted.clone(), move |of| {
        let (of, keep) = (of.clone(), keep.clone());
        let mut table: Option<Option<LossTable>> = None;
        InSlices::begin(move || {
            let (moment, also) = &of;
            let table = table.get_or_insert_with(|| {
                LossTable::new(moment.timeline.cluster(), moment.name(), *also)
            });
            let is_done = table.as_mut().is_none_or(|table| table.advance(SETS_A_LOOK));
            if is_done {
                let table = table.take().map(Rc::new);
                keep.set(Some(KnownTable { of: of.clone(), table }));
            }
            is_done
        })
    });
    let KnownTable { of, table } = known.as_ref()?;
    Some((*of == wanted, table.clone()))
}

/// The Failure sets tab: the picture of all losses and the same as a table.
#[component]
pub fn LossesPanel(props: &PanelProps) -> Html {
    let PanelProps { state, dispatch } = props;
    let also = use_kept(None::<NodeId>);
    let is_clean = use_kept(false);
    let chosen = use_kept(GridPlace::default());
    let hovered = use_kept(None::<GridPlace>);
    let canvas = use_node_ref();
    let (is_current, table) = use_table(Moment::of(state), *also).unwrap_or_default();
    use_painting(&canvas, table.clone(), state.is_dark());

    let is_working = !is_current;
    let body = if let Some(table) = table {
        let hand = Hand { dispatch, is_current, is_clean: *is_clean };
        let mode = mode_of(&state.view, state.namespace);
        let chosen_cell = Frame::of(&table).step(*chosen, 0, 0);
        html! {
            <div key="some" class={classes!["losses", is_working.then_some("stale")]}>
                <div class="losses-picture">
                    { picture(state, &hand, &table, &canvas, (&chosen, &hovered)) }
                    { element("p", "map-hover", cell_text(&table, hovered.unwrap_or(chosen_cell), mode)) }
                </div>
                <div class="losses-side">
                    { element("p", "dim", what_it_shows(&table)) }
                    { element("p", "margin-assumed", assumed(&state.view, state.namespace)) }
                    { levels(mode) }
                    { choices(&table, &is_clean, &also) }
                    { by_size(&hand, &table, (mode, is_about(state))) }
                </div>
            </div>
        }
    } else {
        let why = if is_working { "…" } else { nothing_to_say(&state.view, state.namespace) };
        keyed("p", "none", "dim", why)
    };
    // Tests and measurements read from it when all sets are known.
    let progress = if is_working { "working" } else { "done" };
    html! { <div class="losses-panel" data-losses={progress}>{ body }</div> }
}

/// Paints a table onto a canvas.
#[hook]
fn use_painting(canvas: &NodeRef, table: Option<Rc<LossTable>>, is_dark: bool) {
    let canvas = canvas.clone();
    let address = table.as_ref().map(Rc::as_ptr);
    use_after((address, is_dark), move |(_, is_dark)| {
        let palette = if *is_dark { Palette::DARK } else { Palette::LIGHT };
        if let Some(table) = table {
            let (width, height) = Frame::of(&table).size();
            put_pixels(&canvas, &paint(&table, &palette), (width, height));
        }
    });
}

/// Lets nodes go down when a person clicks a cell or a set.
struct Hand<'a> {
    dispatch: &'a Dispatch,
    is_current: bool,
    is_clean: bool,
}

impl Hand<'_> {
    /// A function that stops the given nodes; it does nothing while the table is stale.
    fn lose(&self) -> impl Fn(Vec<NodeId>) + Clone + 'static {
        let (dispatch, is_current) = (self.dispatch.clone(), self.is_current);
        let shutdown = if self.is_clean { Shutdown::Clean } else { Shutdown::Unclean };
        move |nodes| {
            if is_current && !nodes.is_empty() {
                dispatch.dispatch(Action::Do(Command::Stop { nodes, shutdown }));
            }
        }
    }
}

/// The place of a cell in the grid of losses: its column and its row.
type GridPlace = (usize, usize);

/// The picture: the canvas with the frames and names over it.
fn picture(
    state: &State,
    hand: &Hand<'_>,
    table: &Rc<LossTable>,
    canvas: &NodeRef,
    (chosen, hovered): (&Kept<GridPlace>, &Kept<Option<GridPlace>>),
) -> Html {
    let frame = Frame::of(table);
    let under = {
        let canvas = canvas.clone();
        move |event: &MouseEvent| {
            frame.cell_at(event.offset_x(), event.offset_y(), width_of(&canvas)?)
        }
    };
    let onclick = {
        let (under, table, lose) = (under.clone(), table.clone(), hand.lose());
        Callback::from(move |event: MouseEvent| {
            if let Some((column, row)) = under(&event) {
                lose(table.set(column, row));
            }
        })
    };
    let onpointermove = {
        let hovered = hovered.clone();
        Callback::from(move |event: PointerEvent| hovered.set(under(&event)))
    };
    let left = hovered.clone();
    let onpointerleave = Callback::from(move |_: PointerEvent| left.set(None));
    let cell = frame.step(**chosen, 0, 0);
    let mode = mode_of(&state.view, state.namespace);
    let onkeydown = {
        let (chosen, table, lose) = (chosen.clone(), table.clone(), hand.lose());
        let dispatch = hand.dispatch.clone();
        Callback::from(move |event: KeyboardEvent| {
            if let Some((across, down)) = step(&event.key()) {
                event.prevent_default();
                let cell = frame.step(cell, across, down);
                chosen.set(cell);
                dispatch.dispatch(Action::Announce(cell_text(&table, cell, mode).into()));
            } else if event.key() == "Enter" {
                event.prevent_default();
                lose(table.set(cell.0, cell.1));
            }
        })
    };
    let (width, height) = frame.size();
    let chosen = cell_text(table, cell, mode);
    let label =
        format!("Map of losses. {chosen}. Arrow keys choose a set of nodes, Enter takes them down");
    html! {
        <div class={classes!["heat", table.is_complete().then_some("with-names")]}>
            <div class="heat-picture">
                <canvas
                    ref={canvas.clone()}
                    data-heat={state.namespace_name().to_owned()}
                    width={width.to_string()}
                    height={height.to_string()}
                    tabindex="0"
                    role="application"
                    aria-roledescription="map of losses"
                    aria-label={label}
                    {onclick}
                    {onpointermove}
                    {onpointerleave}
                    {onkeydown}
                />
                { overlay(table, frame, cell, **hovered) }
            </div>
        </div>
    }
}

/// How far across and down a key moves the choice.
fn step(key: &str) -> Option<(isize, isize)> {
    const FAR: isize = 1024;
    Some(match (keys::direction(key), key) {
        (Some(Direction::Left), _) => (-1, 0),
        (Some(Direction::Right), _) => (1, 0),
        (Some(Direction::Up), _) => (0, -1),
        (Some(Direction::Down), _) => (0, 1),
        (None, "PageUp") => (0, -8),
        (None, "PageDown") => (0, 8),
        (None, "Home") => (-FAR, -FAR),
        (None, "End") => (FAR, FAR),
        _ => return None,
    })
}

/// The frames around the chosen and the hovered cell, and the nodes' names at their strips.
fn overlay(table: &LossTable, frame: Frame, chosen: GridPlace, hovered: Option<GridPlace>) -> Html {
    let (width, height) = frame.size();
    let square = |cell: GridPlace, class: &'static str| {
        let (x, y) = frame.corner(cell);
        let side = convert::count(frame.cell + 3).cast_signed();
        let at = |corner: usize| convert::count(corner).saturating_sub(2).cast_signed();
        svg::rect(class, [at(x), at(y), side, side])
    };
    let name = |node: &NodeId| {
        let name = node.to_string();
        let from = name.len().saturating_sub(6);
        if from == 0 { name } else { format!("…{}", &name[from + 1..]) }
    };
    let (across, down) = if table.is_complete() { table.halves() } else { (&[][..], &[][..]) };
    let columns = across.iter().enumerate().map(|(strip, node)| {
        let (x, y) = ((width + 5).to_string(), (strip * STRIP_PX + 8).to_string());
        html! { <text key={node.to_string()} {x} {y}>{ name(node) }</text> }
    });
    let rows = down.iter().enumerate().map(|(strip, node)| {
        let transform = format!("translate({} {}) rotate(90)", strip * STRIP_PX + 2, height + 5);
        html! { <text key={node.to_string()} {transform}>{ name(node) }</text> }
    });
    html! {
        <svg class="heat-over" viewBox={format!("0 0 {width} {height}")} aria-hidden="true">
            <g>{ for columns }</g>
            <g>{ for rows }</g>
            <g>
                { hovered.map(|cell| square(cell, "hovered")) }
                { square(chosen, "chosen-under") }
                { square(chosen, "chosen") }
            </g>
        </svg>
    }
}

/// How to read the picture.
fn what_it_shows(table: &LossTable) -> String {
    let (across, down) = table.halves();
    if !table.is_complete() {
        let nodes = table.nodes();
        return format!(
            "Columns and rows: {} to {}, in order. A cell is the loss of both nodes at once, on the \
             diagonal of one. Click a cell to try it.",
            nodes[0],
            nodes[nodes.len() - 1]
        );
    }
    let (columns, rows) = table.size();
    let rows_are =
        if down.is_empty() { String::new() } else { format!("; rows, of {}", list(down)) };
    format!(
        "Each of the {} sets of nodes that can be lost at once. Columns: which of {} are lost{rows_are}: \
         a bar marks them. No loss is the upper left cell, all the lower right one. Click a cell to try it.",
        thousands(convert::count(columns * rows)),
        list(across)
    )
}

/// The legend of the colours.
fn levels(mode: Mode) -> Html {
    let entry = |level: Level| {
        html! {
            <li key={level.class()}>
                { unspoken(classes!["level", level.class()], Html::default()) }
                { level.name() }
            </li>
        }
    };
    html! {
        <div class="levels">
            { element("span", "", [harm(mode), ":"].concat()) }
            <ul class="levels-list">{ for Level::ALL.into_iter().map(entry) }</ul>
        </div>
    }
}

/// The choice between crashes and clean stops, and of a node that goes down in every set.
fn choices(table: &LossTable, is_clean: &Kept<bool>, also: &Kept<Option<NodeId>>) -> Html {
    let way = |clean: bool, action: &'static str, label: &'static str| {
        let set = is_clean.clone();
        let onclick = Callback::from(move |_: MouseEvent| set.set(clean));
        switch_button(("tool", action), None, **is_clean == clean, onclick, label.into())
    };
    let third = (!table.is_complete()).then(|| {
        let chosen = table.also().map(|node| node.to_string()).unwrap_or_default();
        let mut options = vec![(String::new(), "no other".to_owned())];
        options.extend(table.nodes().iter().map(|node| (node.to_string(), node.to_string())));
        let also = also.clone();
        let heard = Callback::from(move |value: String| also.set(value.parse().ok()));
        choice_list(("field-line", "and also "), "loss-also", &chosen, options, &heard)
    });
    html! {
        <div class="choices">
            <div class="choices-ways" role="group" aria-label="How they go down">
                { way(false, "loss-crash", "Crash them") }
                { way(true, "loss-stop", "Stop them cleanly") }
            </div>
            { element("div", "choices-also", third) }
        </div>
    }
}

/// Whether the counts of the shown namespace are only about right.
fn is_about(state: &State) -> bool {
    state.timeline.setup().is_about(state.namespace)
}

/// The table by the number of lost nodes: the picture for people who use screen readers.
fn by_size(hand: &Hand<'_>, table: &LossTable, (mode, is_about): (Mode, bool)) -> Html {
    let row = |of: &OfSize| {
        let (lose, example) = (hand.lose(), of.example.clone());
        let onclick = Callback::from(move |_: MouseEvent| lose(example.clone()));
        html! {
            <tr key={of.size}>
                { element("td", "n", of.size.to_string()) }
                { element("td", "n", thousands(convert::count(of.sets))) }
                { element("td", "n", thousands(convert::count(of.hurting))) }
                { element("td", "n", thousands(u32::from(of.worst))) }
                <td>
                    { button_of("data-size", of.size.to_string(), worded_button(
                        ("reason id", "lose"),
                        (Some("takes them down".into()), None),
                        States::default(),
                        onclick,
                        example_name(&of.example, table.nodes().len()).into(),
                    )) }
                </td>
            </tr>
        }
    };
    let worst = match (mode, is_about) {
        (Mode::StrongConsistency, false) => "Unavailable at worst",
        (Mode::StrongConsistency, true) => "Unavailable at worst, about",
        (Mode::Available, false) => "Empty or unserved at worst",
        (Mode::Available, true) => "Empty or unserved at worst, about",
    };
    html! {
        <table class="reasons losses-table">
            <thead>
                <tr>
                    { for ["Lost", "Sets", "Do harm", worst].map(|name| column("n", name)) }
                    { column("", "The worst set") }
                </tr>
            </thead>
            <tbody>{ for table.by_size().iter().map(row) }</tbody>
        </table>
    }
}

/// A set of nodes in a few words.
fn example_name(set: &[NodeId], all: usize) -> String {
    if set.len() == all {
        "all".to_owned()
    } else if set.len() > 4 {
        format!("{}, {} and {} more", set[0], set[1], set.len() - 2)
    } else {
        list(set)
    }
}
