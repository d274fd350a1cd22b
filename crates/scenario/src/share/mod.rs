//! Share links: a timeline as one short line that fits behind the `#` of an address, and back.
//!
//! Invariant: [`read`] turns the result of [`write()`] into an equal timeline (up to its position). Any other text is an
//! error with its place, never a panic, after bounded work ([`MOST_BYTES`], [`MOST_STEPS`]). A link has only letters,
//! digits and `-._~=`, which nothing re-encodes on the way; after a `&` may follow what [`parts()`] tells. A published form stays readable for ever: a new form gets a new
//! number after the `s`. Not here: the address bar (the page's).
//!
//! The grammar: `{…}` repeats any number of times, `[…]` is optional. Numbers are in base 36, node ids in hexadecimal.
//!
//! ```text
//! link       s1=ENGINE-CHECK SETTINGS NODES {_STEP|_SEVERAL}
//! SETTINGS   _(a|b|c){.SETTING}                       server 4.5.3, 6.0, 7.1
//! SETTING    rRATE | fDELAY | tTHREADS | hINTERVAL | oTIMEOUT | mMINIMUM
//!            | nRF(S|A)[C][DDEVICES][E][U][V]-NAME    a namespace
//!            | lRUN | vVERSIONS                       of the namespace before: its roster, what nodes begin with
//! NODES      _RUN{.RUN}
//! RUN        [RACK]-ID[~COUNT|~-COUNT]{MARK}
//! MARK       = | =q | =d | =x | =vVERSION | =m{-ID}   of a run or an added node
//!
//! SEVERAL    j(c|w|r)COUNT _STEP{_STEP}               the next COUNT steps are one: commands, a way out, a rolling restart
//! STEP       pMS                                      time passes
//!            | g[COUNT]                               COUNT migrations, or all
//!            | [~|zMS.]COMMAND
//! COMMAND    (s|c|t|x|q|u)PLACES                      stop, crash, start, remove, quiesce, quiesce-undo
//!            | wPLACES[.DEVICE]                       wipe
//!            | e[C]VERSION.PLACES                     start with another version
//!            | b                                      protocol-switch
//!            | aRACK-ID{MARK}                         add
//!            | mRACK.PLACES                           move
//!            | kSIDES | h[SIDES]                      cut, heal
//!            | oNAMESPACE[-PLACE]                     roster-set to the observed nodes
//!            | lNAMESPACE[-PLACE]{.RACK(-PLACES|=ID)} roster-set to a list
//!            | r[PLACE]                               recluster
//!            | vNAMESPACE[.PLACES]                    revive
//!            | iNAMESPACE.DIGEST[.PLACE]              write
//!            | d(s|l|r|u)NAMESPACE.DIGEST[.PLACE]     read: session, linearize, allow-replica, allow-unavailable
//! SIDES      PLACES{.PLACES}
//! PLACES     PLACE[~PLACE]{PLACE[~PLACE]}
//! DIGEST     forty hexadecimal digits | ~NUMBER       new, or that of an earlier step
//! ```
//!
//! `ENGINE` is the version that wrote the link. `CHECK` is a digest of the state at its end ([`check_of`]), so that an
//! engine with another result can say so; 0 stands for an unknown state.
//!
//! For a namespace, `S` is strong consistency and `A` availability, `C` commit-to-device, `D` the number of devices where
//! it is not one, `E` a start without a roster, `U` prefer-uniform-balance, `V` auto-revive. A byte of its name that is
//! neither a letter nor a digit is `~` with two hexadecimal digits.
//!
//! A run is one node and `COUNT` more, whose ids go up (with `-`: down) by one each. A missing rack is that of the node
//! before. Nodes with `=` stay quiesced, with `=q` they begin quiesced, with `=d` down after a clean stop, with `=x` down
//! after a crash; `=v` is the version of their server, `=m` their mesh seeds. An added node has `=`, `=v` and `=m` alone. A
//! version is a number of four bytes, its first number the highest; in `e`, `C` is the metadata folder from its copy.
//! `VERSIONS` is the engine's text as it is; a roster that is neither all nodes nor none is a row of `l`.
//!
//! Steps name nodes by their places: the nodes of the setup in order, then the added ones; one digit each, or two where
//! there are more than 36 nodes. `~` between two places means all from one to the other. Namespaces and earlier digests are
//! named by their places too. In a roster, `RACK=ID` is an id that no node has. `~` before a command means that clusters
//! only prepare their reaction, `z` that they react for so many milliseconds at most.

