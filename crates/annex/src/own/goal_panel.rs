//! The part of the dialog that makes a plan for what a person wants.
//!
//! Invariant: what is shown is the plan for what is chosen; when that changes it goes. Not here: what is found (see
//! [`goal`](super::goal)).

use std::collections::BTreeSet;

use gloo_timers::callback::Timeout;
use rosterlab_engine::{NodeId, RackId};
use rosterlab_scenario::foresight::runbook::Goal;
use rosterlab_scenario::{NodeNames, share};
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement};
use yew::prelude::*;

use super::goal::{Planned, nodes, plan_for};
use super::margin::margin_field;
use super::plan_panel::Props;
use crate::give::copy;

/// What a person wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Nodes are restarted.
    Restart,
    /// Nodes go for good.
    Remove,
    /// A rack goes down and comes back.
    RackDown,
}

impl Wanted {
    const ALL: [Self; 3] = [Self::Restart, Self::Remove, Self::RackDown];

    fn words(self) -> &'static str {
        match self {
            Self::Restart => "Restart nodes, one after the other",
            Self::Remove => "Take nodes out for good, one after the other",
            Self::RackDown => "Take a whole rack down, and bring it back later",
        }
    }
}

/// What happens here.
#[derive(Clone, Debug)]
pub enum Did {
    /// This is wanted.
    Want(Wanted),
    /// A node is to be among them, or no longer.
    Pick(NodeId, bool),
    /// All nodes of a rack are to be among them, or none.
    PickRack(RackId, bool),
    /// The rack that is to go down.
    Rack(RackId),
    /// So many further losses are to be survived.
    Demand(usize),
    /// The plan is to be made.
    Ask,
    /// The window has shown that it is being made.
    Make,
    /// The plan is to be copied.
    Copy,
    /// Whether it is in the clipboard now.
    Copied(bool),
}

/// The part of the dialog.
pub struct GoalPanel {
    nodes: Vec<(NodeId, RackId)>,
    names: NodeNames,
    wanted: Wanted,
    picked: BTreeSet<NodeId>,
    rack: Option<RackId>,
    margin: usize,
    made: Option<Result<Planned, Vec<String>>>,
    copied: Option<bool>,
    field: NodeRef,
    /// Runs until the window has been drawn once more.
    waiting: Option<Timeout>,
}

impl Component for GoalPanel {
    type Message = Did;
    type Properties = Props;

    fn create(context: &Context<Self>) -> Self {
        Self {
            nodes: nodes(&context.props().link),
            names: share::read_names(&context.props().link),
            wanted: Wanted::Restart,
            picked: BTreeSet::new(),
            rack: None,
            margin: 1,
            made: None,
            copied: None,
            field: NodeRef::default(),
            waiting: None,
        }
    }

    fn changed(&mut self, context: &Context<Self>, before: &Props) -> bool {
        let props = context.props();
        if props.link != before.link {
            self.nodes = nodes(&props.link);
            self.names = share::read_names(&props.link);
            self.picked.retain(|node| self.nodes.iter().any(|(known, _)| known == node));
        }
        if props != before {
            self.made = None;
        }
        true
    }

    fn update(&mut self, context: &Context<Self>, did: Did) -> bool {
        match did {
            Did::Ask => {
                let link = context.link().clone();
                self.waiting = Some(Timeout::new(20, move || link.send_message(Did::Make)));
                return true;
            }
            Did::Make => {
                self.waiting = None;
                let Props { link, names } = context.props();
                self.made = Some(plan_for(link, &self.goal(), self.margin, names));
                return true;
            }
            Did::Copy => {
                let (link, field) = (context.link().clone(), self.field.clone());
                if let Some(Ok(made)) = &self.made {
                    let text = made.lines.join("\n");
                    spawn_local(async move {
                        let is_copied = copy(&text).await;
                        // Where the browser does not allow it, a person's own key copies what is selected.
                        if let Some(field) =
                            field.cast::<HtmlTextAreaElement>().filter(|_| !is_copied)
                        {
                            field.select();
                        }
                        link.send_message(Did::Copied(is_copied));
                    });
                }
                return false;
            }
            Did::Copied(is_copied) => {
                self.copied = Some(is_copied);
                return true;
            }
            Did::Want(wanted) => self.wanted = wanted,
            Did::Pick(node, true) => drop(self.picked.insert(node)),
            Did::Pick(node, false) => drop(self.picked.remove(&node)),
            Did::PickRack(rack, are_picked) => {
                let there = self.nodes.iter().filter(|(_, of)| *of == rack).map(|(node, _)| *node);
                if are_picked {
                    self.picked.extend(there);
                } else {
                    for node in there {
                        self.picked.remove(&node);
                    }
                }
            }
            Did::Rack(rack) => self.rack = Some(rack),
            Did::Demand(margin) => self.margin = margin,
        }
        // What was said is of another wish.
        self.made = None;
        self.copied = None;
        true
    }

