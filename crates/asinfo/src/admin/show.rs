//! `show`: rosters, racks, partition maps, statistics, configuration and best practices.
//!
//! Invariant: reads only. Not here: the tables' layout (see `sheet`).

use std::collections::{BTreeMap, BTreeSet};

use super::cluster::{At, Scope, Session};
use super::info::namespaces;
use super::like::Likes;
use super::replies::{self, Failure, Values, checked};
use super::sheet::{Form, Head, Sheet, Total, Value, left, node_id, node_name, right, sum, whole};
use super::table::{Align, Style, Table, Tone};
use super::tree::{Kind, Words};

/// `show roster`.
pub(super) fn roster(session: &mut Session, words: &Words) -> Result<Table, Failure> {
    let with = words.after("with");
    let whom = session.cluster.select(Scope::With(with))?;
    let replies = session.ask(&whom, "roster:");
    let likes = Likes::new(words.after("for"));
    let columns =
        ["Node", "Node ID", "Namespace", "Current Roster", "Pending Roster", "Observed Nodes"];
    let mut sheet = Sheet::new(session.title("Roster"), columns.map(left).into());
    let names = session.cluster.names();
    let mut shown = session.cluster.shown(with);
    shown.sort_by_key(|&at| session.cluster.links[at].shown_id());
    let list = |nodes: &[String]| {
        Value::text(&if nodes.is_empty() { "--".to_owned() } else { nodes.join(",") })
    };
    for at in shown {
        let own = [node_name(session.cluster, &names, at), node_id(session.cluster, at)];
        let text = replies.get(&at).and_then(|reply| checked(reply.clone(), "").ok());
        let Some(text) = text else {
            sheet.failed_row(own.into_iter().enumerate().collect());
            continue;
        };
        for (namespace, part) in replies::by_namespace(&text) {
            if likes.found_in(&namespace) {
                let rosters = replies::rosters(&part);
                let mut row = own.to_vec();
                row.push(Value::text(&namespace));
                row.extend([
                    list(&rosters.current),
                    list(&rosters.pending),
                    list(&rosters.observed),
                ]);
                sheet.row(Some(&namespace), row);
            }
        }
    }
    if words.has("diff") || words.flag(&["-diff", "--diff"]) {
        sheet.only_differences(3);
    }
    Ok(sheet.table(if words.flipped() { Style::Rows } else { Style::Columns }))
}

/// `show racks`. Only the principal is asked.
pub(super) fn racks(session: &mut Session) -> Result<Option<Table>, Failure> {
    let whom = session.cluster.select(Scope::Principal)?;
    let mut sheet = Sheet::new(
        session.title("Racks"),
        vec![left("Namespace"), right("Rack ID"), left("Nodes")],
    );
    let mut any = false;
    for reply in session.ask(&whom, "racks:").into_values() {
        let Ok(text) = checked(reply, "") else { continue };
        for (namespace, part) in replies::by_namespace(&text) {
            for (rack, nodes) in replies::racks(&part) {
                any = true;
                let rack = Value::Number(rack, Form::Plain, Tone::Plain);
                sheet.row(
                    Some(&namespace),
                    vec![Value::text(&namespace), rack, Value::text(&nodes)],
                );
            }
        }
    }
    Ok(any.then(|| sheet.table(Style::Columns)))
}

/// `show pmap`.
pub(super) fn pmap(session: &mut Session) -> Result<Table, Failure> {
    let whom = session.cluster.select(Scope::All)?;
    let statistics = service(session, &whom);
    let found = namespaces(session, &whom, |_| true);
    let ids = session.ask(&whom, "node");
    let maps = session.ask(&whom, "partition-info");
    let heads = vec![
        left("Namespace").with(Total::Name),
        left("Node"),
        left("Cluster Key"),
        sum("Primary").under("Partitions"),
        sum("Secondary").under("Partitions"),
        sum("Unavailable").under("Partitions"),
        sum("Dead").under("Partitions"),
    ];
    let mut sheet = Sheet::new(session.title("Partition Map Analysis"), heads);
    let names = session.cluster.names();
    let none = Values::new();
    for at in session.cluster.shown(&[]) {
        let name = node_name(session.cluster, &names, at);
        let map = maps.get(&at).and_then(|reply| checked(reply.clone(), "").ok());
        let id = ids.get(&at).and_then(|reply| reply.clone().ok());
        let (Some(map), Some(id)) = (map, id) else {
            sheet.failed_row(vec![(1, name)]);
            continue;
        };
        let key = statistics.get(&at).and_then(|values| values.get("cluster_key"));
        for (namespace, counts) in replies::partitions(&map, &id) {
            let values =
                found.of.get(&at).and_then(|of_node| of_node.get(&namespace)).unwrap_or(&none);
            let number = |number| Value::Number(number, Form::Plain, Tone::Plain);
            let row = vec![
                Value::text(&namespace),
                name.clone(),
                Value::text(key.map_or("N/E", |key| key)),
                number(counts.primary),
                number(counts.secondary),
                Value::number(values, &["unavailable_partitions"], Form::Plain),
                Value::number(values, &["dead_partitions"], Form::Plain),
            ];
            sheet.row(Some(&namespace), row);
        }
    }
    Ok(sheet.table(Style::Columns))
}

