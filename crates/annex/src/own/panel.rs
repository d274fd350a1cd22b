//! The dialog as it is drawn: what was brought, what it comes to, and what is done with it.
//!
//! Invariant: what is shown is what [`Brought`] says, worked out anew after each change. Not here: what inputs mean.

use std::collections::BTreeSet;
use std::rc::Rc;

use js_sys::Uint8Array;
use rosterlab_asinfo::bring::{Asks, Choice, Conflict, Part, Question, State};
use rosterlab_engine::NodeId;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{File, HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement};
use yew::prelude::*;

use super::brought::{Brought, Kept, Made, Understanding};
use super::goal;
use super::goal_panel::GoalPanel;
use super::kept;
use super::plan_panel::PlanPanel;
use crate::give::Giver;

/// What the page gives.
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    /// What was dropped, pasted or opened last.
    pub given: Vec<(String, Vec<u8>)>,
    /// Grows with each.
    pub number: u32,
    /// What became of something that could not be taken.
    pub said: Rc<str>,
    /// The share link of what is on the floor.
    pub link: Rc<str>,
    /// Takes the share link of the cluster that is to be on the floor.
    pub opened: Callback<String>,
    /// A person closes the dialog.
    pub closed: Callback<()>,
}

/// What happens in the dialog.
#[derive(Clone, Debug)]
pub enum Did {
    /// The text that is to be read has changed.
    Write(String),
    /// The text is to be read.
    Read,
    /// Files were chosen.
    Choose(Vec<File>),
    /// A file's contents have arrived.
    Arrive(String, Vec<u8>),
    /// A file could not be read.
    Fail(String),
    /// Something is taken away.
    Remove(usize),
    /// A contradiction is decided.
    Decide(Choice),
    /// A node's state is said, which no input tells.
    Answer(NodeId, State, Asks),
    /// What was brought is kept between visits, or no longer.
    Keep(bool),
    /// Everything is forgotten.
    Forget,
    /// The cluster is saved as a scenario file.
    Save,
    /// The cluster goes on the floor.
    Open,
    /// The dialog is closed.
    Close,
}

/// The dialog's contents.
pub struct OwnPanel {
    brought: Brought,
    understanding: Understanding,
    /// The nodes that are on the floor, highest id first.
    floor: Vec<NodeId>,
    text: String,
    is_kept: bool,
    /// What was said last that is nowhere else to be seen.
    said: String,
    field: NodeRef,
    giver: Giver,
}

impl Component for OwnPanel {
    type Message = Did;
    type Properties = Props;

    fn create(context: &Context<Self>) -> Self {
        let found = kept::read();
        let is_kept = found.is_some();
        let mut panel = Self {
            brought: found.unwrap_or_default(),
            understanding: Understanding::default(),
            floor: nodes_on(&context.props().link),
            text: String::new(),
            is_kept,
            said: String::new(),
            field: NodeRef::default(),
            giver: Giver::default(),
        };
        panel.take(&context.props().given);
        panel
    }

    fn changed(&mut self, context: &Context<Self>, before: &Props) -> bool {
        let props = context.props();
        if props.number != before.number && !props.given.is_empty() {
            self.take(&props.given);
        }
        if props.link != before.link {
            self.floor = nodes_on(&props.link);
        }
        if props.said != before.said {
            self.said = props.said.to_string();
        }
        true
    }