mod error;
mod form;
mod parts;
mod reader;
mod writer;

use rosterlab_engine::{
    Cluster, ClusterSetup, Command, NamespaceSettings, NodeId, PartitionId, Rules, convert,
    fnv1a_64,
};

use crate::timeline::{Entry, Timeline};
use form::PREFIX;
use reader::{Reader, Wrong};
use writer::Writer;

pub use error::{ShareCause, ShareError};
pub use form::{MOST_BYTES, MOST_STEPS, MOST_WORK, most_steps};
pub use parts::{parts, read_branches, read_names, write_branches, write_names};

/// The version that this engine writes into share links.
pub const ENGINE: &str = env!("CARGO_PKG_VERSION");

/// The check of a link whose final state is unknown.
const UNCHECKED: u64 = 0;

/// What a share link holds.
#[derive(Clone, Debug, PartialEq)]
pub struct SharedTimeline {
    /// The timeline, replayed.
    pub timeline: Timeline,
    /// The other result, when the engine that wrote the link came to another state than this one.
    pub differs: Option<Differs>,
}

/// The results of the engine that wrote a link and of this one, where they differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Differs {
    /// The version that wrote the link.
    pub made_by: String,
    /// The result of that version. `None` unless the rules of that version, as this one knows them, give the link's check.
    pub then: Option<Vec<Served>>,
    /// The result of this version.
    pub now: Vec<Served>,
}

/// How many partitions of a namespace are served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    /// The namespace.
    pub namespace: String,
    /// Partitions that are active in at least one sub-cluster, 0 to 4096.
    pub active: u32,
}

/// How many partitions of each namespace are served, in the order of the settings.
#[must_use]
pub fn served(cluster: &Cluster) -> Vec<Served> {
    let of = |settings: &NamespaceSettings| {
        let active = PartitionId::all().filter(|pid| cluster.serves(&settings.name, *pid));
        let active = convert::count(active.count());
        Served { namespace: settings.name.clone(), active }
    };
    cluster.setup().namespaces.iter().map(of).collect()
}

/// The result of version 0.1.0, if the link's check confirms it.
fn outcome_of_0_1_0(setup: &ClusterSetup, entries: &[Entry], check: u64) -> Option<Vec<Served>> {
    let mut cluster = Cluster::with_rules(setup.clone(), Rules::of_version_0_1_0()).ok()?;
    for entry in entries {
        entry.run(&mut cluster).ok()?;
    }
    (check_of(&cluster) == check).then(|| served(&cluster))
}

/// A digest of a cluster's state: its time, nodes, sub-clusters, every partition's verdict, rule and working master, and
/// the lost writes. Engines that decide alike give the same digest.
#[must_use]
pub fn check_of(cluster: &Cluster) -> u64 {
    let view = cluster.view();
    let mut bytes: Vec<u8> = Vec::with_capacity(64 * 1024);
    let mut put = |number: u64| bytes.extend(number.to_le_bytes());
    put(view.time_ms);
    put(view.lost_writes);
    for node in &view.nodes {
        put(node.id.get());
        put(u64::from(node.rack.get()));
        put(u64::from(node.state.is_up()));
    }
    for sub_cluster in &view.sub_clusters {
        put(sub_cluster.principal.get());
        for namespace in &sub_cluster.namespaces {
            put(u64::from(namespace.regime));
            for cell in namespace.cells.iter() {
                let rule = cell.verdict.rule.number().map_or(u64::MAX, u64::from);
                put(rule << 2 | cell.verdict.availability as u64);
                put(cell.working_master.map_or(0, NodeId::get) << 1 | u64::from(cell.migrating));
            }
        }
    }
    // 48 bits are short and enough to notice a difference.
    fnv1a_64(&bytes) >> 16
}

/// The share link of a timeline up to its position, without a `#`; `None` when it would be too long.
#[must_use]
pub fn write(timeline: &Timeline) -> Option<String> {
    let done = &timeline.entries()[..timeline.position()];
    write_with(timeline.setup(), done, check_of(timeline.cluster()))
}

