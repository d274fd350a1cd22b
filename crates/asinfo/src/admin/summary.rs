//! `summary`: the cluster on one page.
//!
//! Invariant: reads only. Not here: what the real tool adds from elsewhere, such as the machine's operating system and what
//! a licence counts.

use std::collections::{BTreeMap, BTreeSet};

use super::cluster::{At, Scope, Session};
use super::info::{Namespaces, edition, namespaces};
use super::replies::{Failure, Values, checked};
use super::sheet::{Form, Head, Sheet, Total, Value, first, float, left, percent, right, whole};
use super::show::{answered, service};
use super::table::{Style, Table, Tone};

/// Features in the order in which the tool names them.
const FEATURES: [&str; 3] = ["Rack-aware", "SC", "Index-on-shmem"];

/// What storage of one kind holds over all nodes.
#[derive(Clone, Copy, Default)]
struct Storage {
    total: i128,
    used: i128,
    /// In hundredths of bytes, as nodes tell it in percent.
    avail: i128,
}

impl Storage {
    fn add(&mut self, other: Self) {
        self.total = self.total.saturating_add(other.total);
        self.used = self.used.saturating_add(other.used);
        self.avail = self.avail.saturating_add(other.avail);
    }

    fn parts(self) -> Option<[Value; 5]> {
        if self.total == 0 {
            return None;
        }
        let bytes = |number| Value::Number(number, Form::Bytes, Tone::Plain);
        let part = |number| Value::text(&percent(number * 100.0 / float(self.total)));
        let avail = float(self.avail) / 100.0;
        Some([
            bytes(self.total),
            bytes(self.used),
            part(float(self.used)),
            bytes(self.avail / 100),
            part(avail),
        ])
    }
}

/// What is known of one namespace over all nodes.
#[derive(Default)]
struct OfNamespace {
    migrating: bool,
    devices: usize,
    nodes: usize,
    /// By node.
    devices_of: BTreeMap<At, usize>,
    memory: Storage,
    data: BTreeMap<&'static str, Storage>,
    index: i128,
    sindex: i128,
    factors: BTreeSet<i128>,
    masters: i128,
    /// What is made use of, by the names that the tool gives it.
    features: BTreeSet<&'static str>,
}

/// `summary`.
pub(super) fn summary(session: &mut Session, with: &[String]) -> Result<Vec<Table>, Failure> {
    let whom = session.cluster.select(Scope::With(with))?;
    let versions = session.ask(&whom, "version");
    let clusters = session.ask(&whom, "cluster-name");
    let statistics = service(session, &whom);
    let found = namespaces(session, &whom, |_| true);
    for context in ["xdr", "service", "security"] {
        answered(session, &whom, &format!("get-config:context={context}"));
    }
    for namespace in &found.all {
        answered(session, &whom, &format!("get-config:context=namespace;id={namespace}"));
    }
    session.ask(&whom, "feature-key");
    let of: BTreeMap<&String, OfNamespace> =
        found.all.iter().map(|namespace| (namespace, of_namespace(namespace, &found))).collect();
    let names: BTreeSet<String> = clusters
        .into_values()
        .filter_map(|reply| checked(reply, "").ok())
        .filter(|name| name != "null")
        .collect();
    let version = |(at, reply): (&At, &Result<String, Failure>)| {
        let build = &session.cluster.links[*at].build;
        checked(reply.clone(), "")
            .map_or_else(|_| build.clone(), |version| edition(build, &version))
    };
    let versions: BTreeSet<String> = versions.iter().map(version).collect();
    Ok(vec![cluster(&statistics, &of, &names, &versions), by_namespace(&of)])
}

