//! What was being done last, kept aside for the crash panel: when the page fails, its state is gone.
//!
//! Invariant: noting costs two counters and reading never fails; nothing but the crash panel reads it, so that reducers stay
//! pure for everybody else. Not here: the panel (see `panic`).

use std::cell::RefCell;
use std::rc::Rc;

use rosterlab_scenario::{Entry, Timeline, share};

thread_local! {
    static LAST: RefCell<Option<(Rc<Timeline>, Option<Entry>)>> = const { RefCell::new(None) };
}

/// Notes where a timeline stands, and what is about to be done to it.
pub fn note(timeline: &Rc<Timeline>, next: Option<&Entry>) {
    LAST.with(|last| {
        if let Ok(mut last) = last.try_borrow_mut() {
            *last = Some((timeline.clone(), next.cloned()));
        }
    });
}

/// The link that does it all again, up to what was about to be done.
#[must_use]
pub fn link() -> Option<String> {
    LAST.with(|last| {
        let last = last.try_borrow().ok()?;
        let (timeline, next) = last.as_ref()?;
        match next {
            Some(next) => share::write_before(timeline, next),
            None => share::write(timeline),
        }
    })
}

#[cfg(test)]
mod tests {
    use rosterlab_engine::Command;
    use rosterlab_scenario::Settle;

    use super::*;
    use crate::state::case_study;

    #[test]
    fn the_link_does_again_what_was_about_to_be_done() {
        let timeline = Rc::new(Timeline::new(case_study()).unwrap());
        let command = Command::Recluster { on: None };
        let entry = Entry::Act { command, settle: Settle::Fully };
        note(&timeline, Some(&entry));
        let linked = share::read(&link().unwrap()).unwrap();
        assert_eq!(linked.timeline.entries(), [entry]);
        note(&timeline, None);
        assert_eq!(share::read(&link().unwrap()).unwrap().timeline, *timeline);
    }
}
