//! What our own nodes, tables and archives say of a random cluster, read back, is that cluster: ids, racks, rosters,
//! replication factor, who is there; however a terminal broke the lines.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write as _;

use proptest::prelude::*;
use rosterlab_asinfo::admin::Console;
use rosterlab_asinfo::bring::{self, Input, Joined};
use rosterlab_asinfo::collect;
use rosterlab_engine::{
    Cluster, ClusterSetup, Command, NodeId, NodeSetup, Profile, RackId, RosterEntry, RosterNodes,
    Shutdown, Until,
};
use rosterlab_scenario::Runner;

use crate::common::Net;
use crate::properties::runner;

/// A cluster, and what is true of it.
struct World {
    net: Net,
    roster: Vec<RosterEntry>,
    pending: Vec<RosterEntry>,
    there: BTreeSet<NodeId>,
    factor: u8,
}

/// Numbers that a cluster is made of.
#[derive(Clone, Debug)]
struct Plan {
    ids: BTreeSet<u64>,
    racks: u32,
    factor: u8,
    gone: u16,
    pending: u16,
    profile: usize,
}

fn plans(most: usize) -> impl Strategy<Value = Plan> {
    let id = prop_oneof![
        (0_u64..0x1000).prop_map(|n| 0x0BB9_0000_016A_E420 + (n << 20)),
        0xA1_u64..0xAF,
        1_u64..=u64::MAX,
    ];
    (
        proptest::collection::btree_set(id, 1..=most),
        1_u32..=3,
        1_u8..=3,
        any::<u16>(),
        any::<u16>(),
        0_usize..3,
    )
        .prop_map(|(ids, racks, factor, gone, pending, profile)| Plan {
            ids,
            racks,
            factor,
            gone,
            pending,
            profile,
        })
}

fn world(plan: &Plan) -> World {
    let rack = |at: usize| {
        let number = if plan.racks == 1 { 0 } else { u32::try_from(at).unwrap() % plan.racks + 1 };
        RackId::new(number).unwrap()
    };
    let nodes = plan.ids.iter().enumerate();
    let nodes: Vec<NodeSetup> =
        nodes.map(|(at, id)| NodeSetup::new(NodeId::new(*id).unwrap(), rack(at))).collect();
    let mut roster: Vec<RosterEntry> =
        nodes.iter().map(|node| RosterEntry { node: node.id, rack: node.rack }).collect();
    roster.sort_by(|a, b| b.cmp(a));
    let mut setup = ClusterSetup::of(nodes, plan.factor);
    setup.profile = Profile::ALL[plan.profile];
    let mut net = Net::new(setup);
    let chosen = |bits: u16| -> Vec<RosterEntry> {
        let all = roster.iter().enumerate();
        all.filter(|(at, _)| bits >> (at % 16) & 1 == 1).map(|(_, entry)| *entry).collect()
    };
    // Somebody is there.
    let mut gone: Vec<NodeId> = chosen(plan.gone).into_iter().map(|entry| entry.node).collect();
    gone.truncate(roster.len() - 1);
    if !gone.is_empty() {
        net.act(&Command::Stop { nodes: gone.clone(), shutdown: Shutdown::Clean });
    }
    let mut pending = chosen(plan.pending);
    if pending.is_empty() || plan.pending.is_multiple_of(2) {
        pending.clone_from(&roster);
    } else {
        let nodes = RosterNodes::List(pending.clone());
        let set = Command::RosterSet { namespace: "main".to_owned(), nodes, on: None };
        net.cluster.apply(&set).unwrap();
        net.cluster.advance(Until::Settled);
    }
    let there = roster.iter().map(|entry| entry.node).filter(|id| !gone.contains(id)).collect();
    World { net, roster, pending, there, factor: plan.factor }
}

fn read(name: &str, bytes: &[u8]) -> Joined {
    let facts = bring::read(&[Input { name, bytes }]);
    let joined = bring::join(&facts, &[]);
    // It can be made a scenario, which runs.
    bring::scenario(&joined, &facts).unwrap_or_else(|error| panic!("{error}"));
    joined
}

fn highest_first(entries: &[RosterEntry]) -> Vec<RosterEntry> {
    let mut entries = entries.to_vec();
    entries.sort_by(|a, b| b.cmp(a));
    entries
}

