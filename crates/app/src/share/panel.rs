//! The Share panel: the share link of the experiment, scenarios and files to open, tests and an embed tag to copy.
//!
//! Invariant: the link and the files are made only while the panel is open. Everything that is opened goes through the same
//! action; a scenario file becomes a share link first. Not here: the link's format (the scenario crate's `share`) and files'
//! contents (see `file`).

use js_sys::encode_uri_component;
use rosterlab_scenario::as_test::{TestLanguage, as_test};
use rosterlab_scenario::{Timeline, share};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::browser::{open_chosen_files, page_address};
use crate::page::Dispatch;
use crate::page::button::{copy_button, own_button, tool_button};
use crate::page::element::element;
use crate::share::scenarios::SCENARIOS;
use crate::share::state::ShareAction;
use crate::state::{Action, State};

/// The name of a saved share link.
const FILE_NAME: &str = "experiment.rosterlab.txt";
/// The name of a saved scenario.
const SCENARIO_NAME: &str = "experiment.json";

/// The panel's contents.
pub fn share_panel(state: &State, dispatch: &Dispatch) -> Html {
    let written = state.share_link();
    let shown = if let Some((link, left_out)) = &written {
        share_link_part(state, format!("{}#{link}", page_address()), *left_out, dispatch)
    } else {
        element(
            "p",
            "",
            "This experiment is too long for a link: a link holds at most 1,000 steps, fewer for large clusters, and 16,384 characters.",
        )
    };
    let others = written.as_ref().map(|_| elsewhere(state, dispatch));
    // A link has no characters that need escaping.
    let save = written.map(|(link, _)| {
        let href = format!("data:text/plain,{link}");
        html! { <a class="tool" data-action="save" {href} download={FILE_NAME}>{ "Save as a file" }</a> }
    });
    html! {
        <div class="share">
            { element("p", "", "The address of this page always holds the experiment: the cluster, every step up to where you are, \
                   and what you look at (partition, colours, tab, selection). Whoever opens it sees what you see.") }
            { element("div", "share-link", shown) }
            <div class="tools">{ element("span", "", save) }</div>
            { element("div", "share-elsewhere", others) }
            { scenarios(dispatch) }
        </div>
    }
}

/// The published scenarios, each opened by its button, and a file of one's own.
fn scenarios(dispatch: &Dispatch) -> Html {
    let scenario = |(place, (title, _)): (usize, &(&'static str, &str))| {
        let open = Action::Share(ShareAction::Scenario(place));
        html! {
            <li key={place}>{ tool_button(dispatch, "scenario", *title, open) }</li>
        }
    };
    html! {
        <div class="share-scenarios">
            <h3 id="scenarios-title" tabindex="-1">{ "Scenarios" }</h3>
            { element("p", "dim", "Opening one keeps the present cluster, with its steps and branches, in the settings.") }
            <ul>{ for SCENARIOS.iter().enumerate().map(scenario) }</ul>
            <div class="tools">
                <label class="tool file-tool">
                    { "Open a file or scenario" }
                    <input
                        type="file"
                        class="visually-hidden"
                        data-action="open-file"
                        multiple={true}
                        onchange={|event: Event| open_chosen_files(&event)}
                    />
                </label>
                { own_button("own") }
            </div>
        </div>
    }
}

/// A button that copies what `text` makes of the timeline.
fn copied(
    state: &State,
    dispatch: &Dispatch,
    (name, label): (&'static str, &'static str),
    text: fn(&Timeline) -> Option<String>,
) -> Html {
    let timeline = state.timeline.clone();
    // `text` gives nothing only where there is no button: the timeline is too long for a link.
    let text = move || text(&timeline).unwrap_or_default();
    copy_button(state, dispatch, name, (label, "tool"), text)
}

/// A link that saves the present position as a scenario file.
fn save_scenario(timeline: &Timeline) -> Html {
    let text = as_test(timeline, TestLanguage::Scenario).unwrap_or_default();
    let href = format!("data:application/json,{}", encode_uri_component(&text));
    html! {
        <a key="save-scenario" class="tool" data-action="save-scenario" {href} download={SCENARIO_NAME}>
            { "Save scenario" }
        </a>
    }
}

/// Exports for other places: tests, and a figure for a page of documentation.
fn elsewhere(state: &State, dispatch: &Dispatch) -> Html {
    let copied = |name, label, text| copied(state, dispatch, (name, label), text);
    html! {
        <div key="elsewhere">
            { element("p", "", "The current moment as a test of its counts: in Rust, in JavaScript, or as a scenario file that the command line runs and this page opens; or as a figure for a documentation page.") }
            <div class="tools">
                { copied("copy-rust", "Copy Rust test", |timeline| as_test(timeline, TestLanguage::Rust)) }
                { copied("copy-javascript", "Copy JavaScript test", |timeline| as_test(timeline, TestLanguage::JavaScript)) }
                { copied("copy-scenario", "Copy scenario", |timeline| as_test(timeline, TestLanguage::Scenario)) }
                { save_scenario(&state.timeline) }
                { copied("copy-embed", "Copy embed tag", embed_tag) }
            </div>
        </div>
    }
}

/// The element that shows the experiment in another page (docs/embedding.md). A link needs no escaping.
fn embed_tag(timeline: &Timeline) -> Option<String> {
    let link = share::write(timeline)?;
    let open = "<rosterlab-playground scenario=\"";
    Some([open, &link, "\" view=\"all\" controls=\"full\"></rosterlab-playground>\n"].concat())
}

/// The share link with a button that copies it, and whether branches are in it.
fn share_link_part(state: &State, address: String, left_out: usize, dispatch: &Dispatch) -> Html {
    let text = address.clone();
    let onchange = dispatch.on_event(|event: Event| {
        let is_on = event.target_unchecked_into::<HtmlInputElement>().checked();
        Some(Action::Share(ShareAction::WithBranches(is_on)))
    });
    let branches = state.shareable_branches();
    let label = match branches {
        0 => "with branches: there is none yet".to_owned(),
        1 => "with its branch".to_owned(),
        many => format!("with its {many} branches"),
    };
    let left_out = (left_out > 0).then(|| format!("; {left_out} of them do not fit into a link"));
    html! {
        <div class="share-row">
            <label class="visually-hidden" for="share-link">{ "Link to this experiment" }</label>
            <input id="share-link" class="id" type="text" readonly={true} value={address} />
            { copy_button(state, dispatch, "copy-link", ("Copy link", "tool primary"), move || text.clone()) }
            <label class="check">
                <input
                    type="checkbox"
                    data-action="with-branches"
                    checked={state.sharing.with_branches && branches > 0}
                    disabled={branches == 0}
                    {onchange}
                />
                { label }{ left_out }
            </label>
        </div>
    }
}
