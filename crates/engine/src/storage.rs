//! The clean-shutdown mark on a node's devices: whether what a start finds there can be trusted.
//!
//! Invariant: the mark is the last thing that a clean stop writes, start-up reads it and clears it at once (domain.md §4,
//! \[case\], \[doc\]), so a running node has no mark and a node that is down has exactly one state a device. Not here:
//! putting the marks of distrust on versions (see `node`).

use serde::Serialize;

use crate::command::Shutdown;
use crate::event::Untrusted;
use crate::namespace::{Mode, NamespaceSettings};
use crate::rules::{Clause, Rules};

/// A device's clean-shutdown mark (domain.md §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeviceMark {
    /// The node runs: the mark was read and cleared at start-up.
    InUse,
    /// The last stop flushed everything and marked it.
    Flushed,
    /// The last stop did not.
    NotFlushed,
    /// Nothing is on it.
    Empty,
}

/// What a start puts on every version of a namespace whose storage it does not trust (domain.md §4, §6.1.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartMark {
    /// `e`.
    Evade,
    /// `r`, because of `auto-revive`.
    Revived,
    /// Nothing, in AP.
    Nothing,
}

pub(crate) fn start_mark(why: Untrusted, settings: &NamespaceSettings, rules: Rules) -> StartMark {
    match settings.mode {
        Mode::Available if rules.follow(Clause::ApStartsTrusted) => StartMark::Nothing,
        _ if settings.auto_revive && why == Untrusted::NotClean => StartMark::Revived,
        _ => StartMark::Evade,
    }
}

/// One namespace's devices on one node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Storage(Vec<DeviceMark>);

impl Storage {
    /// Empty devices, as a new node has them.
    pub fn empty(devices: u8) -> Self {
        Self(vec![DeviceMark::Empty; usize::from(devices)])
    }

    pub fn marks(&self) -> &[DeviceMark] {
        &self.0
    }

    /// Reads and clears the marks; says why nothing there can be trusted, if so (domain.md §4).
    pub fn start(&mut self, commit_to_device: bool) -> Option<Untrusted> {
        let untrusted = self.untrusted(commit_to_device);
        self.0.fill(DeviceMark::InUse);
        untrusted
    }

    /// Why a start would trust nothing there, if so.
    pub fn untrusted(&self, commit_to_device: bool) -> Option<Untrusted> {
        let empty = self.0.contains(&DeviceMark::Empty);
        let unclean = self.0.iter().any(|mark| *mark != DeviceMark::Flushed);
        match (empty, unclean && !commit_to_device) {
            (true, _) => Some(Untrusted::EmptyDevice),
            (false, true) => Some(Untrusted::NotClean),
            (false, false) => None,
        }
    }

    /// A node goes down: a clean stop marks the devices unless it came during start-up (domain.md §4, \[doc\]). Returns
    /// whether it did.
    pub fn stop(&mut self, shutdown: Shutdown, during_start_up: bool) -> bool {
        let marks = shutdown == Shutdown::Clean && !during_start_up;
        self.0.fill(if marks { DeviceMark::Flushed } else { DeviceMark::NotFlushed });
        marks
    }

    /// Empties one device or all. Returns whether nothing is left.
    pub fn wipe(&mut self, device: Option<u8>) -> bool {
        match device {
            None => self.0.fill(DeviceMark::Empty),
            Some(number) => {
                if let Some(mark) = self.0.get_mut(usize::from(number)) {
                    *mark = DeviceMark::Empty;
                }
            }
        }
        self.0.iter().all(|mark| *mark == DeviceMark::Empty)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn running(devices: u8) -> Storage {
        let mut storage = Storage::empty(devices);
        assert_eq!(storage.start(false), Some(Untrusted::EmptyDevice));
        storage
    }

    #[test]
    fn a_clean_stop_is_trusted_once() {
        let mut storage = running(2);
        storage.stop(Shutdown::Clean, false);
        assert_eq!(storage.marks(), [DeviceMark::Flushed; 2]);
        assert_eq!(storage.start(false), None);
        storage.stop(Shutdown::Unclean, false);
        assert_eq!(storage.start(false), Some(Untrusted::NotClean));
    }

    #[test]
    fn commit_to_device_trusts_an_unclean_stop_but_not_an_empty_device() {
        let mut storage = running(2);
        storage.stop(Shutdown::Unclean, false);
        assert_eq!(storage.clone().start(true), None);
        assert!(!storage.wipe(Some(1)));
        assert_eq!(storage.start(true), Some(Untrusted::EmptyDevice));
    }

    #[test]
    fn a_stop_during_start_up_leaves_the_mark_cleared() {
        let mut storage = running(1);
        storage.stop(Shutdown::Clean, true);
        assert_eq!(storage.marks(), [DeviceMark::NotFlushed]);
    }
}