/// Whether the joined cluster is the true one. Not all outputs tell the replication factor.
fn is_it(world: &World, joined: &Joined, tells_factor: bool) -> Result<(), TestCaseError> {
    prop_assert!(joined.conflicts.is_empty(), "{:?}", joined.conflicts);
    let ids: Vec<NodeId> = joined.nodes.iter().map(|node| node.id).collect();
    let expected: Vec<NodeId> = world.roster.iter().map(|entry| entry.node).collect();
    prop_assert_eq!(ids, expected);
    prop_assert_eq!(joined.namespaces.len(), 1);
    let main = &joined.namespaces[0];
    prop_assert_eq!(&main.name, "main");
    prop_assert_eq!(main.roster.as_ref(), Some(&world.roster));
    prop_assert_eq!(main.pending.as_deref().map(highest_first), Some(world.pending.clone()));
    let there: BTreeSet<NodeId> = main.observed.iter().flatten().map(|entry| entry.node).collect();
    prop_assert_eq!(&there, &world.there);
    for (node, entry) in joined.nodes.iter().zip(&world.roster) {
        prop_assert_eq!(node.rack, Some(entry.rack));
        prop_assert_eq!(node.up, Some(world.there.contains(&node.id)));
    }
    // Tables have the factor that takes effect: less in a small cluster.
    let is_small = world.there.len() < usize::from(world.factor);
    if tells_factor && !is_small {
        prop_assert_eq!(main.replication_factor, Some(world.factor));
    }
    Ok(())
}

/// What the admin tool prints for these lines, with its prompt before them.
fn typed(world: &mut World, lines: &[&str]) -> String {
    let first = *world.there.first().unwrap();
    let mut console = Console::new(first, 1);
    let mut text = String::new();
    for line in lines {
        let said = console.enter(line, &mut world.net).text();
        let _ = writeln!(text, "Admin> {line}\n{said}");
    }
    text
}

/// What `asinfo` prints for a request, of every node that is there.
fn asked(world: &World, request: &str) -> String {
    let mut text = format!("Admin> asinfo -v '{request}'\n");
    for (at, id) in world.there.iter().enumerate() {
        let said = world.net.ask(&id.to_string(), request);
        let _ = writeln!(text, "aero-{at}:3000 (10.0.0.{at}) returned:\n{said}\n");
    }
    text
}

/// Lines broken at a width, as a terminal breaks them; spaces at ends lost.
fn broken(text: &str, width: usize) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let signs: Vec<char> = line.chars().collect();
        if signs.is_empty() {
            out.push('\n');
        }
        for piece in signs.chunks(width) {
            let piece: String = piece.iter().collect();
            out.push_str(piece.trim_end());
            out.push('\n');
        }
    }
    out
}

/// The colours that the tool gives the principal and its own node.
fn coloured(text: &str) -> String {
    let text = text.replace("|*", "|\u{1b}[1;32m*").replace("|@", "|\u{1b}[36m@");
    text.replace("\n*", "\n\u{1b}[0;1;32m*").replace('|', "\u{1b}[0m|")
}

#[test]
fn tables_are_read_back_however_their_lines_were_broken() {
    let way = (60_usize..220, any::<u8>());
    let run = runner(40).run(&(plans(12), way), |(plan, (width, marks))| {
        let mut world = world(&plan);
        let mut text = typed(
            &mut world,
            &["show roster", "show racks", "info network", "info namespace", "show pmap"],
        );
        if marks & 1 == 1 {
            text = broken(&text, width);
        }
        if marks & 2 == 2 {
            text = coloured(&text);
        }
        if marks & 4 == 4 {
            text = text.replace(' ', "\u{a0}");
        }
        if marks & 8 == 8 {
            text = text.replace('\n', "\r\n");
        }
        let joined = read("pasted", text.as_bytes());
        is_it(&world, &joined, true)
            .map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))
    });
    if let Err(error) = run {
        panic!("{error}");
    }
}

#[test]
fn turned_tables_are_read_back() {
    let run = runner(12).run(&plans(8), |plan| {
        let mut world = world(&plan);
        let text = typed(&mut world, &["show roster -flip", "info network -flip"]);
        is_it(&world, &read("pasted", text.as_bytes()), false)
            .map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))
    });
    if let Err(error) = run {
        panic!("{error}");
    }
}

