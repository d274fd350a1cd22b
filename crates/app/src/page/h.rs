//! Elements, built from a text and what fills its gaps.
//!
//! [`ui!`] takes the markup that Yew's `html!` takes. What stands in the source becomes one text, a [`Template`], that is
//! read when it is first shown; what is worked out is given in the order of the source, each by one short call. `html!`
//! writes out every element's structure in place, which is some 300 bytes of the module for each.
//!
//! **Invariant.** The document is the same as `html!` makes of the same markup: an empty class is no attribute, a list or an
//! option is a list of its own even with one entry, an element's only child is not a list.
//!
//! **What this does not do**: components; they are written with `html!`, in braces.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use crate::page::ear::Ear;
use wasm_bindgen::JsCast;
use web_sys::Event;
use yew::virtual_dom::{
    AttrValue, AttributeOrProperty, Attributes, Key, Listener, ListenerKind, VList, VNode, VTag,
    VText,
};
use yew::{
    Callback, FocusEvent, Html, InputEvent, KeyboardEvent, MouseEvent, NodeRef, PointerEvent,
    SubmitEvent,
};

/// Markup of the source as text: parts one after the other, each a mark and what follows it up to the next mark.
///
/// | mark | part |
/// |---|---|
/// | `\u{1}` | opens the element of that name |
/// | `\u{2}` | an attribute of it: `name=value`, or a name alone whose value is given |
/// | `\u{3}` | a text |
/// | `\u{4}` | its key, a listener or a reference is given |
/// | `\u{5}` | a child or several are given |
/// | `\u{6}` | closes the element |
pub type Template = &'static str;

/// The last of the marks; no text has a character before it.
const LAST_MARK: u8 = 6;

/// A part of a template that has been read.
enum Part {
    Open(Element),
    Text(&'static str),
    Gap,
    Close,
}

/// What the source says of an element.
struct Element {
    name: &'static str,
    attributes: Written,
    /// How many values, keys, listeners and references are given to it.
    gaps: usize,
}

/// Attributes as they stand in the source.
enum Written {
    /// All of them.
    Fixed(&'static [(&'static str, AttributeOrProperty)]),
    /// Their names, and the values that stand there.
    Mixed(&'static [&'static str], Vec<Option<&'static str>>),
}

thread_local! {
    /// The templates that have been read, sorted by where they are in memory.
    static READ: RefCell<Vec<(Template, &'static [Part])>> = const { RefCell::new(Vec::new()) };
}

/// The parts of a template. They are kept for good: there are only so many templates in the source, and Yew compares
/// attributes that stay at one place at a glance.
fn parts(template: Template) -> &'static [Part] {
    READ.with_borrow_mut(|read| {
        let place = |template: Template| (template.as_ptr(), template.len());
        let at = match read.binary_search_by_key(&place(template), |(known, _)| place(known)) {
            Ok(at) => at,
            Err(at) => {
                read.insert(at, (template, Vec::leak(read_parts(template))));
                at
            }
        };
        read[at].1
    })
}

fn read_parts(template: Template) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = template;
    while let Some(mark) = rest.bytes().next() {
        let part = up_to_a_mark(&mut rest);
        parts.push(match mark {
            1 => Part::Open(element(part, &mut rest)),
            3 => Part::Text(part),
            5 => Part::Gap,
            _ => Part::Close,
        });
    }
    parts
}

/// Takes a part off, without its mark.
fn up_to_a_mark(rest: &mut Template) -> Template {
    let text = &rest[1..];
    let end = text.bytes().position(|byte| byte <= LAST_MARK).unwrap_or(text.len());
    let (part, after) = text.split_at(end);
    *rest = after;
    part
}