    fn view(&self, context: &Context<Self>) -> Html {
        let link = context.link();
        let wanted = Wanted::ALL.map(|one| {
            html! {
                <label class="check">
                    <input
                        type="radio"
                        name="own-wanted"
                        checked={one == self.wanted}
                        onchange={link.callback(move |_| Did::Want(one))}
                    />
                    { one.words() }
                </label>
            }
        });
        html! {
            <section class="own-plan" aria-labelledby="own-goal-title">
                <h3 id="own-goal-title">{ "A plan for me" }</h3>
                <fieldset class="own-wanted">
                    <legend>{ "What is to be done with the cluster that is on the floor" }</legend>
                    { for wanted }
                </fieldset>
                { if self.wanted == Wanted::RackDown { self.view_racks(link) } else { self.view_nodes(link) } }
                <div class="own-tools">
                    { margin_field("own-goal-margin", self.margin, &link.callback(Did::Demand)) }
                    <button type="button" class="tool primary" data-action="own-make" onclick={link.callback(|_| Did::Ask)}>
                        { "Make a plan" }
                    </button>
                </div>
                <div role="status">{ self.view_said() }</div>
                if let Some(Ok(made)) = &self.made {
                    <textarea
                        class="own-made-plan"
                        ref={self.field.clone()}
                        readonly=true
                        rows={made.lines.len().to_string()}
                        aria-label="The plan"
                        value={made.lines.join("\n")}
                    />
                    <div class="own-tools">
                        <button type="button" class="tool" data-action="own-copy-plan" onclick={link.callback(|_| Did::Copy)}>
                            { "Copy the plan" }
                        </button>
                        <span role="status">
                            { self.copied.map_or("", |is_copied| if is_copied { "Copied." } else { "It is selected: copy it with your own key." }) }
                        </span>
                    </div>
                }
            </section>
        }
    }
}

impl GoalPanel {
    fn goal(&self) -> Goal {
        let picked = self.picked.iter().rev().copied().collect();
        match self.wanted {
            Wanted::Restart => Goal::Restart(picked),
            Wanted::Remove => Goal::Remove(picked),
            Wanted::RackDown => Goal::RackDown(self.chosen_rack().unwrap_or_default()),
        }
    }

    /// The racks, lowest id first.
    fn racks(&self) -> Vec<RackId> {
        let racks: BTreeSet<RackId> = self.nodes.iter().map(|(_, rack)| *rack).collect();
        racks.into_iter().collect()
    }

    /// The rack that is to go down: the lowest until a person chooses.
    fn chosen_rack(&self) -> Option<RackId> {
        self.rack.or_else(|| self.nodes.iter().map(|(_, rack)| *rack).min())
    }

    fn view_racks(&self, link: &html::Scope<Self>) -> Html {
        let racks = self.racks();
        let chosen = self.chosen_rack();
        let choose = {
            let racks = racks.clone();
            link.batch_callback(move |event: Event| {
                let place = event.target_unchecked_into::<HtmlSelectElement>().selected_index();
                let rack = usize::try_from(place).ok().and_then(|place| racks.get(place));
                rack.map(|rack| Did::Rack(*rack))
            })
        };
        html! {
            <label>
                { "Rack " }
                <select data-action="own-rack" onchange={choose}>
                    { for racks.iter().map(|rack| html! { <option selected={Some(*rack) == chosen}>{ rack.to_string() }</option> }) }
                </select>
            </label>
        }
    }

    fn view_nodes(&self, link: &html::Scope<Self>) -> Html {
        let of_rack = |rack: RackId| {
            let there: Vec<NodeId> =
                self.nodes.iter().filter(|(_, of)| *of == rack).map(|(node, _)| *node).collect();
            let are_picked = there.iter().all(|node| self.picked.contains(node));
            let pick = link.callback(move |event: Event| {
                Did::PickRack(rack, event.target_unchecked_into::<HtmlInputElement>().checked())
            });
            html! {
                <div class="own-rack" role="group" aria-label={format!("Rack {rack}")}>
                    <label class="check">
                        <input type="checkbox" checked={are_picked} onchange={pick} />
                        { format!("Rack {rack}, all") }
                    </label>
                    { for there.into_iter().map(|node| self.view_node(node, link)) }
                </div>
            }
        };
        html! {
            <fieldset class="own-nodes">
                <legend>{ "Which nodes" }</legend>
                { for self.racks().into_iter().map(of_rack) }
            </fieldset>
        }
    }

    fn view_node(&self, node: NodeId, link: &html::Scope<Self>) -> Html {
        let pick = link.callback(move |event: Event| {
            Did::Pick(node, event.target_unchecked_into::<HtmlInputElement>().checked())
        });
        let name = self.names.of(node).map(|name| name.as_str().to_owned());
        html! {
            <label class="check" key={node.to_string()}>
                <input type="checkbox" checked={self.picked.contains(&node)} onchange={pick} />
                <span class="id">{ node.to_string() }</span>
                if let Some(name) = name {
                    <span class="dim">{ name }</span>
                }
            </label>
        }
    }

    fn view_said(&self) -> Html {
        match &self.made {
            _ if self.waiting.is_some() => html! { <p>{ "Looking for a plan …" }</p> },
            None => Html::default(),
            Some(Err(why)) => html! {
                <>{ for why.iter().map(|said| html! { <p class="own-none">{ said }</p> }) }</>
            },
            Some(Ok(made)) => html! {
                <p class="own-safe"><span aria-hidden="true">{ "✓ " }</span>{ &made.verdict }</p>
            },
        }
    }
}