/// As [`write()`], with a further entry that is about to be performed; its check stands for an unknown state.
#[must_use]
pub fn write_before(timeline: &Timeline, next: &Entry) -> Option<String> {
    let mut entries = timeline.entries()[..timeline.position()].to_vec();
    entries.push(next.clone());
    write_with(timeline.setup(), &entries, UNCHECKED)
}

/// As [`write()`], with a check that stands for an unknown state: to work the check out costs a view of the whole cluster.
#[must_use]
pub fn write_unchecked(timeline: &Timeline) -> Option<String> {
    write_entries(timeline.setup(), &timeline.entries()[..timeline.position()])
}

/// As [`write_unchecked`], of entries that are known to be possible on this setup.
#[must_use]
pub fn write_entries(setup: &ClusterSetup, entries: &[Entry]) -> Option<String> {
    write_with(setup, entries, UNCHECKED)
}

fn write_with(setup: &ClusterSetup, entries: &[Entry], check: u64) -> Option<String> {
    let is_added =
        |entry: &&Entry| matches!(entry, Entry::Act { command: Command::AddNode { .. }, .. });
    let each = || entries.iter().flat_map(Entry::each);
    let nodes = setup.nodes.len() + each().filter(is_added).count();
    if each().count() > most_steps(nodes, setup.namespaces.len()) {
        return None;
    }
    let mut writer = Writer::new(setup, entries);
    writer.text(PREFIX);
    writer.text(ENGINE);
    writer.text("-");
    writer.number(check);
    writer.settings(setup);
    writer.nodes(&setup.nodes);
    for entry in entries {
        writer.text("_");
        writer.entry(entry);
    }
    let fits = writer.out.len() <= MOST_BYTES;
    (fits && !writer.names_unknown).then_some(writer.out)
}

/// Reads a share link, with or without its `#`, and replays it. What follows the timeline ([`parts()`]) is not read.
///
/// # Errors
/// The first error, with its place.
pub fn read(link: &str) -> Result<SharedTimeline, ShareError> {
    let (timeline, _) = parts(link);
    let mut reader = Reader::new(timeline);
    follow(&mut reader).map_err(|Wrong| reader.error)
}

/// Reads the setup and the entries of a share link and does none of them.
///
/// # Errors
/// The first error that shows without doing them, with its place.
pub fn read_entries(link: &str) -> Result<(ClusterSetup, Vec<Entry>), ShareError> {
    let mut reader = Reader::new(parts(link).0);
    let read = begin(&mut reader).and_then(|_| reader.contents());
    let (setup, entries) = read.map_err(|Wrong| reader.error)?;
    Ok((setup, entries.into_iter().map(|(_, entry)| entry).collect()))
}

/// Reads which version wrote a link, and its check.
fn begin(reader: &mut Reader<'_>) -> Result<(String, u64), Wrong> {
    if reader.text.len() > MOST_BYTES {
        return Err(reader.fail(ShareCause::TooLong));
    }
    if !reader.text.starts_with(PREFIX.as_bytes()) {
        return Err(reader.fail(ShareCause::Unknown));
    }
    reader.at = PREFIX.len();
    Ok((reader.version()?, reader.number()?))
}

fn follow(reader: &mut Reader<'_>) -> Result<SharedTimeline, Wrong> {
    let (made_by, check) = begin(reader)?;
    let (setup, entries) = reader.contents()?;
    let mut timeline = Timeline::new(setup).map_err(|error| {
        (reader.at, reader.step) = (PREFIX.len(), None);
        reader.fail(ShareCause::Setup(error))
    })?;
    for (step, (at, entry)) in entries.into_iter().enumerate() {
        timeline.perform(entry).map_err(|rejection| {
            (reader.at, reader.step) = (at, Some(step + 1));
            reader.fail(ShareCause::Rejected(rejection))
        })?;
    }
    let is_same = check == UNCHECKED || check_of(timeline.cluster()) == check;
    let differs = (!is_same).then(|| {
        let then = made_by
            .starts_with("0.1.")
            .then(|| outcome_of_0_1_0(timeline.setup(), timeline.entries(), check));
        Differs { made_by, then: then.flatten(), now: served(timeline.cluster()) }
    });
    Ok(SharedTimeline { timeline, differs })
}

#[cfg(test)]
mod tests {
    use rosterlab_engine::{
        Command, Digest, Mode, NamespaceSettings, NodeSetup, Profile, RackId, ReadMode,
        RosterEntry, RosterNodes, Shutdown, StartingVersions,
    };

