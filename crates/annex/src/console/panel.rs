//! The console as it is drawn: what was printed, the line that is typed, the node that the tool is connected to.
//!
//! Invariant: keys that move the focus on the page (Tab, Escape) do so here too while nothing is typed, so that nobody is held in
//! the line. Not here: what is printed (see [`session`](super::session)).

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use rosterlab_asinfo::admin::{Block, Style, TERMINAL_WIDTH, Table};
use rosterlab_asinfo::shell::host;
use rosterlab_engine::{NodeId, NodeView};
use rosterlab_scenario::words::marks;
use wasm_bindgen::JsCast;
use web_sys::{ClipboardEvent, Element, HtmlInputElement, HtmlSelectElement, window};
use yew::prelude::*;

use super::session::{Piece, Session};
use crate::give::Giver;

/// Narrower than this, in CSS pixels, tables are printed the other way (`-flip`).
const NARROW_PX: f64 = 640.0;

/// A step that has not grown for so long, in real milliseconds, is put.
const STILL_MS: u32 = 600;
/// So near to its end, in CSS pixels, the output follows what is printed.
const NEAR_PX: i32 = 8;

/// What the page gives.
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    /// The share link of the page's experiment.
    pub link: Rc<str>,
    /// Grows when the focus has to go to the line.
    pub opened: u32,
    /// Takes the share link with what was typed.
    pub typed: Callback<String>,
    /// A person closes the console.
    pub closed: Callback<()>,
}

/// What happens on the console.
#[derive(Clone, Debug)]
pub enum Said {
    /// The line has another text.
    Line(String),
    /// A key was pressed in the line.
    Key(KeyboardEvent),
    /// Something was pasted into the line.
    Pasted(ClipboardEvent),
    /// The tool is to be connected to a node.
    Connect(NodeId),
    /// A step that was held back has stopped growing.
    Still,
    /// The output was clicked.
    Clicked,
    /// Everything is to be taken off.
    Clear,
    /// A person closes the console.
    Close,
}

/// The console.
pub struct ConsolePanel {
    session: Session,
    line: String,
    field: NodeRef,
    output: NodeRef,
    /// Runs while a step is held back that may still grow.
    growing: Option<Timeout>,
    /// The output's height when it was drawn last.
    height: i32,
    giver: Giver,
    /// Whether a line was entered since the console was drawn last.
    has_typed: bool,
    /// The number of the last piece that was scrolled to.
    seen: Option<u32>,
}

impl Component for ConsolePanel {
    type Message = Said;
    type Properties = Props;

    fn create(context: &Context<Self>) -> Self {
        let mut session = Session::default();
        session.follow(&context.props().link);
        Self {
            session,
            line: String::new(),
            field: NodeRef::default(),
            output: NodeRef::default(),
            growing: None,
            height: 0,
            giver: Giver::default(),
            has_typed: false,
            seen: None,
        }
    }

    fn changed(&mut self, context: &Context<Self>, before: &Props) -> bool {
        let props = context.props();
        if props.link != before.link {
            self.session.follow(&props.link);
            let link = context.link().clone();
            self.growing = (self.session.is_holding())
                .then(|| Timeout::new(STILL_MS, move || link.send_message(Said::Still)));
        }
        if props.opened != before.opened {
            self.focus();
        }
        true
    }

    fn update(&mut self, context: &Context<Self>, said: Said) -> bool {
        match said {
            Said::Line(line) => self.line = line,
            Said::Key(event) => return self.press(context, &event),
            Said::Pasted(event) => return self.paste(context, &event),
            Said::Connect(node) => {
                self.session.connect(node);
                self.focus();
            }
            Said::Still => self.session.put_held(),
            Said::Clicked => {
                if self.selects_nothing() {
                    self.focus();
                }
                return false;
            }
            Said::Clear => {
                self.session.clear();
                self.focus();
            }
            Said::Close => context.props().closed.emit(()),
        }
        true
    }

    fn rendered(&mut self, _: &Context<Self>, first: bool) {
        if first {
            self.focus();
        }
        let last = self.session.pieces().last().map(|(number, _)| *number);
        let Some(output) = self.output.cast::<Element>() else { return };
        // Whoever reads further up stays there, unless it is the own line that has printed.
        let was_at_end = output.scroll_top() + output.client_height() + NEAR_PX >= self.height;
        if last != self.seen && (was_at_end || std::mem::take(&mut self.has_typed)) {
            output.set_scroll_top(output.scroll_height());
        }
        self.height = output.scroll_height();
        self.seen = last;
    }

