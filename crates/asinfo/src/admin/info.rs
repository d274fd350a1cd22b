//! `info`: network, and namespaces' use and objects.
//!
//! Invariant: reads only. Not here: the tables' layout (see `sheet`).

use std::collections::{BTreeMap, BTreeSet};

use super::cluster::{At, Scope, Session};
use super::replies::{self, Failure, Values, checked};
use super::sheet::{Form, Head, Sheet, Total, Value, left, node_id, node_name, right, sum, whole};
use super::table::{Align, Style, Table, Tone};

/// `info network`.
pub(super) fn network(session: &mut Session, with: &[String]) -> Result<Table, Failure> {
    let whom = session.cluster.select(Scope::With(with))?;
    let statistics = session.ask(&whom, "statistics");
    session.ask(&whom, "cluster-name");
    let versions = session.ask(&whom, "version");
    let statistics: BTreeMap<At, Option<Values>> = statistics
        .into_iter()
        .map(|(at, reply)| (at, checked(reply, "").ok().map(|text| replies::values(&text, ';'))))
        .collect();
    let common = |name: &str| {
        most_frequent(statistics.values().flatten().filter_map(|values| values.get(name)))
    };
    let [size, key, principal] = ["cluster_size", "cluster_key", "paxos_principal"].map(common);

    let heads = vec![
        left("Node"),
        right("Node ID"),
        left("IP"),
        left("Build"),
        right("Migrations"),
        right("Size").under("Cluster"),
        right("Key").under("Cluster"),
        left("Integrity").under("Cluster"),
        right("Principal").under("Cluster"),
        right("Client Conns"),
        right("Uptime"),
    ];
    let mut sheet = Sheet::new(session.title("Network Information"), heads);
    let names = session.cluster.names();
    let shown = session.cluster.shown(with);
    // The tool lists the addresses of all nodes, and names only those that were asked for.
    let unnamed = session.cluster.shown(&[]).into_iter().rev().filter(|at| !shown.contains(at));
    for at in unnamed.chain(shown.iter().copied()) {
        let link = &session.cluster.links[at];
        let asked = shown.contains(&at);
        let mut row = if asked {
            vec![node_name(session.cluster, &names, at), node_id(session.cluster, at)]
        } else {
            vec![Value::Missing, Value::Missing]
        };
        row.push(Value::text(&link.address()));
        row.push(match versions.get(&at) {
            Some(version) => checked(version.clone(), "")
                .map_or(Value::Failed, |version| Value::text(&edition(&link.build, &version))),
            None => Value::Missing,
        });
        match statistics.get(&at) {
            Some(Some(values)) => row.extend([
                Value::number(values, &["migrate_partitions_remaining"], Form::Units)
                    .toned(Tone::Caution, |left| left != 0),
                alike(
                    Value::number(values, &["cluster_size"], Form::Plain),
                    values.get("cluster_size"),
                    size.as_ref(),
                ),
                alike(
                    Value::string(values, &["cluster_key"]),
                    values.get("cluster_key"),
                    key.as_ref(),
                ),
                Value::truth(values, &["cluster_integrity"], false),
                alike(
                    Value::string(values, &["paxos_principal"]),
                    values.get("paxos_principal"),
                    principal.as_ref(),
                ),
                Value::number(values, &["client_connections"], Form::Plain),
                Value::number(values, &["uptime"], Form::Time),
            ]),
            Some(None) => row.extend(vec![Value::Failed; 7]),
            None => row.extend(vec![Value::Missing; 7]),
        }
        sheet.row(Some(""), row);
    }
    Ok(sheet.table(Style::Columns))
}

/// What `info` tells of XDR: of builds before 5.0 a table, of which this console has the builds only.
pub(super) fn xdr(session: &mut Session) -> Result<Option<Table>, Failure> {
    let whom = session.cluster.select(Scope::All)?;
    session.ask(&whom, "dcs");
    session.ask(&whom, "get-config:context=xdr");
    let old: Vec<At> =
        whom.into_iter().filter(|&at| session.cluster.links[at].is_older_than(5, 0)).collect();
    if old.is_empty() {
        return Ok(None);
    }
    session.ask(&old, "statistics/xdr");
    let mut sheet = Sheet::new(session.title("XDR Information"), vec![left("Node"), left("Build")]);
    let names = session.cluster.names();
    for at in session.cluster.shown(&[]) {
        let build = Value::text(&session.cluster.links[at].build);
        let build = if old.contains(&at) { build } else { Value::Missing };
        sheet.row(Some(""), vec![node_name(session.cluster, &names, at), build]);
    }
    Ok(Some(sheet.table(Style::Columns)))
}

