//! The console's place on the page: its button opens it below the page, in an element beside the app's own.
//!
//! The console itself is in a module of its own (the crate `rosterlab-annex`), which is fetched when it is first opened. The two
//! exchange share links: the console is given the link of the experiment, and gives one with a further step when something was
//! typed that does something. So what is typed is an action as any other, with undo, news and a step of the timeline.
//!
//! Invariant: the page works without that module. Not here: what is typed and printed.

pub mod state;

mod bridge;

pub use bridge::use_console;
