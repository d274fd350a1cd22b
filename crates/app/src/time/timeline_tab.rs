//! The timeline: its graph, which is scrubbed, its branches, the ticker, and what happened as a list.
//!
//! Invariant: dragging along the graph, clicking a step and the keys of a slider all seek; what is drawn is laid out in
//! `strip`.

use std::rc::Rc;

use rosterlab_engine::Migrations;
use rosterlab_scenario::log;
use web_sys::{HtmlElement, KeyboardEvent, PointerEvent};
use yew::functional::Hook;
use yew::prelude::*;

use crate::browser::use_room;
use crate::page::class_list::{classes, when};
use crate::page::ear::on_press;
use crate::page::h::ui;
use crate::page::part::part;
use crate::page::{Dispatch, PanelProps};
use crate::state::{Action, State};
use crate::text::{clock, count};
use crate::time::branches::{Branch, outcome};
use crate::time::desk::{TimeAction, percent, progress};
use crate::time::history::history;
use crate::time::strip::{Fork, Kind, Label, Steps, Strip, position_at, strip};

/// How far Page Up and Page Down go.
const PAGE: isize = 10;

/// Most nodes whose ticker is shown; the sum above is of all.
const MOST_LINES: usize = 24;

/// What the tab shows.
pub fn timeline_tab(state: &Rc<State>, dispatch: &Dispatch) -> Html {
    ui! {
        <div class="timeline">
            { part("graph", PanelProps::new(state, dispatch), |shown, hooks| use_graph(shown).run(hooks)) }
            { key() }
            { ticker(state) }
            { branches(state, dispatch) }
            { history(state) }
        </div>
    }
}

#[hook]
fn use_graph(props: &PanelProps) -> Html {
    let PanelProps { state, dispatch } = props;
    let element = use_node_ref();
    let room = use_room(&element);
    let timeline = state.timeline();
    let last = timeline.entries().len();
    let forks = Rc::new(forks(state));
    let seek = {
        let (element, forks, dispatch) = (element.clone(), forks.clone(), dispatch.clone());
        move |event: &PointerEvent| {
            let Some(element) = element.cast::<HtmlElement>() else { return };
            let width = element.client_width();
            // What is in it does not hear the pointer, so this is from its own edge.
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
            if let Some(element) = element.cast::<HtmlElement>() {
                // Without it the drag ends at the edge.
                element.set_pointer_capture(event.pointer_id()).ok();
            }
            seek(&event);
        })
    };
    let onpointermove = Callback::from(move |event: PointerEvent| {
        if event.buttons() & 1 == 1 {
            seek(&event);
        }
    });
    let onkeydown = {
        let dispatch = dispatch.clone();
        Callback::from(move |event: KeyboardEvent| {
            let by = match event.key().as_str() {
                "ArrowLeft" | "ArrowDown" => -1,
                "ArrowRight" | "ArrowUp" => 1,
                "PageDown" => -PAGE,
                "PageUp" => PAGE,
                "Home" => isize::MIN,
                "End" => isize::MAX,
                _ => return,
            };
            event.prevent_default();
            dispatch.dispatch(Action::Time(TimeAction::SeekBy(by)));
        })
    };
    let drawn = room.map(|room| draw(state, &forks, room.width, room.text_percent));
    ui! {
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
            {onpointermove}
            {onkeydown}
        >
            <div class="graph-drawn">{ for drawn }</div>
        </div>
    }
}

fn forks(state: &State) -> Vec<Fork> {
    let nodes = state.view().nodes.len();
    let fork = |branch: &Branch| {
        let parting = branch.parting(state.timeline(), nodes);
        let end = outcome(branch.trend.end(state.namespace()));
        let label = format!("branch: {} → {end}", parting.title);
        Fork { at: parting.fork, len: branch.course.entries().len(), label }
    };
    state.time().branches.all().iter().map(fork).collect()
}

fn draw(state: &State, forks: &[Fork], width: i32, text_percent: i32) -> Html {
    let trend = state.time().trend();
    let timeline = state.timeline();
    let here = timeline.position();
    let label = |position: usize| {
        // A step's label has the time when it was done: that of the position before it.
        let at = clock(trend.at_ms(position.saturating_sub(1)));
        let title = if position == 0 { "start".to_owned() } else { state.title(position) };
        let counts = trend.counts(position, state.namespace());
        if position == here && counts.unavailable + counts.dead > 0 {
            format!("{at} {title}: {}", outcome(counts))
        } else {
            format!("{at} {title}")
        }
    };
    let laid = strip(&Steps {
        width,
        text_percent,
        counts: (0..trend.len()).map(|at| trend.counts(at, state.namespace())).collect(),
        kinds: timeline.entries().iter().map(Kind::of).collect(),
        position: here,
        forks: forks.to_vec(),
        label: &label,
    });
    let counts = trend.counts(here, state.namespace());
    let class = match (counts.unavailable, counts.dead) {
        (0, 0) => "settled",
        (_, 0) => "unavailable",
        _ => "dead",
    };
    picture(&laid, width, here, class)
}

