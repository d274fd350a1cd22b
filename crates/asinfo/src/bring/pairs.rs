//! Replies of `name=value;…`: `namespace/X`, `statistics`, `get-config:`; also with a line for each pair.
//!
//! Invariant: only names of `known` give facts; others are read over. Not here: which node and namespace replied (see
//! `transcript`).

use super::fact::{NodeRef, Setting, Spot, What};
use super::known;
use super::sink::Sink;

/// The pairs of a text, if most of its parts are pairs.
pub(super) fn pairs(text: &str) -> Option<Vec<(&str, &str)>> {
    let parts: Vec<&str> = text.split(';').filter(|part| !part.trim().is_empty()).collect();
    let pairs: Vec<(&str, &str)> = parts.iter().filter_map(|part| pair(part)).collect();
    let most = !pairs.is_empty() && 2 * pairs.len() > parts.len();
    (most && (pairs.len() > 1 || parts.len() == 1)).then_some(pairs)
}

/// `name=value`, where the name is one that a server may have.
pub(super) fn pair(text: &str) -> Option<(&str, &str)> {
    let (name, value) = text.trim().split_once('=')?;
    let name = name.trim();
    let is_name = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.len() < 80
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-.[]".contains(c));
    is_name.then_some((name, value.trim()))
}

/// Puts pairs where they belong; true when one of them is used.
pub(super) fn facts(
    sink: &mut Sink<'_>,
    pairs: &[(&str, &str)],
    at: &Spot,
    node: Option<&NodeRef>,
    namespace: Option<&str>,
) -> bool {
    let before = sink.count();
    let mut devices = (0_u8, "");
    for (name, value) in pairs {
        if name.starts_with("storage-engine.device[") || name.starts_with("storage-engine.file[") {
            // A device's shadow and its age stand beside it.
            if name.ends_with(']') {
                devices = (devices.0.saturating_add(1), value);
            }
        }
        let name = match *name {
            // `get-config:context=network` of old servers.
            "interval" | "heartbeat-interval" => "heartbeat.interval",
            "timeout" | "heartbeat-timeout" => "heartbeat.timeout",
            name => name,
        };
        if let Some(what) = known::what(name, value) {
            let of = namespace.filter(|_| {
                known::is_of_namespace(&what)
                    || matches!(what, What::Rack(_) | What::Quiesced { .. })
            });
            sink.fact(at.clone(), node, of, value, what);
        }
    }
    if (1..=16).contains(&devices.0) {
        sink.fact(
            at.clone(),
            node,
            namespace,
            devices.1,
            What::Setting(Setting::Devices(devices.0)),
        );
    }
    sink.count() > before
}
