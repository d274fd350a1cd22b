//! Two ends side by side: their maps, a third of what differs, and the same as a table.
//!
//! Invariant: the table is the equal of the maps; a differing partition can be chosen by a click, by arrow keys on the
//! third map and by the table.

use std::rc::Rc;

use rosterlab_engine::{Cell, PartitionId};
use web_sys::{HtmlCanvasElement, KeyboardEvent};
use yew::functional::Hook;
use yew::prelude::*;

use crate::browser::{put_pixels, use_effect_on};
use crate::look::Look;
use crate::map::paint::{Palette, SIDE_PX, paint_only, partition_at};
use crate::page::Dispatch;
use crate::page::class_list::classes;
use crate::page::ear::{Ear, on_press, value_of};
use crate::page::h::ui;
use crate::page::keys;
use crate::page::part::part;
use crate::state::{Action, State};
use crate::text::{count as counted, thousands};
use crate::time::branches::Branch;
use crate::time::compare::{Change, Comparison, Side, count};
use crate::time::desk::TimeAction;

/// What the tab shows.
pub fn compare_tab(state: &State, dispatch: &Dispatch) -> Html {
    let (left, right) = state.time().sides;
    let body = state.time().comparison().map(|comparison| body(state, comparison, dispatch));
    ui! {
        <div class="compare">
            <div class="compare-sides">
                { choice(state, dispatch, "left", left) }
                { choice(state, dispatch, "right", right.unwrap_or(Side::Start)) }
            </div>
            <div class="compare-body">{ for body }</div>
            <p class="dim">
                { "Of several sub-clusters a partition counts as clients see it: active if one of them \
                   serves it, else dead if it is dead in one, else unavailable. " }
                { "What was undone becomes a branch when something else is done instead." }
            </p>
        </div>
    }
}

fn body(state: &State, comparison: &Rc<Comparison>, dispatch: &Dispatch) -> Html {
    let all = Rc::new(vec![true; comparison.left.len()]);
    let map = |which: &'static str, label: String, cells: &Rc<Vec<Cell>>, shown: &Rc<Vec<bool>>| {
        let map = SmallMap {
            which,
            label,
            cells: cells.clone(),
            shown: shown.clone(),
            is_dark: state.is_dark(),
            dispatch: dispatch.clone(),
        };
        part("map", map, |map, hooks| use_small_map(map).run(hooks))
    };
    let (left, right) = state.time().sides;
    let name = |side: Side| side_name(state, side);
    let differ = format!("{} differ", counted(comparison.size(), "partition"));
    ui! {
        <div class="compare-maps">
            <figure>
                { map("left", format!("Map of {}", name(left)), &comparison.left, &all) }
                <figcaption>{ numbers(&comparison.left) }</figcaption>
            </figure>
            <figure>
                { map(
                    "right",
                    format!("Map of {}", name(right.unwrap_or(Side::Start))),
                    &comparison.right,
                    &all
                ) }
                <figcaption>{ numbers(&comparison.right) }</figcaption>
            </figure>
            <figure>
                { map(
                    "differs",
                    format!("{differ}; arrow keys go from one to the next"),
                    &comparison.right,
                    &comparison.differs
                ) }
                <figcaption data-differ="">{ differ }</figcaption>
            </figure>
            { changes(comparison, dispatch) }
        </div>
    }
}

fn side_name(state: &State, side: Side) -> String {
    match side {
        Side::Now => format!("now, step {}", state.timeline().position()),
        Side::Start => "the start".to_owned(),
        Side::Branch(number) => {
            let nodes = state.view().nodes.len();
            let title = |branch: &Branch| branch.parting(state.timeline(), nodes).title;
            let title = state.time().branches.get(number).map(title).unwrap_or_default();
            format!("the end of branch {number}, {title}")
        }
    }
}

fn choice(state: &State, dispatch: &Dispatch, which: &'static str, chosen: Side) -> Html {
    let branches = state.time().branches.all().iter().rev();
    let branches = branches.map(|branch| Side::Branch(branch.number));
    let sides = [Side::Now, Side::Start].into_iter().chain(branches);
    let option = |side: Side| {
        let name = side.name();
        ui! {
            <option key={name.clone()} value={name} selected={side == chosen}>
                { side_name(state, side) }
            </option>
        }
    };
    let onchange = {
        let action = if which == "left" { TimeAction::Left } else { TimeAction::Right };
        Ear::new(dispatch, Action::Time(action(Side::Now)), |event, action| {
            let side = Side::of_name(&value_of(event)?)?;
            let is_left = matches!(action, Action::Time(TimeAction::Left(_)));
            let action = if is_left { TimeAction::Left } else { TimeAction::Right };
            Some(Action::Time(action(side)))
        })
    };
    let words = if which == "left" { "Compare " } else { "with " };
    ui! {
        <label class="pick">
            { words }
            <select data-action={format_args!("compare-{which}")} {onchange}>{ for sides.map(option) }</select>
        </label>
    }
}

