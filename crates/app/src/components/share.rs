//! What leaves the page and comes back: the link that is the experiment, and files of it.
//!
//! Invariant: the link and the file are made when the panel is open, not on every step; what is opened goes through the same
//! action however it came. Not here: what a link or a file says (the scenario crate's `link`).

use std::rc::Rc;

use rosterlab_scenario::link;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{File, window};
use yew::prelude::*;

use crate::components::Dispatch;
use crate::components::ear::field_of;
use crate::components::h::ui;
use crate::hooks::copy;
use crate::state::{Action, FileFault, State};

/// What a saved file is called.
const FILE_NAME: &str = "experiment.rosterlab.txt";
/// What is said where there is no clipboard.
const NOT_COPIED: &str = "The link could not be copied: select it, and copy it by hand.";
/// The longest file that is read, in bytes: a link with a little room around it.
const MOST_BYTES: i32 = 64 * 1024;

/// The panel's contents.
pub fn share(state: &State, dispatch: &Dispatch) -> Html {
    let timeline = state.timeline();
    let written = link::write(timeline);
    let shown = if let Some(link) = &written {
        by_link(format!("{}#{link}", here()), dispatch)
    } else {
        ui! { <p>{ "This is too long for a link: it has more than 1,000 steps." }</p> }
    };
    // What a link consists of needs no escaping.
    let save = written.map(|link| {
        let href = format!("data:text/plain,{link}");
        ui! { <a class="tool" data-action="save" {href} download={FILE_NAME}>{ "Save as a file" }</a> }
    });
    ui! {
        <div class="share">
            <p>
                { "The address of this page always holds the experiment: the cluster, and every step up to \
                   where you are. Whoever opens it sees what you see." }
            </p>
            <div class="share-link">{ shown }</div>
            <div class="tools">
                <span>{ save }</span>
                <label class="tool file-tool">
                    { "Open a file" }
                    <input
                        type="file"
                        class="visually-hidden"
                        data-action="open-file"
                        accept=".txt,text/plain"
                        onchange={on_file(dispatch)}
                    />
                </label>
            </div>
        </div>
    }
}

fn by_link(address: String, dispatch: &Dispatch) -> Html {
    let onclick = {
        let (address, dispatch) = (address.clone(), dispatch.clone());
        Callback::from(move |_: MouseEvent| {
            let dispatch = dispatch.clone();
            copy(&address, None, move |is_done| {
                let said = if is_done { "The link is copied." } else { NOT_COPIED };
                dispatch.dispatch(Action::Announce(said.into()));
            });
        })
    };
    ui! {
        <div class="share-row">
            <label class="visually-hidden" for="share-link">{ "Link to this experiment" }</label>
            <input id="share-link" class="id" type="text" readonly="readonly" value={address} />
            <button type="button" class="tool primary" data-action="copy-link" {onclick}>
                { "Copy link" }
            </button>
        </div>
    }
}

/// The page's address without what is behind `#`.
fn here() -> String {
    let href = window().and_then(|window| window.location().href().ok()).unwrap_or_default();
    href.split('#').next().unwrap_or_default().to_owned()
}

/// Reads the chosen file.
fn on_file(dispatch: &Dispatch) -> Callback<Event> {
    let dispatch = dispatch.clone();
    Callback::from(move |event: Event| {
        let Some(input) = field_of(&event) else { return };
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            read(&file, &dispatch);
        }
        // So that the same file can be chosen again.
        input.set_value("");
    })
}

fn read(file: &File, dispatch: &Dispatch) {
    if file.size() > f64::from(MOST_BYTES) {
        return dispatch.dispatch(Action::Open(Err(FileFault::TooLong)));
    }
    let (text, dispatch) = (file.text(), dispatch.clone());
    spawn_local(async move {
        let text = JsFuture::from(text).await.ok().and_then(|text| text.as_string());
        let text = text.map(Rc::from).ok_or(FileFault::Unreadable);
        dispatch.dispatch(Action::Open(text));
    });
}
