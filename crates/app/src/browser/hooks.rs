//! The hooks of all effects and kept values: what a component does after it was drawn, and what it draws again for.
//!
//! Invariant: what an effect gives (a listener, a timer, a search) is kept until the next one and is dropped with the
//! component. Values and effects are boxed, so that Yew's own hooks exist once: each type takes some 200 bytes otherwise.
//! Not here: what is done, and the page's state.

use std::any::Any;
use std::ops::Deref;
use std::rc::Rc;

use yew::prelude::*;

/// A value that is compared with the one before.
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

/// A value that a component keeps; it is drawn again when another is set.
pub struct Kept<T> {
    value: Rc<T>,
    handle: UseStateHandle<AnyWatched>,
}

impl<T> Clone for Kept<T> {
    fn clone(&self) -> Self {
        Self { value: self.value.clone(), handle: self.handle.clone() }
    }
}

impl<T> Deref for Kept<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: PartialEq + 'static> Kept<T> {
    /// Sets another value.
    pub fn set(&self, value: T) {
        self.handle.set(AnyWatched(Rc::new(value)));
    }
}

/// Keeps a value, which is `first` at first.
#[hook]
pub fn use_kept<T: PartialEq + 'static>(first: T) -> Kept<T> {
    let first = Rc::new(first);
    let handle = use_any(AnyWatched(first.clone()));
    let value: Rc<dyn Any> = handle.0.clone();
    // It has this type: only `set` changes it.
    Kept { value: value.downcast().unwrap_or(first), handle }
}

/// Not generic, so that it exists once.
#[hook]
fn use_any(first: AnyWatched) -> UseStateHandle<AnyWatched> {
    use_state_eq(|| first)
}