    fn update(&mut self, context: &Context<Self>, did: Did) -> bool {
        self.said.clear();
        match did {
            Did::Write(text) => {
                self.text = text;
                return false;
            }
            Did::Read => {
                let text = std::mem::take(&mut self.text);
                if let Some(field) = self.field.cast::<HtmlTextAreaElement>() {
                    field.set_value("");
                }
                if text.trim().is_empty() {
                    self.said = "Paste something first.".into();
                } else {
                    self.take(&[("pasted".to_owned(), text.into_bytes())]);
                }
            }
            Did::Choose(files) => {
                for file in files {
                    let link = context.link().clone();
                    spawn_local(async move {
                        link.send_message(match JsFuture::from(file.array_buffer()).await {
                            Ok(bytes) => Did::Arrive(file.name(), Uint8Array::new(&bytes).to_vec()),
                            Err(_) => Did::Fail(file.name()),
                        });
                    });
                }
                return false;
            }
            Did::Arrive(name, bytes) => self.take(&[(name, bytes)]),
            Did::Fail(name) => self.said = format!("The browser could not read {name}."),
            Did::Remove(place) => {
                self.brought.remove(place);
                self.think();
            }
            Did::Decide(choice) => {
                self.brought.choose(choice);
                self.think();
            }
            Did::Answer(node, state, asks) => {
                self.brought.answer(node, state, asks);
                self.think();
            }
            Did::Keep(is_kept) => {
                self.is_kept = is_kept;
                self.put_aside();
            }
            Did::Forget => {
                self.brought.forget();
                self.is_kept = false;
                self.think();
                self.said = "Everything is forgotten.".into();
            }
            Did::Save => {
                if let Some(Ok(made)) = &self.understanding.made {
                    self.giver.give("cluster.json", made.scenario.to_json().as_bytes());
                }
            }
            Did::Open => {
                if let Some(Ok(Made { link: Some(link), .. })) = &self.understanding.made {
                    context.props().opened.emit(link.clone());
                }
            }
            Did::Close => context.props().closed.emit(()),
        }
        true
    }

    fn view(&self, context: &Context<Self>) -> Html {
        let link = context.link();
        html! {
            <div class="own-box">
                <header class="own-head">
                    <h2 id="own-title">{ "Your cluster" }</h2>
                    <button type="button" class="tool" data-action="own-close" onclick={link.callback(|_| Did::Close)}>
                        { "Close" }
                    </button>
                </header>
                <p class="own-promise">
                    { "Bring what you have of it, and see it on the floor. It is read in this browser, and nothing is sent anywhere." }
                </p>
                <div class="own-columns">
                    <section class="own-bring" aria-label="What you bring">
                        { self.view_bring(link) }
                        { self.view_inputs(link) }
                    </section>
                    <section class="own-found" aria-label="What was understood">
                        { self.view_made(link) }
                        { for self.understanding.conflicts.iter().map(|one| view_conflict(one, link)) }
                        { for self.understanding.questions.iter().map(|one| self.view_question(one, link)) }
                        { for self.understanding.parts.iter().map(view_part) }
                    </section>
                </div>
                if self.is_elsewhere() {
                    <p class="own-warned">
                        { "▲ The plans below are about the cluster that is on the floor, and that is not the one you brought. Put yours on the floor first." }
                    </p>
                }
                <PlanPanel link={context.props().link.clone()} names={self.understanding.names.clone()} />
                <GoalPanel link={context.props().link.clone()} names={self.understanding.names.clone()} />
                <p class="visually-hidden" role="status">{ self.status() }</p>
            </div>
        }
    }
}

impl OwnPanel {
    fn take(&mut self, given: &[(String, Vec<u8>)]) {
        for (name, bytes) in given {
            self.brought.add(name, bytes.clone());
        }
        self.think();
    }

    fn think(&mut self) {
        self.understanding = self.brought.understand();
        self.put_aside();
    }

    /// Whether a cluster was brought and another one is on the floor.
    fn is_elsewhere(&self) -> bool {
        let Some(Ok(made)) = &self.understanding.made else { return false };
        let brought = made.scenario.cluster.nodes.iter().map(|node| node.id);
        brought.collect::<BTreeSet<_>>() != self.floor.iter().copied().collect()
    }

    /// Keeps what was brought for the next visit, if that is wanted.
    fn put_aside(&mut self) {
        if !kept::write(self.is_kept.then_some(&self.brought)) {
            self.is_kept = false;
            self.said =
                "The browser does not keep it: there is too much, or it is not allowed to.".into();
        }
    }

    /// What is heard of a change.
    fn status(&self) -> String {
        if !self.said.is_empty() {
            return self.said.clone();
        }
        match &self.understanding.made {
            None => String::new(),
            Some(Err(why)) => why.clone(),
            Some(Ok(made)) => {
                let contradictions = match self.understanding.conflicts.len() {
                    0 => String::new(),
                    1 => ", one contradiction".to_owned(),
                    many => format!(", {many} contradictions"),
                };
                format!("A cluster of {} was understood{contradictions}.", nodes(made))
            }
        }
    }

