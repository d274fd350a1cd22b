//! The settings as typed: namespaces, the server's profile, and a new cluster's nodes.
//!
//! Invariant: a draft may hold any text; it becomes a setup only when the engine's [`ClusterSetup::check`] accepts every
//! field, and each refused field has a sentence. Not here: replaying the past on another setup (the scenario crate's
//! `Timeline::on_setup`) and the panel (see `settings::panel`).

use std::rc::Rc;

use rosterlab_engine::{
    ClusterSetup, MAX_NODES, Mode, NamespaceSettings, NodeId, NodeSetup, Profile, RackId,
    SetupError, StartingRoster,
};
use rosterlab_scenario::Timeline;

use crate::text::capitalized;
use crate::time::state::TimeState;

/// Longest `migrate-fill-delay`, in seconds: a day, \[model\].
const MOST_DELAY_S: u32 = 86_400;

/// Most racks of a new cluster.
const MOST_RACKS: usize = 16;

/// A field of the settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// A namespace's name.
    Name(usize),
    /// Its replication factor.
    Factor(usize),
    /// `sc` or `ap`.
    Mode(usize),
    /// Its number of devices on each node.
    Devices(usize),
    /// Whether it has `commit-to-device`: `on` or `off`.
    Commit(usize),
    /// Whether it begins without a roster: `on` or `off`.
    NoRoster(usize),
    /// Whether it has `prefer-uniform-balance`: `on` or `off`.
    Uniform(usize),
    /// Whether it has `auto-revive`: `on` or `off`.
    AutoRevive(usize),
    /// The server's profile, as it prints.
    Profile,
    /// `migrate-fill-delay` in seconds.
    FillDelay,
    /// The number of partitions that a node sends in a second.
    Rate,
    /// `migrate-threads`.
    Threads,
    /// `heartbeat.interval` in milliseconds.
    Interval,
    /// `heartbeat.timeout` in intervals.
    Timeout,
    /// `min-cluster-size`.
    MinSize,
    /// The ids of nodes that stay quiesced.
    Quiesced,
    /// The number of nodes of a new cluster.
    Nodes,
    /// The number of racks of a new cluster.
    Racks,
}

impl Field {
    /// The id of its element on the page.
    #[must_use]
    pub fn id(self) -> String {
        let of = |name: &str, index: usize| format!("ns-{index}-{name}");
        match self {
            Self::Name(index) => of("name", index),
            Self::Factor(index) => of("factor", index),
            Self::Mode(index) => of("mode", index),
            Self::Devices(index) => of("devices", index),
            Self::Commit(index) => of("commit", index),
            Self::NoRoster(index) => of("no-roster", index),
            Self::Uniform(index) => of("uniform", index),
            Self::AutoRevive(index) => of("auto-revive", index),
            Self::Profile => "profile".to_owned(),
            Self::FillDelay => "fill-delay".to_owned(),
            Self::Rate => "rate".to_owned(),
            Self::Threads => "threads".to_owned(),
            Self::Interval => "interval".to_owned(),
            Self::Timeout => "timeout".to_owned(),
            Self::MinSize => "min-size".to_owned(),
            Self::Quiesced => "quiesced".to_owned(),
            Self::Nodes => "nodes".to_owned(),
            Self::Racks => "racks".to_owned(),
        }
    }
}

/// What a person does in the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingsAction {
    /// Opens the panel, or closes it without applying.
    Toggle,
    /// Types or chooses a value.
    Type(Field, Rc<str>),
    /// Adds a namespace.
    Add,
    /// Removes a namespace.
    Remove(usize),
    /// Replays the past with these settings.
    Apply,
    /// Makes a new cluster with these settings.
    NewCluster,
    /// Restores the previous cluster.
    Back,
}