fn picture(laid: &Strip, width: i32, here: usize, class: &'static str) -> Html {
    let Strip { axis_y, axis_end, top, .. } = laid;
    let [inactive, inactive_undone] = laid.inactive.clone();
    let [dead, dead_undone] = laid.dead.clone();
    let [marks, marks_undone] = laid.marks.clone();
    let words = |label: &Label, class: &'static str| {
        let (x, y) = (label.x.to_string(), label.y.to_string());
        ui! { <text key={format!("{class} {} {y}", label.position)} {class} {x} {y}>{ &label.text }</text> }
    };
    let of_label = |label: &Label| {
        words(label, if label.position == here { "graph-label here" } else { "graph-label" })
    };
    let (x, y) = (laid.here.to_string(), axis_y.to_string());
    ui! {
        <svg width={width.to_string()} height={laid.height.to_string()} aria-hidden="true">
            <path class="graph-scale" d={format_args!("M0 {top}H{axis_end}")} />
            <g class="undone">
                <path class="graph-inactive" d={inactive_undone} />
                <path class="graph-dead" d={dead_undone} />
            </g>
            <path class="graph-inactive" d={inactive} />
            <path class="graph-dead" d={dead} />
            <path class="graph-axis" d={format_args!("M0 {axis_y}H{axis_end}")} />
            <g>
                { for laid.lanes.iter().enumerate().map(|(place, lane)| ui! {
                    <g key={place}>
                        <path class="graph-branch" d={lane.path.clone()} />
                        { words(&lane.label, "graph-label") }
                    </g>
                }) }
            </g>
            <path class="graph-marks undone" d={marks_undone} />
            <path class="graph-marks" d={marks} />
            <path class="graph-worse" d={laid.worse.clone()} />
            <path class="graph-better" d={laid.better.clone()} />
            <circle class="graph-ring" cx={x.clone()} cy={y.clone()} r="9" />
            <circle class={classes(&["graph-here", class])} cx={x} cy={y} r="4.5" />
            <g>{ for laid.labels.iter().map(of_label) }</g>
        </svg>
    }
}

/// What the marks mean.
fn key() -> Html {
    let kinds = Kind::ALL.map(Kind::key);
    let outcomes = [("▼", "fewer active"), ("▲", "more active")];
    let entry = |(glyph, name): (&'static str, &'static str)| {
        ui! { <li key={name}><span aria-hidden="true">{ glyph }</span>{ " " }{ name }</li> }
    };
    ui! {
        <ul class="graph-key dim" aria-label="Marks of the graph">
            { for kinds.into_iter().chain(outcomes).map(entry) }
        </ul>
    }
}

/// The server's ticker for the shown sub-cluster and namespace, while migrations run.
fn ticker(state: &State) -> Html {
    let shown = state.shown_sub_cluster().zip(state.shown_namespace());
    let running = shown.and_then(|(sub_cluster, namespace)| {
        let done = progress(&namespace.expected, &namespace.remaining)?;
        Some((sub_cluster, namespace, done))
    });
    let body = running.map(|(sub_cluster, namespace, done)| {
        let line = |(node, left): &(rosterlab_engine::NodeId, Migrations)| {
            ui! {
                <li key={node.to_string()} data-ticker={node.to_string()}>
                    <b class="id">{ node.to_string() }</b>
                    <code>
                        { format_args!("{{{}}} migrations: ", state.namespace_name()) }
                        { log::progress_of(namespace, *node, *left) }
                    </code>
                </li>
            }
        };
        let busy = namespace.remaining.iter().filter(|(_, left)| *left != Migrations::default());
        let more = busy.clone().count().saturating_sub(MOST_LINES);
        let more = (more > 0).then(|| {
            let others = count(u32::try_from(more).unwrap_or(u32::MAX), "more node");
            ui! { <li key="more" class="dim">{ format!("and {others}") }</li> }
        });
        let label = format!("Migrations in sub-cluster {}", sub_cluster.principal);
        ui! {
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
    ui! { <div class="ticker-room">{ for body }</div> }
}

/// Every branch, newest first.
fn branches(state: &State, dispatch: &Dispatch) -> Html {
    let all = state.time().branches.all();
    let body = (!all.is_empty()).then(|| {
        ui! {
            <section class="branches" aria-labelledby="branches-title">
                <h3 id="branches-title">{ "Branches" }</h3>
                <ul>{ for all.iter().rev().map(|branch| branch_line(state, branch, dispatch)) }</ul>
            </section>
        }
    });
    ui! { <div class="branches-room">{ for body }</div> }
}

fn branch_line(state: &State, branch: &Branch, dispatch: &Dispatch) -> Html {
    let parting = branch.parting(state.timeline(), state.view().nodes.len());
    let number = branch.number;
    let button =
        |name: &'static str, label: &'static str, action: TimeAction, tip: &'static str| {
            ui! {
                <button
                    type="button"
                    class="tool"
                    data-action={name}
                    data-branch={number.to_string()}
                    aria-pressed={(name == "pin").then(|| branch.pinned.to_string())}
                    aria-label={format_args!("{label} the branch {}", parting.title)}
                    title={tip}
                    onclick={on_press(dispatch, Action::Time(action))}
                >
                    { label }
                </button>
            }
        };
    let counts = branch.trend.end(state.namespace());
    let is_bad = counts.unavailable + counts.dead > 0;
    ui! {
        <li key={number} class={classes(&["branch", when(branch.pinned, "pinned")])}>
            <p>
                <b>{ &parting.title }</b>{ " " }
                <span class="dim">{ format_args!("{} · {} ", parting.instead, parting.steps) }</span>
                <span class={if is_bad { "branch-end bad" } else { "branch-end" }}>
                    { "→ " }{ outcome(counts) }
                </span>
            </p>
            <div class="tools">
                { button("switch-branch", "Take", TimeAction::Switch(number), "go on from its end; the present timeline becomes a branch") }
                { button("compare-branch", "Compare", TimeAction::Compare(number), "its end and now, side by side") }
                { button("pin", "Pin", TimeAction::Pin(number), "keep it when there are too many") }
                { button("delete-branch", "Delete", TimeAction::Delete(number), "forget it") }
            </div>
        </li>
    }
}