fn element(name: &'static str, rest: &mut Template) -> Element {
    let mut keys = Vec::new();
    let mut values = Vec::new();
    let mut gaps = 0;
    loop {
        match rest.bytes().next() {
            Some(2) => {
                let attribute = up_to_a_mark(rest);
                let (key, value) = match attribute.split_once('=') {
                    Some((key, value)) => (key, Some(value)),
                    None => (attribute, None),
                };
                keys.push(key);
                values.push(value);
                gaps += usize::from(value.is_none());
            }
            Some(4) => {
                up_to_a_mark(rest);
                gaps += 1;
            }
            _ => break,
        }
    }
    let pairs = keys.iter().zip(&values);
    let fixed = pairs.map(|(key, value)| Some((*key, AttributeOrProperty::Static((*value)?))));
    let attributes = match fixed.collect::<Option<Vec<_>>>() {
        Some(fixed) => Written::Fixed(Vec::leak(fixed)),
        None => Written::Mixed(Vec::leak(keys), values),
    };
    Element { name, attributes, gaps }
}

/// What fills a gap.
enum Given {
    /// Of an attribute.
    Nothing,
    /// Of an attribute that is named after itself.
    Yes,
    Text(AttrValue),
    Key(Key),
    NodeRef(NodeRef),
    Listener(Rc<dyn Listener>),
    Node(VNode),
    /// What follows, to its end, are any number of children.
    List,
    EndOfList,
}

/// What fills a template's gaps, in the order of the source.
#[allow(clippy::box_collection, reason = "a word is handed on with less code than three")]
pub struct Builder(Box<Vec<Given>>);

/// An element that is not closed yet, or what is around all.
#[derive(Default)]
struct Open {
    tag: Option<VTag>,
    children: Vec<VNode>,
    is_list: bool,
}

impl Open {
    /// Puts children where they are given.
    fn fill(&mut self, given: &mut impl Iterator<Item = Given>) {
        let mut depth = 0;
        for given in given {
            match given {
                Given::Node(node) => self.children.push(node),
                Given::List => {
                    self.is_list = true;
                    depth += 1;
                }
                // Nothing else is given where children are.
                _ => depth -= 1,
            }
            if depth == 0 {
                return;
            }
        }
    }

    /// The element with what is in it, or what is around all.
    fn close(self) -> VNode {
        let inside = one_of_many(self.children, self.is_list);
        let Some(mut tag) = self.tag else { return inside };
        if let Some(place) = tag.children_mut() {
            *place = inside;
        }
        tag.into()
    }
}

impl Element {
    fn open(&self, given: &mut impl Iterator<Item = Given>) -> VTag {
        let mut tag = VTag::new(self.name);
        let mut listeners: Vec<Option<Rc<dyn Listener>>> = Vec::new();
        let mut values = Vec::new();
        for given in given.take(self.gaps) {
            match given {
                Given::Key(key) => tag.key = Some(key),
                Given::NodeRef(node_ref) => tag.node_ref = node_ref,
                Given::Listener(listener) => listeners.push(Some(listener)),
                value => values.push(value),
            }
        }
        if !listeners.is_empty() {
            tag.set_listeners(listeners.into());
        }
        tag.attributes = match &self.attributes {
            Written::Fixed(list) => Attributes::Static(list),
            Written::Mixed(keys, fixed) => {
                let values = self.values(&mut tag, keys, fixed, values);
                Attributes::Dynamic { keys, values }
            }
        };
        tag
    }

