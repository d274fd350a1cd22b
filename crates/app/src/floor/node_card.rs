//! A node's card.
//!
//! Invariant: the card is one button: it can be focused, pressed and dragged, and all that it shows is its name for screen
//! readers. What it shows comes by value, so that a card is drawn again only when its own facts change: with 128 nodes, one
//! fault would otherwise draw 128 cards. Not here: what a press or a key means; the floor decides that, and follows the
//! pointer.

use rosterlab_engine::{CopyCounts, NodeId, NodeState, PARTITIONS, RackId, convert};
use rosterlab_scenario::words::terms::Term;
use yew::prelude::*;

use crate::browser::{capture_pointer, placed, show_label_as_tip};
use crate::floor::card::{Facts, NamespaceLine, Note, ORPHAN_SIGN, mark_text, short_name};
use crate::floor::layout::{Point, Rect};
use crate::page::element::{element, unspoken};
use crate::page::svg;
use crate::page::term::hint;
use crate::text::thousands;
use crate::verdict::sides::sub_class;

/// An event on a card.
#[derive(Clone, Debug)]
pub enum CardEvent {
    /// A pointer was pressed on it.
    Press(PointerEvent),
    /// A key was pressed while it had the focus.
    Key(KeyboardEvent),
    /// It got the focus.
    Focus,
    /// It was clicked, with Ctrl, Shift or ⌘ held or not.
    Click(bool),
}

/// What a card needs.
#[allow(clippy::struct_excessive_bools, reason = "each is so or not, whatever the others are")]
#[derive(PartialEq, Properties)]
pub struct NodeCardProps {
    /// What it shows.
    pub facts: Facts,
    /// Where the card lies in its lane.
    pub rect: Rect,
    /// How far it is carried from there.
    pub offset: Point,
    /// Whether it is carried.
    pub is_carried: bool,
    /// Whether there is only room for a little.
    pub is_small: bool,
    /// Whether it is the one that is explained, and the tab stop.
    pub is_selected: bool,
    /// Whether it is one of several that are selected together.
    pub is_picked: bool,
    /// Called with each event, and with the card's node and rack. The same callback for as long as the floor is there.
    pub on_event: Callback<(NodeId, RackId, CardEvent)>,
}

/// A node's card.
#[component]
pub fn NodeCard(props: &NodeCardProps) -> Html {
    let NodeCardProps { facts, rect, offset, is_small, .. } = props;
    let element = use_node_ref();
    let tell = {
        let (node, rack, on_event) = (facts.node, facts.rack, props.on_event.clone());
        move |event: CardEvent| on_event.emit((node, rack, event))
    };
    let onpointerdown = {
        let (tell, element) = (tell.clone(), element.clone());
        move |event: PointerEvent| {
            if event.button() == 0 && event.is_primary() {
                capture_pointer(&element, &event);
                tell(CardEvent::Press(event));
            }
        }
    };
    let onkeydown = {
        let tell = tell.clone();
        move |event: KeyboardEvent| tell(CardEvent::Key(event))
    };
    let onfocus = {
        let tell = tell.clone();
        move |_: FocusEvent| tell(CardEvent::Focus)
    };
    // With a key held, the click adds the card to the selection. The card must not get the focus first, which would select it
    // alone.
    let onmousedown = |event: MouseEvent| {
        if is_modified(&event) {
            event.prevent_default();
        }
    };
    // A small card's tip is its label. It is set when a pointer comes: with each change of the label, the browser would work out
    // the style of 128 cards again.
    let onpointerover = {
        let element = element.clone();
        move |_: PointerEvent| show_label_as_tip(&element)
    };
    let onclick = move |event: MouseEvent| tell(CardEvent::Click(is_modified(&event)));
    // A label rather than hidden text: the browser lays out 128 texts that change, but not 128 labels.
    let label = is_small.then(|| format!("{}: {}", facts.node, facts.text()));
    html! {
        <div
            ref={element}
            class={classes_of(props)}
            ~style={placed(*rect, *offset)}
            data-node={facts.node.to_string()}
            data-state={facts.class()}
            role="button"
            tabindex={if props.is_selected { "0" } else { "-1" }}
            aria-pressed={(props.is_selected || props.is_picked).to_string()}
            aria-describedby="floor-help"
            aria-label={label}
            {onfocus}
            {onclick}
            {onkeydown}
            {onmousedown}
            {onpointerdown}
            {onpointerover}
        >
            { if *is_small { small_face(facts) } else { face(facts) } }
        </div>
    }
}

