//! Starts the page.

fn main() {
    rosterlab_app::mount();
}
