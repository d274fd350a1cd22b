//! Random setups, commands and entries: most are sensible, some are refused.

use proptest::collection;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use rosterlab_engine::{
    ClusterSetup, Command, Digest, Mode, NamespaceSettings, NodeId, NodeSetup, PackedVersions,
    Profile, RackId, ReadMode, RosterEntry, RosterNodes, ServerVersion, Shutdown, StartingRoster,
    StartingVersions,
};
use rosterlab_scenario::{Entry, Purpose, Settle};

/// The number of cases, the same ones in every run; `ROSTERLAB_HISTORIES=20` tries twenty times as many.
pub fn seeded(cases: u32) -> ProptestConfig {
    let times = std::env::var("ROSTERLAB_HISTORIES").ok().and_then(|times| times.parse().ok());
    ProptestConfig {
        cases: cases * times.unwrap_or(1),
        rng_seed: RngSeed::Fixed(0x0051_ab1e),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// The ids that commands name: six nodes are there at first, the last two may be added.
const IDS: [u64; 8] = [0xA1, 0xA2, 0xA3, 0xB1, 0xB2, 0xB3, 0xC1, 0xFFFF_FFFF_FFFF_FFFF];

fn node() -> impl Strategy<Value = NodeId> {
    proptest::sample::select(&IDS[..]).prop_map(|id| NodeId::new(id).unwrap())
}

fn nodes() -> impl Strategy<Value = Vec<NodeId>> {
    proptest::sample::subsequence(&IDS[..7], 1..=3)
        .prop_map(|ids| ids.into_iter().map(|id| NodeId::new(id).unwrap()).collect())
}

fn sides() -> impl Strategy<Value = Vec<Vec<NodeId>>> {
    (proptest::sample::subsequence(&IDS[..6], 2..=6), 1..3_usize).prop_map(|(ids, first)| {
        let ids: Vec<NodeId> = ids.into_iter().map(|id| NodeId::new(id).unwrap()).collect();
        let (left, right) = ids.split_at(first.min(ids.len() - 1));
        vec![left.to_vec(), right.to_vec()]
    })
}

fn rack() -> impl Strategy<Value = RackId> {
    (0..3_u32).prop_map(|rack| RackId::new(rack).unwrap())
}

fn namespace() -> impl Strategy<Value = String> {
    prop_oneof![9 => Just("main".to_owned()), 2 => Just("cache".to_owned()), 1 => Just("no".to_owned())]
}

fn roster() -> impl Strategy<Value = RosterNodes> {
    let unknown = Just(NodeId::new(0x00C0_FFEE).unwrap());
    let named = prop_oneof![9 => node(), 1 => unknown];
    let entry = (named, rack()).prop_map(|(node, rack)| RosterEntry { node, rack });
    prop_oneof![
        Just(RosterNodes::Observed),
        proptest::collection::vec(entry, 0..5).prop_map(RosterNodes::List),
    ]
}

fn digest() -> impl Strategy<Value = Digest> {
    any::<[u8; 20]>().prop_map(Digest)
}

/// Versions from both sides of some limits.
fn server() -> impl Strategy<Value = ServerVersion> {
    let texts = vec!["3.12.1.1", "3.13", "4.1", "4.5.3", "6.0", "7.1.0.4"];
    proptest::sample::select(texts).prop_map(|text| text.parse().unwrap())
}

fn read_mode() -> impl Strategy<Value = ReadMode> {
    prop_oneof![
        Just(ReadMode::Session),
        Just(ReadMode::Linearize),
        Just(ReadMode::AllowReplica),
        Just(ReadMode::AllowUnavailable),
    ]
}

/// A command.
pub fn command() -> impl Strategy<Value = Command> {
    use proptest::option::of;
    let shutdown = prop_oneof![Just(Shutdown::Clean), Just(Shutdown::Unclean)];
    prop_oneof![
        4 => (nodes(), shutdown).prop_map(|(nodes, shutdown)| Command::Stop { nodes, shutdown }),
        4 => nodes().prop_map(|nodes| Command::Start { nodes }),
        1 => (nodes(), server(), any::<bool>()).prop_map(|(nodes, server, metadata_from_copy)| {
            Command::StartAs { nodes, server, metadata_from_copy }
        }),
        1 => Just(Command::ProtocolSwitch),
        1 => (nodes(), of(0..2_u8)).prop_map(|(nodes, device)| Command::Wipe { nodes, device }),
        1 => (node(), rack(), any::<bool>(), of(server()), of(nodes())).prop_map(
            |(id, rack, stay_quiesced, server, seeds)| {
                let seeds = seeds.unwrap_or_default();
                Command::AddNode { id, rack, stay_quiesced, server, seeds }
            }
        ),
        1 => nodes().prop_map(|nodes| Command::RemoveNode { nodes }),
        1 => (nodes(), rack()).prop_map(|(nodes, rack)| Command::MoveToRack { nodes, rack }),
        2 => sides().prop_map(|between| Command::Cut { between }),
        1 => of(sides()).prop_map(|between| Command::Heal { between }),
        1 => (namespace(), roster(), of(node()))
            .prop_map(|(namespace, nodes, on)| Command::RosterSet { namespace, nodes, on }),
        1 => of(node()).prop_map(|on| Command::Recluster { on }),
        1 => (namespace(), of(nodes()))
            .prop_map(|(namespace, nodes)| Command::Revive { namespace, nodes }),
        1 => nodes().prop_map(|nodes| Command::Quiesce { nodes }),
        1 => nodes().prop_map(|nodes| Command::QuiesceUndo { nodes }),
        1 => (namespace(), digest(), of(node()))
            .prop_map(|(namespace, key, from)| Command::Write { namespace, key, from }),
        1 => (namespace(), digest(), of(node()), read_mode())
            .prop_map(|(namespace, key, from, mode)| Command::Read { namespace, key, from, mode }),
    ]
}

const PURPOSES: [Purpose; 3] = [Purpose::Commands, Purpose::WayOut, Purpose::RollingRestart];

/// A step of a timeline.
pub fn entry() -> impl Strategy<Value = Entry> {
    let several = (proptest::sample::select(&PURPOSES[..]), collection::vec(one_entry(), 0..4));
    prop_oneof![
        8 => one_entry(),
        1 => several.prop_map(|(purpose, entries)| Entry::Several { purpose, entries }),
    ]
}

fn one_entry() -> impl Strategy<Value = Entry> {
    let within = (0u64..4_000).prop_map(|ms| Settle::Within { ms });
    let settle = prop_oneof![4 => Just(Settle::Fully), 1 => Just(Settle::Prepared), 1 => within];
    prop_oneof![
        8 => (command(), settle).prop_map(|(command, settle)| Entry::Act { command, settle }),
        2 => (0..40_000_u64).prop_map(|ms| Entry::Pass { ms }),
        2 => proptest::option::of(1..4097_u32).prop_map(|partitions| Entry::Migrate { partitions }),
    ]
}

/// Six nodes on two racks or none, one SC namespace and perhaps an AP one, now and then with settings of other values than
/// the usual ones.
pub fn setup() -> impl Strategy<Value = ClusterSetup> {
    (usual_setup(), any::<u16>()).prop_map(|(mut setup, marks)| {
        let is_set = |bit: u16| marks >> bit & 1 == 1;
        if marks.is_multiple_of(2) {
            return setup;
        }
        setup.nodes[1].stay_quiesced = is_set(1);
        setup.namespaces[0].roster =
            if is_set(2) && is_set(3) { StartingRoster::None } else { StartingRoster::All };
        if is_set(2) && !is_set(3) {
            let entries = setup.nodes.iter().skip(1);
            let entry = |node: &NodeSetup| RosterEntry { node: node.id, rack: node.rack };
            setup.namespaces[0].roster = StartingRoster::List(entries.map(entry).collect());
        }
        if is_set(10) {
            let old: ServerVersion = if is_set(9) { "3.13.0.11" } else { "3.12" }.parse().unwrap();
            setup.nodes.iter_mut().for_each(|node| node.server = Some(old));
        }
        if is_set(15) {
            let seeds: Vec<NodeId> = setup.nodes.iter().map(|node| node.id).skip(4).collect();
            setup.nodes[..3].iter_mut().for_each(|node| node.seeds.clone_from(&seeds));
        }
        setup.nodes[2].quiesced = is_set(11);
        setup.nodes[3].down = is_set(12).then_some(Shutdown::Unclean);
        setup.nodes[4].down = is_set(13).then_some(Shutdown::Clean);
        if is_set(14) {
            setup.namespaces[0].versions = Some(versions(&setup));
        }
        setup.namespaces[0].prefer_uniform_balance = is_set(4);
        setup.namespaces[0].auto_revive = is_set(5) && setup.profile == Profile::V7_1;
        setup.migrate_threads = u8::try_from(marks >> 6 & 3).unwrap();
        setup.heartbeat_interval_ms = if is_set(8) { 50 } else { 150 };
        setup.heartbeat_timeout = if is_set(9) { 3 } else { 10 };
        setup.min_cluster_size = if is_set(10) { 2 } else { 1 };
        setup
    })
}

/// Starting versions of the first namespace: two copies in each partition, now and then with an `e`.
fn versions(setup: &ClusterSetup) -> PackedVersions {
    let version = |pid: usize, place: usize| match (pid + place) % 6 {
        0 => "a826589053b5.0.mp-",
        1 if pid.is_multiple_of(7) => "a826589053b5.0.-se",
        1 => "a826589053b5.0.-p-",
        _ => "000000000000.0.-p-",
    };
    let of = |pid| (0..6).map(|place| version(pid, place).parse().unwrap()).collect();
    let read =
        StartingVersions { regime: 75, rows: Vec::new(), versions: (0..4096).map(of).collect() };
    read.pack(setup, 0).unwrap()
}

fn usual_setup() -> impl Strategy<Value = ClusterSetup> {
    let profile = proptest::sample::select(&Profile::ALL[..]);
    let delay = prop_oneof![2 => Just(0), 1 => 0..5_000_u32];
    (1..4_u8, any::<(bool, bool, bool)>(), 1..3_u8, profile, delay).prop_map(
        |(replication_factor, (racks, commit, cache), devices, profile, fill_delay_ms)| {
            let nodes = IDS[..6].iter().map(|id| {
                NodeSetup::new(
                    NodeId::new(*id).unwrap(),
                    if racks {
                        RackId::new(u32::from(*id >= 0xB1) + 1).unwrap()
                    } else {
                        RackId::NONE
                    },
                )
            });
            let strong = NamespaceSettings::strong("main", replication_factor);
            let mut namespaces =
                vec![NamespaceSettings { commit_to_device: commit, devices, ..strong }];
            if cache {
                let mode = Mode::Available;
                namespaces
                    .push(NamespaceSettings { mode, ..NamespaceSettings::strong("cache", 2) });
            }
            ClusterSetup {
                namespaces,
                profile,
                fill_delay_ms,
                migration_rate_per_s: 400,
                ..ClusterSetup::of(nodes.collect(), 2)
            }
        },
    )
}