fn classes_of(props: &NodeCardProps) -> Classes {
    let facts = &props.facts;
    classes![
        "node",
        facts.class(),
        facts.home.map(|(place, _)| sub_class(place)),
        props.is_small.then_some("small"),
        props.is_selected.then_some("selected"),
        props.is_picked.then_some("picked"),
        props.is_carried.then_some("carried"),
    ]
}

/// Whether Ctrl, Shift or ⌘ is held.
fn is_modified(event: &MouseEvent) -> bool {
    event.ctrl_key() || event.shift_key() || event.meta_key()
}

/// What is on a card with room.
pub fn face(facts: &Facts) -> Html {
    let badge = match (facts.home, facts.state) {
        (Some(_), _) if facts.is_principal() => ("badge-sub", "principal".to_owned()),
        (Some((_, principal)), _) => ("badge-sub", format!("with {principal}")),
        (None, NodeState::Orphan) => {
            ("badge-orphan", format!("{ORPHAN_SIGN} {}", facts.state_text()))
        }
        (None, NodeState::DownUnclean) => ("badge-crashed", format!("✕ {}", facts.state_text())),
        (None, _) => ("badge-down", facts.state_text().to_owned()),
    };
    let is_up = match facts.state {
        NodeState::Orphan => " of no cluster",
        _ if facts.home.is_some() => ", up",
        _ => "",
    };
    html! {
        <span class="face">
            <span class="face-head">
                <span class="grip" aria-hidden="true"></span>
                { element("b", "id", facts.node.to_string()) }
                { " " }
                <span class={classes!["badge", badge.0]}>{ badge.1 }</span>
                { element("span", "visually-hidden", format!("{is_up}, rack {}, ", facts.rack)) }
            </span>
            { for facts.name.iter().map(|name| element("span", "face-name", &**name)) }
            { element("span", "face-body", body(facts)) }
            { foot(facts) }
        </span>
    }
}

/// The copies: numbers for one namespace, or a line each for several.
fn body(facts: &Facts) -> Html {
    let [only] = facts.lines.as_slice() else {
        return facts.lines.iter().map(namespace_line).collect();
    };
    let CopyCounts { master, full, untrusted, evade, with_data, .. } = only.copies;
    let number = |class: &'static str, name: Html, number: u32| {
        // That there is none is exact.
        let about = (only.is_about && number > 0).then(about);
        let shown = html! { <>{ about }{ thousands(number) }</> };
        html! {
            <span key={class} class={classes!["copies", class, (number == 0).then_some("zero")]}>
                { name }{ " " }
                { element("span", "copies-count", shown) }{ " " }
            </span>
        }
    };
    html! {
        <>
            { bar(only.copies, 1) }
            { thin_bar(only.copies) }
            <span class="face-copies">
                { number("master", hint(Term::WorkingMaster, "copies-name", "master"), master) }
                { number("full", element("span", "copies-name", "full"), full) }
                { number("subset", hint(Term::Subset, "copies-name", "subset"), with_data - full) }
                { number("evade", hint(Term::Evade, "copies-name", "empty e"), evade - untrusted) }
            </span>
        </>
    }
}

/// Stands before a count that is only about right.
fn about() -> Html {
    html! { <>{ unspoken("about-sign", "≈") }{ element("span", "visually-hidden", "about ") }</> }
}

/// One namespace of several: its name, its copies, its clean-shutdown mark.
fn namespace_line(line: &NamespaceLine) -> Html {
    let (sign, words) = line.mark.map_or(("", ""), mark_text);
    let CopyCounts { full, with_data, .. } = line.copies;
    let subset = with_data - full;
    let subset = (subset > 0).then(|| format!(" + {} s", thousands(subset)));
    html! {
        <span key={line.name.clone()} class="face-line" title={format!("{}: storage {words}", line.name)}>
            { element("span", "face-line-name", line.name.clone()) }
            <span class="face-line-bars">{ bar(line.copies, 1) }{ thin_bar(line.copies) }</span>
            <span class="face-line-copies">
                { element("span", "visually-hidden", " full ") }
                { (line.is_about && full > 0).then(about) }{ thousands(full) }
                { hint(Term::Subset, "face-line-subset", subset.unwrap_or_default()) }
            </span>
            <span aria-hidden="true">{ sign }</span>
            { element("span", "visually-hidden", format!(", {words}, ")) }
        </span>
    }
}