    use super::*;
    use crate::testing::ids;
    use crate::timeline::{Purpose, Settle};

    fn node(id: u64, rack: u32) -> NodeSetup {
        NodeSetup::new(NodeId::new(id).unwrap(), RackId::new(rack).unwrap())
    }

    fn case_study() -> ClusterSetup {
        let a = [0xA101, 0xA102, 0xA103].map(|id| node(id, 1));
        let b = [0xB101, 0xB102].map(|id| node(id, 2));
        ClusterSetup::of([a.to_vec(), b.to_vec()].concat(), 2)
    }

    fn act(command: Command) -> Entry {
        Entry::Act { command, settle: Settle::Fully }
    }

    fn stop(nodes: &str, shutdown: Shutdown) -> Entry {
        act(Command::Stop { nodes: ids(nodes), shutdown })
    }

    fn several(purpose: Purpose, entries: Vec<Entry>) -> Entry {
        Entry::Several { purpose, entries }
    }

    fn timeline(setup: ClusterSetup, entries: Vec<Entry>) -> Timeline {
        let mut timeline = Timeline::new(setup).unwrap();
        for entry in entries {
            timeline.perform(entry.clone()).unwrap_or_else(|error| panic!("{entry:?}: {error}"));
        }
        timeline
    }

    /// One of each kind of entry, and of each setting.
    fn everything() -> Timeline {
        let mut setup = case_study();
        setup.profile = Profile::V7_1;
        setup.migrate_threads = 3;
        setup.heartbeat_interval_ms = 250;
        setup.heartbeat_timeout = 20;
        setup.min_cluster_size = 2;
        setup.nodes[4].stay_quiesced = true;
        setup.nodes[1].seeds = ids("A101 C0FFEE");
        setup.nodes[2].server = Some("6.4".parse().unwrap());
        setup.migration_rate_per_s = 1000;
        setup.fill_delay_ms = 5000;
        let available = NamespaceSettings {
            mode: Mode::Available,
            commit_to_device: true,
            devices: 3,
            prefer_uniform_balance: true,
            ..NamespaceSettings::strong("a-p_é.", 3)
        };
        setup.namespaces.push(available);
        let later = NamespaceSettings {
            roster: rosterlab_engine::StartingRoster::None,
            auto_revive: true,
            ..NamespaceSettings::strong("later", 2)
        };
        setup.namespaces.push(later);
        let main = || "main".to_owned();
        let key = Digest([7; 20]);
        let from = ids("B101").first().copied();
        let rack = |number| RackId::new(number).unwrap();
        let server = "7.2.0.11".parse().unwrap();
        let list = ["A101@1", "A102@1", "A103", "C0FFEE@9", "B101@70", "B102@2"];
        let list = RosterNodes::List(list.iter().map(|entry| entry.parse().unwrap()).collect());
        let ap = || setup.namespaces[1].name.clone();
        let entries = vec![
            act(Command::Write { namespace: main(), key, from: None }),
            act(Command::Write { namespace: ap(), key, from }),
            act(Command::Read { namespace: main(), key, from, mode: ReadMode::AllowReplica }),
            act(Command::Cut { between: vec![ids("A101 A102 A103"), ids("B102 B101")] }),
            act(Command::Heal { between: Some(vec![ids("A101"), ids("B102"), ids("B101")]) }),
            act(Command::Heal { between: None }),
            act(Command::add_node(ids("C101")[0], rack(1_000_000), true)),
            act(Command::RosterSet { namespace: main(), nodes: RosterNodes::Observed, on: from }),
            act(Command::Recluster { on: from }),
            Entry::Pass { ms: 123_456_789 },
            stop("B101", Shutdown::Clean),
            act(Command::Wipe { nodes: ids("B101"), device: Some(0) }),
            act(Command::Wipe { nodes: ids("B101"), device: None }),
            act(Command::Start { nodes: ids("B101") }),
            stop("A101", Shutdown::Clean),
            act(Command::StartAs { nodes: ids("A101"), server, metadata_from_copy: true }),
            act(Command::AddNode {
                id: ids("E101")[0],
                rack: rack(5),
                stay_quiesced: true,
                server: Some(server),
                seeds: ids("A101 C0FFEE"),
            }),
            stop("E101", Shutdown::Clean),
            act(Command::RemoveNode { nodes: ids("E101") }),
            act(Command::MoveToRack { nodes: ids("A103 B101"), rack: rack(3) }),
            act(Command::RosterSet { namespace: main(), nodes: list, on: None }),
            act(Command::Revive { namespace: main(), nodes: None }),
            act(Command::Revive { namespace: main(), nodes: Some(ids("B101 A103")) }),
            act(Command::Recluster { on: None }),
            Entry::Act {
                command: Command::Quiesce { nodes: ids("A101 A103") },
                settle: Settle::Prepared,
            },
            Entry::Act {
                command: Command::QuiesceUndo { nodes: ids("A103") },
                settle: Settle::Within { ms: 1_234 },
            },
            stop("A102 C101", Shutdown::Unclean),
            act(Command::RemoveNode { nodes: ids("C101") }),
            Entry::Migrate { partitions: Some(10) },
            Entry::Migrate { partitions: None },
            several(
                Purpose::WayOut,
                vec![
                    act(Command::Start { nodes: ids("A102") }),
                    act(Command::Recluster { on: None }),
                ],
            ),
            several(
                Purpose::Commands,
                vec![
                    Entry::Act {
                        command: Command::Write { namespace: main(), key, from: None },
                        settle: Settle::Prepared,
                    },
                    act(Command::add_node(ids("D101")[0], rack(4), false)),
                ],
            ),
            several(
                Purpose::RollingRestart,
                vec![act(Command::Quiesce { nodes: ids("A102") }), Entry::Pass { ms: 5 }],
            ),
        ];
        timeline(setup, entries)
    }

