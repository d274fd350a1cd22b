//! The map of 4096 partitions, and the same as a short table.
//!
//! Invariant: the canvas is painted only when its cells or its colours have changed; the cursor is drawn over it. Not
//! here: pixels (see `paint`).

use std::rc::Rc;

use rosterlab_engine::{Cell, PartitionId};
use web_sys::HtmlCanvasElement;
use yew::prelude::*;

use crate::components::button::on_press;
use crate::components::class_list::{classes, when};
use crate::components::{Dispatch, PanelProps};
use crate::groups::Group;
use crate::hooks::put_pixels;
use crate::keys;
use crate::layout::Direction;
use crate::look::Look;
use crate::paint::{CELL_PX, Palette, SIDE_PX, corner_of, paint, partition_at};
use crate::rules;
use crate::state::{Action, State};
use crate::text::thousands;

/// How far Page Up and Page Down go.
const PAGE_ROWS: i32 = 8;

/// The map with its table.
pub fn map_panel(state: &Rc<State>, dispatch: &Dispatch) -> Html {
    let where_from = state.shown_sub_cluster().filter(|_| state.view().sub_clusters.len() > 1);
    let title =
        where_from.map_or_else(String::new, |sub| format!(" in sub-cluster {}", sub.principal));
    html! {
        <section class="panel map-panel" aria-labelledby="map-title">
            <div class="panel-head">
                <h2 id="map-title">
                    { "4,096 partitions of " }<span class="id">{ state.namespace_name() }</span>{ title }
                </h2>
            </div>
            <div class="map-and-table">
                <Map state={state.clone()} dispatch={dispatch.clone()} />
                <div class="map-side">
                    { reasons(state, dispatch) }
                </div>
            </div>
            { legend(state) }
        </section>
    }
}

/// Paints the cells onto a canvas.
#[hook]
fn use_painting(canvas: &NodeRef, cells: Rc<Vec<Cell>>, is_dark: bool) {
    let canvas = canvas.clone();
    use_effect_with((cells, is_dark), move |(cells, is_dark)| {
        let palette = if *is_dark { Palette::DARK } else { Palette::LIGHT };
        put_pixels(&canvas, &paint(cells, &palette), SIDE_PX);
    });
}

#[component]
fn Map(props: &PanelProps) -> Html {
    let PanelProps { state, dispatch } = props;
    let canvas = use_node_ref();
    let hovered = use_state_eq(|| None::<PartitionId>);
    use_painting(&canvas, state.cells().clone(), state.is_dark());

    let under = {
        let canvas = canvas.clone();
        move |event: &MouseEvent| {
            let side = canvas.cast::<HtmlCanvasElement>()?.client_width();
            partition_at(event.offset_x(), event.offset_y(), side)
        }
    };
    let onclick = {
        let (dispatch, under) = (dispatch.clone(), under.clone());
        Callback::from(move |event: MouseEvent| {
            if let Some(partition) = under(&event) {
                dispatch.dispatch(Action::ShowPartition(partition));
            }
        })
    };
    let onpointermove = {
        let hovered = hovered.clone();
        Callback::from(move |event: PointerEvent| hovered.set(under(&event)))
    };
    let onpointerleave = {
        let hovered = hovered.clone();
        Callback::from(move |_: PointerEvent| hovered.set(None))
    };
    let onkeydown = {
        let dispatch = dispatch.clone();
        Callback::from(move |event: KeyboardEvent| {
            if let Some((across, down)) = step(&event.key(), event.ctrl_key()) {
                event.prevent_default();
                dispatch.dispatch(Action::StepPartition(across, down));
            }
        })
    };
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
            <p class="map-hover">{ under_pointer(state, *hovered) }</p>
        </div>
    }
}

/// How far across and down a key leads on the map; over its edge is to the edge.
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
        // Says again what the partition is.
        (None, "Enter" | " ") => (0, 0),
        _ => return None,
    })
}

/// What the map shows, for those who cannot see it.
fn label(state: &State) -> String {
    format!(
        "Map of 4,096 partitions: {} active, {} unavailable, {} dead. Partition {} is chosen; arrow \
         keys choose another",
        thousands(state.count(Look::Settled) + state.count(Look::Filling)),
        thousands(state.count(Look::Unavailable)),
        thousands(state.count(Look::Dead)),
        state.partition()
    )
}

/// Frames around the chosen partition and the one under the pointer.
fn cursor(chosen: PartitionId, hovered: Option<PartitionId>) -> Html {
    let frame = |partition: PartitionId, class: &'static str| {
        let (x, y) = corner_of(partition);
        // A little outside of the cell; the edge of the map may cut it.
        let at = |corner: usize| (i32::try_from(corner).unwrap_or(0) - 2).to_string();
        let side = (CELL_PX + 4).to_string();
        html! { <rect key={class} {class} x={at(x)} y={at(y)} width={side.clone()} height={side} /> }
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

fn under_pointer(state: &State, hovered: Option<PartitionId>) -> String {
    let cell =
        hovered.and_then(|partition| Some((partition, state.cells().get(partition.index())?)));
    cell.map_or_else(
        || "Click a partition, or use the arrow keys.".to_owned(),
        |(partition, cell)| {
            let look = Look::of(cell);
            format!("{partition}: {}, {}", look.name(), rules::label(cell.verdict.rule))
        },
    )
}

/// The groups of partitions with the same reason.
fn reasons(state: &State, dispatch: &Dispatch) -> Html {
    let shown = state.cells().get(state.partition().index());
    let shown = shown.map(|cell| (Look::of(cell), cell.verdict.rule));
    let row = |group: &Group| {
        let is_shown = shown == Some((group.look, group.rule));
        let onclick = on_press(dispatch, Action::ShowPartition(group.example));
        let is_active = matches!(group.look, Look::Settled | Look::Filling);
        let filling = (group.look == Look::Filling).then_some(", filling");
        html! {
            <tr
                key={format!("{} {}", group.look.class(), rules::label(group.rule))}
                class={classes(&[group.look.class(), when(is_shown, "shown")])}
            >
                <td>
                    <button
                        type="button"
                        class="reason"
                        data-action="show-example"
                        aria-pressed={is_shown.to_string()}
                        title={format!("show partition {}, one of them", group.example)}
                        {onclick}
                    >
                        <span class={classes(&["swatch", group.look.class()])} aria-hidden="true">
                            { group.look.glyph() }
                        </span>
                        <span>
                            <span class="visually-hidden">{ format!("{}: ", group.look.name()) }</span>
                            { rules::reason(group.rule, is_active) }{ filling }
                            <span class="dim">
                                { group.rule.number().map(|number| format!(" (rule {number})")) }
                            </span>
                        </span>
                    </button>
                </td>
                <td class="n">{ thousands(group.size) }</td>
            </tr>
        }
    };
    html! {
        <table class="reasons">
            <thead>
                <tr><th scope="col">{ "Reason" }</th><th scope="col" class="n">{ "Partitions" }</th></tr>
            </thead>
            <tbody>{ for state.groups().iter().map(row) }</tbody>
        </table>
    }
}

/// What the colours mean, with their counts.
fn legend(state: &State) -> Html {
    let entry = |look: Look| {
        let count = state.count(look);
        html! {
            <li key={look.class()} class={classes(&[when(count == 0, "zero")])}>
                <span class={classes(&["swatch", look.class()])} aria-hidden="true">{ look.glyph() }</span>
                { look.name() }{ " " }<b>{ thousands(count) }</b>
            </li>
        }
    };
    html! { <ul class="legend">{ for Look::ALL.into_iter().map(entry) }</ul> }
}
