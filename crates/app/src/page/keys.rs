//! Which key does what: one table, read both ways.
//!
//! Invariant: a key press finds its verb and a verb finds its key in the same table. Single letters work only while a
//! card has the focus, and a person can turn them and `?` off (WCAG 2.1.4). Keys with Ctrl work everywhere but in text fields.
//! Not here: what a verb does (see `state`); the keys of the map and of the links, which their components read with
//! [`direction`].

use crate::floor::layout::Direction;
use crate::page::verbs::Verb;

/// A key with what is held beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Press<'a> {
    /// The key's name, as the browser gives it.
    pub key: &'a str,
    /// Ctrl, or ⌘ on a Mac.
    pub ctrl: bool,
    /// Shift.
    pub shift: bool,
}

/// Where a key works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Everywhere but in text fields.
    Page,
    /// While a card has the focus.
    Card,
}

struct Shortcut {
    verb: Verb,
    scope: Scope,
    key: &'static str,
    ctrl: bool,
    shift: bool,
}

const fn card(verb: Verb, key: &'static str) -> Shortcut {
    Shortcut { verb, scope: Scope::Card, key, ctrl: false, shift: false }
}

const fn page(verb: Verb, key: &'static str, shift: bool) -> Shortcut {
    Shortcut { verb, scope: Scope::Page, key, ctrl: true, shift }
}

/// The table; of several keys for one verb the first is shown.
const TABLE: [Shortcut; 28] = [
    card(Verb::Stop, "s"),
    card(Verb::Crash, "c"),
    card(Verb::Start, "t"),
    card(Verb::PickUp, "m"),
    card(Verb::Links, "l"),
    card(Verb::Isolate, "i"),
    card(Verb::Quiesce, "q"),
    card(Verb::QuiesceUndo, "u"),
    card(Verb::Restart, "g"),
    card(Verb::Wipe, "w"),
    card(Verb::Remove, "d"),
    card(Verb::AddNode, "n"),
    card(Verb::Split, "x"),
    card(Verb::Heal, "h"),
    card(Verb::StageObserved, "o"),
    card(Verb::Recluster, "r"),
    card(Verb::Revive, "v"),
    card(Verb::Play, "p"),
    card(Verb::Step, "."),
    card(Verb::Faster, "]"),
    card(Verb::Slower, "["),
    card(Verb::Migrate, "f"),
    card(Verb::Console, "k"),
    card(Verb::Help, "?"),
    Shortcut { verb: Verb::Help, scope: Scope::Page, key: "?", ctrl: false, shift: false },
    page(Verb::Undo, "z", false),
    page(Verb::Redo, "z", true),
    page(Verb::Redo, "y", false),
];

/// The verb of a key press, if it has one in that scope.
#[must_use]
pub fn verb_of(press: Press, scope: Scope) -> Option<Verb> {
    let found = TABLE.iter().find(|shortcut| {
        // `?` needs Shift on some keyboards and not on others.
        let shift = shortcut.shift == press.shift || shortcut.key == "?";
        shortcut.scope == scope
            && shortcut.ctrl == press.ctrl
            && shift
            && shortcut.key.eq_ignore_ascii_case(press.key)
    });
    found.map(|shortcut| shortcut.verb)
}

/// The key of a verb as people write it: `Ctrl+Shift+Z`, `S`.
#[must_use]
pub fn shortcut_of(verb: Verb) -> Option<String> {
    written(verb, "Ctrl+")
}

fn written(verb: Verb, ctrl: &str) -> Option<String> {
    let shortcut = TABLE.iter().find(|shortcut| shortcut.verb == verb)?;
    let ctrl = if shortcut.ctrl { ctrl } else { "" };
    let shift = if shortcut.shift { "Shift+" } else { "" };
    Some(format!("{ctrl}{shift}{}", shortcut.key.to_ascii_uppercase()))
}

/// As [`shortcut_of`], in the form of the attribute `aria-keyshortcuts`.
#[must_use]
pub fn aria_shortcut_of(verb: Verb) -> Option<String> {
    written(verb, "Control+")
}

/// Every verb that has a key, in the order of the table.
pub fn verbs() -> impl Iterator<Item = Verb> {
    TABLE.iter().enumerate().filter_map(|(place, shortcut)| {
        let is_first = TABLE[..place].iter().all(|earlier| earlier.verb != shortcut.verb);
        is_first.then_some(shortcut.verb)
    })
}

/// Where an arrow key points.
#[must_use]
pub fn direction(key: &str) -> Option<Direction> {
    match key {
        "ArrowLeft" => Some(Direction::Left),
        "ArrowRight" => Some(Direction::Right),
        "ArrowUp" => Some(Direction::Up),
        "ArrowDown" => Some(Direction::Down),
        _ => None,
    }
}

/// In a list that an arrow walks through: one on or one back.
#[must_use]
pub fn step(direction: Direction) -> isize {
    match direction {
        Direction::Left | Direction::Up => -1,
        Direction::Right | Direction::Down => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(key: &str, ctrl: bool, shift: bool) -> Press<'_> {
        Press { key, ctrl, shift }
    }

    #[test]
    fn no_two_verbs_share_a_key_in_a_scope() {
        for (place, shortcut) in TABLE.iter().enumerate() {
            let press = press(shortcut.key, shortcut.ctrl, shortcut.shift);
            assert_eq!(verb_of(press, shortcut.scope), Some(shortcut.verb), "entry {place}");
        }
    }

    #[test]
    fn letters_work_on_cards_only_and_in_either_case() {
        assert_eq!(verb_of(press("s", false, false), Scope::Card), Some(Verb::Stop));
        assert_eq!(verb_of(press("S", false, false), Scope::Card), Some(Verb::Stop));
        assert_eq!(verb_of(press("s", false, false), Scope::Page), None);
        assert_eq!(verb_of(press("s", true, false), Scope::Card), None, "Ctrl+S is the browser's");
        assert_eq!(verb_of(press("?", false, true), Scope::Card), Some(Verb::Help));
    }

    #[test]
    fn undo_and_redo_are_everywhere() {
        assert_eq!(verb_of(press("z", true, false), Scope::Page), Some(Verb::Undo));
        assert_eq!(verb_of(press("Z", true, true), Scope::Page), Some(Verb::Redo));
        assert_eq!(verb_of(press("y", true, false), Scope::Page), Some(Verb::Redo));
    }

    #[test]
    fn a_verb_tells_its_first_key() {
        assert_eq!(shortcut_of(Verb::Redo).as_deref(), Some("Ctrl+Shift+Z"));
        assert_eq!(aria_shortcut_of(Verb::Undo).as_deref(), Some("Control+Z"));
        assert_eq!(shortcut_of(Verb::Crash).as_deref(), Some("C"));
        assert_eq!(shortcut_of(Verb::Theme), None);
        assert_eq!(verbs().filter(|verb| *verb == Verb::Redo).count(), 1);
    }
}
