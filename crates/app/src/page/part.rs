//! Parts of the page that are drawn by themselves: with hooks of their own, and again only when what they show has changed.
//!
//! All of them are one component of Yew's, which draws whatever it is given: each further component would be some 2 kB of
//! the module.
//!
//! Invariant: a part's key says what draws it, since what draws another has other hooks.

use std::any::Any;
use std::rc::Rc;

use yew::functional::{Hook, HookContext};
use yew::prelude::*;
use yew::virtual_dom::{Key, VChild};

/// Draws a part of what it shows, with the hooks that it may use.
pub type Draw<P> = fn(&P, &mut HookContext) -> Html;

/// A part of the page under its key.
pub fn part<P: PartialEq + 'static>(key: impl Into<Key>, shown: P, draw: Draw<P>) -> Html {
    shown_part(key.into(), Rc::new(Drawn { shown, draw }))
}

fn shown_part(key: Key, part: Rc<dyn Part>) -> Html {
    VChild::<Shown>::new(ShownProps { part }, Some(key)).into()
}

/// A part of any type.
trait Part: Any {
    fn is_same(&self, other: &dyn Any) -> bool;
    fn draw(&self, hooks: &mut HookContext) -> Html;
}

struct Drawn<P> {
    shown: P,
    draw: Draw<P>,
}

impl<P: PartialEq + 'static> Part for Drawn<P> {
    fn is_same(&self, other: &dyn Any) -> bool {
        other.downcast_ref::<Self>().is_some_and(|other| other.shown == self.shown)
    }

    fn draw(&self, hooks: &mut HookContext) -> Html {
        (self.draw)(&self.shown, hooks)
    }
}

#[derive(Clone, Properties)]
struct ShownProps {
    part: Rc<dyn Part>,
}

impl PartialEq for ShownProps {
    fn eq(&self, other: &Self) -> bool {
        let other: &dyn Any = &*other.part;
        self.part.is_same(other)
    }
}

impl Hook for &ShownProps {
    type Output = Html;

    fn run(self, hooks: &mut HookContext) -> Html {
        self.part.draw(hooks)
    }
}

fn use_part(props: &ShownProps) -> impl Hook<Output = Html> {
    props
}

#[component]
fn Shown(props: &ShownProps) -> Html {
    use_part(props)
}
