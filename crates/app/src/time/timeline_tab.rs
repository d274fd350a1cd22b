//! The Timeline tab: the graph that a person scrubs, its key, the migration ticker, the branches, and the history.
//!
//! Invariant: dragging along the graph, clicking it and the keys of a slider all seek. Not here: the graph's layout (see
//! `strip`).

use std::rc::Rc;

use rosterlab_asinfo::log;
use rosterlab_engine::{Migrations, NodeId, Served, convert};
use rosterlab_scenario::words::served::{headline, outcome};
use yew::prelude::*;

use crate::browser::{Room, capture_pointer, focus, use_room, width_of};
use crate::page::button::{States, button_of, worded_button};
use crate::page::element::{element, keyed, unspoken};
use crate::page::svg;
use crate::page::{Dispatch, PanelProps};
use crate::state::{Action, State};
use crate::text::{clock, count};
use crate::time::branches::Branch;
use crate::time::compare::Side;
use crate::time::history::history;
use crate::time::state::{TimeAction, percent, progress};
use crate::time::strip::{
    Fork, Label, MOST_LETTERS, MarkKind, Steps, Strip, amiss, cut_short, position_at, strip,
};
use crate::verdict::words::worst;

/// The number of steps that Page Up and Page Down go.
const PAGE: isize = 10;

/// The most nodes whose ticker is shown; the sum above it includes all nodes.
const MOST_LINES: usize = 24;

/// The tab.
pub fn timeline_tab(state: &Rc<State>, dispatch: &Dispatch) -> Html {
    html! {
        <div class="timeline">
            <Graph state={state.clone()} dispatch={dispatch.clone()} />
            { key() }
            { ticker(state) }
            { branches(state, dispatch) }
            { history(state) }
        </div>
    }
}

/// The graph as a slider, drawn to the width that it has.
#[component]
fn Graph(props: &PanelProps) -> Html {
    let PanelProps { state, dispatch } = props;
    let element = use_node_ref();
    let room = use_room(&element);
    let timeline = &state.timeline;
    let last = timeline.entries().len();
    let forks = Rc::new(forks(state));
    let seek = {
        let (element, forks, dispatch) = (element.clone(), forks.clone(), dispatch.clone());
        move |event: &PointerEvent| {
            let Some(width) = width_of(&element) else { return };
            // Its children ignore the pointer, so the offset is from the graph's own edge.
            let position = position_at(event.offset_x(), width, last, &forks);
            dispatch.dispatch(Action::Time(TimeAction::Seek(position)));
        }
    };
    let onpointerdown = {
        let (seek, element) = (seek.clone(), element.clone());
        Callback::from(move |event: PointerEvent| {
            if event.button() != 0 {
                return;
            }
            // Without capture a drag ends at the graph's edge.
            capture_pointer(&element, &event);
            seek(&event);
        })
    };
    // WebKit selects the text of the page while it drags, unless the press is kept from it; then it gives no focus either.
    let onmousedown = Callback::from(|event: MouseEvent| {
        event.prevent_default();
        focus("[data-action=\"scrub\"]");
    });
    let onpointermove = Callback::from(move |event: PointerEvent| {
        if event.buttons() & 1 == 1 {
            seek(&event);
        }
    });
    let onkeydown = dispatch.on_event(|event: KeyboardEvent| {
        let by = steps_of(&event.key())?;
        event.prevent_default();
        Some(Action::Time(TimeAction::SeekBy(by)))
    });
    let drawn = room.map(|room| draw(state, &forks, room));
    html! {
        <div
            ref={element}
            class="graph"
            role="slider"
            tabindex="0"
            data-action="scrub"
            aria-label="Position on the timeline"
            aria-valuemin="0"
            aria-valuemax={last.to_string()}
            aria-valuenow={timeline.position().to_string()}
            aria-valuetext={state.place(timeline.position())}
            {onpointerdown}
            {onmousedown}
            {onpointermove}
            {onkeydown}
        >
            <div class="graph-drawn">{ drawn }</div>
        </div>
    }
}

/// The number of steps that a key of the slider goes.
fn steps_of(key: &str) -> Option<isize> {
    Some(match key {
        "ArrowLeft" | "ArrowDown" => -1,
        "ArrowRight" | "ArrowUp" => 1,
        "PageDown" => -PAGE,
        "PageUp" => PAGE,
        "Home" => isize::MIN,
        "End" => isize::MAX,
        _ => return None,
    })
}