fn of_namespace(namespace: &str, found: &Namespaces) -> OfNamespace {
    let mut of = OfNamespace::default();
    let of_nodes = found.of.iter().filter_map(|(at, of_node)| Some((*at, of_node.get(namespace)?)));
    for (at, values) in of_nodes {
        let number = |names: &[&str]| first(values, names).and_then(whole).unwrap_or(0);
        of.nodes += 1;
        let migrating = ["migrate_tx_partitions_remaining", "migrate_rx_partitions_remaining"];
        of.migrating |= migrating.iter().any(|name| number(&[name]) != 0);
        let devices = values.keys().filter(|name| is_device(name)).count();
        of.devices_of.insert(at, devices);
        of.devices += devices;
        let total = number(&["memory-size"]);
        let used = number(&["memory_used_bytes"]);
        of.memory.add(Storage {
            total,
            used,
            avail: total.saturating_sub(used).saturating_mul(100),
        });
        let total = number(&["data_total_bytes", "device_total_bytes", "pmem_total_bytes"]);
        let used = number(&["data_used_bytes", "device_used_bytes", "pmem_used_bytes"]);
        let avail = number(&["data_avail_pct", "device_available_pct", "pmem_available_pct"]);
        let kind = match values.get("storage-engine").map(String::as_str) {
            Some("memory") => "Data Memory",
            Some("pmem") => "Data Pmem",
            _ => "Data Device",
        };
        of.data.entry(kind).or_default().add(Storage {
            total,
            used,
            avail: total.saturating_mul(avail),
        });
        of.index =
            of.index.saturating_add(number(&["index_used_bytes", "memory_used_index_bytes"]));
        of.sindex = of.sindex.saturating_add(number(&["sindex_used_bytes"]));
        of.factors.insert(number(&[
            "effective_replication_factor",
            "replication-factor",
            "repl-factor",
        ]));
        of.masters = of.masters.saturating_add(number(&["master_objects"]));
        let is = |name: &str, wanted: &str| values.get(name).is_some_and(|value| value == wanted);
        let has = [
            number(&["rack-id"]) != 0,
            is("strong-consistency", "true"),
            is("index-type", "shmem"),
        ];
        of.features.extend(FEATURES.iter().zip(has).filter(|(_, has)| *has).map(|(name, _)| *name));
    }
    of
}

/// Whether a setting names a device or a file: `storage-engine.device[0]`, and not `storage-engine.filesize`.
fn is_device(setting: &str) -> bool {
    let names = ["storage-engine.device", "storage-engine.file"];
    let rest = names.iter().find_map(|name| setting.strip_prefix(name));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('['))
}

fn joined<T: ToString>(values: impl IntoIterator<Item = T>) -> Value {
    let texts: Vec<String> = values.into_iter().map(|value| value.to_string()).collect();
    Value::text(&if texts.is_empty() { "--".to_owned() } else { texts.join(",") })
}

fn plain(number: usize) -> Value {
    Value::Number(number.try_into().unwrap_or(0), Form::Plain, Tone::Plain)
}

fn truth(truth: bool, tone: Tone) -> Value {
    Value::Text(if truth { "True" } else { "False" }.to_owned(), tone)
}

