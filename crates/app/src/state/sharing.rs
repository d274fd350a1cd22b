//! Following share links and opening files.
//!
//! Invariant: a link or a file with a mistake changes nothing and says where the mistake is.

use rosterlab_scenario::share;

use super::State;
use crate::news;
use crate::share::file::FileFault;

impl State {
    /// Does what a link tells; one that cannot be followed changes nothing.
    pub(super) fn follow(&mut self, link: &str) {
        match share::read(link) {
            Ok(shared) => {
                let told = news::of_share_link(&shared);
                self.chosen_partition = None;
                self.go_over(shared.timeline, None);
                self.tell(format!("{told} {}", news::summary(&self.view)));
            }
            Err(error) => {
                self.refuse(format!("This link cannot be opened: {error}. Nothing has changed."));
            }
        }
    }

    /// Does what a file tells; one with a mistake changes nothing.
    pub(super) fn open_file(&mut self, file: Result<&str, &FileFault>) {
        match file {
            Ok(link) => self.follow(link.trim()),
            Err(fault) => self.refuse(fault.sentences()),
        }
    }
}
