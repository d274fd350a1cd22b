//! Reads a share link into a setup and entries.
//!
//! Invariant: any text is read with bounded work into a value or an error with its place. Not here: whether the cluster
//! accepts the entries (the parent tries).

use rosterlab_engine::{
    ClusterSetup, Command, Digest, MAX_NODES, Mode, NamespaceSettings, NodeId, NodeSetup, Profile,
    RackId, ReadMode, RosterEntry, RosterNodes, ServerVersion, SetupError, Shutdown,
    StartingRoster,
};

use super::error::{ShareCause, ShareError};
use super::form::{DIGITS, most_steps};
use crate::timeline::{Entry, Purpose, Settle};

/// Entries, each with the character at which it begins.
pub(super) type LocatedEntries = Vec<(usize, Entry)>;

/// Reads from left to right.
pub(super) struct Reader<'a> {
    pub text: &'a [u8],
    pub at: usize,
    /// From 1.
    pub step: Option<usize>,
    /// The error, once there is one.
    pub error: ShareError,
}

/// Signals an error that the reader holds: a `ShareError` is large and would be moved at each `?`.
#[derive(Debug)]
pub(super) struct Wrong;

/// The nodes, namespaces and digests that steps name by place.
struct Known {
    table: Vec<NodeId>,
    namespaces: Vec<String>,
    digests: Vec<Digest>,
    is_wide: bool,
}

impl<'a> Reader<'a> {
    pub fn new(text: &'a str) -> Self {
        let error = ShareError { at: 0, step: None, cause: ShareCause::Unknown };
        Self { text: text.as_bytes(), at: 0, step: None, error }
    }

    pub fn fail(&mut self, cause: ShareCause) -> Wrong {
        self.error = ShareError { at: self.at, step: self.step, cause };
        Wrong
    }

