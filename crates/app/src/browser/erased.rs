//! Yew's `use_effect_with` and `use_state_eq` for values of any type, until their last users are converted.

use std::any::Any;
use std::marker::PhantomData;
use std::rc::Rc;

use yew::functional::{Hook, HookContext};
use yew::prelude::*;

/// What an effect depends on, of any type.
trait Input: Any {
    fn is_same(&self, other: &dyn Any) -> bool;
}

impl<T: PartialEq + 'static> Input for T {
    fn is_same(&self, other: &dyn Any) -> bool {
        other.downcast_ref::<T>() == Some(self)
    }
}

struct Inputs(Rc<dyn Input>);

impl PartialEq for Inputs {
    fn eq(&self, other: &Self) -> bool {
        let other: &dyn Any = &*other.0;
        self.0.is_same(other)
    }
}

/// Runs an effect after the page was drawn, at first and whenever its inputs have changed; what it returns is kept until it
/// runs again or its component goes.
///
/// It is Yew's `use_effect_with` for effects of any type: each further instance of that one costs 1 kB of the module.
pub fn use_effect_on<T: PartialEq + 'static, K: 'static>(
    inputs: T,
    effect: impl FnOnce(&T) -> K + 'static,
) -> impl Hook<Output = ()> {
    let inputs = Rc::new(inputs);
    let shared = inputs.clone();
    use_boxed_effect(Inputs(inputs), Box::new(move || Box::new(effect(&shared))))
}

#[hook]
fn use_boxed_effect(inputs: Inputs, effect: Box<dyn FnOnce() -> Box<dyn Any>>) {
    use_effect_with(inputs, move |_| {
        let kept = effect();
        move || drop(kept)
    });
}

/// What a component keeps between two times that it is drawn.
#[derive(Clone)]
pub struct Kept<T> {
    state: UseStateHandle<Inputs>,
    of: PhantomData<T>,
}

impl<T: Clone + PartialEq + 'static> Kept<T> {
    /// What was kept when the component was drawn.
    ///
    /// # Panics
    /// Never: what is kept is of one type.
    #[must_use]
    pub fn get(&self) -> T {
        let kept: &dyn Any = &*self.state.0;
        kept.downcast_ref::<T>().expect("what is kept is of one type").clone()
    }

    /// Keeps something else; the component is drawn again if it differs.
    pub fn set(&self, kept: T) {
        self.state.set(Inputs(Rc::new(kept)));
    }
}

/// Keeps something that is small: Yew's `use_state_eq` for values of any type, of which each further instance costs 1 kB of
/// the module.
pub fn use_kept<T: Clone + PartialEq + 'static>(first: T) -> impl Hook<Output = Kept<T>> {
    struct Typed<T>(T);
    impl<T: Clone + PartialEq + 'static> Hook for Typed<T> {
        type Output = Kept<T>;

        fn run(self, hooks: &mut HookContext) -> Kept<T> {
            Kept { state: use_kept_inputs(Rc::new(self.0)).run(hooks), of: PhantomData }
        }
    }
    Typed(first)
}

#[hook]
fn use_kept_inputs(first: Rc<dyn Input>) -> UseStateHandle<Inputs> {
    use_state_eq(|| Inputs(first))
}
