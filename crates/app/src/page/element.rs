//! Elements that hold one thing, which are a quarter of the page's elements.
//!
//! Invariant: the element is the one that `html!` would make. They share one function, because each element that is written
//! in `html!` becomes code of its own. Not here: elements with other attributes or several children.

use yew::prelude::*;
use yew::virtual_dom::{Key, VTag};

/// What an element can hold: markup, a text, or one of them that comes and goes.
pub trait Child {
    /// It as markup.
    fn into_html(self) -> Html;
}

impl Child for Html {
    fn into_html(self) -> Html {
        self
    }
}

impl Child for String {
    fn into_html(self) -> Html {
        self.into()
    }
}

impl Child for &str {
    fn into_html(self) -> Html {
        self.to_owned().into()
    }
}

impl Child for &String {
    fn into_html(self) -> Html {
        self.clone().into()
    }
}

impl<T: Child> Child for Option<T> {
    fn into_html(self) -> Html {
        self.map(Child::into_html).unwrap_or_default()
    }
}

/// An element with a class, or with none if that is empty, and one child.
pub fn element(tag: &'static str, class: &'static str, child: impl Child) -> Html {
    made(tag, class, child.into_html())
}

/// As [`element`], for one of a list.
pub fn keyed(
    tag: &'static str,
    key: impl Into<Key>,
    class: &'static str,
    child: impl Child,
) -> Html {
    let mut element = made_tag(tag, class, child.into_html());
    element.key = Some(key.into());
    element.into()
}

/// Not generic, so that it exists once.
fn made(tag: &'static str, class: &'static str, child: Html) -> Html {
    made_tag(tag, class, child).into()
}

fn made_tag(tag: &'static str, class: &'static str, child: Html) -> VTag {
    let mut element = VTag::new(tag);
    if !class.is_empty() {
        element.add_attribute("class", class);
    }
    element.add_child(child);
    element
}

/// The head of a table's column.
pub fn column(class: &'static str, child: impl Child) -> Html {
    let child = child.into_html();
    html! { <th scope="col" {class}>{ child }</th> }
}

/// A sign that only eyes see: the words beside it say the same.
pub fn unspoken(class: impl Into<Classes>, child: impl Child) -> Html {
    unspoken_span(class.into(), child.into_html())
}

/// Not generic, so that it exists once.
fn unspoken_span(class: Classes, child: Html) -> Html {
    html! { <span {class} aria-hidden="true">{ child }</span> }
}