    /// The values of the attributes: of the source, or given.
    fn values(
        &self,
        tag: &mut VTag,
        keys: &[&'static str],
        fixed: &[Option<&'static str>],
        given: Vec<Given>,
    ) -> Box<[Option<AttributeOrProperty>]> {
        let mut given = given.into_iter();
        let is_field = matches!(self.name, "input" | "textarea");
        let written = keys.iter().zip(fixed).map(|(key, fixed)| {
            let value = match fixed {
                Some(text) => Given::Text(AttrValue::Static(text)),
                None => given.next().unwrap_or(Given::Nothing),
            };
            // What a field holds is no attribute.
            if is_field && *key == "checked" {
                tag.set_checked(!matches!(value, Given::Nothing));
                return None;
            }
            let value = match value {
                Given::Yes => Some(AttrValue::Static(key)),
                Given::Text(text) if !text.is_empty() || *key != "class" => Some(text),
                _ => None,
            };
            if is_field && *key == "value" {
                tag.set_value(value);
                return None;
            }
            value.map(AttributeOrProperty::Attribute)
        });
        written.collect()
    }
}

impl Builder {
    /// Nothing yet.
    #[inline(never)]
    #[must_use]
    pub fn new() -> Self {
        Self(Box::default())
    }

    #[inline(never)]
    fn push_text(&mut self, text: AttrValue) {
        self.push(Given::Node(VText::new(text).into()));
    }

    /// A child.
    #[inline]
    pub fn show(&mut self, what: impl Show) {
        what.show(self);
    }

    #[inline(never)]
    fn begin_list(&mut self) {
        self.push(Given::List);
    }

    #[inline(never)]
    fn end_list(&mut self) {
        self.push(Given::EndOfList);
    }

    /// Any number of children.
    #[inline]
    pub fn each<T: Show>(&mut self, list: impl IntoIterator<Item = T>) {
        self.begin_list();
        for what in list {
            what.show(self);
        }
        self.end_list();
    }

    /// The value of the next attribute whose value is not in the template.
    #[inline]
    pub fn give(&mut self, value: impl Value) {
        value.give(self);
    }

    #[inline(never)]
    fn push(&mut self, value: Given) {
        self.0.push(value);
    }

    /// The key of an element.
    #[inline]
    pub fn key(&mut self, key: impl Into<Key>) {
        self.set_key(key.into());
    }

    #[inline(never)]
    fn set_key(&mut self, key: Key) {
        self.push(Given::Key(key));
    }

    /// What refers to an element.
    #[inline(never)]
    pub fn node_ref(&mut self, node_ref: NodeRef) {
        self.push(Given::NodeRef(node_ref));
    }

    #[inline(never)]
    fn listen(&mut self, listener: Rc<dyn Listener>) {
        self.push(Given::Listener(listener));
    }

    /// The template with its gaps filled.
    #[inline(never)]
    pub fn done(self, template: Template) -> Html {
        self.filled(template, false)
    }

    /// The same for several roots.
    #[inline(never)]
    pub fn done_as_list(self, template: Template) -> Html {
        self.filled(template, true)
    }

    fn filled(self, template: Template, is_list: bool) -> Html {
        let mut given = self.0.into_iter();
        let mut around = Vec::new();
        let mut open = Open { is_list, ..Open::default() };
        for part in parts(template) {
            match part {
                Part::Open(element) => {
                    let tag = Some(element.open(&mut given));
                    around.push(std::mem::replace(&mut open, Open { tag, ..Open::default() }));
                }
                Part::Text(text) => {
                    open.children.push(VText::new(AttrValue::Static(text)).into());
                }
                Part::Gap => open.fill(&mut given),
                Part::Close => {
                    let closed = std::mem::replace(&mut open, around.pop().unwrap_or_default());
                    open.children.push(closed.close());
                }
            }
        }
        open.close()
    }
}

fn one_of_many(mut nodes: Vec<VNode>, is_list: bool) -> VNode {
    if nodes.len() == 1
        && !is_list
        && let Some(only) = nodes.pop()
    {
        only
    } else {
        VList::with_children(nodes, None).into()
    }
}

macro_rules! listeners {
    ($($name:ident $event:ty;)*) => {
        impl Builder {
            $(
                /// A listener of an element.
                #[inline(never)]
                pub fn $name(&mut self, heard: impl Hears<$event>) {
                    heard.listen(ListenerKind::$name, self);
                }
            )*
        }
    };
}

listeners! {
    onclick MouseEvent;
    onmousedown MouseEvent;
    onkeydown KeyboardEvent;
    onchange Event;
    oninput InputEvent;
    onsubmit SubmitEvent;
    onfocus FocusEvent;
    onfocusin FocusEvent;
    onpointerdown PointerEvent;
    onpointermove PointerEvent;
    onpointerover PointerEvent;
    onpointerup PointerEvent;
    onpointercancel PointerEvent;
    onpointerleave PointerEvent;
}

/// What can hear events of a type.
pub trait Hears<E> {
    /// Hears those of a kind.
    fn listen(self, kind: ListenerKind, builder: &mut Builder);
}

impl<E: JsCast + 'static> Hears<E> for Callback<E> {
    #[inline(never)]
    fn listen(self, kind: ListenerKind, builder: &mut Builder) {
        builder.listen(Rc::new(Heard { kind, by: self }));
    }
}

impl<E> Hears<E> for Ear {
    #[inline(never)]
    fn listen(self, kind: ListenerKind, builder: &mut Builder) {
        builder.listen(Rc::new(Heard { kind, by: self }));
    }
}

/// What hears one kind of event.
struct Heard<B> {
    kind: ListenerKind,
    by: B,
}

impl<E: JsCast + 'static> Listener for Heard<Callback<E>> {
    fn kind(&self) -> ListenerKind {
        self.kind.clone()
    }