/// A namespace as typed.
#[allow(clippy::struct_excessive_bools, reason = "each is a separate setting")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamespaceDraft {
    /// Its name.
    pub name: String,
    /// Its replication factor.
    pub factor: String,
    /// Its number of devices.
    pub devices: String,
    /// Whether it is SC.
    pub is_strong: bool,
    /// Whether it has `commit-to-device`.
    pub commits: bool,
    /// Whether it begins without a roster.
    pub begins_without: bool,
    /// Whether it has `prefer-uniform-balance`; `None` follows the profile.
    pub uniform: Option<bool>,
    /// Whether it has `auto-revive`, if the profile supports it.
    pub revives: bool,
}

/// All settings as typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsDraft {
    /// The namespaces.
    pub namespaces: Vec<NamespaceDraft>,
    /// The server's profile.
    pub profile: Profile,
    /// `migrate-fill-delay` in seconds.
    pub fill_delay: String,
    /// The number of partitions that a node sends in a second.
    pub rate: String,
    /// `migrate-threads`.
    pub threads: String,
    /// `heartbeat.interval` in milliseconds.
    pub interval: String,
    /// `heartbeat.timeout` in intervals.
    pub timeout: String,
    /// `min-cluster-size`.
    pub min_size: String,
    /// The ids of nodes that stay quiesced.
    pub quiesced: String,
    /// The number of nodes of a new cluster.
    pub nodes: String,
    /// The number of racks of a new cluster.
    pub racks: String,
}

/// The settings' part of the page's state.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The draft, while the panel is open.
    pub draft: Option<Rc<SettingsDraft>>,
    /// The cluster before the last change of the settings, or before a link was followed.
    pub previous: Option<Former>,
}

/// A cluster that was left, with its past.
#[derive(Clone, Debug)]
pub struct Former {
    /// Its timeline.
    pub timeline: Rc<Timeline>,
    /// Its branches, its log and what else the page knows of its time.
    pub time: TimeState,
}

/// The refused fields, each with a sentence that says why.
pub type Faults = Vec<(Field, String)>;

impl SettingsDraft {
    /// The draft of a setup.
    #[must_use]
    pub fn of(setup: &ClusterSetup) -> Self {
        let namespace = |settings: &NamespaceSettings| NamespaceDraft {
            name: settings.name.clone(),
            factor: settings.replication_factor.to_string(),
            devices: settings.devices.to_string(),
            is_strong: settings.mode == Mode::StrongConsistency,
            commits: settings.commit_to_device,
            begins_without: settings.roster == StartingRoster::None,
            uniform: Some(settings.prefer_uniform_balance)
                .filter(|is_on| *is_on != setup.profile.prefers_uniform_balance()),
            revives: settings.auto_revive,
        };
        let quiesced = setup.nodes.iter().filter(|node| node.stay_quiesced);
        let quiesced: Vec<String> = quiesced.map(|node| node.id.to_string()).collect();
        let mut racks: Vec<RackId> = Vec::new();
        for node in &setup.nodes {
            if !racks.contains(&node.rack) {
                racks.push(node.rack);
            }
        }
        Self {
            namespaces: setup.namespaces.iter().map(namespace).collect(),
            profile: setup.profile,
            fill_delay: (setup.fill_delay_ms / 1000).to_string(),
            rate: setup.migration_rate_per_s.to_string(),
            threads: setup.migrate_threads.to_string(),
            interval: setup.heartbeat_interval_ms.to_string(),
            timeout: setup.heartbeat_timeout.to_string(),
            min_size: setup.min_cluster_size.to_string(),
            quiesced: quiesced.join(", "),
            nodes: setup.nodes.len().to_string(),
            racks: racks.len().to_string(),
        }
    }