/// Each node's own statistics, of those that answer.
pub(super) fn service(session: &mut Session, whom: &[At]) -> BTreeMap<At, Values> {
    answered(session, whom, "statistics")
}

/// Each node's `name=value` reply, of those that answer.
pub(super) fn answered(session: &mut Session, whom: &[At], request: &str) -> BTreeMap<At, Values> {
    let replies = session.ask(whom, request).into_iter();
    replies
        .filter_map(|(at, reply)| Some((at, replies::values(&checked(reply, "").ok()?, ';'))))
        .collect()
}

/// `show statistics`.
pub(super) fn statistics(
    session: &mut Session,
    words: &Words,
    kinds: &[Kind],
) -> Result<Vec<Table>, Failure> {
    let whom = session.cluster.select(Scope::With(words.after("with")))?;
    let mut tables = Vec::new();
    for kind in kinds {
        match kind {
            Kind::Sets => {
                for (title, of_nodes) in sets(session, &whom, words.after("for")) {
                    tables.extend(of_values(session, words, &title, &of_nodes));
                }
            }
            Kind::Namespace => {
                let likes = Likes::new(words.after("for"));
                let found = namespaces(session, &whom, |name| likes.found_in(name));
                for namespace in &found.all {
                    let of = |(at, of_node): (&At, &BTreeMap<String, Values>)| {
                        Some((*at, of_node.get(namespace)?.clone()))
                    };
                    let of_nodes = found.of.iter().filter_map(of).collect();
                    tables.extend(of_values(
                        session,
                        words,
                        &format!("{namespace} Namespace Statistics"),
                        &of_nodes,
                    ));
                }
            }
            _ => {
                let of_nodes = service(session, &whom);
                tables.extend(of_values(session, words, "Service Statistics", &of_nodes));
            }
        }
    }
    Ok(tables)
}

/// The statistics of each set, with the title of its table.
fn sets(
    session: &mut Session,
    whom: &[At],
    filters: &[String],
) -> Vec<(String, BTreeMap<At, Values>)> {
    let [namespaces, names] = [0, 1].map(|at| Likes::new(filters.get(at..=at).unwrap_or_default()));
    let mut found: Vec<(String, BTreeMap<At, Values>)> = Vec::new();
    for (at, reply) in session.ask(whom, "sets") {
        let Ok(text) = checked(reply, "") else { continue };
        for part in text.split(';').filter(|part| !part.is_empty()) {
            let values = replies::values(part, ':');
            let name =
                |names: &[&str]| super::sheet::first(&values, names).unwrap_or_default().to_owned();
            let (namespace, set) =
                (name(&["ns_name", "namespace", "ns"]), name(&["set_name", "set"]));
            if !namespaces.found_in(&namespace) || !names.found_in(&set) {
                continue;
            }
            let title = format!("{namespace} {set} Set Statistics");
            match found.iter_mut().find(|(known, _)| *known == title) {
                Some((_, of_nodes)) => {
                    of_nodes.insert(at, values);
                }
                None => found.push((title, BTreeMap::from([(at, values)]))),
            }
        }
    }
    found
}