/// The value, in red when it is not what most nodes say.
fn alike(value: Value, own: Option<&String>, common: Option<&String>) -> Value {
    if own == common {
        return value;
    }
    match value {
        Value::Text(text, _) => Value::Text(text, Tone::Alert),
        Value::Number(number, form, _) => Value::Number(number, form, Tone::Alert),
        other => other,
    }
}

fn most_frequent<'a>(values: impl Iterator<Item = &'a String>) -> Option<String> {
    let mut counts: Vec<(&String, usize)> = Vec::new();
    for value in values {
        match counts.iter_mut().find(|(known, _)| *known == value) {
            Some((_, count)) => *count += 1,
            None => counts.push((value, 1)),
        }
    }
    // The first of several that are as frequent.
    counts.iter().rev().max_by_key(|(_, count)| *count).map(|(value, _)| (*value).clone())
}

/// The build with a letter for the edition.
pub(super) fn edition(build: &str, version: &str) -> String {
    let version = version.to_ascii_lowercase();
    let letters = [("community", "C-"), ("enterprise", "E-"), ("federal", "F-")];
    let letter =
        letters.iter().find(|(name, _)| version.contains(name)).map_or("", |(_, letter)| *letter);
    format!("{letter}{build}")
}

/// What nodes tell of their namespaces.
pub(super) struct Namespaces {
    /// By node and namespace.
    pub(super) of: BTreeMap<At, BTreeMap<String, Values>>,
    /// All namespaces of any node.
    pub(super) all: BTreeSet<String>,
}

/// Asks for the namespaces and for each one's statistics.
pub(super) fn namespaces(
    session: &mut Session,
    whom: &[At],
    wanted: impl Fn(&str) -> bool,
) -> Namespaces {
    let mut all = BTreeSet::new();
    for reply in session.ask(whom, "namespaces").into_values() {
        all.extend(checked(reply, "").map(|text| replies::list(&text)).unwrap_or_default());
    }
    all.retain(|namespace| wanted(namespace));
    let mut of: BTreeMap<At, BTreeMap<String, Values>> = BTreeMap::new();
    for namespace in &all {
        for (at, reply) in session.ask(whom, &format!("namespace/{namespace}")) {
            let values =
                checked(reply, "").map(|text| replies::values(&text, ';')).unwrap_or_default();
            if !values.is_empty() && values.get("type").is_none_or(|kind| kind != "unknown") {
                of.entry(at).or_default().insert(namespace.clone(), values);
            }
        }
    }
    Namespaces { of, all }
}

/// `info namespace`: both tables from one round of questions.
pub(super) fn namespace(
    session: &mut Session,
    with: &[String],
    parts: Parts,
) -> Result<Vec<Table>, Failure> {
    let whom = session.cluster.select(Scope::With(with))?;
    let found = namespaces(session, &whom, |_| true);
    let mut tables = Vec::new();
    if parts != Parts::Objects {
        let statistics = session.ask(&whom, "statistics");
        let service = statistics
            .into_iter()
            .filter_map(|(at, reply)| Some((at, replies::values(&checked(reply, "").ok()?, ';'))))
            .collect();
        tables.push(usage(session, with, &found, &service));
    }
    if parts != Parts::Usage {
        let racks = session.ask(&whom, "rack-ids");
        tables.push(objects(session, with, &found, &racks));
    }
    Ok(tables)
}

/// Which tables of `info namespace` are wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Parts {
    Both,
    Usage,
    Objects,
}

fn percent(title: &str) -> Head {
    right(title).with(Total::Mean)
}

