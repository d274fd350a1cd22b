//! Small pictures on buttons, drawn in the colour of the text.
//!
//! Invariant: a picture is never alone: its button has words or a label, so pictures are hidden from screen readers.

use yew::prelude::*;

/// A picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// The page's mark.
    Logo,
    /// Back.
    Undo,
    /// On.
    Redo,
    /// Run.
    Play,
    /// Hold.
    Pause,
    /// Run a little.
    Step,
    /// Run to the end.
    Finish,
    /// Sun and moon.
    Theme,
    /// Sliders.
    Settings,
}

/// Draws a picture.
pub fn icon(icon: Icon) -> Html {
    let drawn = match icon {
        Icon::Logo => {
            return html! {
                <svg class="logo-mark" viewBox="0 0 18 18" aria-hidden="true">
                    <path class="settled" d="M5 0h8v18H5a5 5 0 0 1-5-5V5a5 5 0 0 1 5-5z" />
                    <path class="filling" d="M9 0h4v18H9z" />
                    <path class="unavailable" d="M12 0h1a5 5 0 0 1 5 5v8a5 5 0 0 1-5 5h-1z" />
                </svg>
            };
        }
        Icon::Undo => "M6.5 3 3 6.5 6.5 10M3 6.5h6.2a3.8 3.8 0 0 1 0 7.6H6",
        Icon::Redo => "M9.5 3 13 6.5 9.5 10M13 6.5H6.8a3.8 3.8 0 0 0 0 7.6H10",
        Icon::Play => "M5 3.2v9.6l8-4.8z",
        Icon::Pause => "M5 3v10M11 3v10",
        Icon::Settings => "M2 4.5h7M13 4.5h1M2 11.5h1M7 11.5h7M9 2.5v4h4v-4zM3 9.5v4h4v-4z",
        Icon::Step => "M4 3.2v9.6l6-4.8zM12 3.2v9.6",
        Icon::Finish => "M3 3.5v9l5-4.5zM8 3.5v9l5-4.5zM13.2 3.5v9",
        Icon::Theme => {
            return html! {
                <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
                    <circle cx="8" cy="8" r="5.8" />
                    <path class="filled" d="M8 2.2a5.8 5.8 0 0 1 0 11.6z" />
                </svg>
            };
        }
    };
    let filled = matches!(icon, Icon::Play | Icon::Step | Icon::Finish);
    let class = if filled { "icon filled" } else { "icon" };
    html! {
        <svg {class} viewBox="0 0 16 16" aria-hidden="true"><path d={drawn} /></svg>
    }
}
