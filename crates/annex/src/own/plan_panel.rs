//! The part of the dialog that checks a plan.
//!
//! Invariant: what is shown is of the plan that stands there; when that changes it goes. Not here: what is found (see
//! [`plan`](super::plan)).

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use rosterlab_engine::NodeId;
use rosterlab_scenario::words::runbook::HEAD;
use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

use super::margin::margin_field;
use super::plan::{OrderSearch, Ordered, Told, ToldLine, check};

/// What the dialog gives.
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    /// The share link of what is on the floor.
    pub link: Rc<str>,
    /// What nodes are called beside their ids.
    pub names: Vec<(String, NodeId)>,
}

/// What happens here.
#[derive(Clone, Debug)]
pub enum Did {
    /// The plan has changed.
    Write(String),
    /// So many further losses are to be survived.
    Demand(usize),
    /// The plan is to be checked.
    Ask,
    /// The window has shown that it is being checked.
    Check,
    /// An order that is safe is to be looked for.
    AskOrder,
    /// The window has shown how far the search is.
    Search,
    /// The search is to end.
    Stop,
}

/// The part of the dialog.
pub struct PlanPanel {
    text: String,
    margin: usize,
    told: Option<Result<Told, String>>,
    /// An order that is looked for.
    search: Option<OrderSearch>,
    order: Option<Ordered>,
    /// Runs until the window has been drawn once more.
    waiting: Option<Timeout>,
}

impl Component for PlanPanel {
    type Message = Did;
    type Properties = Props;

    fn create(_: &Context<Self>) -> Self {
        Self {
            text: String::new(),
            margin: 1,
            told: None,
            search: None,
            order: None,
            waiting: None,
        }
    }

    fn changed(&mut self, context: &Context<Self>, before: &Props) -> bool {
        let props = context.props();
        if (&props.link, &props.names) != (&before.link, &before.names) {
            self.told = None;
            self.forget_order();
        }
        true
    }

    fn update(&mut self, context: &Context<Self>, did: Did) -> bool {
        match did {
            // What was said is of another plan.
            Did::Write(text) => {
                self.text = text;
                self.forget_order();
                return self.told.take().is_some();
            }
            Did::Demand(margin) => {
                self.margin = margin;
                self.forget_order();
                return self.told.take().is_some();
            }
            Did::Ask => {
                let link = context.link().clone();
                self.waiting = Some(Timeout::new(20, move || link.send_message(Did::Check)));
            }
            Did::Check => {
                self.waiting = None;
                let Props { link, names } = context.props();
                self.told = Some(check(link, &self.text, self.margin, names));
                self.forget_order();
            }
            Did::AskOrder => {
                let Props { link, names } = context.props();
                // The plan was checked, so it can be read.
                self.search = OrderSearch::begin(link, &self.text, self.margin, names).ok();
                self.search_on(context);
            }
            Did::Search => match self.search.as_mut().and_then(OrderSearch::advance) {
                Some(found) => {
                    self.forget_order();
                    self.order = Some(found);
                }
                None => self.search_on(context),
            },
            Did::Stop => self.forget_order(),
        }
        true
    }

    fn view(&self, context: &Context<Self>) -> Html {
        let link = context.link();
        let write = link.callback(|event: InputEvent| {
            Did::Write(event.target_unchecked_into::<HtmlTextAreaElement>().value())
        });
        html! {
            <section class="own-plan" aria-labelledby="own-plan-title">
                <h3 id="own-plan-title">{ "Check a plan" }</h3>
                <label for="own-plan-text">
                    { "The steps as you would carry them out, against the cluster that is on the floor. It stays as it is." }
                </label>
                <textarea
                    id="own-plan-text"
                    rows="6"
                    spellcheck="false"
                    placeholder={"ssh b101 systemctl stop aerospike\nwait for migrations\nmanage roster stage observed ns main\n…"}
                    oninput={write}
                />
                <div class="own-tools">
                    { margin_field("own-margin", self.margin, &link.callback(Did::Demand)) }
                    <button type="button" class="tool primary" data-action="own-check" onclick={link.callback(|_| Did::Ask)}>
                        { "Check it" }
                    </button>
                </div>
                <div role="status">{ self.view_verdict() }</div>
                { self.view_order(link) }
                if let Some(Ok(told)) = &self.told {
                    { for told.lines.iter().map(view_line) }
                }
            </section>
        }
    }
}

