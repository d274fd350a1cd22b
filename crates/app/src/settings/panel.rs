//! The settings panel, in two parts: changing this cluster (namespaces, the server's profile, clustering), and a new cluster.
//!
//! Invariant: each part says what it does, and has a button of its own; a refused value stays as typed, with a sentence at its field; nothing changes before Apply. Not here: the
//! limits (see `settings::draft`).

use rosterlab_engine::{Profile, convert};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::page::Dispatch;
use crate::page::button::{plain_button, tool_button};
use crate::page::element::{element, keyed};
use crate::page::icons::{Icon, icon};
use crate::settings::draft::{Faults, Field, NamespaceDraft, SettingsAction, SettingsDraft};
use crate::state::{Action, State};
use crate::text::count;

/// What makes a new cluster different from a changed one.
const NEW: &str =
    "Begins anew on that many nodes, with the namespaces, the server and the clustering above.";

/// What becomes of the cluster that is left.
const KEPT: &str = "Either way the present cluster is kept, with its steps and branches, until you leave the next one.";

/// The button that opens and closes the panel.
pub fn settings_button(state: &State, dispatch: &Dispatch) -> Html {
    let is_open = state.settings.draft.is_some();
    html! {
        <button
            type="button"
            class="tool bare"
            data-action="settings"
            aria-label="Settings"
            aria-expanded={is_open.to_string()}
            title="namespaces, the server's profile, a new cluster"
            onclick={dispatch.on(Action::Settings(SettingsAction::Toggle))}
        >
            { icon(Icon::Settings) }
        </button>
    }
}

/// The panel while it is open; an empty wrapper while it is closed.
pub fn settings_panel(state: &State, dispatch: &Dispatch) -> Html {
    let body = state.settings.draft.as_ref().map(|draft| form(state, dispatch, draft));
    element("div", "side-panel-room", body)
}

/// What every field needs: where actions go, and the refused values.
struct Form<'a> {
    dispatch: &'a Dispatch,
    faults: Faults,
}

