//! Following share links, opening files, and what the share panel does.
//!
//! Invariant: a link or a file with a mistake changes nothing and says where the mistake is.

use rosterlab_scenario::share;

use super::State;
use crate::news;
use crate::share::file::FileFault;
use crate::share::state::ShareAction;

/// Said when a text could not be copied.
const NOT_COPIED: &str = "The browser does not let this page write to the clipboard.";

impl State {
    /// Does what a person wants to share.
    pub(super) fn on_share(&mut self, action: ShareAction) {
        match action {
            ShareAction::Copied(name, true) => {
                self.sharing.copied = Some(name);
                self.announcement.renew("Copied.".into());
            }
            ShareAction::Copied(_, false) => self.refuse(NOT_COPIED.to_owned()),
            ShareAction::WithBranches(with) => self.sharing.with_branches = with,
            ShareAction::Scenarios => {}
        }
    }

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
