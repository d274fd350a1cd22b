//! Writes a setup and entries as a share link.
//!
//! Invariant: writes what `reader` reads back. Not here: limits and the check (the parent's).

use rosterlab_engine::{
    ClusterSetup, Command, Digest, Mode, NodeId, NodeSetup, Profile, ReadMode, RosterEntry,
    RosterNodes, ServerVersion, Shutdown, StartingRoster, convert,
};

use super::form::DIGITS;
use crate::timeline::{Entry, Purpose, Settle};

/// Writes from left to right.
pub(super) struct Writer {
    pub out: String,
    /// Whether an entry names a node or a namespace that is not there: no link can be written then.
    pub names_unknown: bool,
    table: Vec<NodeId>,
    namespaces: Vec<String>,
    digests: Vec<Digest>,
}

impl Writer {
    pub fn new(setup: &ClusterSetup, entries: &[Entry]) -> Self {
        let mut table: Vec<NodeId> = setup.nodes.iter().map(|node| node.id).collect();
        for entry in entries.iter().flat_map(Entry::each) {
            if let Entry::Act { command: Command::AddNode { id, .. }, .. } = entry
                && !table.contains(id)
            {
                table.push(*id);
            }
        }
        let namespaces = setup.namespaces.iter().map(|namespace| namespace.name.clone()).collect();
        Self { out: String::new(), names_unknown: false, table, namespaces, digests: Vec::new() }
    }

    pub fn text(&mut self, text: &str) {
        self.out.push_str(text);
    }

    pub fn number(&mut self, number: u64) {
        let mut digits = [0; 13];
        let mut left = number;
        let mut from = digits.len();
        loop {
            from -= 1;
            digits[from] = DIGITS[convert::narrow::<usize, _>(left % 36, "a digit")];
            left /= 36;
            if left == 0 {
                break;
            }
        }
        self.out.extend(digits[from..].iter().map(|digit| char::from(*digit)));
    }

    pub fn settings(&mut self, setup: &ClusterSetup) {
        self.text(match setup.profile {
            Profile::V4_5_3 => "_a",
            Profile::V6_0 => "_b",
            Profile::V7_1 => "_c",
        });
        let usual = ClusterSetup::of(Vec::new(), 1);
        let numbers = |setup: &ClusterSetup| {
            [
                (".r", u64::from(setup.migration_rate_per_s)),
                (".f", u64::from(setup.fill_delay_ms)),
                (".t", u64::from(setup.migrate_threads)),
                (".h", u64::from(setup.heartbeat_interval_ms)),
                (".o", u64::from(setup.heartbeat_timeout)),
                (".m", u64::from(setup.min_cluster_size)),
            ]
        };
        for ((sign, number), (_, usual)) in numbers(setup).into_iter().zip(numbers(&usual)) {
            if number != usual {
                self.text(sign);
                self.number(number);
            }
        }
        for namespace in &setup.namespaces {
            self.text(".n");
            self.number(u64::from(namespace.replication_factor));
            // An upper-case letter ends the number.
            self.text(if namespace.mode == Mode::Available { "A" } else { "S" });
            self.text(if namespace.commit_to_device { "C" } else { "" });
            if namespace.devices != 1 {
                self.text("D");
                self.number(u64::from(namespace.devices));
            }
            let marks = [
                ("E", namespace.roster == StartingRoster::None),
                ("U", namespace.prefer_uniform_balance),
                ("V", namespace.auto_revive),
            ];
            marks.iter().filter(|(_, on)| *on).for_each(|(mark, _)| self.text(mark));
            self.text("-");
            for byte in namespace.name.bytes() {
                if byte.is_ascii_alphanumeric() {
                    self.out.push(char::from(byte));
                } else {
                    self.text("~");
                    self.out.push(char::from(DIGITS[usize::from(byte >> 4)]));
                    self.out.push(char::from(DIGITS[usize::from(byte & 15)]));
                }
            }
            if let StartingRoster::List(entries) = &namespace.roster {
                let node = |entry: &RosterEntry| NodeSetup::new(entry.node, entry.rack);
                self.runs(&entries.iter().map(node).collect::<Vec<_>>(), [".l"; 2]);
            }
            if let Some(versions) = &namespace.versions {
                self.text(".v");
                self.text(versions.text());
            }
        }
    }

    pub fn nodes(&mut self, nodes: &[NodeSetup]) {
        self.runs(nodes, ["_", "."]);
    }

