//! What leaves the page and comes back: the link that is the experiment, and files of it.
//!
//! Invariant: the link and the file are made when the panel is open, not on every step; what is opened goes through the same
//! action however it came. A scenario file becomes a link first. Not here: what a link says (the scenario crate's `link`), and
//! what a file holds (`file`).

use js_sys::encode_uri_component;
use rosterlab_scenario::as_test::{Kind, as_test};
use rosterlab_scenario::{Timeline, share};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{File, window};
use yew::prelude::*;

use crate::browser::copy;
use crate::page::Dispatch;
use crate::page::ear::field_of;
use crate::page::h::ui;
use crate::share::file::{self, FileFault};
use crate::state::{Action, State};

/// What a saved file is called.
const FILE_NAME: &str = "experiment.rosterlab.txt";
/// What is said where there is no clipboard.
const NOT_COPIED: &str =
    "It could not be copied: the browser does not let this page write to the clipboard.";
/// What a saved scenario is called.
const SCENARIO_NAME: &str = "experiment.json";

/// The panel's contents.
pub fn share(state: &State, dispatch: &Dispatch) -> Html {
    let timeline = state.timeline();
    let written = share::write(timeline);
    let shown = if let Some(link) = &written {
        by_link(state, format!("{}#{link}", here()), dispatch)
    } else {
        ui! { <p>{ "This is too long for a link, which has at most 1,000 steps, fewer of large clusters." }</p> }
    };
    let others = written.as_ref().map(|_| elsewhere(state, dispatch));
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
                    { "Open a file or scenario" }
                    <input
                        type="file"
                        class="visually-hidden"
                        data-action="open-file"
                        accept=".json,.txt,application/json,text/plain"
                        onchange={on_file(dispatch)}
                    />
                </label>
            </div>
            <div class="share-elsewhere">{ for others }</div>
        </div>
    }
}

/// A button that copies what `text` makes of the timeline, once it is pressed.
fn copy_button(
    state: &State,
    dispatch: &Dispatch,
    (name, label, class): (&'static str, &'static str, &'static str),
    text: fn(&Timeline) -> Option<String>,
) -> Html {
    let onclick = {
        let (timeline, dispatch) = (state.timeline().clone(), dispatch.clone());
        // Where there is too much for a link, there is no button.
        Callback::from(move |_: MouseEvent| {
            let dispatch = dispatch.clone();
            copy(&text(&timeline).unwrap_or_default(), None, move |is_done| {
                let said = if is_done { "It is copied." } else { NOT_COPIED };
                dispatch.dispatch(Action::Announce(said.into()));
            });
        })
    };
    ui! { <button key={name} type="button" {class} data-action={name} {onclick}>{ label }</button> }
}

/// Saves where one is as a scenario file.
fn save_scenario(timeline: &Timeline) -> Html {
    let text = as_test(timeline, Kind::Scenario).unwrap_or_default();
    let href = format!("data:application/json,{}", encode_uri_component(&text));
    ui! {
        <a key="save-scenario" class="tool" data-action="save-scenario" {href} download={SCENARIO_NAME}>
            { "Save scenario" }
        </a>
    }
}

/// What other places take: tests, and a page of documentation.
fn elsewhere(state: &State, dispatch: &Dispatch) -> Html {
    let copied = |name, label, text| copy_button(state, dispatch, (name, label, "tool"), text);
    ui! {
        <div key="elsewhere">
            <p>
                { "Where you are as a test that asserts the counts: in Rust, in JavaScript, or as a scenario file, which \
                   the command line runs and this page opens; or as a figure for a page of documentation." }
            </p>
            <div class="tools">
                { copied("copy-rust", "Copy Rust test", |timeline| as_test(timeline, Kind::Rust)) }
                { copied("copy-javascript", "Copy JavaScript test", |timeline| as_test(timeline, Kind::JavaScript)) }
                { copied("copy-scenario", "Copy scenario", |timeline| as_test(timeline, Kind::Scenario)) }
                { save_scenario(state.timeline()) }
                { copied("copy-embed", "Copy embed tag", embed_tag) }
            </div>
        </div>
    }
}

/// The element that shows it in another page (docs/embedding.md). What a link consists of needs no escaping.
fn embed_tag(timeline: &Timeline) -> Option<String> {
    let link = share::write(timeline)?;
    let open = "<rosterlab-playground scenario=\"";
    Some([open, &link, "\" view=\"all\" controls=\"full\"></rosterlab-playground>\n"].concat())
}

fn by_link(state: &State, address: String, dispatch: &Dispatch) -> Html {
    let text = |timeline: &Timeline| Some([&here(), "#", &share::write(timeline)?].concat());
    ui! {
        <div class="share-row">
            <label class="visually-hidden" for="share-link">{ "Link to this experiment" }</label>
            <input id="share-link" class="id" type="text" readonly="readonly" value={address} />
            { copy_button(state, dispatch, ("copy-link", "Copy link", "tool primary"), text) }
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
    if file.size() > file::MOST_BYTES {
        return dispatch.dispatch(Action::Open(Err(FileFault::TooLong)));
    }
    let (text, has_bytes, dispatch) = (file.text(), file.size() > 0.0, dispatch.clone());
    spawn_local(async move {
        let text = JsFuture::from(text).await.ok().and_then(|text| text.as_string());
        let link = match text {
            // Browsers make nothing of some bytes.
            Some(text) if text.is_empty() && has_bytes => Err(FileFault::NotText),
            Some(text) => file::link_in(&text),
            None => Err(FileFault::Unreadable),
        };
        dispatch.dispatch(Action::Open(link));
    });
}
