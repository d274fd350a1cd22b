//! The clean-shutdown mark on a node's devices, and whether a start trusts what it finds there.
//!
//! Invariant: a clean stop writes the mark last, and start-up reads it and clears it at once (domain.md §4, \[case\],
//! \[doc\]). A running node therefore has no mark, and each device of a node that is down has exactly one state. Not
//! here: how distrust marks versions (see `node`).

use serde::Serialize;

use crate::command::Shutdown;
use crate::event::Untrusted;
use crate::namespace::{Mode, NamespaceSettings, Profile};
use crate::rules::{Clause, Rules};
use crate::server::ServerVersion;

/// A device's clean-shutdown mark (domain.md §4), ordered from the most to the least trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeviceMark {
    /// The last stop flushed everything and marked it.
    Flushed,
    /// The node runs: the mark was read and cleared at start-up.
    InUse,
    /// The last stop did not flush and mark it.
    NotFlushed,
    /// Nothing is on it.
    Empty,
}

/// What a start puts on every version of a namespace whose storage it does not trust (domain.md §4, §6.1.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StartMark {
    /// Nothing, in AP.
    Nothing,
    /// `r`, because of `auto-revive`.
    Revived,
    /// `e`.
    Evade,
}

/// Why a start does not trust the storage of a namespace, and what follows (domain.md §4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Distrust {
    /// What is wrong.
    pub why: Untrusted,
    /// The devices that it is wrong with, from 0, in order.
    pub devices: Vec<u8>,
    /// What the start puts on every version.
    pub mark: StartMark,
}

fn start_mark(
    why: Untrusted,
    settings: &NamespaceSettings,
    server: ServerVersion,
    rules: Rules,
) -> StartMark {
    let auto_revive = settings.auto_revive && Profile::of(server) >= Profile::V7_1;
    match settings.mode {
        Mode::Available if rules.follow(Clause::ApStartsTrusted) => StartMark::Nothing,
        _ if auto_revive && why == Untrusted::NotClean => StartMark::Revived,
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

    /// Whether nothing is on any device.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|mark| *mark == DeviceMark::Empty)
    }

    /// Why a start would not trust the storage; `None` if it would (domain.md §4). This is the only place that decides
    /// it: a start asks it, and so does the view, which tells beforehand what a start would find.
    pub fn would_start_untrusted(
        &self,
        settings: &NamespaceSettings,
        server: ServerVersion,
        rules: Rules,
    ) -> Option<Distrust> {
        let numbers = |wrong: fn(DeviceMark) -> bool| -> Vec<u8> {
            (0..).zip(&self.0).filter(|(_, mark)| wrong(**mark)).map(|(number, _)| number).collect()
        };
        let empty = numbers(|mark| mark == DeviceMark::Empty);
        let (why, devices) = if !empty.is_empty() {
            (Untrusted::EmptyDevice, empty)
        } else if settings.commit_to_device {
            return None;
        } else {
            (Untrusted::NotClean, numbers(|mark| mark != DeviceMark::Flushed))
        };
        let mark = start_mark(why, settings, server, rules);
        (!devices.is_empty()).then_some(Distrust { why, devices, mark })
    }

    /// Reads the marks and clears them. Returns why the start does not trust the storage.
    pub fn start(
        &mut self,
        settings: &NamespaceSettings,
        server: ServerVersion,
        rules: Rules,
    ) -> Option<Distrust> {
        let distrust = self.would_start_untrusted(settings, server, rules);
        self.0.fill(DeviceMark::InUse);
        distrust
    }

    /// The node goes down. A clean stop marks the devices, unless it comes during start-up (domain.md §4, \[doc\]).
    /// Returns whether it marked them.
    pub fn stop(&mut self, shutdown: Shutdown, during_start_up: bool) -> bool {
        let marks = shutdown == Shutdown::Clean && !during_start_up;
        self.0.fill(if marks { DeviceMark::Flushed } else { DeviceMark::NotFlushed });
        marks
    }

    /// Empties one device or all. Returns whether all devices are empty now.
    pub fn wipe(&mut self, device: Option<u8>) -> bool {
        match device {
            None => self.0.fill(DeviceMark::Empty),
            Some(number) => {
                if let Some(mark) = self.0.get_mut(usize::from(number)) {
                    *mark = DeviceMark::Empty;
                }
            }
        }
        self.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Starts a namespace without or with commit-to-device.
    fn start(storage: &mut Storage, commit_to_device: bool) -> Option<(Untrusted, Vec<u8>)> {
        let settings =
            NamespaceSettings { commit_to_device, ..NamespaceSettings::strong("main", 2) };
        let (server, rules) = (Profile::default().server(), Rules::default());
        let foretold = storage.would_start_untrusted(&settings, server, rules);
        let distrust = storage.start(&settings, server, rules);
        assert_eq!(foretold, distrust, "what it would find is what it finds");
        distrust.map(|distrust| (distrust.why, distrust.devices))
    }

    fn running(devices: u8) -> Storage {
        let mut storage = Storage::empty(devices);
        let all = (0..devices).collect();
        assert_eq!(start(&mut storage, false), Some((Untrusted::EmptyDevice, all)));
        storage
    }

    #[test]
    fn a_clean_stop_is_trusted_once() {
        let mut storage = running(2);
        storage.stop(Shutdown::Clean, false);
        assert_eq!(storage.marks(), [DeviceMark::Flushed; 2]);
        assert_eq!(start(&mut storage, false), None);
        storage.stop(Shutdown::Unclean, false);
        assert_eq!(start(&mut storage, false), Some((Untrusted::NotClean, vec![0, 1])));
    }

    #[test]
    fn commit_to_device_trusts_an_unclean_stop_but_not_an_empty_device() {
        let mut storage = running(2);
        storage.stop(Shutdown::Unclean, false);
        assert_eq!(start(&mut storage.clone(), true), None);
        assert!(!storage.wipe(Some(1)));
        assert_eq!(start(&mut storage, true), Some((Untrusted::EmptyDevice, vec![1])));
    }

    #[test]
    fn a_stop_during_start_up_leaves_the_mark_cleared() {
        let mut storage = running(1);
        storage.stop(Shutdown::Clean, true);
        assert_eq!(storage.marks(), [DeviceMark::NotFlushed]);
    }
}