    fn unreserved(link: &str) -> bool {
        link.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~=".contains(&byte))
    }

    #[test]
    fn every_kind_of_step_comes_back() {
        let timeline = everything();
        let link = write(&timeline).unwrap();
        assert!(unreserved(&link), "{link}");
        let linked = read(&format!("#{link}")).unwrap_or_else(|error| panic!("{link}: {error}"));
        assert_eq!(linked.timeline, timeline);
        assert_eq!(linked.differs, None);
        assert_eq!(linked.timeline.cluster(), timeline.cluster());
    }

    /// Links that were given out lead where they led, for ever. Only lines may be added.
    #[test]
    fn old_links_are_read() {
        let links = [
            ("s1=0.1.0-0_a.n2S-main_1-A101~2.2-B101~1", 0, (4096, 0)),
            ("s1=0.1.0-0_a.n2S-main_1-A101~2.2-B101~1_s34_g_c1_t1_t4", 5, (0, 4096)),
            (
                "s1=0.1.0-0_b.n2S-main.n3AC-ap_1-A101~2.2-B101~1_k0~2.34_i1.0707070707070707070707070707070707070707.3_h_pzz",
                4,
                (4096, 0),
            ),
            ("s1=0.1.0-0_a.n2S-main_1-A101~2.2-B101~1_c01_jw2_t0_r_jr3_q0_p5k_s0_g", 4, (4096, 0)),
        ];
        for (link, entries, (active, unavailable)) in links {
            let timeline = read(link).unwrap_or_else(|error| panic!("{link}: {error}")).timeline;
            assert_eq!(timeline.entries().len(), entries, "{link}");
            let counts = timeline.cluster().view().sub_clusters[0].namespaces[0].counts;
            assert_eq!((counts.active, counts.unavailable), (active, unavailable), "{link}");
        }
    }

