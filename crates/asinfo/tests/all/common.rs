//! What the tests have in common: clusters, and what their nodes answer.

use rosterlab_asinfo::info::{Build, Reply, Site, answer};
use rosterlab_engine::{
    Cluster, ClusterSetup, Command, Mode, NamespaceSettings, NodeId, NodeSetup, Profile,
    RosterEntry, Shutdown, Until,
};

pub fn id(text: &str) -> NodeId {
    text.parse().unwrap()
}

/// Node ids from a text such as `"A1 A2"`.
pub fn ids(text: &str) -> Vec<NodeId> {
    text.split_whitespace().map(id).collect()
}

/// A setup with nodes from a text such as `"A1@1 A2@2"`, an SC namespace `main` and an AP one `cache`.
pub fn setup(nodes: &str, profile: Profile) -> ClusterSetup {
    let node = |text: &str| {
        let RosterEntry { node, rack } = text.parse().unwrap();
        NodeSetup::new(node, rack)
    };
    let nodes = nodes.split_whitespace().map(node).collect();
    let cache =
        NamespaceSettings { mode: Mode::Available, ..NamespaceSettings::strong("cache", 2) };
    let mut setup = ClusterSetup::of(nodes, 2);
    setup.namespaces.push(cache);
    setup.profile = profile;
    setup
}

/// A cluster with its nodes' addresses: ports from 3100 on, in the order of the setup.
pub struct Net {
    pub cluster: Cluster,
    pub site: Site,
}

impl Net {
    pub fn new(setup: ClusterSetup) -> Self {
        let nodes: Vec<NodeId> = setup.nodes.iter().map(|node| node.id).collect();
        let site = Site::loopback(Build::of(setup.profile), &nodes, 3100);
        Self { cluster: Cluster::new(setup).unwrap(), site }
    }

    /// The case study's nodes with the case study's server.
    pub fn case_study() -> Self {
        Self::new(setup("A101@1 A102@1 A103@1 B101@2 B102@2", Profile::V4_5_3))
    }

    /// The same nodes with another profile.
    pub fn with_profile(profile: Profile) -> Self {
        Self::new(setup("A101@1 A102@1 A103@1 B101@2 B102@2", profile))
    }

    pub fn reply(&self, node: &str, request: &str) -> Reply {
        answer(&self.cluster, &self.cluster.view(), &self.site, id(node), request)
    }

    /// The text of an answer that changes nothing.
    pub fn ask(&self, node: &str, request: &str) -> String {
        match self.reply(node, request) {
            Reply::Text(text) => text,
            other => panic!("{node}, {request}: {other:?}"),
        }
    }

    /// Asks a node, does what the answer says, lets the clusters settle, and gives the text.
    pub fn tell(&mut self, node: &str, request: &str) -> String {
        let text = match self.reply(node, request) {
            Reply::Text(text) => text,
            Reply::Act { commands, text } => {
                for command in &commands {
                    self.cluster.apply(command).unwrap();
                }
                text
            }
            Reply::LeftOut => panic!("{node} leaves {request} out"),
        };
        self.cluster.advance(Until::Settled);
        text
    }

    pub fn act(&mut self, command: &Command) {
        self.cluster.apply(command).unwrap();
        self.cluster.advance(Until::Settled);
    }

    pub fn stop(&mut self, nodes: &str) {
        self.act(&Command::Stop { nodes: ids(nodes), shutdown: Shutdown::Clean });
    }

    pub fn crash(&mut self, nodes: &str) {
        self.act(&Command::Stop { nodes: ids(nodes), shutdown: Shutdown::Unclean });
    }

    pub fn start(&mut self, nodes: &str) {
        self.act(&Command::Start { nodes: ids(nodes) });
    }

    /// A cut between sides separated by `|`.
    pub fn cut(&mut self, sides: &str) {
        self.act(&Command::Cut { between: sides.split('|').map(ids).collect() });
    }

    /// The value of a field in an answer.
    pub fn field(&self, node: &str, request: &str, key: &str) -> String {
        field(&self.ask(node, request), key).to_owned()
    }

    /// `unavailable_partitions` and `dead_partitions` of `main` on a node.
    pub fn inactive(&self, node: &str) -> (String, String) {
        let text = self.ask(node, "namespace/main");
        let of = |key| field(&text, key).to_owned();
        (of("unavailable_partitions"), of("dead_partitions"))
    }

    pub fn migrate(&mut self) {
        self.cluster.advance(Until::Migrated { partitions: None });
    }
}

/// The value of a key in a list of pairs.
pub fn field<'a>(text: &'a str, key: &str) -> &'a str {
    let mut values = text.split([';', ':']).filter_map(|pair| pair.split_once('='));
    let value = values.find(|(k, _)| *k == key);
    value.unwrap_or_else(|| panic!("{text} has no {key}")).1
}

/// Fields of an answer, a line each.
pub fn fields(text: &str, keys: &[&str]) -> String {
    let line = |key: &&str| format!("{key}={}", field(text, key));
    keys.iter().map(line).collect::<Vec<_>>().join("\n") + "\n"
}

/// The bitmaps of a namespace in an answer to `replicas`, column by column, and its regime.
pub fn bitmaps(replicas: &str, namespace: &str) -> (u32, Vec<Vec<u8>>) {
    use base64::Engine as _;
    let of = replicas.split(';').find_map(|one| one.strip_prefix(namespace)?.strip_prefix(':'));
    let mut parts = of.unwrap().split(',');
    let regime = parts.next().unwrap().parse().unwrap();
    let count: usize = parts.next().unwrap().parse().unwrap();
    let decode = |text| base64::engine::general_purpose::STANDARD.decode(text).unwrap();
    let columns: Vec<Vec<u8>> = parts.map(decode).collect();
    assert_eq!(columns.len(), count);
    assert!(columns.iter().all(|column| column.len() == 512));
    (regime, columns)
}

/// Whether a partition's bit is set.
pub fn is_set(bitmap: &[u8], partition: usize) -> bool {
    bitmap[partition >> 3] & (0x80 >> (partition & 7)) != 0
}