impl PlanPanel {
    /// Forgets what was looked for, and ends the search.
    fn forget_order(&mut self) {
        self.order = None;
        self.search = None;
        self.waiting = None;
    }

    /// Tries one order more once the window was drawn.
    fn search_on(&mut self, context: &Context<Self>) {
        let link = context.link().clone();
        let again = move || link.send_message(Did::Search);
        self.waiting = self.search.is_some().then(|| Timeout::new(20, again));
    }

    /// A plan that is understood and not safe may have an order that is. One button begins and ends the search, so that it keeps
    /// the focus.
    fn view_order(&self, link: &html::Scope<Self>) -> Html {
        if let Some(order) = &self.order {
            return view_ordered(order);
        }
        let may_have_one = matches!(&self.told, Some(Ok(told)) if told.may_have_an_order);
        let (label, said, is_searching) = match &self.search {
            Some(search) => ("Stop looking", format!("Orders tried: {}.", search.tried()), true),
            None => ("Look for the nearest order that is safe", String::new(), false),
        };
        let press = link.callback(move |_| if is_searching { Did::Stop } else { Did::AskOrder });
        html! {
            if may_have_one {
                <div class="own-tools">
                    <button type="button" class="tool" data-action="own-order" onclick={press}>{ label }</button>
                    <span class="dim">{ said }</span>
                </div>
            }
        }
    }

    fn view_verdict(&self) -> Html {
        match &self.told {
            _ if self.waiting.is_some() && self.search.is_none() => {
                html! { <p>{ "Checking …" }</p> }
            }
            None => Html::default(),
            Some(Err(why)) => html! { <p class="own-none">{ why }</p> },
            Some(Ok(told)) => {
                let (class, sign) =
                    if told.is_safe { ("own-safe", "✓ ") } else { ("own-none", "✕ ") };
                html! {
                    <>
                        <p class={class}><span aria-hidden="true">{ sign }</span>{ &told.verdict }</p>
                        if told.is_cut_short {
                            <p>{ "Losses between two changes of the clusters were too many to try them all: the figures may be too low." }</p>
                        }
                    </>
                }
            }
        }
    }
}

/// What was found of an order that is safe.
fn view_ordered(order: &Ordered) -> Html {
    html! {
        <div class="own-order">
            <p>{ &order.said }</p>
            if !order.changes.is_empty() {
                <ul>{ for order.changes.iter().map(|change| html! { <li>{ change }</li> }) }</ul>
            }
        </div>
    }
}

fn view_line(line: &ToldLine) -> Html {
    let finding = |(is_error, text): &(bool, String)| {
        let (class, word) =
            if *is_error { ("own-none", "✕ error: ") } else { ("own-warned", "▲ warning: ") };
        html! { <li class={class}>{ word }{ text }</li> }
    };
    html! {
        <article class="own-line" key={line.number}>
            <p><span class="dim">{ format!("{} ", line.number) }</span><code>{ &line.text }</code></p>
            if line.figures.is_empty() {
                <p class="dim">{ line.kind }</p>
            } else {
                <div class="own-scroll" tabindex="0" role="group" aria-label={format!("Figures of line {}", line.number)}>
                    <table>
                        <thead>
                            <tr>
                                <th scope="col">{ "namespace" }</th>
                                { for HEAD.iter().map(|head| html! { <th scope="col">{ *head }</th> }) }
                            </tr>
                        </thead>
                        <tbody>
                            { for line.figures.iter().map(view_figures) }
                        </tbody>
                    </table>
                </div>
            }
            if !line.findings.is_empty() {
                <ul>{ for line.findings.iter().map(finding) }</ul>
            }
        </article>
    }
}

fn view_figures((name, figures): &(String, [String; 4])) -> Html {
    html! {
        <tr>
            <th scope="row">{ name }</th>
            { for figures.iter().map(|figure| html! { <td>{ figure }</td> }) }
        </tr>
    }
}