    #[test]
    fn a_link_is_short() {
        let entries = vec![
            stop("B101 B102", Shutdown::Clean),
            Entry::Migrate { partitions: None },
            stop("A102", Shutdown::Unclean),
            act(Command::Start { nodes: ids("A102") }),
            act(Command::Start { nodes: ids("B102") }),
            act(Command::Start { nodes: ids("B101") }),
        ];
        let link = write(&timeline(case_study(), entries)).unwrap();
        assert!(link.len() <= 100, "{} {link}", link.len());

        let nodes = (0..128_u64).map(|n| node(0xA000 + (n / 32) * 0x1000 + n % 32, 1));
        let nodes: Vec<NodeSetup> =
            nodes.zip(0_u32..).map(|(setup, n)| node(setup.id.get(), n / 32 + 1)).collect();
        let all: Vec<NodeId> = nodes.iter().map(|node| node.id).collect();
        let mut timeline = Timeline::new(ClusterSetup::of(nodes, 2)).unwrap();
        let racks: Vec<Vec<NodeId>> = all.chunks(32).map(<[NodeId]>::to_vec).collect();
        for round in 0..10 {
            let some: Vec<NodeId> =
                all.iter().copied().skip(round * 7).step_by(9).take(8).collect();
            timeline.act(Command::Cut { between: racks.clone() }).unwrap();
            timeline.act(Command::Heal { between: None }).unwrap();
            let shutdown = Shutdown::Unclean;
            timeline.act(Command::Stop { nodes: some.clone(), shutdown }).unwrap();
            timeline.act(Command::Start { nodes: some }).unwrap();
        }
        let link = write(&timeline).unwrap();
        assert!(link.len() <= 1500, "{}", link.len());
        assert_eq!(read(&link).unwrap().timeline, timeline);
    }

    /// Sixteen nodes whose rows were read, with a roster, a node that is down and one that is quiesced.
    fn as_read() -> ClusterSetup {
        let nodes = (0..16_u64).zip(0_u32..).map(|(id, n)| node(0xB0 + id, n / 4 + 1));
        let mut setup = ClusterSetup::of(nodes.collect(), 2);
        (setup.nodes[3].down, setup.nodes[4].down) =
            (Some(Shutdown::Unclean), Some(Shutdown::Clean));
        (setup.nodes[5].quiesced, setup.nodes[6].stay_quiesced) = (true, true);
        (setup.nodes[7].quiesced, setup.nodes[7].stay_quiesced) = (true, true);
        let entries = setup.nodes[1..].iter();
        let entries = entries.map(|node| RosterEntry { node: node.id, rack: node.rack });
        let entries: Vec<RosterEntry> = entries.chain(["C0FFEE@9".parse().unwrap()]).collect();
        setup.namespaces[0].roster = rosterlab_engine::StartingRoster::List(entries);
        setup
            .namespaces
            .push(NamespaceSettings { name: "b".into(), ..setup.namespaces[0].clone() });
        let row = |pid: usize| vec![1 + pid % 15, 1 + (pid + 1 + pid / 15 % 14) % 15];
        let read = StartingVersions {
            regime: 75,
            rows: (0..4096).map(row).collect(),
            versions: vec![vec![rosterlab_engine::Version::NULL; 16]; 4096],
        };
        for index in 0..2 {
            setup.namespaces[index].versions = Some(read.pack(&setup, index).unwrap());
        }
        setup
    }

    #[test]
    fn a_cluster_as_it_was_read_comes_back() {
        let timeline = timeline(as_read(), vec![stop("B1", Shutdown::Clean)]);
        let link = write(&timeline).unwrap();
        assert!(unreserved(&link), "{link}");
        assert!(link.len() < 5_700, "{}", link.len());
        let roster = ".l1-B1~2.l2-B4~3.l3-B8~3.l4-BC~3.l9-C0FFEE.v1";
        assert!(link.contains(roster), "{link}");
        assert!(link.contains("_1-B0~2.-B3=x.2-B4=d.-B5=q.-B6=.-B7==q.3-B8~3."), "{link}");
        assert_eq!(read(&link).unwrap().timeline, timeline);
        let at = link.find(".v1").unwrap();
        let damaged = format!("{}!{}", &link[..at + 300], &link[at + 301..]);
        let error = read(&damaged).unwrap_err().to_string();
        assert_eq!(
            error,
            "character 4: character 299 of the versions: one of 0-9 a-z A-Z - ~ is expected"
        );
        let early = read("s1=0.2.0-0_a.v1.n2S-main_1-A101").unwrap_err().to_string();
        assert_eq!(early, "character 14: a namespace is expected");
    }

    /// What is too long for a link has none, and the limit holds for what is read too.
    #[test]
    fn versions_count_to_the_length_of_a_link() {
        let mut setup = as_read();
        setup.namespaces[1].roster = rosterlab_engine::StartingRoster::All;
        for name in ["c", "d"] {
            let last = setup.namespaces[0].clone();
            setup.namespaces.push(NamespaceSettings { name: name.into(), ..last });
        }
        setup.namespaces.remove(1);
        let timeline = timeline(setup, vec![]);
        assert_eq!(write(&timeline), None);
        let long = format!("s1=0.2.0-0_a.n2S-main.v{}_1-A101", "0".repeat(MOST_BYTES));
        let error = read(&long).unwrap_err().to_string();
        assert_eq!(error, "character 1: a share link has at most 16384 characters");
    }