/// The notes, and the clean-shutdown mark if no namespace line shows it.
fn foot(facts: &Facts) -> Html {
    let is_long = |text: &str| text.len() > 17;
    let first = facts.notes.first().map(|note| note.text());
    // Two notes fit beside each other when both are short.
    let room = if first.as_deref().is_some_and(is_long) { 1 } else { 2 };
    let note = |(place, note): (usize, &Note)| {
        let text = note.text();
        let class = match note {
            _ if place >= room || place > 0 && is_long(&text) => "visually-hidden",
            Note::ReturnsWithE | Note::ReturnsWithR => "note note-e",
            Note::Filling(_) => "note note-filling",
            _ if is_long(&text) => "note note-long",
            _ => "note",
        };
        html! { <span key={text.clone()} {class}>{ text }{ " " }</span> }
    };
    let storage = match facts.lines.as_slice() {
        [only] => only.mark.map(mark_text),
        _ if facts.more > 0 => Some(("", "more namespaces")),
        _ => None,
    };
    let more = if facts.more > 0 { format!("+ {} ", facts.more) } else { String::new() };
    html! {
        <span class="face-foot">
            <span class="notes">{ for facts.notes.iter().enumerate().map(note) }</span>
            <span class="storage">
                <span aria-hidden="true">{ storage.map_or("", |storage| storage.0) }</span>
                <span class="storage-text">{ " " }{ more }{ storage.map_or("", |storage| storage.1) }</span>
            </span>
        </span>
    }
}

/// What is on a card among many: its id, its state, one bar, and more where there is room.
fn small_face(facts: &Facts) -> Html {
    let note = facts.notes.first();
    let copies = facts.lines.first().map(|line| line.copies).unwrap_or_default();
    let mark = facts.lines.first().and_then(|line| line.mark).map_or("", |mark| mark_text(mark).0);
    html! {
        <span class="face">
            <span class="face-head">
                { element("b", "id", short_name(facts)) }
                <span class="signs" aria-hidden="true">
                    { element("span", "sign-note", note.map_or("", |note| note.sign())) }
                    { element("span", "sign-state", facts.sign()) }
                </span>
            </span>
            { bar(copies, SMALL_STEP) }
            <span class="face-small" aria-hidden="true">
                <span>{ mark }{ " " }{ note.map_or_else(|| facts.state_text().to_owned(), |note| note.text()) }</span>
            </span>
        </span>
    }
}

/// The ends of a small card's bar are rounded up to so many partitions, which is about a pixel: bars that stay as they are
/// need no layout, and there may be 128 of them.
const SMALL_STEP: u32 = 32;

/// The copies as lengths, each end rounded up to whole steps; the whole is all 4096 partitions.
fn bar(copies: CopyCounts, step: u32) -> Html {
    let CopyCounts { full, subset, evade, .. } = copies;
    let up = |end: u32| end.next_multiple_of(step);
    let [first, second, third] = [full, full + subset, full + subset + evade].map(up);
    svg::bar(&[
        ("full", 0, first),
        ("subset", first, second - first),
        ("evade", second, third - second),
    ])
}

/// From the left, what the node serves as working master; from the right, what is still to be filled.
fn thin_bar(copies: CopyCounts) -> Html {
    let all = convert::count(PARTITIONS);
    let from = all.saturating_sub(copies.filling);
    html! {
        <svg class="thin-bar" viewBox="0 0 4096 4" preserveAspectRatio="none" aria-hidden="true">
            { svg::rect("master", [0, 0, copies.master.cast_signed(), 4]) }
            { svg::rect("migrating", [from.cast_signed(), 0, copies.filling.cast_signed(), 4]) }
        </svg>
    }
}