#[test]
fn replies_of_asinfo_are_read_back() {
    let run = runner(40).run(&(plans(12), any::<u8>(), 60_usize..200), |(plan, marks, width)| {
        let world = world(&plan);
        let mut text = asked(&world, "node");
        text += &asked(&world, "roster:");
        text += &asked(&world, if marks & 1 == 1 { "roster:namespace=main" } else { "racks:" });
        text += &asked(&world, "namespace/main");
        text += &asked(&world, "statistics");
        if marks & 2 == 2 {
            text = broken(&text, width);
        }
        if marks & 4 == 4 {
            text = text.replace('\n', "\r\n");
        }
        is_it(&world, &read("pasted", text.as_bytes()), true)
            .map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))
    });
    if let Err(error) = run {
        panic!("{error}");
    }
}

#[test]
fn archives_are_read_back() {
    let run = runner(8).run(&plans(8), |plan| {
        let mut world = world(&plan);
        let seeds: Vec<NodeId> = world.there.iter().copied().collect();
        let archive = collect::collect(&mut world.net, &seeds).unwrap();
        let packed = collect::pack(&archive, "09:05:18".parse().unwrap(), Vec::new()).unwrap();
        let joined = read("cluster.tgz", &packed);
        is_it(&world, &joined, true)?;
        prop_assert_eq!(joined.moment.as_deref(), Some("2026-11-21 19:48:44 UTC"));
        prop_assert_eq!(joined.namespaces[0].uniform_balance, Some(false));
        Ok(())
    });
    if let Err(error) = run {
        panic!("{error}");
    }
}

/// The same archive as a ZIP, with a file that is stored and one that is packed.
#[test]
fn zip_archives_are_read_back() {
    let plan =
        Plan { ids: (0xA1..0xA6).collect(), racks: 2, factor: 2, gone: 1, pending: 0, profile: 2 };
    let mut world = world(&plan);
    let seeds: Vec<NodeId> = world.there.iter().copied().collect();
    let archive = collect::collect(&mut world.net, &seeds).unwrap();
    let mut bytes = Vec::new();
    let mut zip = rawzip::ZipArchiveWriter::new(&mut bytes);
    for (at, file) in archive.files.iter().enumerate() {
        let name = format!("{}/{}", archive.folder, file.name);
        let method = match at % 2 {
            0 => rawzip::CompressionMethod::DEFLATE,
            _ => rawzip::CompressionMethod::STORE,
        };
        let (mut entry, config) = zip.new_file(&name).compression_method(method).start().unwrap();
        let descriptor = if at % 2 == 0 {
            let packed =
                flate2::write::DeflateEncoder::new(&mut entry, flate2::Compression::best());
            let mut writer = config.wrap(packed);
            writer.write_all(file.text.as_bytes()).unwrap();
            let (packed, descriptor) = writer.finish().unwrap();
            packed.finish().unwrap();
            descriptor
        } else {
            let mut writer = config.wrap(&mut entry);
            writer.write_all(file.text.as_bytes()).unwrap();
            writer.finish().unwrap().1
        };
        entry.finish(descriptor).unwrap();
    }
    zip.finish().unwrap();
    is_it(&world, &read("cluster.zip", &bytes), true).unwrap();
    // One inside another.
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(&bytes).unwrap();
    is_it(&world, &read("cluster.zip.gz", &packed.finish().unwrap()), true).unwrap();
}

#[test]
fn a_large_cluster_is_read_back_from_its_tables() {
    let ids = (0..128_u64).map(|n| 0x0BB9_0000_016A_E420 + (n << 20)).collect();
    let plan = Plan { ids, racks: 3, factor: 3, gone: 0, pending: 0, profile: 2 };
    let mut world = world(&plan);
    let text = typed(&mut world, &["show roster"]);
    for text in [text.clone(), broken(&text, 80), broken(&text, 211)] {
        is_it(&world, &read("pasted", text.as_bytes()), false).unwrap();
    }
}