    fn handle(&self, event: Event) {
        self.by.emit(event.unchecked_into());
    }

    fn passive(&self) -> bool {
        false
    }
}

impl Listener for Heard<Ear> {
    fn kind(&self) -> ListenerKind {
        self.kind.clone()
    }

    fn handle(&self, event: Event) {
        self.by.hear(&event);
    }

    fn passive(&self) -> bool {
        false
    }
}

/// What can be a child.
pub trait Show {
    /// Puts it there.
    fn show(self, builder: &mut Builder);
}

impl Show for Html {
    #[inline(never)]
    fn show(self, builder: &mut Builder) {
        builder.push(Given::Node(self));
    }
}

impl Show for &str {
    #[inline(never)]
    fn show(self, builder: &mut Builder) {
        builder.push_text(AttrValue::Rc(self.into()));
    }
}

impl Show for String {
    #[inline(never)]
    fn show(self, builder: &mut Builder) {
        builder.push_text(self.into());
    }
}

impl Show for fmt::Arguments<'_> {
    #[inline(never)]
    fn show(self, builder: &mut Builder) {
        fmt::format(self).show(builder);
    }
}

impl Show for &String {
    #[inline]
    fn show(self, builder: &mut Builder) {
        self.as_str().show(builder);
    }
}

impl Show for AttrValue {
    #[inline]
    fn show(self, builder: &mut Builder) {
        builder.push_text(self);
    }
}

impl<T: Show> Show for Option<T> {
    #[inline]
    fn show(self, builder: &mut Builder) {
        builder.each(self);
    }
}

impl<T: Show> Show for Vec<T> {
    #[inline]
    fn show(self, builder: &mut Builder) {
        builder.each(self);
    }
}

macro_rules! show_number {
    ($($number:ty)*) => {$(
        impl Show for $number {
            #[inline(never)]
            fn show(self, builder: &mut Builder) {
                self.to_string().show(builder);
            }
        }
    )*};
}

show_number! { u8 u16 u32 u64 usize }

/// What an attribute can be given.
pub trait Value {
    /// Gives it.
    fn give(self, builder: &mut Builder);
}

impl Value for &'static str {
    #[inline(never)]
    fn give(self, builder: &mut Builder) {
        builder.push(Given::Text(AttrValue::Static(self)));
    }
}

impl Value for String {
    #[inline(never)]
    fn give(self, builder: &mut Builder) {
        builder.push(Given::Text(self.into()));
    }
}

impl Value for fmt::Arguments<'_> {
    #[inline(never)]
    fn give(self, builder: &mut Builder) {
        fmt::format(self).give(builder);
    }
}

