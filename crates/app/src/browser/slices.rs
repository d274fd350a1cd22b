//! Work that is too long for one frame, done in slices between frames.
//!
//! Invariant: a slice ends soon after [`SLICE_MS`], so that a person never waits for it; dropped work stops. Not here: the
//! work itself, whose steps must be short.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_timers::callback::Timeout;

/// How long a slice may hold the page up, in milliseconds.
const SLICE_MS: f64 = 4.0;

/// How long to wait before work begins, in milliseconds, so that a new state is seen first.
const SEEN_WITHIN_MS: u32 = 30;

/// Work that continues in slices until it is done or this is dropped.
#[derive(Debug)]
pub struct InSlices(Rc<RefCell<Option<Timeout>>>);

impl InSlices {
    /// Begins work. `step` does a little of it and returns whether that was all.
    #[must_use]
    pub fn begin(step: impl FnMut() -> bool + 'static) -> Self {
        let timer = Rc::default();
        schedule(&timer, SEEN_WITHIN_MS, Box::new(step));
        Self(timer)
    }
}

impl Drop for InSlices {
    fn drop(&mut self) {
        self.0.take();
    }
}

/// The step is boxed, so that this exists once.
fn schedule(
    timer: &Rc<RefCell<Option<Timeout>>>,
    after_ms: u32,
    mut step: Box<dyn FnMut() -> bool>,
) {
    // Weak, so that dropping the timer ends the work.
    let again = Rc::downgrade(timer);
    let timeout = Timeout::new(after_ms, move || {
        let end = js_sys::Date::now() + SLICE_MS;
        while !step() {
            if js_sys::Date::now() >= end {
                if let Some(timer) = again.upgrade() {
                    schedule(&timer, 0, step);
                }
                return;
            }
        }
    });
    timer.replace(Some(timeout));
}
