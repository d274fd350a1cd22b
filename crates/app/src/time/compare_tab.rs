//! The Compare tab: the questions that an operator asks of two ends, and then their maps side by side, a third map of the
//! differences, and the differences as a table.
//!
//! Invariant: the table of questions comes first, and the table of differences says the same as the maps. A differing partition can be chosen by a click, by the table, and by
//! arrow keys on the third map. Not here: the comparison itself (see `compare`).

use std::rc::Rc;

use rosterlab_engine::{Cell, PartitionId, convert};
use rosterlab_scenario::foresight::margin::{Found, Margin};
use yew::prelude::*;

use crate::browser::{put_pixels, use_after, use_kept, width_of};
use crate::look::Look;
use crate::map::paint::{Palette, SIDE_PX, paint_only, partition_at};
use crate::margin::panel::margin_in_slices;
use crate::margin::words::both;
use crate::page::button::plain_button;
use crate::page::choice::choice_list;
use crate::page::element::{column, element, unspoken};
use crate::page::{Dispatch, keys};
use crate::state::{Action, State};
use crate::text::{count as counted, thousands};
use crate::time::branches::Branch;
use crate::time::compare::{Change, Comparison, Side, count};
use crate::time::ends::End;
use crate::time::state::TimeAction;
use crate::why::ways::title;

/// The tab.
pub fn compare_tab(state: &State, dispatch: &Dispatch) -> Html {
    let (left, right) = state.time.sides;
    let body = state.time.comparison().map(|comparison| {
        html! {
            <div>
                <Questions
                    comparison={comparison.clone()}
                    namespace={state.namespace_name().to_owned()}
                />
                { body(state, comparison, dispatch) }
            </div>
        }
    });
    html! {
        <div class="compare">
            <div class="compare-sides">
                { choice(state, dispatch, "left", left) }
                { choice(state, dispatch, "right", right.unwrap_or(Side::Start)) }
            </div>
            { element("div", "compare-body", body) }
            <p class="dim">
                { "Of several sub-clusters a partition counts as clients see it: active if one of them \
                   serves it, else dead if it is dead in one, else unavailable. " }
                { "What was undone becomes a branch when something else is done instead." }
            </p>
        </div>
    }
}

/// What the table of questions is of.
#[derive(PartialEq, Properties)]
struct QuestionsProps {
    comparison: Rc<Comparison>,
    /// The shown namespace's name.
    namespace: String,
}

/// A row for each question, with the answer at each end; rows that differ are marked.
#[component]
fn Questions(props: &QuestionsProps) -> Html {
    let QuestionsProps { comparison, namespace } = props;
    let Comparison { left, right, .. } = &**comparison;
    let margins = [use_margin_of(left, namespace), use_margin_of(right, namespace)];
    let margin = (format!("Margin of {namespace}"), margins[0].clone(), &margins[1]);
    let rows = left.answers.iter().zip(&right.answers);
    let rows = rows.map(|((question, left), (_, right))| (question.clone(), left.clone(), right));
    let rows: Vec<_> = rows.chain([margin]).collect();
    let differ = rows.iter().filter(|(_, left, right)| left != *right).count();
    let row = |(question, left, right): &(String, String, &String)| {
        let differs = left != *right;
        html! {
            <tr key={question.clone()} class={differs.then_some("differs")}>
                <th scope="row">
                    { question }
                    { element("span", "visually-hidden", differs.then_some(", differs")) }
                </th>
                { element("td", "", left) }
                { element("td", "", (*right).clone()) }
            </tr>
        }
    };
    html! {
        <table class="reasons compare-answers" data-answers-differ={differ.to_string()}>
            <thead>
                <tr>
                    { column("", "Question") }
                    { column("", "Left") }
                    { column("", "Right") }
                </tr>
            </thead>
            <tbody>{ for rows.iter().map(row) }</tbody>
        </table>
    }
}