    fn view_bring(&self, link: &html::Scope<Self>) -> Html {
        let write = link.callback(|event: InputEvent| {
            Did::Write(event.target_unchecked_into::<HtmlTextAreaElement>().value())
        });
        let choose = link.callback(|event: Event| {
            let field: HtmlInputElement = event.target_unchecked_into();
            let list = field.files();
            let files =
                list.iter().flat_map(|list| (0..list.length()).filter_map(|at| list.get(at)));
            let files = files.collect();
            field.set_value("");
            Did::Choose(files)
        });
        html! {
            <>
                <label for="own-text">{ "Paste output of asadm or asinfo, a configuration, a log …" }</label>
                <textarea
                    id="own-text"
                    ref={self.field.clone()}
                    rows="7"
                    spellcheck="false"
                    placeholder={"Admin> show roster\n…"}
                    oninput={write}
                />
                <div class="own-tools">
                    <button type="button" class="tool primary" data-action="own-read" onclick={link.callback(|_| Did::Read)}>
                        { "Read it" }
                    </button>
                    <label class="tool file-tool">
                        { "Open files" }
                        <input type="file" multiple=true class="visually-hidden" data-action="own-files" onchange={choose} />
                    </label>
                </div>
                if !self.said.is_empty() {
                    <p class="own-said">{ &self.said }</p>
                }
                <details class="own-kinds">
                    <summary>{ "What can be read" }</summary>
                    <ul>
                        { for KINDS.iter().map(|kind| html! { <li>{ *kind }</li> }) }
                    </ul>
                    <p>{ "Several at once, as they were printed: with prompts, colours and wrapped lines. Files can be dropped on the page." }</p>
                </details>
            </>
        }
    }

    fn view_inputs(&self, link: &html::Scope<Self>) -> Html {
        let inputs = self.brought.inputs();
        if inputs.is_empty() {
            return Html::default();
        }
        let keep = link.callback(|event: Event| {
            Did::Keep(event.target_unchecked_into::<HtmlInputElement>().checked())
        });
        html! {
            <>
                <h3>{ "Brought" }</h3>
                <ul class="own-inputs">
                    { for inputs.iter().enumerate().map(|(place, one)| view_input(place, one, link)) }
                </ul>
                <label class="check">
                    <input type="checkbox" data-action="own-keep" checked={self.is_kept} onchange={keep} />
                    { "Keep it in this browser for the next visit" }
                </label>
                <button type="button" class="tool" data-action="own-forget" onclick={link.callback(|_| Did::Forget)}>
                    { "Forget everything" }
                </button>
            </>
        }
    }

    /// What no input tells: an answer for each node, the safe one until another is given.
    fn view_question(&self, question: &Question, link: &html::Scope<Self>) -> Html {
        let asks = question.asks;
        let preset = asks.preset();
        let others =
            question.nodes.iter().filter(|node| self.brought.answered(**node, asks) != preset);
        let taken = match others.count() {
            0 => format!("Taken as {}.", preset.words()),
            changed => format!(
                "Taken as {}, except {changed} of {}.",
                preset.words(),
                question.nodes.len()
            ),
        };
        let one = |node: &NodeId| {
            let node = *node;
            let answers = asks.answers();
            let choose = link.batch_callback(move |event: Event| {
                let place = event.target_unchecked_into::<HtmlSelectElement>().selected_index();
                let state = usize::try_from(place).ok().and_then(|place| answers.get(place));
                state.map(|state| Did::Answer(node, *state, asks))
            });
            let said = self.brought.answered(node, asks);
            let name = self.understanding.names.iter().find(|(_, of)| *of == node);
            html! {
                <label class="own-answer" key={node.to_string()}>
                    <span class="id">{ node.to_string() }</span>
                    <span class="dim">{ name.map(|(name, _)| name.clone()) }</span>
                    <select onchange={choose}>
                        { for answers.iter().map(|state| html! { <option selected={*state == said}>{ state.words() }</option> }) }
                    </select>
                </label>
            }
        };
        html! {
            <details class="own-question" key={asks.words()}>
                <summary>{ asks.words() }{ " " }<span class="dim">{ "No input tells. " }{ taken }</span></summary>
                { for question.nodes.iter().map(one) }
            </details>
        }
    }