/// `show config`.
pub(super) fn config(
    session: &mut Session,
    words: &Words,
    kinds: &[Kind],
) -> Result<Vec<Table>, Failure> {
    let whom = session.cluster.select(Scope::With(words.after("with")))?;
    let mut tables = Vec::new();
    for kind in kinds {
        let (context, title) = match kind {
            Kind::Security => ("security", "Security Configuration"),
            Kind::Service => ("service", "Service Configuration"),
            Kind::Network => ("network", "Network Configuration"),
            Kind::Sets | Kind::Namespace => {
                tables.extend(namespace_config(session, words, &whom));
                continue;
            }
        };
        let of_nodes = answered(session, &whom, &format!("get-config:context={context}"));
        tables.extend(of_values(session, words, title, &of_nodes));
    }
    Ok(tables)
}

fn namespace_config(session: &mut Session, words: &Words, whom: &[At]) -> Vec<Table> {
    let likes = Likes::new(words.after("for"));
    let mut names = BTreeSet::new();
    for reply in session.ask(whom, "namespaces").into_values() {
        names.extend(checked(reply, "").map(|text| replies::list(&text)).unwrap_or_default());
    }
    let mut tables = Vec::new();
    for namespace in names.iter().filter(|name| likes.found_in(name)) {
        let of_nodes =
            answered(session, whom, &format!("get-config:context=namespace;id={namespace}"));
        tables.extend(of_values(
            session,
            words,
            &format!("{namespace} Namespace Configuration"),
            &of_nodes,
        ));
    }
    tables
}

/// One table of many values: a line for each of them, or for each node when it is flipped. `None` when nothing is like what was asked for.
fn of_values(
    session: &Session,
    words: &Words,
    title: &str,
    of_nodes: &BTreeMap<At, Values>,
) -> Option<Table> {
    let likes = Likes::new(words.after("like"));
    let found: BTreeSet<&String> =
        of_nodes.values().flat_map(BTreeMap::keys).filter(|name| likes.found_in(name)).collect();
    if found.is_empty() {
        return None;
    }
    let totals = words.flag(&["-t"]);
    let head = |name: &&String| {
        let mut numbers = of_nodes.values().filter_map(|values| values.get(*name));
        let numeric = numbers.all(|text| whole(text).is_some());
        let total = if totals && numeric { Total::Sum } else { Total::None };
        Head {
            group: "",
            title: (*name).clone(),
            align: if numeric { Align::Right } else { Align::Left },
            total,
        }
    };
    let mut heads = vec![left("Node")];
    heads.extend(found.iter().map(head));
    let numeric: Vec<bool> = heads.iter().map(|head| head.align == Align::Right).collect();
    let mut sheet = Sheet::new(session.title(title), heads);
    let names = session.cluster.names();
    let none = Values::new();
    for at in session.cluster.shown(words.after("with")) {
        let values = of_nodes.get(&at).unwrap_or(&none);
        let mut row = vec![node_name(session.cluster, &names, at)];
        row.extend(found.iter().zip(&numeric[1..]).map(|(name, &numeric)| {
            if numeric {
                Value::number(values, &[name], Form::Plain)
            } else {
                Value::string(values, &[name])
            }
        }));
        sheet.row(Some(""), row);
    }
    if words.has("diff") || words.flag(&["-diff", "--diff"]) {
        sheet.only_differences(1);
    }
    Some(sheet.table(if words.flipped() { Style::Columns } else { Style::Rows }))
}

/// `show best-practices`.
pub(super) fn best_practices(session: &mut Session, with: &[String]) -> Result<Table, Failure> {
    let whom = session.cluster.select(Scope::With(with))?;
    let mut sheet =
        Sheet::new(session.title("Best Practices"), vec![left("Node"), left("Response")]);
    let names = session.cluster.names();
    for (&at, reply) in &session.ask(&whom, "best-practices") {
        let response = checked(reply.clone(), "").map_or(Value::Failed, |text| {
            let failed =
                replies::values(&text, ';').remove("failed_best_practices").unwrap_or_default();
            if failed.is_empty() || failed == "none" {
                Value::Text("ok".to_owned(), Tone::Good)
            } else {
                Value::Text(failed.split(',').collect::<Vec<_>>().join(", "), Tone::Alert)
            }
        });
        sheet.row(Some(""), vec![node_name(session.cluster, &names, at), response]);
    }
    // Nodes that do not answer stand at the end here.
    for at in session.cluster.shown(with).into_iter().filter(|at| !whom.contains(at)) {
        sheet.row(Some(""), vec![node_name(session.cluster, &names, at), Value::Missing]);
    }
    Ok(sheet.table(Style::Columns))
}