/// The margin of a namespace at an end, in words; `…` until it is known.
#[hook]
fn use_margin_of(end: &Rc<End>, namespace: &str) -> String {
    let known = use_kept(None::<(Rc<End>, String)>);
    let keep = known.clone();
    use_after((end.clone(), namespace.to_owned()), move |(end, namespace)| {
        let (end, namespace) = (end.clone(), namespace.clone());
        let first = {
            let end = end.clone();
            move || Margin::new(&end.cluster, &namespace)
        };
        let done = move |found: Option<Found>| {
            let words = found.map_or_else(|| "none: nothing is served".to_owned(), |f| both(&f));
            keep.set(Some((end.clone(), words)));
        };
        margin_in_slices(Box::new(first), done.into())
    });
    match &*known {
        Some((of, words)) if of == end => words.clone(),
        _ => "…".to_owned(),
    }
}

/// The three maps and the table.
fn body(state: &State, comparison: &Rc<Comparison>, dispatch: &Dispatch) -> Html {
    let all = Rc::new(vec![true; comparison.left.cells.len()]);
    let map = |which: &'static str, label: String, cells: &Rc<Vec<Cell>>, shown: &Rc<Vec<bool>>| {
        html! {
            <SmallMap
                {which}
                {label}
                cells={cells.clone()}
                shown={shown.clone()}
                is_dark={state.is_dark()}
                dispatch={dispatch.clone()}
            />
        }
    };
    let (left, right) = state.time.sides;
    let name = |side: Side| side_name(state, side);
    let pairs = comparison.left.answers.iter().zip(&comparison.right.answers);
    let answers = convert::count(pairs.filter(|(left, right)| left != right).count());
    let differ = match (comparison.size(), answers) {
        (0, 1..) => format!("The same map, but {} above", counted(answers, "other answer")),
        (size, _) => format!("{} differ", counted(size, "partition")),
    };
    html! {
        <div class="compare-maps">
            <figure>
                { map("left", format!("Map of {}", name(left)), &comparison.left.cells, &all) }
                <figcaption>{ numbers(&comparison.left.cells) }</figcaption>
            </figure>
            <figure>
                { map(
                    "right",
                    format!("Map of {}", name(right.unwrap_or(Side::Start))),
                    &comparison.right.cells,
                    &all
                ) }
                <figcaption>{ numbers(&comparison.right.cells) }</figcaption>
            </figure>
            <figure>
                { map(
                    "differs",
                    format!("{differ}; arrow keys go from one to the next"),
                    &comparison.right.cells,
                    &comparison.differs
                ) }
                <figcaption data-differ="">{ differ }</figcaption>
            </figure>
            { changes(comparison, dispatch) }
        </div>
    }
}

/// The name of a side in words.
fn side_name(state: &State, side: Side) -> String {
    match side {
        Side::Now => format!("now, step {}", state.timeline.position()),
        Side::Start => "the start".to_owned(),
        Side::Branch(number) => {
            let nodes = state.view.nodes.len();
            let title = |branch: &Branch| branch.parting(&state.timeline, nodes).title;
            let title = state.time.branches.get(number).map(title).unwrap_or_default();
            format!("the end of branch {number}, {title}")
        }
        Side::Way(place) => {
            let way = state.whole_answer().and_then(|answer| answer.ways.get(place));
            format!("the way out: {}", way.map(|way| title(way, &state.view)).unwrap_or_default())
        }
    }
}

/// The list to choose a side from.
fn choice(state: &State, dispatch: &Dispatch, which: &'static str, chosen: Side) -> Html {
    let branches = state.time.branches.all().iter().rev();
    let branches = branches.map(|branch| Side::Branch(branch.number));
    let ways = state.whole_answer().map_or(0, |answer| answer.ways.len());
    let ways = (0..ways).map(Side::Way);
    let sides = [Side::Now, Side::Start].into_iter().chain(ways).chain(branches);
    let options = sides.map(|side| (side.name(), side_name(state, side))).collect();
    let (words, name, action): (_, _, fn(Side) -> TimeAction) = if which == "left" {
        ("Compare ", "compare-left", TimeAction::Left)
    } else {
        ("with ", "compare-right", TimeAction::Right)
    };
    let heard =
        dispatch.on_event(move |value: String| Some(Action::Time(action(Side::of_name(&value)?))));
    choice_list(("pick", words), name, &chosen.name(), options, &heard)
}

