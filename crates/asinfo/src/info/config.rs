//! `get-config` and `set-config`.
//!
//! Invariant: the one setting that can be changed is a node's rack; others are fixed when a cluster is made, and to set them
//! is an error. A node has one rack in all namespaces here. Not here: the constant figures (see `figures`).

use rosterlab_engine::{Command, RackId};

use super::error::Refusal;
use super::fields::Fields;
use super::figures::About;
use super::operate::ok_after;
use super::request::Request;
use super::{Asked, Reply, namespaces};

fn service(asked: &Asked<'_>, fields: &mut Fields) {
    let setup = asked.cluster.setup();
    let name = asked.site.cluster_name.as_deref().unwrap_or("null");
    fields.add("cluster-name", name);
    fields.add("node-id", asked.node.id);
    fields.add("migrate-fill-delay", setup.fill_delay_ms / 1_000);
    fields.add("migrate-threads", setup.migrate_threads);
    fields.add("min-cluster-size", setup.min_cluster_size);
    if asked.build().since(5, 2) {
        fields.add("stay-quiesced", asked.node.stay_quiesced);
    }
    fields.add_all(About::ServiceConfig.figures(asked.build()));
}

fn network(asked: &Asked<'_>, fields: &mut Fields) {
    let setup = asked.cluster.setup();
    fields.add("service.port", asked.here.map_or(3000, |here| here.port));
    fields.add("service.address", asked.here.map_or("any", |here| &here.host));
    fields.add("heartbeat.interval", setup.heartbeat_interval_ms);
    fields.add("heartbeat.timeout", setup.heartbeat_timeout);
    fields.add_all(About::NetworkConfig.figures(asked.build()));
}

/// No data centre is shipped to.
fn xdr(asked: &Asked<'_>, fields: &mut Fields) {
    if asked.build().since(5, 0) {
        fields.add_all([("dcs", ""), ("src-id", "0"), ("trace-sample", "0")]);
    } else {
        fields.add_all([("enable-xdr", "false"), ("xdr-shipping-enabled", "false")]);
    }
}

/// Nobody has to log in.
fn security(fields: &mut Fields) {
    fields.add("enable-security", false);
}

/// `get-config:` of everything but namespaces, or `get-config:context=…`.
pub(super) fn get(asked: &Asked<'_>, request: &Request<'_>) -> Result<Reply, Refusal> {
    let mut fields = Fields::new(';');
    match request.param("context") {
        None if request.params.is_none_or(str::is_empty) => {
            service(asked, &mut fields);
            network(asked, &mut fields);
            security(&mut fields);
        }
        Some("service") => service(asked, &mut fields),
        Some("network") => network(asked, &mut fields),
        Some("security") => security(&mut fields),
        Some("xdr") => xdr(asked, &mut fields),
        Some("namespace") => {
            let namespace = asked.namespace(request)?.ok_or(Refusal::NamespaceMissing)?;
            return Ok(Reply::Text(namespaces::config(asked, namespace)));
        }
        _ => return Err(Refusal::UnknownContext),
    }
    Ok(Reply::Text(fields.text()))
}

/// `set-config:context=namespace;id=name;rack-id=N`. It counts in a roster only when the roster is set anew.
pub(super) fn set(asked: &Asked<'_>, request: &Request<'_>) -> Result<Reply, Refusal> {
    if request.param("context") != Some("namespace") {
        return Err(Refusal::NotSet);
    }
    let namespace = request.namespace().ok_or(Refusal::NotSet)?;
    asked.view.namespace_index(namespace).ok_or(Refusal::NotSet)?;
    let rack = request.param("rack-id").and_then(|rack| rack.parse::<RackId>().ok());
    let rack = rack.ok_or(Refusal::NotSet)?;
    if rack == asked.node.rack {
        return Ok(Reply::Text("ok".to_owned()));
    }
    Ok(ok_after(asked, vec![Command::MoveToRack { nodes: vec![asked.node.id], rack }]))
}