impl Value for AttrValue {
    #[inline(never)]
    fn give(self, builder: &mut Builder) {
        builder.push(Given::Text(self));
    }
}

impl Value for bool {
    #[inline(never)]
    fn give(self, builder: &mut Builder) {
        builder.push(if self { Given::Yes } else { Given::Nothing });
    }
}

impl<T: Value> Value for Option<T> {
    #[inline(never)]
    fn give(self, builder: &mut Builder) {
        match self {
            Some(value) => value.give(builder),
            None => builder.push(Given::Nothing),
        }
    }
}

/// Markup; see the module.
macro_rules! ui {
    (<> $($rest:tt)*) => {{
        #[allow(unused_mut, reason = "nothing may be given")]
        let mut builder = $crate::page::h::Builder::new();
        $crate::page::h::body!(builder done_as_list [] $($rest)*)
    }};
    ($($rest:tt)*) => {{
        #[allow(unused_mut, reason = "nothing may be given")]
        let mut builder = $crate::page::h::Builder::new();
        $crate::page::h::body!(builder done [] $($rest)*)
    }};
}

/// Children and closing tags; what stands in the source is put behind the rest of it, in the brackets.
macro_rules! body {
    ($b:ident $done:ident [$($text:tt)*]) => {
        $b.$done(concat!($($text)*))
    };
    ($b:ident $done:ident $text:tt < / >) => {
        $crate::page::h::body!($b $done $text)
    };
    ($b:ident $done:ident [$($text:tt)*] < / $name:ident > $($rest:tt)*) => {
        $crate::page::h::body!($b $done [$($text)* "\u{6}",] $($rest)*)
    };
    ($b:ident $done:ident [$($text:tt)*] < $name:ident $($rest:tt)*) => {
        $crate::page::h::attributes!($b $done [$($text)* "\u{1}", stringify!($name),] $($rest)*)
    };
    ($b:ident $done:ident [$($text:tt)*] { for $list:expr } $($rest:tt)*) => {{
        $b.each($list);
        $crate::page::h::body!($b $done [$($text)* "\u{5}",] $($rest)*)
    }};
    ($b:ident $done:ident [$($text:tt)*] { $literal:literal } $($rest:tt)*) => {
        $crate::page::h::body!($b $done [$($text)* "\u{3}", $literal,] $($rest)*)
    };
    ($b:ident $done:ident [$($text:tt)*] { $what:expr } $($rest:tt)*) => {{
        $b.show($what);
        $crate::page::h::body!($b $done [$($text)* "\u{5}",] $($rest)*)
    }};
}

/// What stands in an opening tag.
macro_rules! attributes {
    ($b:ident $done:ident $text:tt > $($rest:tt)*) => {
        $crate::page::h::body!($b $done $text $($rest)*)
    };
    ($b:ident $done:ident [$($text:tt)*] / > $($rest:tt)*) => {
        $crate::page::h::body!($b $done [$($text)* "\u{6}",] $($rest)*)
    };
    ($b:ident $done:ident $text:tt { $short:ident } $($rest:tt)*) => {
        $crate::page::h::attributes!($b $done $text $short = { $short } $($rest)*)
    };
    ($b:ident $done:ident $text:tt key = { $key:expr } $($rest:tt)*) => {
        $crate::page::h::gap!($b $done $text key { $key } $($rest)*)
    };
    ($b:ident $done:ident $text:tt key = $key:literal $($rest:tt)*) => {
        $crate::page::h::gap!($b $done $text key { $key } $($rest)*)
    };
    ($b:ident $done:ident $text:tt ref = { $node:expr } $($rest:tt)*) => {
        $crate::page::h::gap!($b $done $text node_ref { $node } $($rest)*)
    };
    ($b:ident $done:ident [$($text:tt)*] $key:ident $(- $more:ident)* = $value:literal $($rest:tt)*) => {
        $crate::page::h::attributes!(
            $b $done
            [$($text)* "\u{2}", stringify!($key) $(, "-", stringify!($more))*, "=", $value,]
            $($rest)*
        )
    };
    ($b:ident $done:ident $text:tt $key:ident $(- $more:ident)* = { $value:expr } $($rest:tt)*) => {
        $crate::page::h::attribute!($b $done $text ($key $(- $more)*) $key { $value } $($rest)*)
    };
}