fn cluster(
    statistics: &BTreeMap<At, Values>,
    of: &BTreeMap<&String, OfNamespace>,
    names: &BTreeSet<String>,
    versions: &BTreeSet<String>,
) -> Table {
    let number = |name: &str| -> Vec<i128> {
        statistics
            .values()
            .filter_map(|values| values.get(name).and_then(|text| whole(text)))
            .collect()
    };
    let migrating = of.values().any(|of| of.migrating);
    let devices: usize = of.values().map(|of| of.devices).sum();
    let nodes = statistics.len().max(1);
    let mut devices_of: BTreeMap<At, usize> = BTreeMap::new();
    for (at, devices) in of.values().flat_map(|of| &of.devices_of) {
        *devices_of.entry(*at).or_default() += devices;
    }
    let even = devices_of.values().collect::<BTreeSet<_>>().len() <= 1;
    let mut rows: Vec<(String, Value)> = vec![
        ("Migrations".into(), truth(migrating, if migrating { Tone::Alert } else { Tone::Good })),
        ("Cluster Name".into(), joined(names)),
        ("Server Version".into(), joined(versions)),
        (
            "Cluster Size".into(),
            joined(number("cluster_size").into_iter().collect::<BTreeSet<_>>()),
        ),
        ("Devices Total".into(), plain(devices)),
        ("Devices Per-Node".into(), plain((devices * 2 + nodes) / (nodes * 2))),
        (
            "Devices Equal Across Nodes".into(),
            truth(even, if even { Tone::Plain } else { Tone::Alert }),
        ),
    ];
    let mut storage: BTreeMap<&str, Storage> = BTreeMap::new();
    let mut memory = Storage::default();
    for of in of.values() {
        memory.add(of.memory);
        for (kind, more) in &of.data {
            storage.entry(kind).or_default().add(*more);
        }
    }
    let parts = |rows: &mut Vec<(String, Value)>, kind: &str, storage: Storage| {
        for (name, value) in ["Total", "Used", "Used%", "Avail", "Avail%"]
            .iter()
            .zip(storage.parts().into_iter().flatten())
        {
            rows.push((format!("{kind} {name}"), value));
        }
    };
    parts(&mut rows, "Memory (Data + Indexes)", memory);
    let free = number("system_free_mem_pct");
    if !free.is_empty() {
        let mean = float(free.iter().sum()) / float(free.len().try_into().unwrap_or(1));
        rows.push(("System Memory Used%".into(), Value::text(&percent(100.0 - mean))));
        rows.push(("System Memory Avail%".into(), Value::text(&percent(mean))));
    }
    for (name, used) in [
        ("Shmem Index Used", of.values().map(|of| of.index).sum::<i128>()),
        ("Shmem Sindex Used", of.values().map(|of| of.sindex).sum()),
    ] {
        if used > 0 {
            rows.push((name.into(), Value::Number(used, Form::Bytes, Tone::Plain)));
        }
    }
    for kind in ["Data Memory", "Data Device", "Data Pmem"] {
        parts(&mut rows, kind, storage.get(kind).copied().unwrap_or_default());
    }
    let active = of.values().filter(|of| of.masters > 0).count();
    rows.push(("Namespaces Active".into(), plain(active)));
    rows.push(("Namespaces Total".into(), plain(of.len())));
    let used = FEATURES.iter().filter(|name| of.values().any(|of| of.features.contains(*name)));
    rows.push(("Active Features".into(), joined(used)));
    let (titles, values): (Vec<String>, Vec<Value>) = rows.into_iter().unzip();
    let mut sheet =
        Sheet::new("Cluster Summary".to_owned(), titles.iter().map(|title| left(title)).collect());
    sheet.row(Some(""), values);
    sheet.table(Style::Rows)
}

fn by_namespace(of: &BTreeMap<&String, OfNamespace>) -> Table {
    const KINDS: [&str; 4] = ["Memory (Data + Indexes)", "Data Memory", "Data Device", "Data Pmem"];
    let mut heads: Vec<Head> =
        vec![left("Namespace"), right("Total").under("Drives"), right("Per-Node").under("Drives")];
    for kind in KINDS {
        heads.extend(["Total", "Used%", "Avail%"].map(|title| right(title).under(kind)));
    }
    heads.push(right("Replication Factors"));
    heads.push(right("Master Objects").with(Total::None));
    let mut sheet = Sheet::new("Namespace Summary".to_owned(), heads);
    for (namespace, of) in of {
        let nodes = of.nodes.max(1);
        let mut row = vec![
            Value::text(namespace),
            plain(of.devices),
            plain((of.devices * 2 + nodes) / (nodes * 2)),
        ];
        for kind in KINDS {
            let storage =
                if kind == KINDS[0] { Some(of.memory) } else { of.data.get(kind).copied() };
            match storage.and_then(Storage::parts) {
                Some([total, _, used, _, avail]) => row.extend([total, used, avail]),
                None => row.extend(vec![Value::Missing; 3]),
            }
        }
        row.push(joined(&of.factors));
        row.push(Value::Number(of.masters, Form::Units, Tone::Plain));
        sheet.row(Some(namespace), row);
    }
    sheet.table(Style::Columns)
}
