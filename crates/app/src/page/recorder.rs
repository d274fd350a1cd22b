//! What was being done last, kept aside for the crash panel: when the page fails, its state is gone.
//!
//! Invariant: it is noted where actions are dispatched and read by the crash panel alone, so that the reducer is pure.
//! Reading never fails. Not here: the panel (see `failure`).

use std::cell::RefCell;
use std::rc::Rc;

use rosterlab_scenario::{Entry, Timeline, share};

thread_local! {
    static LAST: RefCell<Option<(Rc<Timeline>, Option<Entry>)>> = const { RefCell::new(None) };
}

/// Notes where a timeline stands, and the entry that is about to be added to it.
pub fn note(timeline: &Rc<Timeline>, next: Option<Entry>) {
    LAST.with(|last| {
        if let Ok(mut last) = last.try_borrow_mut() {
            *last = Some((timeline.clone(), next));
        }
    });
}

/// The share link that does it all again, up to what was about to be done.
#[must_use]
pub fn share_link() -> Option<String> {
    LAST.with(|last| {
        let last = last.try_borrow().ok()?;
        let (timeline, next) = last.as_ref()?;
        match next {
            None => share::write(timeline),
            Some(next) => share::write_before(timeline, next),
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
        note(&timeline, Some(entry.clone()));
        let linked = share::read(&share_link().unwrap()).unwrap();
        assert_eq!(linked.timeline.entries(), [entry]);
        note(&timeline, None);
        assert_eq!(share::read(&share_link().unwrap()).unwrap().timeline, *timeline);
    }
}