    fn view_made(&self, link: &html::Scope<Self>) -> Html {
        match &self.understanding.made {
            None => html! {
                <p class="dim">{ "What was understood will stand here, with the line that it was read at." }</p>
            },
            Some(Err(why)) => html! { <p class="own-none">{ why }</p> },
            Some(Ok(made)) => html! {
                <>
                    <p class="own-made">{ format!("A cluster of {}{}.", nodes(made), steps(made)) }</p>
                    if made.link.is_none() {
                        <p class="own-none">{ "It is too large for a share link, which the page needs. The file works with the command line." }</p>
                    }
                    <div class="own-tools">
                        if made.link.is_some() {
                            <button type="button" class="tool primary" data-action="own-open" onclick={link.callback(|_| Did::Open)}>
                                { "Put it on the floor" }
                            </button>
                        }
                        <button type="button" class="tool" data-action="own-save" onclick={link.callback(|_| Did::Save)}>
                            { "Save as a scenario" }
                        </button>
                    </div>
                    <p class="dim">{ "The page’s address and share links hold the ids of your nodes. Whoever gets a link sees them." }</p>
                </>
            },
        }
    }
}

/// What can be read, as people name it.
const KINDS: [&str; 9] = [
    "asinfo -v roster:, namespace/…, statistics, racks:, partition-info, replicas; of one node or of many with their headings",
    "asadm: show roster, show racks, info network, info namespace, show pmap, show stat",
    "collectinfo archives, or the JSON in them",
    "aerospike.conf, of one or several nodes",
    "AerospikeCluster of the Kubernetes operator, YAML or JSON",
    "servers’ logs, of one or several nodes: they become a timeline, and every count is compared",
    "a scenario file",
    "a share link of this page",
    "whatever is left over is listed with its line",
];

/// The nodes of a share link's cluster.
fn nodes_on(link: &str) -> Vec<NodeId> {
    goal::nodes(link).into_iter().map(|(node, _)| node).collect()
}

fn nodes(made: &Made) -> String {
    match made.scenario.cluster.nodes.len() {
        1 => "one node".to_owned(),
        many => format!("{many} nodes"),
    }
}

/// How many steps lead from its start to where it is.
fn steps(made: &Made) -> String {
    match made.steps {
        0 => String::new(),
        1 => " and one step".to_owned(),
        many => format!(" and {many} steps"),
    }
}

fn view_input(place: usize, one: &Kept, link: &html::Scope<OwnPanel>) -> Html {
    let lines = one.bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count();
    let size = match std::str::from_utf8(&one.bytes) {
        Ok(_) if lines == 1 => "1 line".to_owned(),
        Ok(_) => format!("{lines} lines"),
        Err(_) => format!("{} KiB", one.bytes.len().div_ceil(1024)),
    };
    html! {
        <li key={one.name.clone()}>
            <span>{ format!("{}, {size}", one.name) }</span>
            <button
                type="button"
                class="tool bare"
                aria-label={format!("Remove {}", one.name)}
                onclick={link.callback(move |_| Did::Remove(place))}
            >
                { "Remove" }
            </button>
        </li>
    }
}

/// A contradiction: its values side by side with where they were read, one of which is used.
fn view_conflict(conflict: &Conflict, link: &html::Scope<OwnPanel>) -> Html {
    let name = format!("own-conflict-{}", conflict.number);
    let value = |(place, told): (usize, &rosterlab_asinfo::bring::Told)| {
        let choice = Choice { conflict: conflict.number, value: place + 1 };
        let mut places: Vec<String> = told.places.iter().map(ToString::to_string).collect();
        // One line may tell it of several nodes.
        places.dedup();
        html! {
            <label class="own-value">
                <input
                    type="radio"
                    name={name.clone()}
                    checked={conflict.used == place}
                    onchange={link.callback(move |_| Did::Decide(choice))}
                />
                <span class="id">{ &told.value }</span>
                <span class="dim">{ places.join(", ") }</span>
            </label>
        }
    };
    let how = if conflict.by_hand { "chosen by hand" } else { "told most often or first" };
    html! {
        <fieldset class="own-conflict" key={conflict.number}>
            <legend>{ format!("Contradiction: {}", conflict.subject) }</legend>
            { for conflict.told.iter().enumerate().map(value) }
            <p class="dim">{ format!("Used is what was {how}.") }</p>
        </fieldset>
    }
}

fn view_part(part: &Part) -> Html {
    html! {
        <section class="own-part" key={part.title}>
            <h3>{ part.title }</h3>
            <ul>
                { for part.lines.iter().map(|line| html! { <li>{ line }</li> }) }
            </ul>
        </section>
    }
}