    /// What was done before there were several things in one step.
    #[test]
    fn a_link_without_several_things_in_one_step_is_written_as_before() {
        let entries = vec![
            stop("B101 B102", Shutdown::Clean),
            Entry::Migrate { partitions: None },
            act(Command::Start { nodes: ids("B101") }),
        ];
        let link = write(&timeline(case_study(), entries)).unwrap();
        let version = env!("CARGO_PKG_VERSION");
        let written = format!("s1={version}-CHECK_a.n2S-main_1-A101~2.2-B101~1_s34_g_t3");
        let (head, steps) = link.split_once('_').unwrap();
        let (_, check) = head.rsplit_once('-').unwrap();
        assert_eq!(written.replace("CHECK", check), format!("{head}_{steps}"));
    }

    #[test]
    fn several_things_count_as_many_steps_and_cannot_be_nested() {
        let passes = |count: usize| vec![Entry::Pass { ms: 1 }; count];
        let of = |count| several(Purpose::Commands, passes(count));
        let most = timeline(case_study(), vec![of(MOST_STEPS)]);
        assert_eq!(read(&write(&most).unwrap()).unwrap().timeline, most);
        assert_eq!(write(&timeline(case_study(), vec![of(MOST_STEPS - 1), of(2)])), None);
        assert_eq!(write_before(&most, &stop("A101", Shutdown::Clean)), None);
    }

    #[test]
    fn a_link_of_another_engine_that_decided_otherwise_says_so() {
        let link = write(&everything()).unwrap();
        let (head, rest) = link.split_once('_').unwrap();
        let (_, check) = head.rsplit_once('-').unwrap();
        let other = format!("s1=0.0.9-{check}1_{rest}");
        let differs = read(&other).unwrap().differs.unwrap();
        assert_eq!((differs.made_by.as_str(), differs.then), ("0.0.9", None));
        assert_eq!(differs.now, served(everything().cluster()));
    }

    /// Links that version 0.1.0 gave out: each is of a rule that was corrected since, opens, and says what it came to then
    /// and what it comes to now.
    #[test]
    fn an_old_link_of_a_corrected_rule_says_both_outcomes() {
        let links = [
            // One cut link: A1 is an orphan now, and was a cluster of its own; the rest serves everything either way.
            (
                "s1=0.1.0-12w1se22ed_a.n2S-main.n2A-ap_0-A1~4_k0.1",
                &[("main", 4096), ("ap", 4096)][..],
                &[("main", 4096), ("ap", 4096)][..],
            ),
            // All drives lost at once: dead now, fresh then.
            (
                "s1=0.1.0-1i9hqauei8_a.n2S-main_0-A1~1_c01_w01_t01",
                &[("main", 4096)],
                &[("main", 0)],
            ),
            // A quiesced master that has not handed over yet: its copies stay full now.
            (
                "s1=0.1.0-r1ol2bekt_a.n1S-main_0-A101~2_q0_r_s2",
                &[("main", 1381)],
                &[("main", 2727)],
            ),
        ];
        let served = |served: &[Served]| -> Vec<(String, u32)> {
            served.iter().map(|one| (one.namespace.clone(), one.active)).collect()
        };
        for (link, then, now) in links {
            let owned = |list: &[(&str, u32)]| -> Vec<(String, u32)> {
                list.iter().map(|(name, active)| ((*name).to_owned(), *active)).collect()
            };
            let linked = read(link).unwrap_or_else(|error| panic!("{link}: {error}"));
            let differs = linked.differs.unwrap_or_else(|| panic!("{link} comes to the same"));
            assert_eq!(differs.made_by, "0.1.0");
            assert_eq!(differs.then.as_deref().map(served), Some(owned(then)), "{link}");
            assert_eq!(served(&differs.now), owned(now), "{link}");
        }
    }

    #[test]
    fn an_entry_that_names_an_unknown_node_has_no_link() {
        let timeline = timeline(case_study(), Vec::new());
        assert!(write_before(&timeline, &stop("A101", Shutdown::Clean)).is_some());
        assert_eq!(write_before(&timeline, &stop("C101", Shutdown::Clean)), None);
    }

