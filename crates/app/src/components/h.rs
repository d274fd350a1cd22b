//! Elements, built piece by piece.
//!
//! [`ui!`] takes the markup that Yew's `html!` takes and makes one short call of each tag, attribute and text of it; `html!`
//! writes out every element's structure in place, which is some 300 bytes of the module for each.
//!
//! **Invariant.** The document is the same as `html!` makes of the same markup: an empty class is no attribute, a list or an
//! option is a list of its own even with one entry, an element's only child is not a list.
//!
//! **What this does not do**: components; they are written with `html!`, in braces.

use std::rc::Rc;

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

/// What the source says of an element.
#[derive(Debug)]
pub enum Tag {
    /// All its attributes.
    Fixed(&'static str, &'static [(&'static str, AttributeOrProperty)]),
    /// Its attributes' names, and the values that stand in the source.
    Mixed(&'static str, &'static [&'static str], &'static [Option<&'static str>]),
}

/// A value that an attribute is given.
#[derive(Debug)]
enum Given {
    Nothing,
    Yes,
    Text(AttrValue),
}

/// An element that is not closed yet.
struct Open {
    tag: VTag,
    children: Vec<VNode>,
    is_list: bool,
}

/// Markup that is being built.
pub struct Builder(Box<State>);

#[derive(Default)]
struct State {
    /// Of the element that is opened next.
    given: Vec<Given>,
    listeners: Vec<Option<Rc<dyn Listener>>>,
    key: Option<Key>,
    node_ref: NodeRef,
    /// The elements around the place that is built at.
    around: Vec<Open>,
    /// What is at that place so far.
    nodes: Vec<VNode>,
    is_list: bool,
}

impl Builder {
    /// Nothing yet.
    #[inline(never)]
    #[must_use]
    pub fn new() -> Self {
        Self(Box::default())
    }

    /// Several roots may follow.
    #[inline(never)]
    pub fn fragment(&mut self) {
        self.0.is_list = true;
    }

    /// Opens an element; its attributes' values, listeners and key were given before.
    #[inline(never)]
    pub fn open(&mut self, tag: &'static Tag) {
        let state = &mut *self.0;
        let (Tag::Fixed(name, ..) | Tag::Mixed(name, ..)) = *tag;
        let mut element = VTag::new(name);
        element.attributes = match *tag {
            Tag::Fixed(_, list) => Attributes::Static(list),
            Tag::Mixed(_, keys, fixed) => {
                let mut given = state.given.drain(..);
                let is_field = matches!(name, "input" | "textarea");
                let mut values = Vec::with_capacity(keys.len());
                for (key, fixed) in keys.iter().zip(fixed) {
                    let value = match fixed {
                        Some(text) => Given::Text(AttrValue::Static(text)),
                        None => given.next().unwrap_or(Given::Nothing),
                    };
                    // What a field holds is no attribute.
                    if is_field && *key == "checked" {
                        element.set_checked(!matches!(value, Given::Nothing));
                        values.push(None);
                        continue;
                    }
                    let value = match value {
                        Given::Nothing => None,
                        Given::Yes => Some(AttrValue::Static(key)),
                        Given::Text(text) if text.is_empty() && *key == "class" => None,
                        Given::Text(text) => Some(text),
                    };
                    if is_field && *key == "value" {
                        element.set_value(value);
                        values.push(None);
                    } else {
                        values.push(value.map(AttributeOrProperty::Attribute));
                    }
                }
                Attributes::Dynamic { keys, values: values.into() }
            }
        };
        if !state.listeners.is_empty() {
            element.set_listeners(std::mem::take(&mut state.listeners).into());
        }
        element.key = state.key.take();
        element.node_ref = std::mem::take(&mut state.node_ref);
        state.around.push(Open {
            tag: element,
            children: std::mem::take(&mut state.nodes),
            is_list: std::mem::take(&mut state.is_list),
        });
    }

    /// Closes the innermost element.
    #[inline(never)]
    pub fn close(&mut self) {
        let state = &mut *self.0;
        if let Some(Open { mut tag, children, is_list }) = state.around.pop() {
            let inside = taken(&mut state.nodes, state.is_list);
            if let Some(place) = tag.children_mut() {
                *place = inside;
            }
            state.nodes = children;
            state.is_list = is_list;
            state.nodes.push(tag.into());
        }
    }

    /// A text of the source.
    #[inline(never)]
    pub fn text(&mut self, text: &'static str) {
        self.push_text(AttrValue::Static(text));
    }

    #[inline(never)]
    fn push_text(&mut self, text: AttrValue) {
        self.0.nodes.push(VText::new(text).into());
    }

    /// A child.
    #[inline]
    pub fn show(&mut self, what: impl Show) {
        what.show(self);
    }

    /// Any number of children.
    #[inline]
    pub fn each<T: Show>(&mut self, list: impl IntoIterator<Item = T>) {
        self.fragment();
        for what in list {
            what.show(self);
        }
    }

    /// The value of the next attribute of the element that is opened next.
    #[inline]
    pub fn give(&mut self, value: impl Value) {
        value.give(self);
    }

    #[inline(never)]
    fn push_given(&mut self, value: Given) {
        self.0.given.push(value);
    }

    /// The key of the element that is opened next.
    #[inline]
    pub fn key(&mut self, key: impl Into<Key>) {
        self.set_key(key.into());
    }

    #[inline(never)]
    fn set_key(&mut self, key: Key) {
        self.0.key = Some(key);
    }

    /// What refers to the element that is opened next.
    #[inline(never)]
    pub fn node_ref(&mut self, node_ref: NodeRef) {
        self.0.node_ref = node_ref;
    }

    #[inline(never)]
    fn listen<E: JsCast + 'static>(&mut self, kind: ListenerKind, callback: Callback<E>) {
        self.0.listeners.push(Some(Rc::new(Heard { kind, callback })));
    }

    /// What has been built.
    #[inline(never)]
    pub fn done(mut self) -> Html {
        taken(&mut self.0.nodes, self.0.is_list)
    }
}

/// One node of many.
fn taken(nodes: &mut Vec<VNode>, is_list: bool) -> VNode {
    let mut nodes = std::mem::take(nodes);
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
                /// A listener of the element that is opened next.
                #[inline(never)]
                pub fn $name(&mut self, callback: Callback<$event>) {
                    self.listen(ListenerKind::$name, callback);
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
    onpointerup PointerEvent;
    onpointercancel PointerEvent;
    onpointerleave PointerEvent;
}

/// A callback that hears one kind of event.
struct Heard<E> {
    kind: ListenerKind,
    callback: Callback<E>,
}

impl<E: JsCast + 'static> Listener for Heard<E> {
    fn kind(&self) -> ListenerKind {
        self.kind.clone()
    }

    fn handle(&self, event: Event) {
        self.callback.emit(event.unchecked_into());
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
        builder.0.nodes.push(self);
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
        builder.fragment();
        if let Some(what) = self {
            what.show(builder);
        }
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
        builder.push_given(Given::Text(AttrValue::Static(self)));
    }
}

impl Value for String {
    #[inline(never)]
    fn give(self, builder: &mut Builder) {
        builder.push_given(Given::Text(self.into()));
    }
}

impl Value for AttrValue {
    #[inline(never)]
    fn give(self, builder: &mut Builder) {
        builder.push_given(Given::Text(self));
    }
}

impl Value for bool {
    #[inline(never)]
    fn give(self, builder: &mut Builder) {
        builder.push_given(if self { Given::Yes } else { Given::Nothing });
    }
}

impl<T: Value> Value for Option<T> {
    #[inline(never)]
    fn give(self, builder: &mut Builder) {
        match self {
            Some(value) => value.give(builder),
            None => builder.push_given(Given::Nothing),
        }
    }
}

/// Markup; see the module.
macro_rules! ui {
    (<> $($rest:tt)*) => {{
        let mut builder = $crate::components::h::Builder::new();
        builder.fragment();
        $crate::components::h::body!(builder $($rest)*);
        builder.done()
    }};
    ($($rest:tt)*) => {{
        let mut builder = $crate::components::h::Builder::new();
        $crate::components::h::body!(builder $($rest)*);
        builder.done()
    }};
}

/// Children and closing tags.
macro_rules! body {
    ($b:ident) => {};
    ($b:ident < / $name:ident > $($rest:tt)*) => {
        $b.close();
        $crate::components::h::body!($b $($rest)*);
    };
    ($b:ident < / >) => {};
    ($b:ident < $name:ident $($rest:tt)*) => {
        $crate::components::h::attributes!($b $name Fixed [] $($rest)*);
    };
    ($b:ident { for $list:expr } $($rest:tt)*) => {
        $b.each($list);
        $crate::components::h::body!($b $($rest)*);
    };
    ($b:ident { $text:literal } $($rest:tt)*) => {
        $b.text($text);
        $crate::components::h::body!($b $($rest)*);
    };
    ($b:ident { $what:expr } $($rest:tt)*) => {
        $b.show($what);
        $crate::components::h::body!($b $($rest)*);
    };
}

/// What stands in an opening tag.
macro_rules! attributes {
    ($b:ident $name:ident $kind:ident [$($list:tt)*] > $($rest:tt)*) => {
        $b.open($crate::components::h::tag!($kind $name $($list)*));
        $crate::components::h::body!($b $($rest)*);
    };
    ($b:ident $name:ident $kind:ident [$($list:tt)*] / > $($rest:tt)*) => {
        $b.open($crate::components::h::tag!($kind $name $($list)*));
        $b.close();
        $crate::components::h::body!($b $($rest)*);
    };
    ($b:ident $name:ident $kind:ident [$($list:tt)*] { $short:ident } $($rest:tt)*) => {
        $crate::components::h::attributes!($b $name $kind [$($list)*] $short = { $short } $($rest)*);
    };
    ($b:ident $name:ident $kind:ident [$($list:tt)*] key = { $key:expr } $($rest:tt)*) => {
        $b.key($key);
        $crate::components::h::attributes!($b $name $kind [$($list)*] $($rest)*);
    };
    ($b:ident $name:ident $kind:ident [$($list:tt)*] key = $key:literal $($rest:tt)*) => {
        $b.key($key);
        $crate::components::h::attributes!($b $name $kind [$($list)*] $($rest)*);
    };
    ($b:ident $name:ident $kind:ident [$($list:tt)*] ref = { $node:expr } $($rest:tt)*) => {
        $b.node_ref($node);
        $crate::components::h::attributes!($b $name $kind [$($list)*] $($rest)*);
    };
    ($b:ident $name:ident $kind:ident [$($list:tt)*] $key:ident $(- $more:ident)* = $value:literal $($rest:tt)*) => {
        $crate::components::h::attributes!(
            $b $name $kind [$($list)* ($key $(- $more)*, $value)] $($rest)*
        );
    };
    ($b:ident $name:ident $kind:ident $list:tt $key:ident $(- $more:ident)* = { $value:expr } $($rest:tt)*) => {
        $crate::components::h::attribute!(
            $b $name $kind $list ($key $(- $more)*) $key { $value } $($rest)*
        );
    };
}

/// An attribute whose value is worked out, or a listener.
macro_rules! attribute {
    ($b:ident $name:ident $kind:ident $list:tt $key:tt onclick { $value:expr } $($rest:tt)*) => {
        $b.onclick($value);
        $crate::components::h::attributes!($b $name $kind $list $($rest)*);
    };
    ($b:ident $name:ident $kind:ident $list:tt $key:tt onmousedown { $value:expr } $($rest:tt)*) => {
        $b.onmousedown($value);
        $crate::components::h::attributes!($b $name $kind $list $($rest)*);
    };
    ($b:ident $name:ident $kind:ident $list:tt $key:tt onkeydown { $value:expr } $($rest:tt)*) => {
        $b.onkeydown($value);
        $crate::components::h::attributes!($b $name $kind $list $($rest)*);
    };
    ($b:ident $name:ident $kind:ident $list:tt $key:tt onchange { $value:expr } $($rest:tt)*) => {
        $b.onchange($value);
        $crate::components::h::attributes!($b $name $kind $list $($rest)*);
    };
    ($b:ident $name:ident $kind:ident $list:tt $key:tt oninput { $value:expr } $($rest:tt)*) => {
        $b.oninput($value);
        $crate::components::h::attributes!($b $name $kind $list $($rest)*);
    };
    ($b:ident $name:ident $kind:ident $list:tt $key:tt onsubmit { $value:expr } $($rest:tt)*) => {
        $b.onsubmit($value);
        $crate::components::h::attributes!($b $name $kind $list $($rest)*);
    };
    ($b:ident $name:ident $kind:ident $list:tt $key:tt onfocus { $value:expr } $($rest:tt)*) => {
        $b.onfocus($value);
        $crate::components::h::attributes!($b $name $kind $list $($rest)*);
    };
    ($b:ident $name:ident $kind:ident $list:tt $key:tt onfocusin { $value:expr } $($rest:tt)*) => {
        $b.onfocusin($value);
        $crate::components::h::attributes!($b $name $kind $list $($rest)*);
    };
    ($b:ident $name:ident $kind:ident $list:tt $key:tt onpointerdown { $value:expr } $($rest:tt)*) => {
        $b.onpointerdown($value);
        $crate::components::h::attributes!($b $name $kind $list $($rest)*);
    };
    ($b:ident $name:ident $kind:ident $list:tt $key:tt onpointermove { $value:expr } $($rest:tt)*) => {
        $b.onpointermove($value);
        $crate::components::h::attributes!($b $name $kind $list $($rest)*);
    };
    ($b:ident $name:ident $kind:ident $list:tt $key:tt onpointerup { $value:expr } $($rest:tt)*) => {
        $b.onpointerup($value);
        $crate::components::h::attributes!($b $name $kind $list $($rest)*);
    };
    ($b:ident $name:ident $kind:ident $list:tt $key:tt onpointercancel { $value:expr } $($rest:tt)*) => {
        $b.onpointercancel($value);
        $crate::components::h::attributes!($b $name $kind $list $($rest)*);
    };
    ($b:ident $name:ident $kind:ident $list:tt $key:tt onpointerleave { $value:expr } $($rest:tt)*) => {
        $b.onpointerleave($value);
        $crate::components::h::attributes!($b $name $kind $list $($rest)*);
    };
    ($b:ident $name:ident $kind:ident [$($list:tt)*] ($($key:tt)*) $first:ident { $value:expr } $($rest:tt)*) => {
        $b.give($value);
        $crate::components::h::attributes!($b $name Mixed [$($list)* ($($key)*,)] $($rest)*);
    };
}

/// What stands in the source, as data.
macro_rules! tag {
    (Fixed $name:ident $(($key:ident $(- $more:ident)*, $value:literal))*) => {
        &$crate::components::h::Tag::Fixed(
            stringify!($name),
            &[$((
                concat!(stringify!($key) $(, "-", stringify!($more))*),
                yew::virtual_dom::AttributeOrProperty::Static($value),
            )),*],
        )
    };
    (Mixed $name:ident $(($key:ident $(- $more:ident)*, $($value:literal)?))*) => {
        &$crate::components::h::Tag::Mixed(
            stringify!($name),
            &[$(concat!(stringify!($key) $(, "-", stringify!($more))*)),*],
            &[$($crate::components::h::fixed!($($value)?)),*],
        )
    };
}

/// A value of the source, if it stands there.
macro_rules! fixed {
    () => {
        None
    };
    ($value:literal) => {
        Some($value)
    };
}

pub(crate) use {attribute, attributes, body, fixed, tag, ui};

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
