//! What lies over the floor: a fence with its bar, and the form for a new node.
//!
//! Invariant: a press on the bar or the form is not a press on the ground. `layout` decides where they lie, and `state` what
//! their buttons do.

use yew::prelude::*;

use crate::floor::gesture::Gesture;
use crate::floor::layout::{Floor, Rect};
use crate::floor::placed::PlacedBox;
use crate::floor::state::FloorAction;
use crate::news;
use crate::page::Dispatch;
use crate::page::button::{tool_button, tool_button_with};
use crate::page::element::element;
use crate::page::verbs::Verb;
use crate::state::{Action, State};

/// The width and height of a fence's bar, with text of the usual size.
const BAR: (i32, i32) = (344, 74);
/// The width and height of the form for a new node, with text of the usual size.
const FORM: (i32, i32) = (264, 172);

/// The fence: alone while it is drawn, afterwards with its bar.
pub fn fence_bar(
    state: &State,
    dispatch: &Dispatch,
    floor: &Floor,
    gesture: Gesture,
    (width, text_percent): (i32, i32),
) -> Html {
    let drawn = gesture.drawn_fence();
    let Some(rect) = drawn.or(state.floor.fence) else { return Html::default() };
    let bar = drawn.is_none().then(|| {
        let size = (BAR.0 * text_percent / 100, BAR.1 * text_percent / 100);
        let name = news::nodes(&state.selection());
        let tool = |action: &'static str, label: &'static str, verb: Verb| {
            let refused = state.can(verb).err();
            let is_refused = refused.is_some();
            let title = refused.map_or_else(|| verb.tip().into(), AttrValue::from);
            let act = Action::Floor(FloorAction::Fenced(verb));
            tool_button_with(dispatch, (action, label.into()), Some(title), is_refused, act)
        };
        html! {
            <PlacedBox key="bar" class="fence-bar" rect={floor.beside(rect, size, width)}>
                <div class="over-floor" role="group" aria-label={format!("Fenced: {name}")} onpointerdown={keep_press}>
                    <b class="fence-name" data-fenced="">{ name }</b>
                    <span class="fence-tools">
                        { tool("fence-cut", "Cut off", Verb::Isolate) }
                        { tool("fence-crash", "Crash together", Verb::Crash) }
                        { tool("fence-stop", "Stop", Verb::Stop) }
                        { tool_button(dispatch, "fence-cancel", "Cancel", Action::Floor(FloorAction::LetGo)) }
                    </span>
                </div>
            </PlacedBox>
        }
    });
    html! {
        <>
            <PlacedBox key="fence" class="fence" {rect}><span></span></PlacedBox>
            { for bar }
        </>
    }
}

/// Keeps a press from the ground below.
#[allow(clippy::needless_pass_by_value, reason = "a listener takes its event")]
fn keep_press(event: PointerEvent) {
    event.stop_propagation();
}

/// The form for a node that is about to be added.
pub fn adding_form(
    state: &State,
    dispatch: &Dispatch,
    floor: &Floor,
    (width, text_percent): (i32, i32),
) -> Html {
    let adding = state.floor.adding.as_ref();
    let lane = adding.and_then(|adding| floor.lanes.iter().find(|lane| lane.rack == adding.rack));
    let (Some(adding), Some(lane)) = (adding, lane) else { return Html::default() };
    let size = (FORM.0 * text_percent / 100, FORM.1 * text_percent / 100);
    let head = Rect { height: lane.head.height, ..lane.head };
    let refused = state.adding_refusal();
    let oninput = dispatch
        .on_value::<InputEvent>(|value| Some(Action::Floor(FloorAction::NewId(value.into()))));
    let onsubmit = dispatch.on_submit(Action::Floor(FloorAction::Add));
    let stays = Action::Floor(FloorAction::NewStays(!adding.stay_quiesced));
    html! {
        <PlacedBox key="adding" class="adding" rect={floor.beside(head, size, width)}>
            <form class="over-floor" aria-label={format!("Add a node to rack {}", adding.rack)} onpointerdown={keep_press} {onsubmit}>
                <label>
                    { format!("New node on rack {}, id ", adding.rack) }
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
                        onchange={dispatch.on(stays)}
                    />
                    { element("span", "", "stays quiesced (tie-breaker)") }
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
                    { tool_button(dispatch, "adding-cancel", "Cancel", Action::Floor(FloorAction::LetGo)) }
                </span>
            </form>
        </PlacedBox>
    }
}