/// The number of partitions of each look at one end.
fn numbers(cells: &[Cell]) -> Html {
    let number = |look: Look| {
        let count = count(cells, look);
        (count > 0).then(|| {
            html! {
                <span key={look.class()} class="compare-number">
                    { swatch(look) }{ thousands(count) }{ " " }{ look.name() }
                </span>
            }
        })
    };
    html! { <span class="compare-numbers">{ for Look::ALL.into_iter().filter_map(number) }</span> }
}

/// A look's colour and glyph.
fn swatch(look: Look) -> Html {
    unspoken(classes!["swatch", look.class()], look.glyph())
}

/// The table of differences: a row for each pair of looks.
fn changes(comparison: &Comparison, dispatch: &Dispatch) -> Html {
    let row = |change: &Change| {
        let Change { from, to, size, example } = *change;
        html! {
            <tr key={format!("{} {}", from.class(), to.class())}>
                <td>
                    { plain_button(
                        dispatch,
                        ("reason", "show-difference"),
                        (Some(format!("show partition {example}, the first of them").into()), None),
                        Action::ShowPartition(example),
                        html! {
                            <span>
                                { swatch(from) }{ " " }{ from.name() }{ " → " }{ swatch(to) }{ " " }{ to.name() }
                            </span>
                        },
                    ) }
                </td>
                { element("td", "n", thousands(size)) }
            </tr>
        }
    };
    let nothing = comparison.changes.is_empty().then(|| {
        html! { <tr key="nothing"><td colspan="2">{ "No partition looks different." }</td></tr> }
    });
    html! {
        <table class="reasons">
            <thead>
                <tr>
                    { column("", "What differs") }
                    { column("n", "Partitions") }
                </tr>
            </thead>
            <tbody>{ for comparison.changes.iter().map(row).chain(nothing) }</tbody>
        </table>
    }
}

/// What a [`SmallMap`] shows.
#[derive(PartialEq, Properties)]
struct SmallMapProps {
    /// `left`, `right` or `differs`.
    which: &'static str,
    /// Describes the map for people who use screen readers.
    label: String,
    cells: Rc<Vec<Cell>>,
    /// By partition: whether it is painted and can be chosen.
    shown: Rc<Vec<bool>>,
    is_dark: bool,
    dispatch: Dispatch,
}

/// A map of one side, or of the differences; repainted only when its cells or the theme change.
#[component]
fn SmallMap(props: &SmallMapProps) -> Html {
    let canvas = use_node_ref();
    {
        let canvas = canvas.clone();
        let painted = (props.cells.clone(), props.shown.clone(), props.is_dark);
        use_after(painted, move |(cells, shown, is_dark)| {
            let palette = if *is_dark { Palette::DARK } else { Palette::LIGHT };
            put_pixels(&canvas, &paint_only(cells, shown, &palette), (SIDE_PX, SIDE_PX));
        });
    }
    let is_differs = props.which == "differs";
    let onclick = {
        let (canvas, shown) = (canvas.clone(), props.shown.clone());
        props.dispatch.on_event(move |event: MouseEvent| {
            let side = width_of(&canvas).unwrap_or(0);
            let under = partition_at(event.offset_x(), event.offset_y(), side);
            let is_shown = |partition: &PartitionId| shown.get(partition.index()) == Some(&true);
            under.filter(is_shown).map(Action::ShowPartition)
        })
    };
    let onkeydown = props.dispatch.on_event(move |event: KeyboardEvent| {
        let direction = keys::direction(&event.key()).filter(|_| is_differs)?;
        event.prevent_default();
        let on = keys::step(direction) > 0;
        Some(Action::Time(TimeAction::NextDifference(on)))
    });
    let side = SIDE_PX.to_string();
    // Only the map of differences takes keys; the other two show the main map at another moment.
    let (role, tabindex) = if is_differs { ("application", Some("0")) } else { ("img", None) };
    html! {
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