    /// Sets a field to what was typed or chosen.
    pub fn set(&mut self, field: Field, text: &str) {
        let value = || text.to_owned();
        match field {
            Field::Profile => {
                let named = |profile: &Profile| profile.to_string() == text;
                self.profile = Profile::ALL.into_iter().find(named).unwrap_or_default();
            }
            Field::FillDelay => self.fill_delay = value(),
            Field::Rate => self.rate = value(),
            Field::Threads => self.threads = value(),
            Field::Interval => self.interval = value(),
            Field::Timeout => self.timeout = value(),
            Field::MinSize => self.min_size = value(),
            Field::Quiesced => self.quiesced = value(),
            Field::Nodes => self.nodes = value(),
            Field::Racks => self.racks = value(),
            Field::Name(index)
            | Field::Factor(index)
            | Field::Mode(index)
            | Field::Devices(index)
            | Field::Commit(index)
            | Field::NoRoster(index)
            | Field::Uniform(index)
            | Field::AutoRevive(index) => {
                let default = self.profile.prefers_uniform_balance();
                let Some(namespace) = self.namespaces.get_mut(index) else { return };
                match field {
                    Field::Name(_) => namespace.name = value(),
                    Field::Factor(_) => namespace.factor = value(),
                    Field::Devices(_) => namespace.devices = value(),
                    Field::Mode(_) => namespace.is_strong = text == "sc",
                    Field::NoRoster(_) => namespace.begins_without = text == "on",
                    Field::AutoRevive(_) => namespace.revives = text == "on",
                    Field::Uniform(_) => {
                        namespace.uniform = Some(text == "on").filter(|is_on| *is_on != default);
                    }
                    _ => namespace.commits = text == "on",
                }
            }
        }
    }

    /// Adds a namespace with a free name and the last one's settings.
    pub fn add(&mut self) {
        let is_taken = |name: &str| self.namespaces.iter().any(|other| other.name == name);
        let numbered = (2..).map(|number: u32| format!("ns{number}"));
        let name = numbered.into_iter().find(|name| !is_taken(name)).unwrap_or_default();
        let last = self.namespaces.last().cloned();
        let new = last.unwrap_or(NamespaceDraft {
            name: String::new(),
            factor: "2".to_owned(),
            devices: "1".to_owned(),
            is_strong: true,
            commits: false,
            begins_without: false,
            uniform: None,
            revives: false,
        });
        self.namespaces.push(NamespaceDraft { name, ..new });
    }

    /// Whether a namespace has `prefer-uniform-balance`: as typed, else as the profile has it.
    #[must_use]
    pub fn is_uniform(&self, namespace: &NamespaceDraft) -> bool {
        namespace.uniform.unwrap_or_else(|| self.profile.prefers_uniform_balance())
    }

    /// Whether the profile supports `auto-revive`.
    #[must_use]
    pub fn can_revive(&self) -> bool {
        self.profile >= Profile::V7_1
    }

