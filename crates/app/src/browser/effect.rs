//! The hook of all effects: what a component does after it was drawn, whenever something has changed.
//!
//! Invariant: what an effect gives (a listener, a timer, a search) is kept until the next one and is dropped with the
//! component. Values and effects are boxed, so that Yew's own hook exists once: it is 250 bytes a use otherwise. Not here:
//! what is done.

use std::any::Any;
use std::rc::Rc;

use yew::prelude::*;

/// A value that an effect belongs to.
trait Watched: Any {
    fn is_same(&self, other: &dyn Any) -> bool;
}

impl<T: PartialEq + 'static> Watched for T {
    fn is_same(&self, other: &dyn Any) -> bool {
        other.downcast_ref() == Some(self)
    }
}

/// A value of any type.
struct AnyWatched(Rc<dyn Watched>);

impl PartialEq for AnyWatched {
    fn eq(&self, other: &Self) -> bool {
        self.0.is_same(&*other.0)
    }
}

/// Runs an effect after the first drawing, and after each for which a value is another than before. What it returns is kept
/// until it runs again or the component goes.
pub fn use_after<T: PartialEq + 'static, K: 'static>(
    value: T,
    effect: impl FnOnce(&T) -> K + 'static,
) -> impl Hook<Output = ()> {
    let value = Rc::new(value);
    let watched = AnyWatched(value.clone());
    use_boxed(watched, Box::new(move || Box::new(effect(&value))))
}

/// Not generic, so that it exists once.
#[hook]
fn use_boxed(value: AnyWatched, effect: Box<dyn FnOnce() -> Box<dyn Any>>) {
    use_effect_with(value, move |_| {
        let kept = effect();
        move || drop(kept)
    });
}