    fn view(&self, context: &Context<Self>) -> Html {
        let link = context.link();
        let prompt = self.prompt();
        let question = self.session.question().is_some();
        let label = match (question, prompt.contains('+')) {
            (true, _) => "Answer",
            (false, true) => "Command, privileged",
            (false, false) => "Command",
        };
        html! {
            <div class="console-box">
                <div class="console-head">
                    <h2>{ "Console" }</h2>
                    { self.nodes(context) }
                    <span class="console-tools">
                        <button type="button" class="tool" data-action="console-clear" onclick={link.callback(|_| Said::Clear)}>
                            { "Clear" }
                        </button>
                        <button
                            type="button"
                            class="tool"
                            data-action="console-close"
                            aria-label="Close the console"
                            onclick={link.callback(|_| Said::Close)}
                        >
                            { "Close" }
                        </button>
                    </span>
                </div>
                <div
                    ref={self.output.clone()}
                    class="console-output"
                    role="log"
                    aria-label="What the console printed"
                    tabindex="0"
                    onclick={link.callback(|_| Said::Clicked)}
                >
                    { self.hint() }
                    { for self.session.pieces().iter().map(|(number, piece)| drawn(*number, piece)) }
                </div>
                <label class="console-line">
                    <span class="console-prompt" aria-hidden="true">{ prompt }</span>
                    <input
                        ref={self.field.clone()}
                        type="text"
                        class="console-field"
                        aria-label={label}
                        autocomplete="off"
                        autocapitalize="off"
                        spellcheck="false"
                        enterkeyhint="send"
                        value={self.line.clone()}
                        placeholder={if question { "the six digits, or anything else to cancel" } else { "" }}
                        oninput={link.callback(|event: InputEvent| {
                            Said::Line(event.target_unchecked_into::<HtmlInputElement>().value())
                        })}
                        onkeydown={link.callback(Said::Key)}
                        onpaste={link.batch_callback(|event: Event| {
                            let event = event.dyn_into::<ClipboardEvent>().ok()?;
                            Some(Said::Pasted(event))
                        })}
                    />
                </label>
            </div>
        }
    }
}

impl ConsolePanel {
    fn prompt(&self) -> &'static str {
        match self.session.prompt() {
            // While a question waits the tool shows nothing; a field needs a sign.
            "" => "> ",
            prompt => prompt,
        }
    }

    fn focus(&self) {
        if let Some(field) = self.field.cast::<HtmlInputElement>() {
            // It fails only for an element that is not on the page.
            let _ = field.focus();
        }
    }

    /// What can be typed, while nothing was printed.
    fn hint(&self) -> Html {
        let text = "Lines of asadm: info, show roster, show stat like unavail, summary, health, enable, manage …, asinfo -v '…'; help lists them.\n\
                    Lines of a shell: ssh a102 systemctl stop aerospike, ssh a102 pkill -KILL asd, sleep 30, wait for migrations.\n\
                    What is done on the page is printed here as the lines that do it. [model]: the tool runs on the host of its node.";
        let shown = self.session.pieces().is_empty().then_some(text);
        // With a key, as all that follows it: without, Yew would draw each of them anew.
        html! { <pre key="hint" class="console-note">{ shown }</pre> }
    }

    /// The choice of the node that the tool is connected to.
    fn nodes(&self, context: &Context<Self>) -> Html {
        let connected = self.session.connected_to();
        let view = self.session.timeline().map(|timeline| timeline.cluster().view());
        let nodes = view.map(|view| view.nodes).unwrap_or_default();
        let option = |node: &NodeView| {
            let state = if node.state.is_up() {
                String::new()
            } else {
                format!(" ({})", marks::state(node.state))
            };
            html! {
                <option key={node.id.get()} value={node.id.to_string()} selected={Some(node.id) == connected}>
                    { format!("{}{state}", host(node.id)) }
                </option>
            }
        };
        let onchange = context.link().batch_callback(|event: Event| {
            event
                .target_unchecked_into::<HtmlSelectElement>()
                .value()
                .parse()
                .ok()
                .map(Said::Connect)
        });
        html! {
            <label class="console-node">
                { "asadm on " }
                <select data-action="console-node" {onchange}>{ for nodes.iter().rev().map(option) }</select>
            </label>
        }
    }

    fn enter(&mut self, context: &Context<Self>, text: &str) {
        if text.trim() == "clear" {
            self.session.clear();
            return;
        }
        let entered = self.session.enter(text);
        self.has_typed = true;
        self.line = entered.rest;
        if let Some(link) = entered.link {
            context.props().typed.emit(link);
        }
        if let Some(packed) = self.session.take_archive() {
            self.giver.give(&packed.name, &packed.bytes);
        }
    }

    /// Does what a key does in the line; says whether something has changed.
    fn press(&mut self, context: &Context<Self>, event: &KeyboardEvent) -> bool {
        let ctrl = event.ctrl_key() && !event.alt_key() && !event.meta_key();
        match (event.key().as_str(), ctrl) {
            ("Enter", false) if !event.is_composing() => {
                let line = std::mem::take(&mut self.line);
                self.enter(context, &line);
            }
            ("ArrowUp" | "ArrowDown", false) => {
                let is_up = event.key() == "ArrowUp";
                if let Some(line) = self.session.recall(is_up) {
                    self.line = line;
                }
            }
            ("Tab", false) if !event.shift_key() && !self.line.trim().is_empty() => {
                // With nothing to complete, the key moves on.
                let Some(line) = self.session.complete(&self.line) else { return false };
                self.line = line;
            }
            ("Escape", _) if !self.line.is_empty() => self.line.clear(),
            ("Escape", _) => context.props().closed.emit(()),
            ("c", true) if self.selects_nothing() => {
                let line = std::mem::take(&mut self.line);
                self.session.cancel(&line);
            }
            ("l", true) => self.session.clear(),
            ("u", true) => self.line.clear(),
            _ => return false,
        }
        event.prevent_default();
        true
    }

    /// Whether no text is selected: otherwise Ctrl+C copies it.
    fn selects_nothing(&self) -> bool {
        let in_field = self.field.cast::<HtmlInputElement>().is_some_and(|field| {
            let place = |at: Result<Option<u32>, _>| at.ok().flatten();
            place(field.selection_start()) != place(field.selection_end())
        });
        let on_page = window()
            .and_then(|window| window.get_selection().ok().flatten())
            .is_some_and(|selection| !selection.is_collapsed());
        !in_field && !on_page
    }

    /// Enters every whole line of what is pasted, as a terminal does; the rest stays in the line.
    fn paste(&mut self, context: &Context<Self>, event: &ClipboardEvent) -> bool {
        let text = event.clipboard_data().and_then(|data| data.get_data("text").ok());
        let Some(text) = text.filter(|text| text.contains('\n')) else { return false };
        event.prevent_default();
        let text = format!("{}{}", self.line, text.replace('\r', ""));
        let (lines, rest) = text.rsplit_once('\n').unwrap_or(("", &text));
        let (lines, rest) = (lines.to_owned(), rest.to_owned());
        self.enter(context, &lines);
        let kept = std::mem::take(&mut self.line);
        self.line = if kept.is_empty() { rest } else { format!("{kept}\n{rest}") };
        true
    }
}

