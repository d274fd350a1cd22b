//! What can be done to the selected node and to the whole cluster, by single clicks.
//!
//! Invariant: everything that a drag on the floor does has a button here.

use rosterlab_engine::{Command, NodeId, RackId};
use yew::prelude::*;

use crate::components::Dispatch;
use crate::components::button::VerbButton;
use crate::components::header::PanelProps;
use crate::state::{Action, State};
use crate::verbs::Verb;

/// The bar below the floor.
#[component]
pub fn Toolbar(props: &PanelProps) -> Html {
    let PanelProps { state, dispatch } = props;
    let verb = |verb: Verb| {
        html! { <VerbButton {verb} state={state.clone()} dispatch={dispatch.clone()} /> }
    };
    let node = state.selected();
    html! {
        <section class="panel toolbar" aria-label={format!("Actions on {node}")}>
            <div class="tools" role="group" aria-label={format!("Node {node}")}>
                <span class="tools-name"><b class="id">{ node.to_string() }</b></span>
                { verb(Verb::Stop) }
                { verb(Verb::Crash) }
                { verb(Verb::Start) }
                { verb(Verb::Isolate) }
                <span class="moves">{ moves(state, node, dispatch) }</span>
            </div>
            <div class="tools" role="group" aria-label="All nodes">
                { verb(Verb::Split) }
                { verb(Verb::Heal) }
            </div>
            <p class="hint" id="floor-help">
                { "Drag a card to another rack. Click a link to cut or restore it. " }
                <kbd>{ "S" }</kbd>{ " stop " }<kbd>{ "C" }</kbd>{ " crash " }
                <kbd>{ "T" }</kbd>{ " start " }<kbd>{ "M" }</kbd>{ " move " }
                <kbd>{ "L" }</kbd>{ " links" }
            </p>
        </section>
    }
}

/// One button for each lane that the card could be moved to; the one that it is on stays, disabled.
fn moves(state: &State, node: NodeId, dispatch: &Dispatch) -> Html {
    let home = state.view().node(node).map(|node| node.rack);
    let lanes = state.racks().into_iter().map(|(rack, _)| move_button(rack, home, node, dispatch));
    lanes.collect()
}

fn move_button(rack: RackId, home: Option<RackId>, node: NodeId, dispatch: &Dispatch) -> Html {
    let is_home = home == Some(rack);
    let dispatch = dispatch.clone();
    let onclick = Callback::from(move |_: MouseEvent| {
        dispatch.dispatch(Action::Do(Command::MoveToRack { nodes: vec![node], rack }));
    });
    html! {
        <button
            key={rack.get()}
            type="button"
            class="tool"
            data-action="move"
            data-to-rack={rack.to_string()}
            aria-disabled={is_home.then_some("true")}
            title={format!("configure {node} for rack {rack}; the roster follows with roster-set")}
            {onclick}
        >
            { format!("To rack {rack}") }
        </button>
    }
}