fn usage_heads() -> Vec<Head> {
    let mut heads = vec![
        left("Namespace").with(Total::Name),
        left("Node"),
        sum("Evictions"),
        left("Stop Writes"),
        right("Avail%").under("System Memory"),
        right("Evict%").under("System Memory"),
        right("Stop%").under("System Memory"),
    ];
    for index in ["Primary Index", "Secondary Index"] {
        let columns = [left("Type"), sum("Used"), percent("Used%"), right("Evict%")];
        heads.extend(columns.map(|head| head.under(index)));
    }
    let storage = [
        left("Type"),
        sum("Used"),
        percent("Used%"),
        right("Evict%"),
        right("Used Stop%"),
        right("Avail%"),
        right("Avail Stop%"),
    ];
    heads.extend(storage.map(|head| head.under("Storage Engine")));
    heads.extend(
        [sum("Used"), percent("Used%"), right("HWM%"), right("Stop%")]
            .map(|head| head.under("Memory")),
    );
    heads
}

fn usage(
    session: &Session,
    with: &[String],
    found: &Namespaces,
    service: &BTreeMap<At, Values>,
) -> Table {
    use Form::{Bytes, Percent, Plain, Units};
    let names = session.cluster.names();
    let none = Values::new();
    let mut sheet = Sheet::new(session.title("Namespace Usage Information"), usage_heads());
    for at in session.cluster.shown(with) {
        let name = node_name(session.cluster, &names, at);
        let node = service.get(&at).unwrap_or(&none);
        let free = Value::number(node, &["system_free_mem_pct"], Plain);
        let Some(of_node) = found.of.get(&at) else {
            sheet.failed_row(vec![(1, name), (4, free)]);
            continue;
        };
        for (namespace, values) in of_node {
            let number = |names: &[&str], form| Value::number(values, names, form);
            let used =
                ["data_used_bytes", "device_used_bytes", "pmem_used_bytes", "used-bytes-disk"];
            let total =
                ["data_total_bytes", "device_total_bytes", "pmem_total_bytes", "total-bytes-disk"];
            let mut row = vec![
                Value::text(namespace),
                name.clone(),
                number(&["evicted_objects", "evicted-objects"], Units),
                Value::truth(values, &["stop_writes", "stop-writes"], true),
                free.clone(),
                number(&["evict-sys-memory-pct"], Plain),
                number(&["stop-writes-sys-memory-pct"], Percent),
            ];
            row.extend(index(values, "index"));
            row.extend(index(values, "sindex"));
            row.extend([
                Value::string(values, &["storage-engine"]),
                number(&used, Bytes),
                Value::part(values, &used, &total),
                number(&["storage-engine.evict-used-pct", "high-water-disk-pct"], Percent),
                number(&["storage-engine.stop-writes-used-pct"], Percent),
                number(
                    &[
                        "data_avail_pct",
                        "device_available_pct",
                        "pmem_available_pct",
                        "available_pct",
                    ],
                    Percent,
                ),
                number(&["storage-engine.stop-writes-avail-pct"], Percent),
                number(&["memory_used_bytes", "used-bytes-memory"], Bytes),
                Value::part(
                    values,
                    &["memory_used_bytes", "used-bytes-memory"],
                    &["memory-size", "total-bytes-memory"],
                ),
                number(&["high-water-memory-pct"], Percent),
                number(&["stop-writes-pct"], Percent),
            ]);
            sheet.row(Some(namespace), row);
        }
    }
    sheet.table(Style::Columns)
}