/// A piece of what was printed.
fn drawn(number: u32, piece: &Piece) -> Html {
    let text = |class: &'static str, text: String| html! { <pre key={number} class={class}>{ text }</pre> };
    match piece {
        Piece::Typed { prompt, line } => text("console-typed", format!("{prompt}{line}")),
        Piece::Done { title, lines } => html! {
            <div key={number} class="console-done">
                <pre class="console-note">{ format!("# {title}") }</pre>
                { for lines.iter().map(|line| html! { <pre class={class_of_line(line)}>{ line.clone() }</pre> }) }
            </div>
        },
        Piece::Note(note) => text("console-note", format!("# {note}")),
        Piece::Printed(Block::Table(table)) => drawn_table(number, table),
        Piece::Printed(Block::Text(printed)) => text("console-text", printed.clone()),
        Piece::Printed(Block::Error(printed)) => text("console-error", format!("ERROR: {printed}")),
        Piece::Printed(Block::Warning(printed)) => {
            text("console-warning", format!("WARNING: {printed}"))
        }
        Piece::Printed(Block::Failed(printed)) => text("console-error", printed.clone()),
        Piece::Printed(Block::Note(printed)) => text("console-note", format!("# {printed}")),
    }
}

/// Whose line it is; the sheet puts the prompt before it, which is not copied.
fn class_of_line(line: &str) -> &'static str {
    match line.split(' ').next() {
        Some("#") => "console-note",
        Some("ssh" | "pdsh" | "sleep" | "wait") => "console-shell",
        _ => "console-tool",
    }
}

/// A table as the tool prints it: wide ones scroll, and narrow screens get them the other way.
fn drawn_table(number: u32, table: &Table) -> Html {
    let width = window().and_then(|window| window.inner_width().ok()?.as_f64());
    let is_narrow = width.is_some_and(|width| width < NARROW_PX);
    let printed = match table.style {
        Style::Columns if is_narrow => table.render_as(Style::Rows, TERMINAL_WIDTH),
        style => table.render_as(style, TERMINAL_WIDTH),
    };
    html! { <pre key={number} class="console-table">{ printed }</pre> }
}