/// An attribute whose value is worked out, or a listener.
macro_rules! attribute {
    ($b:ident $done:ident $text:tt $key:tt onclick { $value:expr } $($rest:tt)*) => {
        $crate::page::h::gap!($b $done $text onclick { $value } $($rest)*)
    };
    ($b:ident $done:ident $text:tt $key:tt onmousedown { $value:expr } $($rest:tt)*) => {
        $crate::page::h::gap!($b $done $text onmousedown { $value } $($rest)*)
    };
    ($b:ident $done:ident $text:tt $key:tt onkeydown { $value:expr } $($rest:tt)*) => {
        $crate::page::h::gap!($b $done $text onkeydown { $value } $($rest)*)
    };
    ($b:ident $done:ident $text:tt $key:tt onchange { $value:expr } $($rest:tt)*) => {
        $crate::page::h::gap!($b $done $text onchange { $value } $($rest)*)
    };
    ($b:ident $done:ident $text:tt $key:tt oninput { $value:expr } $($rest:tt)*) => {
        $crate::page::h::gap!($b $done $text oninput { $value } $($rest)*)
    };
    ($b:ident $done:ident $text:tt $key:tt onsubmit { $value:expr } $($rest:tt)*) => {
        $crate::page::h::gap!($b $done $text onsubmit { $value } $($rest)*)
    };
    ($b:ident $done:ident $text:tt $key:tt onfocus { $value:expr } $($rest:tt)*) => {
        $crate::page::h::gap!($b $done $text onfocus { $value } $($rest)*)
    };
    ($b:ident $done:ident $text:tt $key:tt onfocusin { $value:expr } $($rest:tt)*) => {
        $crate::page::h::gap!($b $done $text onfocusin { $value } $($rest)*)
    };
    ($b:ident $done:ident $text:tt $key:tt onpointerdown { $value:expr } $($rest:tt)*) => {
        $crate::page::h::gap!($b $done $text onpointerdown { $value } $($rest)*)
    };
    ($b:ident $done:ident $text:tt $key:tt onpointerover { $value:expr } $($rest:tt)*) => {
        $crate::page::h::gap!($b $done $text onpointerover { $value } $($rest)*)
    };
    ($b:ident $done:ident $text:tt $key:tt onpointermove { $value:expr } $($rest:tt)*) => {
        $crate::page::h::gap!($b $done $text onpointermove { $value } $($rest)*)
    };
    ($b:ident $done:ident $text:tt $key:tt onpointerup { $value:expr } $($rest:tt)*) => {
        $crate::page::h::gap!($b $done $text onpointerup { $value } $($rest)*)
    };
    ($b:ident $done:ident $text:tt $key:tt onpointercancel { $value:expr } $($rest:tt)*) => {
        $crate::page::h::gap!($b $done $text onpointercancel { $value } $($rest)*)
    };
    ($b:ident $done:ident $text:tt $key:tt onpointerleave { $value:expr } $($rest:tt)*) => {
        $crate::page::h::gap!($b $done $text onpointerleave { $value } $($rest)*)
    };
    ($b:ident $done:ident [$($text:tt)*] ($key:ident $(- $more:ident)*) $first:ident { $value:expr } $($rest:tt)*) => {{
        $b.give($value);
        $crate::page::h::attributes!(
            $b $done [$($text)* "\u{2}", stringify!($key) $(, "-", stringify!($more))*,] $($rest)*
        )
    }};
}

/// What is given to an element and is no attribute.
macro_rules! gap {
    ($b:ident $done:ident [$($text:tt)*] $method:ident { $value:expr } $($rest:tt)*) => {{
        $b.$method($value);
        $crate::page::h::attributes!($b $done [$($text)* "\u{4}",] $($rest)*)
    }};
}