/// The counts of an end.
fn numbers(cells: &[Cell]) -> Html {
    let number = |look: Look| {
        let count = count(cells, look);
        (count > 0).then(|| {
            ui! {
                <span key={look.class()} class="compare-number">
                    { swatch(look) }{ thousands(count) }{ " " }{ look.name() }
                </span>
            }
        })
    };
    ui! { <span class="compare-numbers">{ for Look::ALL.into_iter().filter_map(number) }</span> }
}

fn swatch(look: Look) -> Html {
    ui! { <span class={classes(&["swatch", look.class()])} aria-hidden="true">{ look.glyph() }</span> }
}

/// What differs, by how.
fn changes(comparison: &Comparison, dispatch: &Dispatch) -> Html {
    let row = |change: &Change| {
        let Change { from, to, size, example } = *change;
        ui! {
            <tr key={format!("{} {}", from.class(), to.class())}>
                <td>
                    <button
                        type="button"
                        class="reason"
                        data-action="show-difference"
                        title={format_args!("show partition {example}, the first of them")}
                        onclick={on_press(dispatch, Action::ShowPartition(example))}
                    >
                        <span>
                            { swatch(from) }{ " " }{ from.name() }{ " → " }{ swatch(to) }{ " " }{ to.name() }
                        </span>
                    </button>
                </td>
                <td class="n">{ thousands(size) }</td>
            </tr>
        }
    };
    let nothing = comparison.changes.is_empty().then(|| {
        ui! { <tr key="nothing"><td colspan="2">{ "No partition looks otherwise." }</td></tr> }
    });
    ui! {
        <table class="reasons">
            <thead>
                <tr>
                    <th scope="col">{ "What differs" }</th>
                    <th scope="col" class="n">{ "Partitions" }</th>
                </tr>
            </thead>
            <tbody>{ for comparison.changes.iter().map(row).chain(nothing) }</tbody>
        </table>
    }
}

#[derive(PartialEq)]
struct SmallMap {
    /// `left`, `right` or `differs`.
    which: &'static str,
    /// What it shows, for those who cannot see it.
    label: String,
    cells: Rc<Vec<Cell>>,
    shown: Rc<Vec<bool>>,
    is_dark: bool,
    dispatch: Dispatch,
}

#[hook]
fn use_small_map(props: &SmallMap) -> Html {
    let canvas = use_node_ref();
    {
        let canvas = canvas.clone();
        let painted = (props.cells.clone(), props.shown.clone(), props.is_dark);
        use_effect_on(painted, move |(cells, shown, is_dark)| {
            let palette = if *is_dark { Palette::DARK } else { Palette::LIGHT };
            put_pixels(&canvas, &paint_only(cells, shown, &palette), (SIDE_PX, SIDE_PX));
        });
    }
    let is_differs = props.which == "differs";
    let onclick = {
        let (canvas, shown) = (canvas.clone(), props.shown.clone());
        let dispatch = props.dispatch.clone();
        Callback::from(move |event: MouseEvent| {
            let side = canvas.cast::<HtmlCanvasElement>().map_or(0, |canvas| canvas.client_width());
            let under = partition_at(event.offset_x(), event.offset_y(), side);
            let is_shown = |partition: &PartitionId| shown.get(partition.index()) == Some(&true);
            if let Some(partition) = under.filter(is_shown) {
                dispatch.dispatch(Action::ShowPartition(partition));
            }
        })
    };
    let onkeydown = {
        let dispatch = props.dispatch.clone();
        Callback::from(move |event: KeyboardEvent| {
            if let Some(direction) = keys::direction(&event.key()).filter(|_| is_differs) {
                event.prevent_default();
                let on = keys::step(direction) > 0;
                dispatch.dispatch(Action::Time(TimeAction::NextDifference(on)));
            }
        })
    };
    let side = SIDE_PX.to_string();
    // Only the third is for keys: the others are the map above at another moment.
    let (role, tabindex) = if is_differs { ("application", Some("0")) } else { ("img", None) };
    ui! {
        <canvas
            ref={canvas}
            class="small-map"
            data-compare={props.which}
            width={side.clone()}
            height={side}
            {role}
            {tabindex}
            aria-label={props.label.clone()}
            {onclick}
            {onkeydown}
        />
    }
}