    /// Nodes in runs, with a sign before the first and one before each other.
    fn runs(&mut self, nodes: &[NodeSetup], [mut sign, next]: [&str; 2]) {
        let mut rest = nodes;
        let mut rack = None;
        while let [first, after @ ..] = rest {
            self.text(sign);
            sign = next;
            if rack != Some(first.rack) {
                self.number(u64::from(first.rack.get()));
                rack = Some(first.rack);
            }
            self.text("-");
            self.text(&first.id.to_string());
            let up = run(first, after, 1);
            let down = run(first, after, -1);
            if up.max(down) > 0 {
                self.text(if up > 0 { "~" } else { "~-" });
                self.number(convert::narrow(up.max(down), "a run of nodes"));
            }
            self.marks(first.stay_quiesced, first.server, &first.seeds);
            self.text(if first.quiesced { "=q" } else { "" });
            self.text(match first.down {
                None => "",
                Some(Shutdown::Clean) => "=d",
                Some(Shutdown::Unclean) => "=x",
            });
            rest = &after[up.max(down)..];
        }
    }

    /// The marks that a node of the setup and one that is added may have.
    fn marks(&mut self, stay_quiesced: bool, server: Option<ServerVersion>, seeds: &[NodeId]) {
        self.text(if stay_quiesced { "=" } else { "" });
        if let Some(server) = server {
            self.text("=v");
            self.number(server.code().into());
        }
        self.text(if seeds.is_empty() { "" } else { "=m" });
        for seed in seeds {
            self.text("-");
            self.text(&seed.to_string());
        }
    }

    /// A node's place, with the width that all places have.
    fn place(&mut self, node: NodeId) {
        let Some(place) = self.table.iter().position(|known| *known == node) else {
            self.names_unknown = true;
            return;
        };
        if self.table.len() > DIGITS.len() {
            self.out.push(char::from(DIGITS[place / DIGITS.len() % DIGITS.len()]));
        }
        self.out.push(char::from(DIGITS[place % DIGITS.len()]));
    }

    fn places(&mut self, nodes: &[NodeId]) {
        let place_of = |node: &NodeId| self.table.iter().position(|known| known == node);
        let places: Vec<Option<usize>> = nodes.iter().map(place_of).collect();
        let mut from = 0;
        while from < nodes.len() {
            let mut to = from;
            while to + 1 < nodes.len() && places[to + 1] == places[to].map(|place| place + 1) {
                to += 1;
            }
            self.place(nodes[from]);
            if to > from + 1 {
                self.text("~");
            }
            if to > from {
                self.place(nodes[to]);
            }
            from = to + 1;
        }
    }

    fn sides(&mut self, sides: &[Vec<NodeId>]) {
        for (index, side) in sides.iter().enumerate() {
            self.text(if index > 0 { "." } else { "" });
            self.places(side);
        }
    }

    fn namespace(&mut self, name: &str) {
        match self.namespaces.iter().position(|known| known == name) {
            Some(place) => self.number(convert::narrow(place, "a place")),
            None => self.names_unknown = true,
        }
    }

    fn on(&mut self, sign: &str, on: Option<NodeId>) {
        if let Some(on) = on {
            self.text(sign);
            self.place(on);
        }
    }

