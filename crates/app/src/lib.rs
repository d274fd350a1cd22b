//! The page of Rosterlab, drawn with Yew: a playground where people who run Aerospike with strong consistency learn what
//! a stop, a crash, a cut link or a roster change does to their data.
//!
//! Each place on the screen has a folder: `floor`, `map`, `why`, `roster`, `time`, `clients`, `margin`, `verdict`, `settings`,
//! `console`,
//! `share`.
//! `page` holds the frame around them, with its header, toolbar and keys; `state` holds what all of them show.
//!
//! A pointer or a key becomes a gesture (`floor::gesture`, `page::keys`), the gesture a command, and the command a step of
//! the timeline (`state`). The view of the cluster gives places (`floor::layout`), pixels (`map::paint`), groups and sentences.
//!
//! **Invariant.** `browser`, `page::failure` and [`mount`] reach the browser, and components draw; everything else is pure and
//! tested natively. A command is the only thing that changes the cluster.
//!
//! **What this crate does not do**: the rules (the engine's), undo and files (the scenario crate's).

pub mod browser;
pub mod clients;
pub mod console;
pub mod floor;
pub mod map;
pub mod margin;
pub mod news;
pub mod page;
pub mod roster;
pub mod settings;
pub mod share;
pub mod state;
#[cfg(test)]
mod testing;
pub mod text;
pub mod time;
pub mod verdict;
pub mod why;
pub use rosterlab_scenario::{look, words::rules};

use web_sys::window;

/// Puts the page into the element `#app`, in place of what is there.
///
/// # Panics
/// When there is no such element.
pub fn mount() {
    page::failure::install();
    let document = window().and_then(|window| window.document());
    let root = document.and_then(|document| document.get_element_by_id("app"));
    match root {
        Some(root) => {
            root.set_inner_html("");
            yew::Renderer::<page::app::App>::with_root(root).render();
        }
        None => panic!("the page has no element #app"),
    }
}