    /// The setup that the draft describes, on the same nodes.
    ///
    /// # Errors
    /// Returns every refused field.
    pub fn setup(&self, base: &ClusterSetup) -> Result<ClusterSetup, Faults> {
        let mut faults = Faults::new();
        // Asks the engine about one field at a time, on a setup in which everything else is valid.
        let plain = ClusterSetup {
            profile: Profile::V7_1,
            min_cluster_size: 1,
            namespaces: vec![NamespaceSettings::strong("x", 1)],
            ..base.clone()
        };
        let mut ask = |field: Field, text: &str, asked: ClusterSetup| {
            if let Err(error) = asked.check() {
                faults.push((field, refused(&error, text)));
            }
        };
        let mut namespaces = Vec::new();
        for (index, typed) in self.namespaces.iter().enumerate() {
            let mut settings = self.namespace(typed);
            let is_same = |old: &&NamespaceSettings| {
                let is = (&old.name, old.replication_factor, old.mode);
                is == (&settings.name, settings.replication_factor, settings.mode)
                    && (old.roster == StartingRoster::None) == typed.begins_without
            };
            // What was read from a real cluster stays with its nodes.
            if let Some(old) = base.namespaces.iter().find(is_same) {
                settings.roster.clone_from(&old.roster);
                settings.versions.clone_from(&old.versions);
            }
            self.ask_about_namespace(index, &settings, &plain, &mut ask);
            namespaces.push(settings);
        }
        let migration_rate_per_s = number(&self.rate);
        ask(Field::Rate, &self.rate, ClusterSetup { migration_rate_per_s, ..plain.clone() });
        // 0 is allowed here, so the maximum stands for text that is no number.
        let migrate_threads = self.threads.trim().parse().unwrap_or(u8::MAX);
        ask(Field::Threads, &self.threads, ClusterSetup { migrate_threads, ..plain.clone() });
        let heartbeat_interval_ms = number(&self.interval);
        let asked = ClusterSetup { heartbeat_interval_ms, ..plain.clone() };
        ask(Field::Interval, &self.interval, asked);
        let heartbeat_timeout = number(&self.timeout);
        ask(Field::Timeout, &self.timeout, ClusterSetup { heartbeat_timeout, ..plain.clone() });
        let min_cluster_size = number(&self.min_size);
        ask(Field::MinSize, &self.min_size, ClusterSetup { min_cluster_size, ..plain.clone() });
        let nodes = self.quiesced_among(&base.nodes).unwrap_or_else(|why| {
            faults.push((Field::Quiesced, why));
            Vec::new()
        });
        let fill_delay_ms = self.fill_delay_ms(base);
        if fill_delay_ms.is_none() {
            let sentence = "migrate-fill-delay is 0 to 86,400 whole seconds";
            faults.push((Field::FillDelay, with_value(sentence, &self.fill_delay)));
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let setup = ClusterSetup {
            nodes,
            namespaces,
            profile: self.profile,
            migration_rate_per_s,
            fill_delay_ms: fill_delay_ms.unwrap_or_default(),
            migrate_threads,
            heartbeat_interval_ms,
            heartbeat_timeout,
            min_cluster_size,
        };
        match setup.check() {
            Ok(()) => Ok(setup),
            // Concerns all namespaces: how many there are.
            Err(error) => Err(vec![(Field::Profile, refused(&error, ""))]),
        }
    }

    /// A namespace as it is typed; text that is no number becomes a number that the engine refuses.
    fn namespace(&self, typed: &NamespaceDraft) -> NamespaceSettings {
        NamespaceSettings {
            name: typed.name.trim().to_owned(),
            replication_factor: number(&typed.factor),
            mode: if typed.is_strong { Mode::StrongConsistency } else { Mode::Available },
            commit_to_device: typed.commits,
            devices: number(&typed.devices),
            roster: if typed.begins_without && typed.is_strong {
                StartingRoster::None
            } else {
                StartingRoster::All
            },
            prefer_uniform_balance: self.is_uniform(typed),
            auto_revive: typed.revives && self.can_revive(),
            versions: None,
        }
    }

    /// Asks the engine about each field of a namespace.
    fn ask_about_namespace(
        &self,
        index: usize,
        settings: &NamespaceSettings,
        plain: &ClusterSetup,
        ask: &mut impl FnMut(Field, &str, ClusterSetup),
    ) {
        let typed = &self.namespaces[index];
        let with = |namespaces| ClusterSetup { namespaces, ..plain.clone() };
        // Not on the whole list: earlier names may themselves be refused or repeated.
        let is_twice =
            self.namespaces[..index].iter().any(|other| other.name.trim() == typed.name.trim());
        let named = NamespaceSettings::strong(typed.name.trim(), 1);
        let asked = if is_twice { vec![named.clone(), named] } else { vec![named] };
        ask(Field::Name(index), &typed.name, with(asked));
        let factor = NamespaceSettings::strong("x", settings.replication_factor);
        ask(Field::Factor(index), &typed.factor, with(vec![factor]));
        let devices = settings.devices;
        let devices = NamespaceSettings { devices, ..NamespaceSettings::strong("x", 1) };
        ask(Field::Devices(index), &typed.devices, with(vec![devices]));
    }

    /// The nodes, with those that stay quiesced marked.
    fn quiesced_among(&self, nodes: &[NodeSetup]) -> Result<Vec<NodeSetup>, String> {
        let mut nodes = nodes.to_vec();
        for node in &mut nodes {
            node.stay_quiesced = false;
        }
        let separates = |c: char| c == ',' || c.is_ascii_whitespace();
        for text in self.quiesced.split(separates).filter(|text| !text.is_empty()) {
            let id: NodeId = text
                .parse()
                .map_err(|error: rosterlab_engine::IdError| with_value(&error.to_string(), ""))?;
            let node = nodes.iter_mut().find(|node| node.id == id);
            node.ok_or_else(|| format!("There is no node {id}."))?.stay_quiesced = true;
        }
        Ok(nodes)
    }

    /// Every refused field, for the present nodes or for a new cluster's.
    #[must_use]
    pub fn faults(&self, base: &ClusterSetup) -> Faults {
        let (_, mut faults) = self.made(base);
        // A quiesced id may be one of the present nodes or one of a new cluster's.
        let is_of_new = |(field, _): &(Field, String)| *field == Field::Quiesced;
        let new = self.new_setup(base).err().unwrap_or_default();
        let both = new.iter().any(is_of_new);
        let own = self.setup(base).err().unwrap_or_default().into_iter();
        faults.extend(own.filter(|fault| both || !is_of_new(fault)));
        faults
    }

    /// A new cluster's nodes, and what is wrong with them.
    fn made(&self, base: &ClusterSetup) -> (Vec<NodeSetup>, Faults) {
        let (nodes, racks) = (number::<usize>(&self.nodes), number::<usize>(&self.racks));
        let asked = ClusterSetup {
            nodes: new_nodes(nodes, 1),
            profile: self.profile,
            namespaces: vec![NamespaceSettings::strong("x", 1)],
            min_cluster_size: 1,
            ..base.clone()
        };
        let (made, node_fault) = match asked.check() {
            Ok(()) => (nodes, None),
            Err(error) => (0, Some((Field::Nodes, refused(&error, &self.nodes)))),
        };
        let most = MOST_RACKS.min(made.max(1));
        let rack_fault = (!(1..=most).contains(&racks)).then(|| {
            let sentence = format!("that many nodes fit on 1 to {most} racks");
            (Field::Racks, with_value(&sentence, &self.racks))
        });
        let faults: Faults = node_fault.into_iter().chain(rack_fault).collect();
        let nodes = if faults.is_empty() { new_nodes(nodes, racks) } else { Vec::new() };
        (nodes, faults)
    }

    /// The fill delay in milliseconds; an untouched value stays exact, even with a fraction of a second.
    fn fill_delay_ms(&self, base: &ClusterSetup) -> Option<u32> {
        if self.fill_delay.trim() == (base.fill_delay_ms / 1000).to_string() {
            return Some(base.fill_delay_ms);
        }
        let seconds: Option<u32> = self.fill_delay.trim().parse().ok();
        seconds.filter(|seconds| *seconds <= MOST_DELAY_S).map(|seconds| seconds * 1000)
    }

    /// The setup that the draft describes, on a new cluster's nodes.
    ///
    /// # Errors
    /// Returns every refused field.
    pub fn new_setup(&self, base: &ClusterSetup) -> Result<ClusterSetup, Faults> {
        let (nodes, mut faults) = self.made(base);
        let nodes = if faults.is_empty() { nodes } else { base.nodes.clone() };
        match self.setup(&ClusterSetup { nodes, namespaces: Vec::new(), ..base.clone() }) {
            Ok(setup) if faults.is_empty() => Ok(setup),
            Ok(_) => Err(faults),
            Err(others) => {
                faults.extend(others);
                Err(faults)
            }
        }
    }

    /// Warns of a replication factor that is valid but larger than the number of nodes.
    #[must_use]
    pub fn warning(&self, index: usize, nodes: usize) -> Option<String> {
        let namespace = self.namespaces.get(index)?;
        let factor: usize = namespace.factor.trim().parse().ok()?;
        (namespace.is_strong && factor > nodes && factor <= 128)
            .then(|| format!("With fewer nodes ({nodes}) than that nothing is available (rule 0)."))
    }
}

/// The typed number; 0, which no limit allows, if the text is no number.
fn number<T: std::str::FromStr + Default>(text: &str) -> T {
    text.trim().parse().unwrap_or_default()
}

/// A refusal as a sentence that quotes the typed value.
fn refused(error: &SetupError, text: &str) -> String {
    let sentence = match error {
        // The engine's sentence has the number; the typed text is quoted instead.
        SetupError::NodeCount { most, .. } => format!("a cluster has 1 to {most} nodes"),
        error => error.to_string(),
    };
    // The sentence about a repeated name gives no limit, so quoting the value adds nothing.
    let is_twice = matches!(error, SetupError::NamespaceTwice { .. });
    with_value(&sentence, if is_twice { "" } else { text })
}

fn with_value(sentence: &str, text: &str) -> String {
    let sentence = capitalized(sentence);
    if text.is_empty() {
        return format!("{sentence}.");
    }
    let clipped: String = text.chars().take(32).collect();
    format!("{sentence}, not “{clipped}”.")
}

/// Nodes spread evenly over racks, with ids in the case study's style: `A101` is the first node of rack 1, `B101` of
/// rack 2.
#[must_use]
pub fn new_nodes(nodes: usize, racks: usize) -> Vec<NodeSetup> {
    let mut made = Vec::new();
    for rack in 0..racks {
        let here = nodes / racks + usize::from(rack < nodes % racks);
        // More nodes than the limit are refused anyway, so no more are made.
        for place in 1..=here.min(MAX_NODES + 1) {
            // The decimal digits of 100 + place, read as hexadecimal ones.
            let number = format!("{:X}{:03}", 0xA + rack, 100 + place);
            let id = number.parse::<NodeId>().ok();
            let rack = u32::try_from(rack + 1).ok().and_then(|rack| RackId::new(rack).ok());
            made.extend(id.zip(rack).map(|(id, rack)| NodeSetup::new(id, rack)));
        }
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::case_study;

    fn typed(edits: &[(Field, &str)]) -> SettingsDraft {
        let mut draft = SettingsDraft::of(&case_study());
        for (field, text) in edits {
            draft.set(*field, text);
        }
        draft
    }

    fn faults(edits: &[(Field, &str)]) -> Vec<(Field, String)> {
        typed(edits).new_setup(&case_study()).unwrap_err()
    }

    #[test]
    fn what_is_not_touched_stays() {
        let mut base = case_study();
        base.fill_delay_ms = 1500;
        assert_eq!(SettingsDraft::of(&base).setup(&base), Ok(base));
    }

    #[test]
    fn the_case_studys_nodes_are_five_on_two_racks() {
        let draft = SettingsDraft::of(&case_study());
        assert_eq!((&*draft.nodes, &*draft.racks), ("5", "2"));
        assert_eq!(draft.new_setup(&case_study()), Ok(case_study()));
    }

    #[test]
    fn what_was_typed_becomes_the_setup() {
        let mut draft = typed(&[
            (Field::Name(0), " test "),
            (Field::Factor(0), "3"),
            (Field::Devices(0), "2"),
            (Field::Commit(0), "on"),
            (Field::Profile, "6.0"),
            (Field::FillDelay, "60"),
            (Field::Rate, "100"),
        ]);
        draft.add();
        draft.set(Field::Mode(1), "ap");
        let setup = draft.setup(&case_study()).unwrap();
        let first = &setup.namespaces[0];
        assert_eq!((&*first.name, first.replication_factor, first.devices), ("test", 3, 2));
        assert!(first.commit_to_device && first.mode == Mode::StrongConsistency);
        assert_eq!(
            (&*setup.namespaces[1].name, setup.namespaces[1].mode),
            ("ns2", Mode::Available)
        );
        assert_eq!((setup.profile, setup.fill_delay_ms), (Profile::V6_0, 60_000));
        assert_eq!(setup.migration_rate_per_s, 100);
    }

    #[test]
    fn each_refused_value_has_a_sentence_of_its_own() {
        for (field, text, sentence) in [
            (
                Field::Name(0),
                "a b",
                "A namespace's name is 1 to 31 bytes without any of \":;,= \", not “a b”.",
            ),
            (Field::Name(0), "", "A namespace's name is 1 to 31 bytes without any of \":;,= \"."),
            (Field::Factor(0), "0", "A replication factor is 1 to 128, not “0”."),
            (Field::Factor(0), "129", "A replication factor is 1 to 128, not “129”."),
            (Field::Factor(0), "two", "A replication factor is 1 to 128, not “two”."),
            (Field::Devices(0), "17", "A namespace has 1 to 16 devices, not “17”."),
            (Field::Rate, "-1", "A migration rate is 1 to 1000 partitions a second, not “-1”."),
            (
                Field::FillDelay,
                "86401",
                "Migrate-fill-delay is 0 to 86,400 whole seconds, not “86401”.",
            ),
            (Field::Nodes, "129", "A cluster has 1 to 128 nodes, not “129”."),
            (Field::Racks, "6", "That many nodes fit on 1 to 5 racks, not “6”."),
        ] {
            let found = faults(&[(field, text)]);
            assert!(found.contains(&(field, sentence.to_owned())), "{found:?}");
        }
    }

    #[test]
    fn newer_settings_are_read_and_each_limit_has_a_sentence() {
        let draft = typed(&[
            (Field::Profile, "7.1"),
            (Field::AutoRevive(0), "on"),
            (Field::NoRoster(0), "on"),
            (Field::Threads, "0"),
            (Field::Interval, "250"),
            (Field::Timeout, "20"),
            (Field::MinSize, "3"),
            (Field::Quiesced, "b102, A101"),
        ]);
        let setup = draft.setup(&case_study()).unwrap();
        let first = &setup.namespaces[0];
        assert!(first.auto_revive && first.prefer_uniform_balance, "on since 4.7");
        assert_eq!((first.roster.clone(), setup.profile), (StartingRoster::None, Profile::V7_1));
        assert_eq!((setup.migrate_threads, setup.min_cluster_size), (0, 3));
        assert_eq!((setup.heartbeat_interval_ms, setup.heartbeat_timeout), (250, 20));
        let quiesced = setup.nodes.iter().filter(|node| node.stay_quiesced);
        let quiesced: Vec<String> = quiesced.map(|node| node.id.to_string()).collect();
        assert_eq!(quiesced, ["A101", "B102"]);
        assert_eq!(SettingsDraft::of(&setup).setup(&setup), Ok(setup));
        for (field, text, sentence) in [
            (Field::Threads, "x", "Migrate-threads is 0 to 100, not “x”."),
            (Field::Interval, "49", "A heartbeat interval is 50 to 600000 ms, not “49”."),
            (Field::Timeout, "2", "A heartbeat timeout is 3 to 10000 intervals, not “2”."),
            (
                Field::MinSize,
                "6",
                "Min-cluster-size is 1 to the number of nodes at the start, not “6”.",
            ),
            (Field::Quiesced, "C101", "There is no node C101."),
        ] {
            let found = faults(&[(field, text)]);
            assert!(found.contains(&(field, sentence.to_owned())), "{found:?}");
        }
    }

    #[test]
    fn what_was_not_touched_follows_the_profile() {
        let uniform = |edits: &[(Field, &str)]| {
            let draft = typed(edits);
            draft.setup(&case_study()).unwrap().namespaces[0].prefer_uniform_balance
        };
        assert!(!uniform(&[]));
        assert!(uniform(&[(Field::Profile, "7.1")]));
        assert!(!uniform(&[(Field::Profile, "6.0")]), "the golden values of 6.0 are of the hash");
        assert!(!uniform(&[(Field::Profile, "7.1"), (Field::Profile, "4.5.3")]));
        assert!(!uniform(&[(Field::Profile, "7.1"), (Field::Uniform(0), "off")]));
        let older = typed(&[
            (Field::Profile, "7.1"),
            (Field::AutoRevive(0), "on"),
            (Field::Profile, "6.0"),
        ]);
        assert!(!older.setup(&case_study()).unwrap().namespaces[0].auto_revive, "cannot be had");
    }

    #[test]
    fn newer_profiles_have_up_to_256_nodes_and_a_new_clusters_nodes_can_stay_quiesced() {
        let draft = typed(&[(Field::Profile, "6.0"), (Field::Nodes, "256"), (Field::Racks, "3")]);
        assert_eq!(draft.new_setup(&case_study()).unwrap().nodes.len(), 256);
        let found = faults(&[(Field::Profile, "6.0"), (Field::Nodes, "257")]);
        assert!(found.contains(&(Field::Nodes, "A cluster has 1 to 256 nodes, not “257”.".into())));
        let draft = typed(&[(Field::Racks, "3"), (Field::Quiesced, "C101"), (Field::MinSize, "4")]);
        let setup = draft.new_setup(&case_study()).unwrap();
        assert!(setup.nodes.iter().any(|node| node.stay_quiesced && node.id.to_string() == "C101"));
        assert_eq!(draft.faults(&case_study()), [], "it is one of the new ones");
    }

    #[test]
    fn all_that_is_refused_is_told_at_once() {
        let fields: Vec<Field> =
            faults(&[(Field::Factor(0), "0"), (Field::Name(0), "a:b"), (Field::Racks, "x")])
                .into_iter()
                .map(|(field, _)| field)
                .collect();
        assert_eq!(fields, [Field::Racks, Field::Name(0), Field::Factor(0)]);
    }

    #[test]
    fn a_name_that_is_there_already_is_refused_at_the_later_one() {
        let mut draft = typed(&[]);
        draft.add();
        draft.set(Field::Name(1), "main");
        let found = draft.setup(&case_study()).unwrap_err();
        let sentence = "A namespace of that name is there already.";
        assert_eq!(found, [(Field::Name(1), sentence.to_owned())]);
    }

    #[test]
    fn too_many_namespaces_and_none_are_refused() {
        let mut draft = typed(&[]);
        for _ in 0..32 {
            draft.add();
        }
        let found = draft.setup(&case_study()).unwrap_err();
        assert_eq!(found[0].1, "A cluster has 1 to 32 namespaces, not 33.");
        draft.namespaces.clear();
        assert!(draft.setup(&case_study()).is_err());
    }

    #[test]
    fn new_clusters_of_any_size_are_within_the_limits() {
        for nodes in 1..=128 {
            for racks in 1..=MOST_RACKS.min(nodes) {
                let setup = ClusterSetup { nodes: new_nodes(nodes, racks), ..case_study() };
                assert_eq!((setup.nodes.len(), setup.check()), (nodes, Ok(())));
            }
        }
        let ids: Vec<String> = new_nodes(128, 1).iter().map(|node| node.id.to_string()).collect();
        assert_eq!((&*ids[0], &*ids[9], &*ids[127]), ("A101", "A110", "A228"));
    }

    #[test]
    fn more_copies_than_nodes_is_allowed_and_warned_of() {
        let draft = typed(&[(Field::Factor(0), "6")]);
        assert!(draft.setup(&case_study()).is_ok());
        assert!(draft.warning(0, 5).is_some_and(|warning| warning.contains("rule 0")));
        assert_eq!(draft.warning(0, 6), None);
    }
}
