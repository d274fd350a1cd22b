//! What lies over the floor: a fence with its bar, and the form for a new node.
//!
//! Invariant: a press on one of these is no press on the ground. Where they lie is decided by `layout`, what their buttons
//! do by `state`.

use yew::prelude::*;

use crate::floor::gesture::Gesture;
use crate::floor::layout::{Floor, Rect};
use crate::floor::placed::placed;
use crate::page::Dispatch;
use crate::page::ear::{Ear, on_press, on_submit, value_of};
use crate::page::h::ui;
use crate::page::verbs::Verb;
use crate::sentences;
use crate::state::{Action, FloorAction, State};

/// The room that the bar of a fence takes, with the usual text: beside it, and where it is narrow.
const BAR: (i32, i32) = (344, 74);
/// The room of the form for a new node.
const FORM: (i32, i32) = (264, 172);

/// The fence: while it is drawn, and afterwards with its bar.
pub fn fence_bar(
    state: &State,
    dispatch: &Dispatch,
    floor: &Floor,
    gesture: Gesture,
    (width, text_percent): (i32, i32),
) -> Html {
    let drawn = gesture.drawn_fence();
    let Some(rect) = drawn.or(state.fence()) else { return Html::default() };
    let fence = placed(Some("fence".into()), "fence", rect, ui! { <span></span> });
    let bar = drawn.is_none().then(|| {
        let size = (BAR.0 * text_percent / 100, BAR.1 * text_percent / 100);
        let name = sentences::nodes(&state.selection());
        let tool = |action: &'static str, label: &'static str, verb: Verb| {
            let refused = state.can(verb).err();
            ui! {
                <button
                    key={action}
                    type="button"
                    class="tool"
                    data-action={action}
                    aria-disabled={refused.is_some().then_some("true")}
                    title={refused.unwrap_or_else(|| verb.tip().to_owned())}
                    onclick={on_press(dispatch, Action::Floor(FloorAction::Fenced(verb)))}
                >
                    { label }
                </button>
            }
        };
        let inside = ui! {
            <div class="over-floor" role="group" aria-label={format_args!("Fenced: {name}")} onpointerdown={stay()}>
                <b class="fence-name" data-fenced="">{ name }</b>
                <span class="fence-tools">
                    { tool("fence-cut", "Cut off", Verb::Isolate) }
                    { tool("fence-crash", "Crash together", Verb::Crash) }
                    { tool("fence-stop", "Stop", Verb::Stop) }
                    <button
                        key="cancel"
                        type="button"
                        class="tool"
                        data-action="fence-cancel"
                        onclick={on_press(dispatch, Action::Floor(FloorAction::LetGo))}
                    >
                        { "Cancel" }
                    </button>
                </span>
            </div>
        };
        placed(Some("bar".into()), "fence-bar", floor.beside(rect, size, width), inside)
    });
    ui! { <>{ fence }{ for bar }</> }
}

/// A press here is not one on the ground below.
fn stay() -> Callback<PointerEvent> {
    Callback::from(|event: PointerEvent| event.stop_propagation())
}

/// The form for a node that is about to be added.
pub fn adding_form(
    state: &State,
    dispatch: &Dispatch,
    floor: &Floor,
    (width, text_percent): (i32, i32),
) -> Html {
    let adding = state.adding();
    let lane = adding.and_then(|adding| floor.lanes.iter().find(|lane| lane.rack == adding.rack));
    let (Some(adding), Some(lane)) = (adding, lane) else { return Html::default() };
    let size = (FORM.0 * text_percent / 100, FORM.1 * text_percent / 100);
    let head = Rect { height: lane.head.height, ..lane.head };
    let refused = state.adding_refusal();
    let oninput = Ear::new(dispatch, Action::Floor(FloorAction::Add), |event, _| {
        Some(Action::Floor(FloorAction::NewId(value_of(event)?.into())))
    });
    let onsubmit = on_submit(dispatch, Action::Floor(FloorAction::Add));
    let stays = Action::Floor(FloorAction::NewStays(!adding.stay_quiesced));
    let inside = ui! {
        <form class="over-floor" aria-label={format_args!("Add a node to rack {}", adding.rack)} onpointerdown={stay()} {onsubmit}>
            <label>
                { format_args!("New node on rack {}, id ", adding.rack) }
                <input
                    type="text"
                    data-field="node-id"
                    value={adding.id.to_string()}
                    autocomplete="off"
                    spellcheck="false"
                    aria-invalid={refused.is_some().to_string()}
                    aria-describedby="adding-why"
                    {oninput}
                />
            </label>
            <label class="adding-stays">
                <input
                    type="checkbox"
                    data-field="stay-quiesced"
                    checked={adding.stay_quiesced}
                    aria-describedby="adding-why"
                    onchange={on_press(dispatch, stays)}
                />
                <span>{ "stays quiesced (tie-breaker)" }</span>
            </label>
            <p id="adding-why" class="adding-why" aria-live="polite">
                { refused.clone().unwrap_or_else(|| if adding.stay_quiesced {
                    "It joins brand-new. It votes, serves nothing, and stays so after restarts.".to_owned()
                } else {
                    "It joins brand-new, in no roster.".to_owned()
                }) }
            </p>
            <span class="fence-tools">
                <button type="submit" class="tool" data-action="add" aria-disabled={refused.is_some().then_some("true")}>
                    { "Add" }
                </button>
                <button
                    type="button"
                    class="tool"
                    data-action="adding-cancel"
                    onclick={on_press(dispatch, Action::Floor(FloorAction::LetGo))}
                >
                    { "Cancel" }
                </button>
            </span>
        </form>
    };
    placed(None, "adding", floor.beside(head, size, width), inside)
}