/// An index's four columns. The names of its values begin with `index` or `sindex`.
fn index(values: &Values, kind: &str) -> [Value; 4] {
    let name = |end: &str| format!("{kind}{end}");
    let (used, flash, pmem) =
        (name("_used_bytes"), name("_flash_used_bytes"), name("_pmem_used_bytes"));
    let memory = format!("memory_used_{kind}_bytes");
    let (budget, limit) = (name("-type.mounts-budget"), name("-type.mounts-size-limit"));
    let mounts = values.get(&name("_mounts_used_pct")).and_then(|text| text.parse::<f64>().ok());
    let whole_of = [budget.as_str(), "indexes-memory-budget", &limit]
        .iter()
        .find_map(|name| values.get(*name));
    #[allow(clippy::cast_precision_loss)]
    let weight = whole_of.and_then(|text| whole(text)).map(|whole| whole as f64);
    let part = match mounts {
        Some(percent) => Value::Part(percent / 100.0, weight),
        None => match Value::part(values, &[&flash, &pmem], &[&limit]) {
            Value::Missing => Value::part(values, &[&used], &["indexes-memory-budget"]),
            part => part,
        },
    };
    let evict = [name("-type.evict-mounts-pct"), name("-type.mounts-high-water-pct")];
    let mut evicts: Vec<&str> = evict.iter().map(String::as_str).collect();
    // The tool gives the primary index a percent sign and the secondary one none.
    let form = if kind == "index" {
        evicts.insert(0, "evict-indexes-memory-pct");
        Form::Percent
    } else {
        Form::Plain
    };
    [
        Value::string(values, &[&name("-type")]),
        Value::number(values, &[&used, &flash, &pmem, &memory], Form::Bytes),
        part,
        Value::number(values, &evicts, form),
    ]
}

fn objects(
    session: &Session,
    with: &[String],
    found: &Namespaces,
    racks: &BTreeMap<At, replies::Reply>,
) -> Table {
    use Form::{Plain, Units};
    let mut heads = vec![
        left("Namespace").with(Total::Name),
        left("Node"),
        right("Rack ID"),
        right("Repl Factor"),
        sum("Expirations"),
        sum("Total Records"),
    ];
    for group in ["Objects", "Tombstones"] {
        heads.extend(
            [sum("Master"), sum("Prole"), sum("Non-Replica")].map(|head| head.under(group)),
        );
    }
    heads.extend([sum("Tx"), sum("Rx")].map(|head| head.under("Pending Migrates")));
    debug_assert!(heads.iter().skip(2).all(|head| head.align == Align::Right));
    let names = session.cluster.names();
    let mut sheet = Sheet::new(session.title("Namespace Object Information"), heads);
    for at in session.cluster.shown(with) {
        let name = node_name(session.cluster, &names, at);
        let Some(of_node) = found.of.get(&at) else {
            sheet.failed_row(vec![(1, name)]);
            continue;
        };
        for (namespace, values) in of_node {
            let number = |names: &[&str], form| Value::number(values, names, form);
            let parts = [
                number(&["master_objects", "master-objects"], Units),
                number(&["prole_objects", "prole-objects"], Units),
                number(&["non_replica_objects"], Units),
                number(&["master_tombstones"], Units),
                number(&["prole_tombstones"], Units),
                number(&["non_replica_tombstones"], Units),
            ];
            let records = parts.iter().try_fold(0, |sum: i128, part| match part {
                Value::Number(number, ..) => sum.checked_add(*number),
                _ => None,
            });
            // The rack in force may differ from the configured one.
            let in_force = racks.get(&at).and_then(|reply| rack_of(reply, namespace));
            let rack = match in_force {
                Some(rack) if values.contains_key("rack-id") => {
                    Value::Number(rack, Plain, Tone::Plain)
                }
                _ => number(&["rack-id"], Plain),
            };
            let mut row = vec![
                Value::text(namespace),
                name.clone(),
                rack,
                number(
                    &["effective_replication_factor", "replication-factor", "repl-factor"],
                    Plain,
                ),
                number(&["expired_objects", "expired-objects"], Units),
                records
                    .map_or(Value::Missing, |records| Value::Number(records, Units, Tone::Plain)),
            ];
            row.extend(parts);
            row.extend(["tx", "rx"].map(|way| {
                let name = format!("migrate_{way}_partitions_remaining");
                number(&[&name, &name.replace('_', "-")], Units)
            }));
            sheet.row(Some(namespace), row);
        }
    }
    sheet.table(Style::Columns)
}

fn rack_of(reply: &replies::Reply, namespace: &str) -> Option<i128> {
    let text = reply.as_ref().ok()?;
    let of = |pair: &str| {
        pair.split_once(':')
            .filter(|(name, _)| *name == namespace)
            .and_then(|(_, rack)| whole(rack))
    };
    text.split(';').find_map(of)
}
