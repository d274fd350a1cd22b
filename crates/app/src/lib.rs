//! The page of Rosterlab, drawn with Yew: a playground where people who run Aerospike with strong consistency learn what
//! a stop, a crash, a cut link or a roster change does to their data.
//!
//! A pointer or a key becomes a gesture (`gesture`, `keys`), that a command, that a step of the timeline (`state`); from
//! the cluster's view follow places (`layout`), pixels (`paint`), groups and sentences, which `components` show.
//!
//! **Invariant.** Everything but `components`, `hooks` and `panic` is pure and tested natively; a command is the only thing
//! that changes the cluster.
//!
//! **What this crate does not do**: the rules (the engine's), undo and files (the scenario crate's).

// `ui!` goes through its markup piece by piece.
#![recursion_limit = "2048"]

pub mod answers;
pub mod branches;
pub mod card;
pub mod compare;
pub mod components;
#[cfg(test)]
mod contrast;
pub mod file;
pub mod finder;
pub mod gesture;
pub mod groups;
pub mod hooks;
pub mod keys;
pub mod layout;
pub mod logbook;
pub use rosterlab_scenario::look;
pub mod map_state;
pub mod margin;
pub mod paint;
pub mod panic;
pub mod picture;
pub mod recorder;
pub mod roster_diff;
pub mod roster_draft;
pub mod roster_words;
pub mod rules;
pub mod sentences;
pub mod settings_draft;
pub mod state;
pub mod strip;
#[cfg(test)]
mod testing;
pub mod text;
pub mod time;
pub mod trend;
pub mod verbs;
pub mod ways;

use web_sys::window;

/// Puts the page into the element `#app`, in place of what is there.
///
/// # Panics
/// When there is no such element.
pub fn mount() {
    panic::install();
    let document = window().and_then(|window| window.document());
    let root = document.and_then(|document| document.get_element_by_id("app"));
    match root {
        Some(root) => {
            root.set_inner_html("");
            yew::Renderer::<components::app::App>::with_root(root).render();
        }
        None => panic!("the page has no element #app"),
    }
}
