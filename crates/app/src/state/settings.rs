//! The settings' part of the reducer: typing, applying them to the past, and going over to another cluster.
//!
//! Invariant: the cluster that is left is kept with its branches until the next change of settings, so that nothing is lost.

use rosterlab_engine::convert;
use std::rc::Rc;

use rosterlab_scenario::Timeline;

use super::{Focus, State};
use crate::console::state::Whose;
use crate::margin::words::KnownMargin;
use crate::news;
use crate::settings::draft::{Former, SettingsAction, SettingsDraft};
use crate::text::{count, refusal};
use crate::time::state::TimeState;

/// What opens the settings.
const SETTINGS_BUTTON: &str = "[data-action=\"settings\"]";

/// The settings' title.
const SETTINGS_TITLE: &str = "#settings-title";

impl State {
    pub(super) fn settle(&mut self, action: SettingsAction) {
        let draft = self.settings.draft.clone();
        match (action, draft) {
            (SettingsAction::Toggle, None) => {
                self.settings.draft = Some(Rc::new(SettingsDraft::of(self.timeline.setup())));
                self.focus.renew(Some(Focus::On(SETTINGS_TITLE)));
            }
            (SettingsAction::Toggle, Some(_)) => {
                self.settings.draft = None;
                self.refusal = None;
                self.focus.renew(Some(Focus::On(SETTINGS_BUTTON)));
            }
            (SettingsAction::Back, _) => {
                if let Some(former) = self.settings.previous.take() {
                    let Former { timeline, time } = former;
                    let summary = news::summary(&timeline.cluster().view());
                    let news = format!("The former cluster. {summary}");
                    self.move_to(Timeline::clone(&timeline), Some(time), news);
                }
            }
            (_, None) => {}
            (SettingsAction::Apply, Some(draft)) => self.apply_settings(&draft, false),
            (SettingsAction::NewCluster, Some(draft)) => self.apply_settings(&draft, true),
            (edit, Some(draft)) => {
                let mut edited = SettingsDraft::clone(&draft);
                match edit {
                    SettingsAction::Type(field, text) => edited.set(field, &text),
                    SettingsAction::Add => edited.add(),
                    SettingsAction::Remove(index) if index < edited.namespaces.len() => {
                        edited.namespaces.remove(index);
                        self.focus.renew(Some(Focus::On("[data-action=\"add-namespace\"]")));
                    }
                    _ => {}
                }
                self.settings.draft = Some(Rc::new(edited));
            }
        }
    }

    /// Does the past again with the settings as they were typed, or begins anew.
    pub(super) fn apply_settings(&mut self, draft: &SettingsDraft, is_new: bool) {
        let base = self.timeline.setup();
        let setup = if is_new { draft.new_setup(base) } else { draft.setup(base) };
        let setup = match setup {
            Ok(setup) => setup,
            Err(faults) => {
                let why: Vec<&str> = faults.iter().map(|(_, why)| why.as_str()).collect();
                return self.refuse(why.join(" "));
            }
        };
        if !is_new && setup == *base {
            return self.refuse("The settings are as they were.".to_owned());
        }
        let again = if is_new {
            Timeline::new(setup).map(|timeline| (timeline, None))
        } else {
            self.timeline.on_setup(setup)
        };
        let (timeline, refused) = match again {
            Ok(again) => again,
            Err(error) => return self.refuse(refusal(&error)),
        };
        let number = |number: usize| convert::count(number);
        let done = match (is_new, timeline.position()) {
            (true, _) => "A new cluster.".to_owned(),
            (false, 0) => "New settings.".to_owned(),
            (false, steps) => {
                format!("New settings, and {} done again.", count(number(steps), "step"))
            }
        };
        let stopped = refused.map(|(index, rejection)| {
            let entry = &self.timeline.entries()[index];
            let title = news::of_entry(entry, self.view.nodes.len());
            let why = refusal(&rejection);
            format!(" Step {}, “{title}”, cannot be done with them: {why}", index + 1)
        });
        let summary = news::summary(&timeline.cluster().view());
        let news = format!(
            "{done}{} {summary} The former cluster is kept in the settings.",
            stopped.unwrap_or_default()
        );
        self.move_to(timeline, None, news);
    }

    /// As [`State::go_over`], from the settings.
    pub(super) fn move_to(&mut self, timeline: Timeline, time: Option<TimeState>, news: String) {
        self.go_over(timeline, time);
        self.tell(news);
        self.focus.renew(Some(Focus::On(SETTINGS_BUTTON)));
    }

    /// Goes over to another cluster's timeline; the one that is left is kept with its branches.
    pub(super) fn go_over(&mut self, timeline: Timeline, time: Option<TimeState>) {
        let mut time = time.unwrap_or_default();
        time.tab = self.time.tab;
        if self.is_attached() {
            self.whose = Whose::NotTheServers;
        }
        let former = std::mem::replace(&mut self.time, time);
        self.settings.previous = Some(Former { timeline: self.timeline.clone(), time: former });
        self.settings.draft = None;
        self.is_playing = false;
        (self.on, self.orphan, self.link) = (None, None, None);
        let namespaces = timeline.setup().namespaces.len();
        self.namespace = self.namespace.min(namespaces.saturating_sub(1));
        self.rosters.forget();
        // Another cluster's margin is not shown until this one's is known.
        self.margin = KnownMargin::default();
        self.arrive(timeline, None);
    }
}
