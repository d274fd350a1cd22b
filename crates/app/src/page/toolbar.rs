//! The toolbar below the floor: what one click can do to the selected nodes and to the whole cluster.
//!
//! Invariant: whatever a drag on the floor does has a button here.

use rosterlab_engine::RackId;
use rosterlab_scenario::words::terms::Term;
use yew::prelude::*;

use crate::floor::card::{Beside, Facts};
use crate::floor::layout::ALL_LINKS_NODES;
use crate::floor::node_card::face;
use crate::floor::state::FloorAction;
use crate::news;
use crate::page::Dispatch;
use crate::page::button::{Face, switch_button, verb_button};
use crate::page::element::{element, keyed, unspoken};
use crate::page::term::term;
use crate::page::verbs::Verb;
use crate::state::{Action, State};
use crate::verdict::sides::sub_class;

/// The toolbar.
pub fn toolbar(state: &State, dispatch: &Dispatch) -> Html {
    let tool = |verb: Verb, face: Face| verb_button(state, dispatch, verb, face);
    let selection = state.selection();
    let name = news::nodes(&selection);
    let is_dense = state.view.nodes.len() > ALL_LINKS_NODES;
    html! {
        <section class="panel toolbar" aria-label={format!("Actions on {name}")}>
            { element("div", "detail-room", is_dense.then(|| detail(state))) }
            <div class="tools" role="group" aria-label={format!("On {name}")}>
                <span class="tools-name" data-selection={selection.len().to_string()}>
                    { element("b", "id", name.clone()) }
                    { element("span", "tools-terms", terms(state)) }
                </span>
                { tool(Verb::Stop, Face::WordsAndKey) }
                { tool(Verb::Crash, Face::WordsAndKey) }
                { tool(Verb::Start, Face::WordsAndKey) }
                { tool(Verb::Isolate, Face::WordsAndKey) }
            </div>
            <details class="more-tools">
                { element("summary", "tool", "More") }
                <div class="tools" role="group" aria-label={format!("More on {name}")}>
                    { tool(Verb::Quiesce, Face::WordsAndKey) }
                    { tool(Verb::QuiesceUndo, Face::WordsAndKey) }
                    { tool(Verb::Restart, Face::WordsAndKey) }
                    { tool(Verb::Wipe, Face::WordsAndKey) }
                    { tool(Verb::Remove, Face::WordsAndKey) }
                    { element("span", "moves", moves(state, &name, dispatch)) }
                    { element("span", "moves", is_dense.then(|| tool(Verb::Links, Face::WordsAndKey))) }
                    { select_more(state, dispatch) }
                </div>
                <div class="tools" role="group" aria-label="All nodes">
                    { tool(Verb::Split, Face::Words) }
                    { tool(Verb::Heal, Face::Words) }
                    { tool(Verb::AddRack, Face::Words) }
                </div>
            </details>
        </section>
    }
}

/// A switch: each click on a card adds it to the selection or takes it out.
fn select_more(state: &State, dispatch: &Dispatch) -> Html {
    let is_on = state.floor.is_selecting;
    switch_button(
        ("tool switch", Verb::SelectMore.action()),
        Some(format!("{} (Ctrl+click, Ctrl+Space; Esc ends it)", Verb::SelectMore.tip()).into()),
        is_on,
        dispatch.on(Action::Press(Verb::SelectMore)),
        html! {
            <>{ unspoken("", if is_on { "☑" } else { "☐" }) }{ Verb::SelectMore.label() }</>
        },
    )
}

/// The selected node with all that does not fit on a small card.
fn detail(state: &State) -> Html {
    let view = &state.view;
    let facts = view
        .node(state.selected)
        .map(|node| Facts::of(view, node, state.namespace, &Beside::of(&state.timeline)));
    let shown = facts.map(|facts| {
        let class = facts.home.map_or("", |(place, _)| sub_class(place));
        html! { <div class={class}>{ face(&facts) }</div> }
    });
    element("div", "detail", shown)
}

/// The words about the selected node that need an explanation.
fn terms(state: &State) -> Html {
    let view = &state.view;
    let one = |(word, meaning): (String, Term)| {
        keyed("span", word.clone(), "tools-term", term(meaning, &word))
    };
    let node = view.node(state.selected).filter(|_| state.selection().len() == 1);
    let terms = node
        .map(|node| Facts::of(view, node, state.namespace, &Beside::of(&state.timeline)).terms());
    terms.into_iter().flatten().map(one).collect()
}

/// One button for each other lane that the selection could be moved to.
fn moves(state: &State, name: &str, dispatch: &Dispatch) -> Html {
    let selection = state.selection();
    let home = |node| state.view.node(node).map(|node| node.rack);
    let is_elsewhere = |rack| selection.iter().any(|node| home(*node) != Some(rack));
    let racks = state.racks().into_iter().map(|(rack, _)| rack);
    racks.filter(|rack| is_elsewhere(*rack)).map(|rack| move_button(rack, name, dispatch)).collect()
}

fn move_button(rack: RackId, name: &str, dispatch: &Dispatch) -> Html {
    let action = Action::Floor(FloorAction::MoveTo(rack));
    html! {
        <button
            key={rack.get()}
            type="button"
            class="tool"
            data-action="move"
            data-to-rack={rack.to_string()}
            title={format!("configure {name} for rack {rack}; the roster follows with roster-set")}
            onclick={dispatch.on(action)}
        >
            { format!("To rack {rack}") }
        </button>
    }
}