/// The branches as the graph draws them.
fn forks(state: &State) -> Vec<Fork> {
    let nodes = state.view.nodes.len();
    let fork = |branch: &Branch| {
        let parting = branch.parting(&state.timeline, nodes);
        let end = outcome(end_of(branch));
        let label = format!("branch: {} → {end}", parting.title);
        Fork { at: parting.fork, len: branch.course.entries().len(), label }
    };
    state.time.branches.all().iter().map(fork).collect()
}

/// What a client of the whole network can reach at the end of a branch, in the namespace that fares worst.
fn end_of(branch: &Branch) -> Served {
    worst(branch.course.served()).1
}

/// Lays the graph out and draws it.
fn draw(state: &State, forks: &[Fork], room: Room) -> Html {
    let Room { width, text_percent } = room;
    let timeline = &state.timeline;
    let here = timeline.position();
    let label = |position: usize| {
        // A step is labelled with the time at which it was done: the end of the step before it.
        let at = clock(timeline.at_ms(position.saturating_sub(1)));
        let title = if position == 0 { "start".to_owned() } else { state.title(position) };
        let amiss = |position: usize| amiss(state.served(position));
        let is_turn = position > 0 && amiss(position) != amiss(position - 1);
        if position > 0 && (position == here || is_turn) {
            // What came of it stays whole; what was done is cut short.
            let outcome = state.outcome(position);
            let room = MOST_LETTERS.saturating_sub(at.len() + outcome.len() + 3);
            format!("{at} {}: {outcome}", cut_short(&title, room))
        } else {
            format!("{at} {title}")
        }
    };
    let laid = strip(&Steps {
        width,
        text_percent,
        served: (0..=timeline.entries().len()).map(|at| state.served(at)).collect(),
        kinds: timeline.entries().iter().map(MarkKind::of).collect(),
        position: here,
        forks: forks.to_vec(),
        label: &label,
    });
    let served = state.served(here);
    picture(&laid, width, here, headline(&[served]).class)
}

/// The graph as SVG.
fn picture(laid: &Strip, width: i32, here: usize, class: &'static str) -> Html {
    let Strip { axis_y, axis_end, top, .. } = laid;
    let [twice, twice_undone] = laid.twice.clone();
    let [inactive, inactive_undone] = laid.inactive.clone();
    let [dead, dead_undone] = laid.dead.clone();
    let [marks, marks_undone] = laid.marks.clone();
    let words = |label: &Label, class: &'static str| {
        let (x, y) = (label.x.to_string(), label.y.to_string());
        html! { <text key={format!("{class} {} {y}", label.position)} {class} {x} {y}>{ &label.text }</text> }
    };
    let of_label = |label: &Label| {
        words(label, if label.position == here { "graph-label here" } else { "graph-label" })
    };
    let (x, y) = (laid.here.to_string(), axis_y.to_string());
    html! {
        <svg width={width.to_string()} height={laid.height.to_string()} aria-hidden="true">
            { svg::path("graph-scale", format!("M0 {top}H{axis_end}")) }
            <g class="undone">
                { svg::path("graph-twice", twice_undone) }
                { svg::path("graph-inactive", inactive_undone) }
                { svg::path("graph-dead", dead_undone) }
            </g>
            { svg::path("graph-twice", twice) }
            { svg::path("graph-inactive", inactive) }
            { svg::path("graph-dead", dead) }
            { svg::path("graph-axis", format!("M0 {axis_y}H{axis_end}")) }
            <g>
                { for laid.lanes.iter().enumerate().map(|(place, lane)| html! {
                    <g key={place}>
                        { svg::path("graph-branch", lane.path.clone()) }
                        { words(&lane.label, "graph-label") }
                    </g>
                }) }
            </g>
            { svg::path("graph-marks undone", marks_undone) }
            { svg::path("graph-marks", marks) }
            { svg::path("graph-worse", laid.worse.clone()) }
            { svg::path("graph-better", laid.better.clone()) }
            <circle class="graph-ring" cx={x.clone()} cy={y.clone()} r="9" />
            <circle class={classes!["graph-here", class]} cx={x} cy={y} r="4.5" />
            <g>{ for laid.labels.iter().map(of_label) }</g>
        </svg>
    }
}

