//! A scenario file with several sites: its types, its text, and reading it.
//!
//! Invariant: a [`Document`] that is written as JSON is read back to an equal one. A file without `sites` is read as a
//! [`Scenario`] and as nothing else. Not here: running (see `plan` and `runner`).

use serde::Serialize;
use serde_json::Value;

use super::action::SiteAction;
use super::expect::WorldExpect;
use crate::file::error::{Cause, ScenarioError};
use crate::file::parse::{Common, SITES, check_format, object, steps, value};
use crate::file::placed::{self, Fields, FromFields, FromJson, Wrong, list};
use crate::file::step::is_fully;
use crate::file::{Action, ClockTime, ClusterFile, FormatName, Scenario, json};
use crate::timeline::Settle;

/// A scenario of one cluster or of several sites.
#[derive(Clone, Debug, PartialEq)]
pub enum Document {
    /// One cluster.
    Cluster(Scenario),
    /// Several sites.
    World(WorldScenario),
}

/// A scenario of several sites.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WorldScenario {
    /// Always [`crate::FORMAT`].
    pub format: FormatName,
    /// Its title.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// What it is about, in Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// What it starts from, one to four.
    pub sites: Vec<SiteFile>,
    /// What happens, in order.
    pub steps: Vec<WorldStep>,
}

/// A cluster with a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SiteFile {
    /// Its name, which no other site has.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub name: String,
    /// What it starts from.
    pub cluster: ClusterFile,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum WorldAction {
    /// What a single cluster has too, but for `expect`.
    Cluster(Action),
    /// What only several sites have.
    Sites(SiteAction),
    /// Fails the run when it does not hold.
    Expect(ExpectAction),
}

/// `expect`, with its name.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "do", rename = "expect")]
pub struct ExpectAction {
    /// What is expected.
    #[serde(flatten)]
    pub expect: Box<WorldExpect>,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WorldStep {
    /// What is done.
    #[serde(flatten)]
    pub action: WorldAction,
    /// The site at which it is done, else the first; for `expect`, the one that is counted, else all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// What the clock shows at this step; it does not make time pass.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<ClockTime>,
    /// How far the clusters react before the next step.
    #[serde(skip_serializing_if = "is_fully")]
    pub settle: Settle,
    /// The author's text about it, in Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub say: Option<String>,
}

impl Document {
    /// Reads a file.
    ///
    /// # Errors
    /// The first error, with its place.
    pub fn parse(bytes: &[u8]) -> Result<Self, ScenarioError> {
        let value = value(bytes)?;
        match value.get(SITES) {
            Some(_) => WorldScenario::of_value(&value).map(Self::World),
            None => Scenario::of_value(&value).map(Self::Cluster),
        }
    }

    /// Its title; empty for none.
    #[must_use]
    pub fn title(&self) -> &str {
        match self {
            Self::Cluster(scenario) => &scenario.title,
            Self::World(scenario) => &scenario.title,
        }
    }

    /// The file as indented text with a final line break.
    #[must_use]
    pub fn to_json(&self) -> String {
        match self {
            Self::Cluster(scenario) => scenario.to_json(),
            Self::World(scenario) => {
                let text = serde_json::to_string_pretty(scenario);
                debug_assert!(text.is_ok(), "every scenario can be written as JSON");
                text.unwrap_or_default() + "\n"
            }
        }
    }
}

/// The fields of a file; its steps are read one by one afterwards.
struct Head<'a> {
    title: String,
    about: Option<String>,
    sites: Vec<SiteFile>,
    steps: &'a [Value],
}

impl<'a> Head<'a> {
    fn read(fields: Fields<'a>) -> Result<Self, Wrong> {
        // What is wrong in a site is told before a field that is only misspelt.
        let sites = fields.required(SITES)?;
        if fields.0.contains_key("cluster") {
            let told = "a scenario has either \"cluster\" or \"sites\"".to_owned();
            return Err(Wrong::new(told).under("cluster"));
        }
        fields.refuse_others(&["format", "title", "about", SITES, "steps"], &["$schema"])?;
        fields.maybe::<String>("$schema")?;
        fields.required::<String>("format")?;
        Ok(Self {
            title: fields.maybe("title")?.unwrap_or_default(),
            about: fields.maybe("about")?,
            sites,
            steps: fields.required_with("steps", list)?,
        })
    }
}