    fn digest(&mut self, digest: &Digest) {
        self.text(".");
        if let Some(place) = self.digests.iter().position(|known| known == digest) {
            self.text("~");
            self.number(convert::narrow(place, "a place"));
            return;
        }
        self.digests.push(*digest);
        for byte in digest.0 {
            self.out.push(char::from(DIGITS[usize::from(byte >> 4)]));
            self.out.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
    }

    pub fn entry(&mut self, entry: &Entry) {
        match entry {
            Entry::Pass { ms } => {
                self.text("p");
                self.number(*ms);
            }
            Entry::Migrate { partitions } => {
                self.text("g");
                if let Some(partitions) = partitions {
                    self.number(u64::from(*partitions));
                }
            }
            Entry::Act { command, settle } => {
                match settle {
                    Settle::Fully => {}
                    Settle::Prepared => self.text("~"),
                    Settle::Within { ms } => {
                        self.text("z");
                        self.number(*ms);
                        self.text(".");
                    }
                }
                self.command(command);
            }
            Entry::Several { purpose, entries } => {
                self.text(match purpose {
                    Purpose::Commands => "jc",
                    Purpose::WayOut => "jw",
                    Purpose::RollingRestart => "jr",
                });
                self.number(convert::narrow(entries.len(), "a number of steps"));
                for entry in entries {
                    self.text("_");
                    self.entry(entry);
                }
            }
        }
    }

    fn command(&mut self, command: &Command) {
        let mut of_nodes = |letter: &str, nodes: &[NodeId]| {
            self.text(letter);
            self.places(nodes);
        };
        match command {
            Command::Stop { nodes, shutdown: Shutdown::Clean } => of_nodes("s", nodes),
            Command::Stop { nodes, shutdown: Shutdown::Unclean } => of_nodes("c", nodes),
            Command::Start { nodes } => of_nodes("t", nodes),
            Command::StartAs { nodes, server, metadata_from_copy } => {
                self.text(if *metadata_from_copy { "eC" } else { "e" });
                self.number(server.code().into());
                self.text(".");
                self.places(nodes);
            }
            Command::ProtocolSwitch => self.text("b"),
            Command::RemoveNode { nodes } => of_nodes("x", nodes),
            Command::Quiesce { nodes } => of_nodes("q", nodes),
            Command::QuiesceUndo { nodes } => of_nodes("u", nodes),
            Command::Wipe { nodes, device } => {
                of_nodes("w", nodes);
                if let Some(device) = device {
                    self.text(".");
                    self.number(u64::from(*device));
                }
            }
            Command::AddNode { id, rack, stay_quiesced, server, seeds } => {
                self.text("a");
                self.number(u64::from(rack.get()));
                self.text("-");
                self.text(&id.to_string());
                self.marks(*stay_quiesced, *server, seeds);
            }
            Command::MoveToRack { nodes, rack } => {
                self.text("m");
                self.number(u64::from(rack.get()));
                self.text(".");
                self.places(nodes);
            }
            Command::Cut { between } => {
                self.text("k");
                self.sides(between);
            }
            Command::Heal { between } => {
                self.text("h");
                self.sides(between.as_deref().unwrap_or(&[]));
            }
            Command::RosterSet { namespace, nodes, on } => self.roster_set(namespace, nodes, *on),
            Command::Recluster { on } => {
                self.text("r");
                self.on("", *on);
            }
            Command::Revive { namespace, nodes } => {
                self.text("v");
                self.namespace(namespace);
                if let Some(nodes) = nodes {
                    self.text(".");
                    self.places(nodes);
                }
            }
            Command::Write { namespace, key, from } => {
                self.text("i");
                self.client(namespace, key, *from);
            }
            Command::Read { namespace, key, from, mode } => {
                self.text(match mode {
                    ReadMode::Session => "ds",
                    ReadMode::Linearize => "dl",
                    ReadMode::AllowReplica => "dr",
                    ReadMode::AllowUnavailable => "du",
                });
                self.client(namespace, key, *from);
            }
        }
    }

    fn client(&mut self, namespace: &str, key: &Digest, from: Option<NodeId>) {
        self.namespace(namespace);
        self.digest(key);
        self.on(".", from);
    }

    fn roster_set(&mut self, namespace: &str, nodes: &RosterNodes, on: Option<NodeId>) {
        let RosterNodes::List(entries) = nodes else {
            self.text("o");
            self.namespace(namespace);
            return self.on("-", on);
        };
        self.text("l");
        self.namespace(namespace);
        self.on("-", on);
        let is_known = |entry: &RosterEntry| self.table.contains(&entry.node);
        let known: Vec<bool> = entries.iter().map(is_known).collect();
        let (mut rest, mut known) = (&entries[..], &known[..]);
        while let [first, after @ ..] = rest {
            if !known[0] {
                // No node ever had that id.
                self.text(".");
                self.number(u64::from(first.rack.get()));
                self.text("=");
                self.text(&first.node.to_string());
                (rest, known) = (after, &known[1..]);
                continue;
            }
            let alike = rest.iter().zip(known);
            let alike = alike.take_while(|(entry, known)| **known && entry.rack == first.rack);
            let same = alike.count();
            let nodes: Vec<NodeId> = rest[..same].iter().map(|entry| entry.node).collect();
            self.text(".");
            self.number(u64::from(first.rack.get()));
            self.text("-");
            self.places(&nodes);
            (rest, known) = (&rest[same..], &known[same..]);
        }
    }
}

/// How many of the nodes after `first` continue its run: on its rack, with ids one apart.
fn run(first: &NodeSetup, after: &[NodeSetup], by: i64) -> usize {
    let follows = |(index, node): &(usize, &NodeSetup)| {
        let away = i64::try_from(index + 1).ok().map(|away| away * by);
        let id = away.and_then(|away| first.id.get().checked_add_signed(away));
        id == Some(node.id.get()) && NodeSetup { id: first.id, ..(*node).clone() } == *first
    };
    after.iter().enumerate().take_while(follows).count()
}