/// The key: what the marks mean.
fn key() -> Html {
    let kinds = MarkKind::ALL.map(MarkKind::key);
    let outcomes = [("▼", "worse"), ("▲", "better")];
    let entry = |(glyph, name): (&'static str, &'static str)| {
        html! { <li key={name}>{ unspoken("", glyph) }{ " " }{ name }</li> }
    };
    html! {
        <ul class="graph-key dim" aria-label="Marks of the graph">
            { for kinds.into_iter().chain(outcomes).map(entry) }
        </ul>
    }
}

/// The server's migration ticker for the shown sub-cluster and namespace, while migrations run.
fn ticker(state: &State) -> Html {
    let shown = state.shown_sub_cluster().zip(state.shown_namespace());
    let running = shown.and_then(|(sub_cluster, namespace)| {
        let done = progress(&namespace.expected, &namespace.remaining)?;
        Some((sub_cluster, namespace, done))
    });
    let body = running.map(|(sub_cluster, namespace, done)| {
        let line = |(node, left): &(NodeId, Migrations)| {
            html! {
                <li key={node.to_string()} data-ticker={node.to_string()}>
                    { element("b", "id", node.to_string()) }
                    <code>
                        { format!("{{{}}} migrations: ", state.namespace_name()) }
                        { log::progress_of(namespace, *node, *left) }
                    </code>
                </li>
            }
        };
        let busy = namespace.remaining.iter().filter(|(_, left)| *left != Migrations::default());
        let more = busy.clone().count().saturating_sub(MOST_LINES);
        let more = (more > 0).then(|| {
            let others = count(convert::count(more), "more node");
            keyed("li", "more", "dim", format!("and {others}"))
        });
        let label = format!("Migrations in sub-cluster {}", sub_cluster.principal);
        html! {
            <section class="ticker" aria-labelledby="ticker-title">
                <div class="panel-head">
                    <h3 id="ticker-title">{ &label }</h3>
                    <p><b data-done="">{ percent(done) }{ " %" }</b>{ " complete" }</p>
                </div>
                <progress max="10000" value={done.to_string()} aria-label={label}></progress>
                <ul class="ticker-lines" tabindex="0" aria-label="The ticker of each node">
                    { for busy.take(MOST_LINES).map(line).chain(more) }
                </ul>
            </section>
        }
    });
    element("div", "ticker-room", body)
}

/// Every branch, newest first.
fn branches(state: &State, dispatch: &Dispatch) -> Html {
    let all = state.time.branches.all();
    let body = (!all.is_empty()).then(|| {
        html! {
            <section class="branches" aria-labelledby="branches-title">
                <h3 id="branches-title">{ "Branches" }</h3>
                <ul>{ for all.iter().rev().map(|branch| branch_line(state, branch, dispatch)) }</ul>
            </section>
        }
    });
    element("div", "branches-room", body)
}

/// A branch with its buttons.
fn branch_line(state: &State, branch: &Branch, dispatch: &Dispatch) -> Html {
    let parting = branch.parting(&state.timeline, state.view.nodes.len());
    let number = branch.number;
    let button =
        |name: &'static str, label: &'static str, action: TimeAction, tip: &'static str| {
            let of = format!("{label} the branch {}", parting.title);
            let is_pressed = (name == "pin").then_some(branch.pinned);
            let button = worded_button(
                ("tool", name),
                (Some(tip.into()), Some(of.into())),
                States { is_refused: false, is_pressed },
                dispatch.on(Action::Time(action)),
                label.into(),
            );
            button_of("data-branch", number.to_string(), button)
        };
    let end = end_of(branch);
    let is_bad = end.inactive() + end.twice > 0;
    html! {
        <li key={number} class={classes!["branch", branch.pinned.then_some("pinned")]}>
            <p>
                { element("b", "", &parting.title) }{ " " }
                { element("span", "dim", format!("{} · {} ", parting.instead, parting.steps)) }
                <span class={if is_bad { "branch-end bad" } else { "branch-end" }}>
                    { "→ " }{ outcome(end) }
                </span>
            </p>
            <div class="tools">
                { button("switch-branch", "Take", TimeAction::Switch(number), "go on from its end; the present timeline becomes a branch") }
                { button("compare-branch", "Compare", TimeAction::Compare(Side::Branch(number)), "its end and now, side by side") }
                { button("pin", "Pin", TimeAction::Pin(number), "keep it when there are too many") }
                { button("delete-branch", "Delete", TimeAction::Delete(number), "forget it") }
            </div>
        </li>
    }
}
