//! The Yew page.
use yew::prelude::*;

/// The page.
#[component]
fn App() -> Html {
    html! { <main><h1>{ "Rosterlab" }</h1></main> }
}

fn main() {
    console_error_panic_hook::set_once();
    yew::Renderer::<App>::new().render();
}