impl WorldScenario {
    fn of_value(value: &Value) -> Result<Self, ScenarioError> {
        let object = object("", value, "a scenario is an object")?;
        check_format(object)?;
        let head = Head::read(Fields(object)).map_err(|wrong| json::misplaced("", wrong))?;
        let steps = steps(head.steps, WorldStep::parse, |step| step.at)?;
        let Head { title, about, sites, .. } = head;
        Ok(Self { format: FormatName::V1, title, about, sites, steps })
    }
}

impl FromFields for SiteFile {
    const NAMES: &'static [&'static str] = &["name", "cluster"];

    fn from_fields(fields: Fields<'_>) -> Result<Self, Wrong> {
        Ok(Self { name: fields.required("name")?, cluster: fields.required("cluster")? })
    }
}

impl FromJson for SiteFile {
    fn from_json(value: &Value) -> Result<Self, Wrong> {
        placed::object(value, "a site")
    }
}

impl WorldAction {
    /// The value of `do` of an expectation.
    pub(super) const EXPECT: &'static str = "expect";

    /// The value of `do`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Cluster(action) => action.name(),
            Self::Sites(action) => action.name(),
            Self::Expect(_) => Self::EXPECT,
        }
    }

    /// Every name that `do` may have.
    pub fn names() -> impl Iterator<Item = &'static str> {
        Action::NAMES.iter().chain(SiteAction::NAMES).copied()
    }

    /// Reads an action from its fields, which stand beside others; `None` for an unknown name.
    fn read(name: &str, fields: Fields<'_>, beside: &[&str]) -> Option<Result<Self, Wrong>> {
        if name == Self::EXPECT {
            let read = fields.read(beside);
            return Some(read.map(|expect| Self::Expect(ExpectAction { expect })));
        }
        let of_cluster = Action::read(name, fields, beside).map(|read| read.map(Self::Cluster));
        let of_sites = || SiteAction::read(name, fields, beside);
        of_cluster.or_else(|| of_sites().map(|read| read.map(Self::Sites)))
    }

    /// Whether clusters react to it; otherwise `settle` is an error.
    fn settles(&self) -> bool {
        match self {
            Self::Cluster(action) => action.settles(),
            Self::Sites(action) => !matches!(action, SiteAction::CatchUp(_)),
            Self::Expect(_) => false,
        }
    }

    /// Whether the action of that name is about one site, so that `site` means something.
    pub(super) fn may_name_a_site(name: &str) -> bool {
        if SiteAction::NAMES.contains(&name) {
            SiteAction::AT_A_SITE.contains(&name)
        } else {
            !["migrate", "advance"].contains(&name)
        }
    }
}

impl WorldStep {
    fn parse(place: &str, value: &Value) -> Result<Self, ScenarioError> {
        let fields = Fields(object(place, value, "a step is an object that has \"do\"")?);
        let misplaced = |wrong| json::misplaced(place, wrong);
        let Common { action: name, at, settle, say } = Common::read(fields).map_err(misplaced)?;
        let beside = [Common::NAMES.as_slice(), &["site"]].concat();
        let Some(action) = WorldAction::read(name, fields, &beside) else {
            let cause = Cause::UnknownAmong(name.to_owned(), WorldAction::names().collect());
            return Err(ScenarioError::new(format!("{place}.do"), cause));
        };
        let action = action.map_err(misplaced)?;
        let site = fields.maybe("site").map_err(misplaced)?;
        if site.is_some() && !WorldAction::may_name_a_site(name) {
            let told = Cause::Unreadable(format!("{name:?} is not done at one site"));
            return Err(ScenarioError::new(format!("{place}.site"), told));
        }
        if settle != Settle::Fully && !action.settles() {
            return Err(ScenarioError::new(format!("{place}.settle"), Cause::NothingSettles));
        }
        Ok(Self { action, site, at, settle, say })
    }
}