pub(crate) use {attribute, attributes, body, gap, ui};

#[cfg(test)]
mod tests {
    use yew::prelude::*;

    #[test]
    fn markup_is_what_yew_makes_of_it() {
        let (title, number) = ("t".to_owned(), 7_usize);
        let list = || (0..3).map(|at: usize| at.to_string());
        assert_eq!(
            ui! {
                <section id="a" aria-label="b" class="c d">
                    <p title={title.clone()} aria-level="2" aria-live={None::<&'static str>}>{ "text " }{ number }</p>
                    <ul>{ for list().map(|key| ui! { <li key={key.clone()}>{ key }</li> }) }</ul>
                    <svg viewBox="0 0 1 1"><path d="M0 0" /></svg>
                    <br /><span></span>
                </section>
            },
            html! {
                <section id="a" aria-label="b" class="c d">
                    <p title={title} aria-level="2" aria-live={None::<&'static str>}>{ "text " }{ number }</p>
                    <ul>{ for list().map(|key| html! { <li key={key.clone()}>{ key }</li> }) }</ul>
                    <svg viewBox="0 0 1 1"><path d="M0 0" /></svg>
                    <br /><span></span>
                </section>
            }
        );
    }

    fn attributes(node: &Html) -> Vec<(&str, &str)> {
        match node {
            Html::VTag(tag) => tag.attributes.iter().collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn an_empty_class_is_no_attribute_and_a_switch_is_named_after_itself() {
        let class = |class: &'static str| ui! { <b {class}></b> };
        assert_eq!(attributes(&class("")), []);
        assert_eq!(attributes(&class("x")), [("class", "x")]);
        let button = |disabled: bool| ui! { <button {disabled}></button> };
        assert_eq!(attributes(&button(true)), [("disabled", "disabled")]);
        assert_eq!(attributes(&button(false)), []);
    }

    #[test]
    fn what_a_field_holds_is_no_attribute() {
        let Html::VTag(field) = ui!(<input type="checkbox" value={"a"} checked={true} />) else {
            panic!("not an element")
        };
        assert_eq!(field.attributes.iter().collect::<Vec<_>>(), [("type", "checkbox")]);
        assert_eq!((field.value().map(|value| &**value), field.checked()), (Some("a"), Some(true)));
        let Html::VTag(option) = ui!(<option value={"a"} selected={true}></option>) else {
            panic!("not an element")
        };
        assert_eq!(
            option.attributes.iter().collect::<Vec<_>>(),
            [("value", "a"), ("selected", "selected")]
        );
    }

    #[test]
    fn what_may_be_missing_is_a_list_and_an_only_child_is_none() {
        let children = |node: Html| match node {
            Html::VTag(tag) => tag.children().cloned(),
            _ => None,
        };
        for there in [None, Some("a")] {
            let is_list = matches!(children(ui! { <p>{ there }</p> }), Some(Html::VList(_)));
            assert!(is_list, "{there:?}");
        }
        assert!(matches!(children(ui! { <p><b></b></p> }), Some(Html::VTag(_))));
        assert!(matches!(children(ui! { <p>{ "a" }</p> }), Some(Html::VText(_))));
    }

    #[test]
    fn a_key_and_what_is_heard_stay_with_their_element() {
        let heard = Callback::from(|_: MouseEvent| ());
        let node = ui! { <ul><li key="k" onclick={heard}><b></b></li></ul> };
        let Html::VTag(list) = &node else { panic!("not an element") };
        let Some(Html::VTag(item)) = list.children() else { panic!("no child") };
        assert_eq!((list.key.as_deref(), item.key.as_deref()), (None, Some("k")));
        assert!(format!("{item:?}").contains("onclick"));
        assert!(!format!("{:?}", item.children()).contains("onclick"));
    }
}