    #[test]
    fn what_is_about_to_be_done_can_be_linked_too() {
        let timeline = timeline(case_study(), vec![stop("B101", Shutdown::Clean)]);
        let next = stop("A102", Shutdown::Unclean);
        let linked = read(&write_before(&timeline, &next).unwrap()).unwrap();
        assert_eq!(linked.timeline.entries()[1], next);
        assert_eq!(linked.differs, None);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let long = format!("s1={}", "x".repeat(MOST_BYTES));
        let steps = format!("s1=0.1.0-0_a.n2S-main_0-A1{}", "_p1".repeat(MOST_STEPS + 1));
        let wide = (0..32).map(|at| format!("n1S-m{at}")).collect::<Vec<_>>().join(".");
        let work = format!("s1=0.1.0-0_a.{wide}_0-A1~3j{}", "_p1".repeat(40));
        let several = format!("s1=0.1.0-0_a.n2S-main_0-A1_jcrt{}", "_p1".repeat(MOST_STEPS + 1));
        let cases: [(&str, &str); 20] = [
            ("", "character 1: a share link begins with s1="),
            ("s2=0.1.0", "character 1: a share link begins with s1="),
            ("s1=", "character 4: an engine's version is expected"),
            ("s1=0.1.0-0_d", "character 12: the server's profile is expected"),
            ("s1=0.1.0-0_a.n2S-main_0-G1", "character 25: a node id is expected"),
            ("s1=0.1.0-0_a_0-A1", "character 4: a cluster has 1 to 32 namespaces, not 0"),
            (
                "s1=0.1.0-0_a.n2S-main_0-A1~zzz",
                "character 31: a cluster has 1 to 128 nodes, not 129",
            ),
            ("s1=0.1.0-0_a.n2S-main_0-A1_s1", "step 1, character 30: a node's place is expected"),
            ("s1=0.1.0-0_a.n2S-main_0-A1_s0_s0", "step 2, character 31: node A1 is down"),
            ("s1=0.1.0-0_a.n2S-main_0-A1_s0 ", "step 1, character 30: a node's place is expected"),
            (
                "s1=0.1.0-0_a.n2S-main_0-A1_j1_s0",
                "step 1, character 29: what several steps are for is expected",
            ),
            (
                "s1=0.1.0-0_a.n2S-main_0-A1_jw0",
                "step 1, character 31: a number of steps is expected",
            ),
            ("s1=0.1.0-0_a.n2S-main_0-A1_jw2_s0", "step 1, character 34: another step is expected"),
            (
                "s1=0.1.0-0_a.n2S-main_0-A1_jw1.s0",
                "step 1, character 31: the end of a step is expected",
            ),
            ("s1=0.1.0-0_a.n2S-main_0-A1_jw1_jw1_s0", "step 1, character 32: a step is expected"),
            ("s1=0.1.0-0_a.n2S-main_0-A1_p1_jw2_s0_s0", "step 2, character 31: node A1 is down"),
            (&several, "step 1, character 3033: a share link has at most 1000 steps"),
            (&long, "character 1: a share link has at most 16384 characters"),
            (&steps, "step 1001, character 3028: a share link has at most 1000 steps"),
            (
                &work,
                "step 40, character 385: a share link with that many nodes and namespaces has at most 39 steps",
            ),
        ];
        for (link, message) in cases {
            let error = read(link).expect_err(link);
            assert_eq!(error.to_string(), message, "{link}");
        }
    }

    #[test]
    fn no_change_of_a_character_makes_it_fail_otherwise_than_by_an_error() {
        let link = write(&everything()).unwrap();
        let others = ["", "0", "~", "_", ".", "-", "z", "A", "é", "~~", "zzzzzzzzzzzzzz"];
        for at in 0..link.len() {
            for other in others {
                let text = format!("{}{other}{}", &link[..at], &link[at + 1..]);
                let mut reader = Reader { at: PREFIX.len(), ..Reader::new(&text) };
                let head = reader.version().and_then(|_| reader.number());
                // Running what it says is tried for some only: that takes long.
                if head.and_then(|_| reader.contents()).is_ok() && at % 97 == 0 {
                    read(&text).ok();
                }
                assert!(reader.at <= text.len() + 1, "{text}");
            }
        }
    }
}