impl Form<'_> {
    /// Sends what is typed or chosen in a field.
    fn typed(&self, field: Field) -> Callback<InputEvent> {
        self.dispatch.on_event(move |event: InputEvent| {
            // A select has a type and a value as an input has.
            let input: HtmlInputElement = event.target_unchecked_into();
            let value = match (input.type_().as_str(), input.checked()) {
                ("checkbox", true) => "on".to_owned(),
                ("checkbox", false) => "off".to_owned(),
                _ => input.value(),
            };
            Some(Action::Settings(SettingsAction::Type(field, value.into())))
        })
    }

    /// A text field with its label, and below it the hint or why its value is refused.
    fn text(&self, field: Field, label: &'static str, value: &str, hint: Option<String>) -> Html {
        let id = field.id();
        let why_id = format!("{id}-why");
        let fault = self.faults.iter().find(|(of, _)| *of == field).map(|(_, why)| why.clone());
        let is_name = matches!(field, Field::Name(_) | Field::Quiesced);
        let class = if fault.is_some() { "field-why bad" } else { "field-why" };
        html! {
            <div class="setting">
                <label for={id.clone()}>{ label }</label>
                <input
                    id={id}
                    type="text"
                    inputmode={(!is_name).then_some("numeric")}
                    autocomplete="off"
                    spellcheck="false"
                    value={value.to_owned()}
                    aria-invalid={fault.is_some().then_some("true")}
                    aria-describedby={why_id.clone()}
                    oninput={self.typed(field)}
                />
                <p {class} id={why_id}>{ fault.or(hint) }</p>
            </div>
        }
    }

    /// A list to choose from, with its label.
    fn select(
        &self,
        field: Field,
        label: &'static str,
        value: &str,
        options: &[(&'static str, &'static str)],
    ) -> Html {
        let id = field.id();
        let option = |(name, words): &(&'static str, &'static str)| {
            html! { <option key={*name} value={*name} selected={*name == value}>{ *words }</option> }
        };
        html! {
            <div class="setting">
                <label for={id.clone()}>{ label }</label>
                <select {id} oninput={self.typed(field)}>{ for options.iter().map(option) }</select>
            </div>
        }
    }

    /// A check box with its label and a hint; `None` disables it.
    fn check(
        &self,
        field: Field,
        label: &'static str,
        hint: &'static str,
        is: Option<bool>,
    ) -> Html {
        let id = field.id();
        let why_id = format!("{id}-why");
        html! {
            <div class="setting check">
                <input
                    id={id.clone()}
                    type="checkbox"
                    checked={is == Some(true)}
                    disabled={is.is_none()}
                    aria-describedby={why_id.clone()}
                    oninput={self.typed(field)}
                />
                <span class="check-words">
                    <label for={id}>{ label }</label>
                    <span class="field-why" id={why_id}>{ hint }</span>
                </span>
            </div>
        }
    }

    /// A button.
    fn action(&self, name: &'static str, label: &'static str, action: SettingsAction) -> Html {
        tool_button(self.dispatch, name, label, Action::Settings(action))
    }

    /// The fields of one namespace.
    fn namespace(
        &self,
        index: usize,
        typed: &NamespaceDraft,
        draft: &SettingsDraft,
        nodes: usize,
    ) -> Html {
        let warning = draft.warning(index, nodes);
        let mode = if typed.is_strong { "sc" } else { "ap" };
        let modes = [("sc", "strong (SC)"), ("ap", "available (AP)")];
        html! {
            <fieldset key={index} class="settings-group" data-setting={format!("ns-{index}")}>
                { element("legend", "", format!("Namespace {}", index + 1)) }
                { self.text(Field::Name(index), "Name", &typed.name, None) }
                { self.text(Field::Factor(index), "Replication factor", &typed.factor, warning) }
                { self.select(Field::Mode(index), "Mode", mode, &modes) }
                { self.text(Field::Devices(index), "Devices", &typed.devices, None) }
                <div class="checks">
                    { self.check(
                        Field::Commit(index),
                        "commit-to-device",
                        "A write is on the drive before it is acknowledged, so a crash sets no e (evade: untrusted).",
                        Some(typed.commits),
                    ) }
                    { self.check(
                        Field::NoRoster(index),
                        "begins without a roster",
                        if typed.is_strong {
                            "Nothing is served until the first roster-set and recluster."
                        } else {
                            "Only in SC: an AP namespace has no roster."
                        },
                        typed.is_strong.then_some(typed.begins_without),
                    ) }
                    { self.check(
                        Field::Uniform(index),
                        "prefer-uniform-balance",
                        "All nodes serve the same number of partitions, give or take one. The default follows the profile.",
                        Some(draft.is_uniform(typed)),
                    ) }
                    { self.check(
                        Field::AutoRevive(index),
                        "auto-revive",
                        if draft.can_revive() {
                            "A start after a crash sets r (revived) in place of e (evade: untrusted)."
                        } else {
                            "Servers have it from 7.1: choose that profile below."
                        },
                        draft.can_revive().then_some(typed.revives),
                    ) }
                </div>
                { plain_button(
                    self.dispatch,
                    ("tool", "remove-namespace"),
                    (None, Some(format!("Remove namespace {}", typed.name).into())),
                    Action::Settings(SettingsAction::Remove(index)),
                    "Remove".into(),
                ) }
            </fieldset>
        }
    }
}