/// `partition-info` and `replicas`: what was read says who serves what the nodes own.
#[test]
fn versions_are_read_back() {
    let run = runner(6).run(&(plans(5), any::<u8>()), |(plan, marks)| {
        let world = world(&plan);
        let mut text = asked(&world, "partition-info");
        if marks & 1 == 0 {
            // The first row is the heading; without the names above, versions tell whose it is.
            text = text.replace(';', "\n");
        }
        text += &asked(&world, "node");
        text += &asked(&world, "roster:");
        text += &asked(&world, "replicas");
        if marks & 6 == 6 {
            text = broken(&text, 150);
        }
        let facts = bring::read(&[Input { name: "pasted", bytes: text.as_bytes() }]);
        let joined = bring::join(&facts, &[]);
        // Everybody is there and nothing migrates: masters and replicas are as they were read.
        let is_whole = world.there.len() == world.roster.len();
        let is_small = world.roster.len() < usize::from(world.factor);
        let how = bring::exactness(&joined, &facts)[0].how;
        if !is_small {
            let expected = if is_whole { bring::How::AsRead } else { bring::How::About };
            prop_assert_eq!(how, expected);
        }
        for id in &world.there {
            let rows = joined.versions.rows(&facts, "main", *id).unwrap();
            prop_assert_eq!(rows.len(), 4096);
            let versions = world.net.cluster.versions("main", *id).unwrap();
            for (row, version) in rows.iter().zip(versions) {
                prop_assert_eq!(row.version.to_string(), version.to_string());
            }
            let owned = joined.versions.owned(&facts, "main", *id).unwrap();
            for row in rows.iter().filter(|row| row.working_master == Some(*id)) {
                prop_assert!(owned.owns(0, row.partition), "{id} {}", row.partition);
            }
        }
        Ok(())
    });
    if let Err(error) = run {
        panic!("{error}");
    }
}

/// Everything that a start as it was read is made of.
fn whole(world: &World) -> String {
    ["node", "roster:", "namespace/main", "statistics", "partition-info"]
        .iter()
        .map(|request| asked(world, request))
        .collect()
}

/// A cluster that begins with the versions that were read is in the same state, and reacts in the same way to the next stop.
#[test]
fn versions_that_were_read_start_the_same_cluster() {
    let run = runner(12).run(&(plans(6), any::<u8>()), |(plan, next)| {
        let world = world(&plan);
        let facts = bring::read(&[Input { name: "pasted", bytes: whole(&world).as_bytes() }]);
        let joined = bring::join(&facts, &[]);
        let (scenario, assumed) = bring::scenario(&joined, &facts).unwrap();
        prop_assert!(scenario.cluster.namespaces[0].versions.is_some(), "{assumed:?}");
        let begun = Runner::new(&scenario).and_then(Runner::into_last).unwrap();
        let (mut here, mut there) = (world.net.cluster.clone(), begun);
        let same = |here: &Cluster, there: &Cluster| -> Result<(), TestCaseError> {
            let (here, there) = (here.view(), there.view());
            prop_assert_eq!(here.served(0), there.served(0), "{:?}", assumed);
            prop_assert_eq!(here.sub_clusters.len(), there.sub_clusters.len());
            for (one, other) in here.sub_clusters.iter().zip(&there.sub_clusters) {
                prop_assert_eq!(&one.nodes, &other.nodes);
                prop_assert_eq!(one.namespaces[0].counts, other.namespaces[0].counts);
            }
            Ok(())
        };
        same(&here, &there)?;
        let up: Vec<NodeId> = world.there.iter().copied().collect();
        let stop = Command::Stop {
            nodes: vec![up[usize::from(next) % up.len()]],
            shutdown: if next & 128 == 0 { Shutdown::Clean } else { Shutdown::Unclean },
        };
        for cluster in [&mut here, &mut there] {
            cluster.apply(&stop).unwrap();
            cluster.advance(Until::Settled);
        }
        same(&here, &there)
    });
    if let Err(error) = run {
        panic!("{error}");
    }
}

#[test]
fn versions_of_a_part_of_the_nodes_are_not_used_and_that_is_said() {
    let ids = [0xA1, 0xA2, 0xA3].into_iter().collect();
    let plan = Plan { ids, racks: 1, factor: 2, gone: 0, pending: 0, profile: 0 };
    let text =
        whole(&world(&plan)).replacen("aero-0:3000 (10.0.0.0) returned:\nnamespace:", "x:", 1);
    let facts = bring::read(&[Input { name: "pasted", bytes: text.as_bytes() }]);
    let (scenario, assumed) = bring::scenario(&bring::join(&facts, &[]), &facts).unwrap();
    let is_used = scenario.cluster.namespaces[0].versions.is_some();
    let why = "the versions of main are not used: no partition-info of A1 was read";
    assert!(!is_used && assumed.iter().any(|sentence| sentence == why), "{assumed:?}");
}
