//! Everything that components share to reach the browser, one file a topic.
//!
//! Invariant: outside of this folder, `page::failure` and `mount`, no code touches a browser type other than
//! events and the fields they come from. Each hook
//! owns its closures and removes its listeners when its component goes. Not here: what is shown.

mod address;
mod canvas;
mod clipboard;
mod console;
mod file;
mod focus;
mod hooks;
mod listener;
mod pointer;
mod root;
mod size;
mod slices;
mod terms;

pub use address::{hash, page_address, put_hash, use_followed_addresses};
pub use canvas::put_pixels;
pub use clipboard::copy;
pub use console::ConsoleDoor;
pub use file::{open_chosen_files, open_own, use_files};
pub use focus::{FocusedElement, focus, focus_in_view, focused, use_kept_focus};
pub use hooks::{Kept, use_after, use_kept};
pub use listener::{Listener, is_typing, page_keys};
pub use pointer::{capture_pointer, position_in, show_label_as_tip};
pub use root::{is_attached, show_theme, use_system_dark};
pub use size::{Room, placed, room_of, use_room, width_of};
pub use slices::InSlices;
pub use terms::use_terms;