/// All fields.
fn form(state: &State, dispatch: &Dispatch, draft: &SettingsDraft) -> Html {
    let base = state.timeline.setup();
    let faults = draft.faults(base);
    let together = faults.iter().find(|(field, _)| *field == Field::Profile);
    let together = together.map(|(_, why)| keyed("p", "why", "field-why bad", why));
    let form = Form { dispatch, faults: faults.clone() };
    let nodes = base.nodes.len();
    let namespaces = draft.namespaces.iter().enumerate();
    let namespaces = namespaces.map(|(index, typed)| form.namespace(index, typed, draft, nodes));
    let onkeydown = dispatch.on_escape(Action::Settings(SettingsAction::Toggle));
    let onsubmit = dispatch.on_submit(Action::Settings(SettingsAction::Apply));
    let former = state.settings.previous.is_some().then(|| {
        html! {
            <span key="back">
                { form.action("former-cluster", "Back to the former cluster", SettingsAction::Back) }
            </span>
        }
    });
    let again = match state.timeline.position() {
        0 => "Nothing is done yet, so the cluster only begins with other settings.".to_owned(),
        steps => {
            let steps = count(convert::count(steps), "step");
            format!("Does the {steps} so far again with these settings, on the same nodes.")
        }
    };
    html! {
        <form class="panel settings" aria-labelledby="settings-title" {onkeydown} {onsubmit}>
            <div class="panel-head">
                <h2 id="settings-title" tabindex="-1">{ "Settings" }</h2>
                { form.action("close-settings", "Close without applying", SettingsAction::Toggle) }
            </div>
            <section class="settings-part" aria-labelledby="change-title">
                { part_head("change-title", "Change this cluster", again) }
                <div class="settings-namespaces">{ for namespaces }</div>
                <div class="settings-line">
                    { form.action("add-namespace", "Add a namespace", SettingsAction::Add) }
                    { element("div", "settings-together", together) }
                </div>
                { server(&form, draft) }
                { clustering(&form, draft) }
                <div class="settings-line">
                    <button type="submit" class="tool primary" data-action="apply-settings">{ "Apply" }</button>
                </div>
            </section>
            <section class="settings-part" aria-labelledby="new-title">
                { part_head("new-title", "New cluster", NEW.to_owned()) }
                <div class="settings-group">
                    { form.text(Field::Nodes, "Nodes", &draft.nodes, None) }
                    { form.text(Field::Racks, "Racks", &draft.racks, None) }
                    { form.action("new-cluster", "New cluster", SettingsAction::NewCluster) }
                </div>
            </section>
            <div class="settings-line settings-former">
                { element("p", "dim", KEPT) }
                { element("div", "", former) }
            </div>
        </form>
    }
}

/// The heading of one of the two things that the settings are for, and what it does.
fn part_head(id: &'static str, title: &'static str, does: String) -> Html {
    html! {
        <div class="settings-does">
            <h3 {id}>{ title }</h3>
            { element("p", "dim", does) }
        </div>
    }
}

/// The server's profile and its migration settings.
fn server(form: &Form<'_>, draft: &SettingsDraft) -> Html {
    html! {
        <fieldset class="settings-group">
            { element("legend", "", "Server") }
            { profile(form, draft) }
            { form.text(Field::FillDelay, "migrate-fill-delay (s)", &draft.fill_delay, None) }
            { form.text(Field::Threads, "migrate-threads", &draft.threads, Some("0 pauses migrations.".to_owned())) }
            { form.text(Field::Rate, "Sent a second", &draft.rate, Some("Partitions that a node sends.".to_owned())) }
        </fieldset>
    }
}

/// The heartbeat, the smallest cluster, and the nodes that stay quiesced.
fn clustering(form: &Form<'_>, draft: &SettingsDraft) -> Html {
    html! {
        <fieldset class="settings-group">
            { element("legend", "", "Clustering") }
            { form.text(
                Field::Interval,
                "heartbeat.interval (ms)",
                &draft.interval,
                Some("Between two heartbeats.".to_owned()),
            ) }
            { form.text(
                Field::Timeout,
                "heartbeat.timeout",
                &draft.timeout,
                Some("After so many silent intervals a node counts as gone.".to_owned()),
            ) }
            { form.text(
                Field::MinSize,
                "min-cluster-size",
                &draft.min_size,
                Some("A smaller cluster is not formed.".to_owned()),
            ) }
            { form.text(
                Field::Quiesced,
                "Nodes that stay quiesced",
                &draft.quiesced,
                Some("Ids of tie-breakers, such as B102: they vote and serve nothing.".to_owned()),
            ) }
        </fieldset>
    }
}

/// The choice of the server's profile, and what differs in it.
fn profile(form: &Form<'_>, draft: &SettingsDraft) -> Html {
    let options = [("4.5.3", "4.5.3 (case study)"), ("6.0", "6.0"), ("7.1", "7.1 and later")];
    let differs = match draft.profile {
        Profile::V4_5_3 => "r (revived) is trusted as soon as the whole roster is present.",
        Profile::V6_0 => {
            "r (revived) is trusted only if the whole roster is present and no version there has e (evade)."
        }
        Profile::V7_1 => "As 6.0, with auto-revive, and fresh-partitions in the log.",
    };
    html! {
        <div class="field-with-note">
            { form.select(Field::Profile, "Profile", &draft.profile.to_string(), &options) }
            <p class="field-why">{ differs }{ " Documented, and reconstructed in part." }</p>
        </div>
    }
}