    fn expected<T>(&mut self, what: &'static str) -> Result<T, Wrong> {
        Err(self.fail(ShareCause::Expected(what)))
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    /// Takes a character if it is next.
    fn take(&mut self, wanted: u8) -> bool {
        let is_there = self.peek() == Some(wanted);
        self.at += usize::from(is_there);
        is_there
    }

    /// Whether a step or a part of the head ends here.
    fn ends(&self) -> bool {
        self.peek().is_none_or(|byte| byte == b'_')
    }

    fn digit(&mut self) -> Option<usize> {
        let place = DIGITS.iter().position(|digit| Some(*digit) == self.peek())?;
        self.at += 1;
        Some(place)
    }

    pub fn number(&mut self) -> Result<u64, Wrong> {
        let Some(first) = self.digit() else {
            return self.expected("a number");
        };
        let mut number = first as u64;
        while let Some(digit) = self.digit() {
            let more = number.checked_mul(36).and_then(|n| n.checked_add(digit as u64));
            let Some(more) = more else {
                return self.expected("a smaller number");
            };
            number = more;
        }
        Ok(number)
    }

    fn small<T: TryFrom<u64>>(&mut self, what: &'static str) -> Result<T, Wrong> {
        let number = self.number()?;
        T::try_from(number).or_else(|_| self.expected(what))
    }

    /// The text before the next of these characters.
    fn until(&mut self, ends: &[u8]) -> &str {
        let from = self.at;
        while self.peek().is_some_and(|byte| !ends.contains(&byte)) {
            self.at += 1;
        }
        std::str::from_utf8(&self.text[from..self.at]).unwrap_or("")
    }

    pub fn version(&mut self) -> Result<String, Wrong> {
        let version = self.until(b"-_").to_owned();
        let is_one = (1..=24).contains(&version.len())
            && version.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.');
        if is_one && self.take(b'-') { Ok(version) } else { self.expected("an engine's version") }
    }

    pub fn contents(&mut self) -> Result<(ClusterSetup, LocatedEntries), Wrong> {
        let mut setup = self.settings()?;
        setup.nodes = self.setup_nodes(setup.profile.most_nodes())?;
        let mut known = Known {
            table: setup.nodes.iter().map(|node| node.id).collect(),
            namespaces: setup.namespaces.iter().map(|n| n.name.clone()).collect(),
            digests: Vec::new(),
            is_wide: false,
        };
        known.add_later_ones(self.text);
        let most = most_steps(known.table.len(), known.namespaces.len());
        let mut left = most;
        let mut entries = Vec::new();
        while self.peek().is_some() {
            self.step = Some(entries.len() + 1);
            self.begin_step()?;
            let at = self.at;
            let entry = match self.purpose()? {
                None => self.one_of(&mut left, most, &mut known)?,
                Some(purpose) => {
                    let count = self.number()?;
                    if count == 0 {
                        return self.expected("a number of steps");
                    }
                    let mut several = Vec::new();
                    for _ in 0..count {
                        self.begin_step()?;
                        several.push(self.one_of(&mut left, most, &mut known)?);
                    }
                    Entry::Several { purpose, entries: several }
                }
            };
            entries.push((at, entry));
        }
        Ok((setup, entries))
    }

    fn begin_step(&mut self) -> Result<(), Wrong> {
        match self.peek() {
            Some(b'_') => self.at += 1,
            Some(_) => return self.expected("the end of a step"),
            None => return self.expected("another step"),
        }
        Ok(())
    }

    /// What the next steps are together, if they are one.
    fn purpose(&mut self) -> Result<Option<Purpose>, Wrong> {
        if !self.take(b'j') {
            return Ok(None);
        }
        let purposes =
            [(b'c', Purpose::Commands), (b'w', Purpose::WayOut), (b'r', Purpose::RollingRestart)];
        for (letter, purpose) in purposes {
            if self.take(letter) {
                return Ok(Some(purpose));
            }
        }
        self.expected("what several steps are for")
    }

    /// One step; of the `most` there may be, `left` remain.
    fn one_of(&mut self, left: &mut usize, most: usize, known: &mut Known) -> Result<Entry, Wrong> {
        if *left == 0 {
            return Err(self.fail(ShareCause::TooManySteps(most)));
        }
        *left -= 1;
        self.entry(known)
    }

    fn settings(&mut self) -> Result<ClusterSetup, Wrong> {
        let mut setup = ClusterSetup::of(Vec::new(), 1);
        setup.namespaces.clear();
        let mut roster = Vec::new();
        if !self.take(b'_') {
            return self.expected("the server's profile");
        }
        setup.profile = if self.take(b'a') {
            Profile::V4_5_3
        } else if self.take(b'b') {
            Profile::V6_0
        } else if self.take(b'c') {
            Profile::V7_1
        } else {
            return self.expected("the server's profile");
        };
        while self.take(b'.') {
            if self.take(b'r') {
                setup.migration_rate_per_s = self.small("a migration rate")?;
            } else if self.take(b'f') {
                setup.fill_delay_ms = self.small("a fill delay")?;
            } else if self.take(b't') {
                setup.migrate_threads = self.small("a number of threads")?;
            } else if self.take(b'h') {
                setup.heartbeat_interval_ms = self.small("a heartbeat interval")?;
            } else if self.take(b'o') {
                setup.heartbeat_timeout = self.small("a heartbeat timeout")?;
            } else if self.take(b'm') {
                setup.min_cluster_size = self.small("a least cluster size")?;
            } else if self.take(b'n') {
                let namespace = self.namespace_settings()?;
                setup.namespaces.push(namespace);
                roster.clear();
            } else if let Some(namespace) = setup.namespaces.last_mut()
                && self.take(b'l')
            {
                self.run(&mut roster, MAX_NODES)?;
                let entry = |node: &NodeSetup| RosterEntry { node: node.id, rack: node.rack };
                namespace.roster = StartingRoster::List(roster.iter().map(entry).collect());
            } else if let Some(namespace) = setup.namespaces.last_mut()
                && self.take(b'v')
            {
                namespace.versions = Some(self.until(b"._").into());
            } else {
                return self.expected("a namespace");
            }
        }
        Ok(setup)
    }

    fn namespace_settings(&mut self) -> Result<NamespaceSettings, Wrong> {
        let mut settings = NamespaceSettings::strong("", self.small("a replication factor")?);
        settings.mode = if self.take(b'A') {
            Mode::Available
        } else if self.take(b'S') {
            Mode::StrongConsistency
        } else {
            return self.expected("S or A");
        };
        settings.commit_to_device = self.take(b'C');
        if self.take(b'D') {
            settings.devices = self.small("a number of devices")?;
        }
        if self.take(b'E') {
            settings.roster = StartingRoster::None;
        }
        settings.prefer_uniform_balance = self.take(b'U');
        settings.auto_revive = self.take(b'V');
        if !self.take(b'-') {
            return self.expected("a namespace's name");
        }
        let mut name = Vec::new();
        while let Some(byte) = self.peek().filter(|byte| !b"._".contains(byte)) {
            self.at += 1;
            name.push(if byte == b'~' { self.hex_byte()? } else { byte });
        }
        match String::from_utf8(name) {
            Ok(name) => Ok(NamespaceSettings { name, ..settings }),
            Err(_) => self.expected("a namespace's name"),
        }
    }

    fn hex_byte(&mut self) -> Result<u8, Wrong> {
        let digits = [self.digit(), self.digit()];
        match digits {
            [Some(high @ 0..16), Some(low @ 0..16)] => {
                Ok(u8::try_from(high << 4 | low).unwrap_or(0))
            }
            _ => self.expected("a hexadecimal digit"),
        }
    }

    fn rack(&mut self) -> Result<RackId, Wrong> {
        let number = self.small("a rack id")?;
        RackId::new(number).or_else(|_| self.expected("a rack id"))
    }

    fn id(&mut self) -> Result<NodeId, Wrong> {
        let from = self.at;
        let id = self.until(b"~._-=").parse();
        id.or_else(|_| {
            self.at = from;
            self.expected("a node id")
        })
    }

    fn setup_nodes(&mut self, most: usize) -> Result<Vec<NodeSetup>, Wrong> {
        let mut nodes: Vec<NodeSetup> = Vec::new();
        if !self.take(b'_') {
            return self.expected("the nodes");
        }
        loop {
            self.run(&mut nodes, most)?;
            if !self.take(b'.') {
                return Ok(nodes);
            }
        }
    }

    /// Adds a run of nodes to a list of at most so many.
    fn run(&mut self, nodes: &mut Vec<NodeSetup>, most: usize) -> Result<(), Wrong> {
        let same = nodes.last().map(|node| node.rack).filter(|_| self.peek() == Some(b'-'));
        let rack = same.map_or_else(|| self.rack(), Ok)?;
        if !self.take(b'-') {
            return self.expected("a node id");
        }
        let first = self.id()?;
        let begin = nodes.len();
        nodes.push(NodeSetup::new(first, rack));
        if self.take(b'~') {
            let by = if self.take(b'-') { -1 } else { 1 };
            let count = self.number()?.min(most as u64);
            for away in 1..=count {
                let away = i64::try_from(away).unwrap_or(0) * by;
                let id = first.get().checked_add_signed(away).and_then(NodeId::new);
                let Some(id) = id else {
                    return self.expected("a shorter run of ids");
                };
                nodes.push(NodeSetup::new(id, rack));
            }
        }
        if nodes.len() > most {
            let count = nodes.len();
            return Err(self.fail(ShareCause::Setup(SetupError::NodeCount { count, most })));
        }
        let mut one = NodeSetup::new(first, rack);
        self.marks(&mut one)?;
        for node in &mut nodes[begin..] {
            *node = NodeSetup { id: node.id, ..one.clone() };
        }
        Ok(())
    }

    /// The marks of a node.
    fn marks(&mut self, node: &mut NodeSetup) -> Result<(), Wrong> {
        while self.take(b'=') {
            if self.take(b'q') {
                node.quiesced = true;
            } else if self.take(b'd') {
                node.down = Some(Shutdown::Clean);
            } else if self.take(b'x') {
                node.down = Some(Shutdown::Unclean);
            } else if self.take(b'v') {
                node.server = Some(self.server()?);
            } else if self.take(b'm') {
                while self.take(b'-') {
                    node.seeds.push(self.id()?);
                    if node.seeds.len() > MAX_NODES {
                        return self.expected("fewer seeds");
                    }
                }
            } else {
                node.stay_quiesced = true;
            }
        }
        Ok(())
    }

    fn server(&mut self) -> Result<ServerVersion, Wrong> {
        self.small("a server's version").map(ServerVersion::from_code)
    }

    fn entry(&mut self, known: &mut Known) -> Result<Entry, Wrong> {
        if self.take(b'p') {
            return Ok(Entry::Pass { ms: self.number()? });
        }
        if self.take(b'g') {
            let all = self.ends();
            let partitions = if all { None } else { Some(self.small("a number of partitions")?) };
            return Ok(Entry::Migrate { partitions });
        }
        let settle = if self.take(b'~') {
            Settle::Prepared
        } else if self.take(b'z') {
            let ms = self.number()?;
            if !self.take(b'.') {
                return self.expected("a step");
            }
            Settle::Within { ms }
        } else {
            Settle::Fully
        };
        Ok(Entry::Act { command: self.command(known)?, settle })
    }

    fn command(&mut self, known: &mut Known) -> Result<Command, Wrong> {
        let letter = self.peek();
        self.at += 1;
        Ok(match letter {
            Some(b's') => Command::Stop { nodes: self.places(known)?, shutdown: Shutdown::Clean },
            Some(b'c') => Command::Stop { nodes: self.places(known)?, shutdown: Shutdown::Unclean },
            Some(b't') => Command::Start { nodes: self.places(known)? },
            Some(b'e') => {
                let metadata_from_copy = self.take(b'C');
                let server = self.server()?;
                if !self.take(b'.') {
                    return self.expected("nodes");
                }
                Command::StartAs { nodes: self.places(known)?, server, metadata_from_copy }
            }
            Some(b'b') => Command::ProtocolSwitch,
            Some(b'x') => Command::RemoveNode { nodes: self.places(known)? },
            Some(b'q') => Command::Quiesce { nodes: self.places(known)? },
            Some(b'u') => Command::QuiesceUndo { nodes: self.places(known)? },
            Some(b'w') => {
                let nodes = self.places(known)?;
                let one = self.take(b'.');
                let device = if one { Some(self.small("a device")?) } else { None };
                Command::Wipe { nodes, device }
            }
            Some(b'a') => {
                let rack = self.rack()?;
                if !self.take(b'-') {
                    return self.expected("a node id");
                }
                let mut node = NodeSetup::new(self.id()?, rack);
                self.marks(&mut node)?;
                let NodeSetup { id, stay_quiesced, server, seeds, quiesced, down, .. } = node;
                if quiesced || down.is_some() {
                    return self.expected("the end of a step");
                }
                Command::AddNode { id, rack, stay_quiesced, server, seeds }
            }
            Some(b'm') => {
                let rack = self.rack()?;
                if !self.take(b'.') {
                    return self.expected("nodes");
                }
                Command::MoveToRack { nodes: self.places(known)?, rack }
            }
            Some(b'k') => Command::Cut { between: self.sides(known)? },
            Some(b'h') if self.ends() => Command::Heal { between: None },
            Some(b'h') => Command::Heal { between: Some(self.sides(known)?) },
            Some(b'o') => {
                let namespace = self.namespace(known)?;
                let on = self.on(b'-', known)?;
                Command::RosterSet { namespace, nodes: RosterNodes::Observed, on }
            }
            Some(b'l') => self.roster_list(known)?,
            Some(b'r') if self.ends() => Command::Recluster { on: None },
            Some(b'r') => Command::Recluster { on: Some(self.place(known)?) },
            Some(b'v') => {
                let namespace = self.namespace(known)?;
                let some = self.take(b'.');
                let nodes = if some { Some(self.places(known)?) } else { None };
                Command::Revive { namespace, nodes }
            }
            Some(b'i') => {
                let namespace = self.namespace(known)?;
                let key = self.digest(known)?;
                Command::Write { namespace, key, from: self.on(b'.', known)? }
            }
            Some(b'd') => {
                let mode = self.mode()?;
                let namespace = self.namespace(known)?;
                let key = self.digest(known)?;
                Command::Read { namespace, key, from: self.on(b'.', known)?, mode }
            }
            _ => {
                self.at -= 1;
                return self.expected("a step");
            }
        })
    }

    fn mode(&mut self) -> Result<ReadMode, Wrong> {
        let modes = [
            (b's', ReadMode::Session),
            (b'l', ReadMode::Linearize),
            (b'r', ReadMode::AllowReplica),
            (b'u', ReadMode::AllowUnavailable),
        ];
        for (letter, mode) in modes {
            if self.take(letter) {
                return Ok(mode);
            }
        }
        self.expected("a read mode")
    }

    fn namespace(&mut self, known: &Known) -> Result<String, Wrong> {
        // One digit is enough for 32 namespaces.
        let name = self.digit().and_then(|place| known.namespaces.get(place));
        name.cloned().map_or_else(|| self.expected("a namespace"), Ok)
    }

    fn digest(&mut self, known: &mut Known) -> Result<Digest, Wrong> {
        if !self.take(b'.') {
            return self.expected("a digest");
        }
        if self.take(b'~') {
            let place: usize = self.small("a digest")?;
            return known.digests.get(place).copied().map_or_else(|| self.expected("a digest"), Ok);
        }
        let mut bytes = [0; 20];
        for byte in &mut bytes {
            *byte = self.hex_byte()?;
        }
        known.digests.push(Digest(bytes));
        Ok(Digest(bytes))
    }

    fn place_number(&mut self, known: &Known) -> Result<usize, Wrong> {
        let high = if known.is_wide { self.digit() } else { Some(0) };
        let place = high.and_then(|high| Some(high * DIGITS.len() + self.digit()?));
        match place.filter(|place| *place < known.table.len()) {
            Some(place) => Ok(place),
            None => self.expected("a node's place"),
        }
    }

    fn place(&mut self, known: &Known) -> Result<NodeId, Wrong> {
        Ok(known.table[self.place_number(known)?])
    }

    fn on(&mut self, sign: u8, known: &Known) -> Result<Option<NodeId>, Wrong> {
        if self.take(sign) { self.place(known).map(Some) } else { Ok(None) }
    }

    fn places(&mut self, known: &Known) -> Result<Vec<NodeId>, Wrong> {
        let mut nodes = Vec::new();
        loop {
            let from = self.place_number(known)?;
            let to = if self.take(b'~') { self.place_number(known)? } else { from };
            let Some(run) = known.table.get(from..=to) else {
                return self.expected("a later node's place");
            };
            nodes.extend_from_slice(run);
            // No node is named twice, so there cannot be more than the table has.
            if nodes.len() > known.table.len() {
                return self.expected("fewer nodes");
            }
            if self.ends() || self.peek() == Some(b'.') {
                return Ok(nodes);
            }
        }
    }

    fn sides(&mut self, known: &Known) -> Result<Vec<Vec<NodeId>>, Wrong> {
        let mut sides = vec![self.places(known)?];
        while self.take(b'.') {
            if sides.len() > known.table.len() {
                return self.expected("fewer sides");
            }
            sides.push(self.places(known)?);
        }
        Ok(sides)
    }

    fn roster_list(&mut self, known: &Known) -> Result<Command, Wrong> {
        let namespace = self.namespace(known)?;
        let on = self.on(b'-', known)?;
        let mut entries = Vec::new();
        while self.take(b'.') {
            let rack = self.rack()?;
            let nodes = if self.take(b'=') {
                // An id that no node has.
                vec![self.id()?]
            } else if self.take(b'-') {
                self.places(known)?
            } else {
                return self.expected("nodes");
            };
            entries.extend(nodes.into_iter().map(|node| RosterEntry { node, rack }));
            if entries.len() > MAX_NODES {
                return self.expected("fewer nodes");
            }
        }
        Ok(Command::RosterSet { namespace, nodes: RosterNodes::List(entries), on })
    }
}

impl Known {
    /// Adds the nodes that steps will add, so that all places have the same width from the first step on.
    fn add_later_ones(&mut self, text: &[u8]) {
        let steps = text.split(|byte| *byte == b'_').skip(3);
        for step in steps {
            let step = step.strip_prefix(b"~").unwrap_or(step);
            let added = step.strip_prefix(b"a").and_then(|step| std::str::from_utf8(step).ok());
            let id = added.and_then(|step| step.split_once('-')?.1.split('=').next());
            let id: Option<NodeId> = id.and_then(|id| id.parse().ok());
            if let Some(id) = id
                && !self.table.contains(&id)
                && self.table.len() < DIGITS.len() * DIGITS.len()
            {
                self.table.push(id);
            }
        }
        self.is_wide = self.table.len() > DIGITS.len();
    }
}
