//! The names of settings and figures, wherever they stand: statistics, configuration, tables, YAML.
//!
//! Invariant: the one table of names. A value that is none, or beyond its limit, gives nothing. Not here: where names and
//! values stand (see `pairs`, `conf`, `kubernetes`, `collectinfo`).

use rosterlab_engine::{NodeId, RackId};

use crate::info::Build;

use super::fact::{Count, Setting, What};

/// What `name value` says; `None` for other names and for values that are none.
pub(super) fn what(name: &str, value: &str) -> Option<What> {
    let (name, value) = (name.trim(), value.trim());
    let count = |count| number(value).map(|number| What::Count(count, number));
    let within = |least: u64, most: u64| number(value).filter(|n| (least..=most).contains(n));
    let setting = match name {
        "replication-factor" | "repl-factor" => {
            Setting::ReplicationFactor(narrow(within(1, 128)?)?)
        }
        "effective_replication_factor" => {
            Setting::EffectiveReplicationFactor(narrow(within(0, 128)?)?)
        }
        "strong-consistency" => Setting::StrongConsistency(truth(value)?),
        "storage-engine.commit-to-device"
        | "commit-to-device"
        | "storage-engine.commit-to-file" => Setting::CommitToDevice(truth(value)?),
        "prefer-uniform-balance" => Setting::UniformBalance(truth(value)?),
        "effective_prefer_uniform_balance" => Setting::EffectiveUniformBalance(truth(value)?),
        // `pmem` and `device` keep their data, and no other engine is known.
        "storage-engine" | "storage-engine.type" => Setting::InMemory(match value {
            "memory" => true,
            "device" | "pmem" => false,
            _ => return None,
        }),
        "auto-revive" => Setting::AutoRevive(truth(value)?),
        "stay-quiesced" => Setting::StayQuiesced(truth(value)?),
        "heartbeat.interval" => Setting::HeartbeatInterval(narrow(within(50, 600_000)?)?),
        "heartbeat.timeout" => Setting::HeartbeatTimeout(narrow(within(3, 10_000)?)?),
        "min-cluster-size" => Setting::MinClusterSize(narrow(within(0, 256)?.max(1))?),
        "migrate-threads" => Setting::MigrateThreads(narrow(within(0, 100)?)?),
        "migrate-fill-delay" => Setting::FillDelay(seconds(value)?),
        "rack-id" => return value.parse::<RackId>().ok().map(What::Rack),
        "node-id" | "node_id" => return id(value).map(What::Id),
        "cluster-name" | "cluster_name" => {
            let is_name = !value.is_empty() && value != "null" && value.len() < 64;
            return is_name.then(|| What::ClusterName(value.to_owned()));
        }
        "build" | "asd_build" => return build(value).map(What::Build),
        "cluster_principal" | "paxos_principal" => return id(value).map(What::Principal),
        "cluster_key" => return is_key(value).then(|| What::ClusterKey(value.to_owned())),
        "pending_quiesce" => {
            return truth(value).map(|is| What::Quiesced { effective: false, is });
        }
        "effective_is_quiesced" => {
            return truth(value).map(|is| What::Quiesced { effective: true, is });
        }
        "unavailable_partitions" => return count(Count::Unavailable),
        "dead_partitions" => return count(Count::Dead),
        "cluster_size" => return count(Count::ClusterSize),
        "ns_cluster_size" => return count(Count::NamespaceSize),
        "migrate_partitions_remaining" => return count(Count::Migrating),
        _ => return None,
    };
    Some(What::Setting(setting))
}

/// Whether it is about a namespace and not about a whole node.
pub(super) fn is_of_namespace(what: &What) -> bool {
    matches!(
        what,
        What::Setting(
            Setting::ReplicationFactor(_)
                | Setting::EffectiveReplicationFactor(_)
                | Setting::StrongConsistency(_)
                | Setting::CommitToDevice(_)
                | Setting::UniformBalance(_)
                | Setting::EffectiveUniformBalance(_)
                | Setting::AutoRevive(_)
                | Setting::Devices(_)
                | Setting::InMemory(_)
        ) | What::Count(
            Count::Unavailable
                | Count::Dead
                | Count::NamespaceSize
                | Count::Primary
                | Count::Secondary,
            _
        ) | What::Nodes(..)
            | What::ActiveRack(_)
    )
}

/// A node's id, with the tool's marks for the principal and for the node that it is connected to.
pub(super) fn id(text: &str) -> Option<NodeId> {
    text.trim().trim_start_matches(['*', '@', '+']).parse().ok()
}

/// A node's name or address as tables give it, without the tool's marks.
pub(super) fn name(text: &str) -> Option<String> {
    let name = text.trim().trim_start_matches(['*', '@', '+']).trim();
    let is_name = !name.is_empty()
        && name.len() < 256
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "._-:[]%/…~".contains(c))
        && !matches!(name, "--" | "~~" | "N/E")
        && name.chars().any(|c| c.is_ascii_alphanumeric());
    is_name.then(|| name.to_owned())
}

/// A build, with or without a letter for the edition: `E-7.1.0.0`.
pub(super) fn build(text: &str) -> Option<Build> {
    let text = text.trim().trim_start_matches(['E', 'C', 'F', '-', 'v']);
    let numbers: String = text.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    let ends = text.as_bytes().get(numbers.len());
    (numbers.contains('.') && matches!(ends, None | Some(b'-' | b'_' | b' ')))
        .then(|| numbers.parse().ok())
        .flatten()
}

fn is_key(text: &str) -> bool {
    (1..=16).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A whole number without a sign.
pub(super) fn number(text: &str) -> Option<u64> {
    let text = text.trim();
    let is_whole = !text.is_empty() && text.len() < 20 && text.bytes().all(|b| b.is_ascii_digit());
    is_whole.then(|| text.parse().ok()).flatten()
}

/// A count as the admin tool shortens it: `0.000`, `17.000`, `1.250 K`; what is shortened further than to ones is about right.
pub(super) fn shortened(text: &str) -> Option<u64> {
    let (digits, unit) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
    let (ones, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let thousandths: u64 = match part.len() {
        1 => number(part)? * 100,
        2 => number(part)? * 10,
        3 => number(part)?,
        _ => return None,
    };
    let factor: u64 = match unit.trim() {
        "" => 1,
        "K" => 1_000,
        "M" => 1_000_000,
        _ => return None,
    };
    number(ones)?.checked_mul(factor)?.checked_add(thousandths * factor / 1000)
}

fn narrow<T: TryFrom<u64>>(number: u64) -> Option<T> {
    T::try_from(number).ok()
}

fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" => Some(true),
        "false" | "no" | "off" => Some(false),
        _ => None,
    }
}

/// Seconds, or a number with its unit: `90`, `15m`, `1h`.
fn seconds(text: &str) -> Option<u32> {
    let (digits, factor) = match text.as_bytes().last()? {
        b's' | b'S' => (&text[..text.len() - 1], 1),
        b'm' | b'M' => (&text[..text.len() - 1], 60),
        b'h' | b'H' => (&text[..text.len() - 1], 3600),
        b'd' | b'D' => (&text[..text.len() - 1], 86_400),
        _ => (text, 1),
    };
    number(digits)?.checked_mul(factor).and_then(narrow).filter(|s: &u32| *s <= u32::MAX / 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shortened_counts_are_read() {
        for (text, count) in [
            ("0.000", Some(0)),
            ("17.000  ", Some(17)),
            ("1.250 K", Some(1_250)),
            ("2.5 M", Some(2_500_000)),
            ("4096", Some(4_096)),
            ("--", None),
            ("(0,0)", None),
            ("1.0000", None),
            ("99999999999999999 M", None),
        ] {
            assert_eq!(shortened(text), count, "{text}");
        }
    }

    #[test]
    fn values_beyond_their_limits_give_nothing() {
        for (name, value) in [
            ("replication-factor", "0"),
            ("replication-factor", "129"),
            ("replication-factor", "two"),
            ("strong-consistency", "maybe"),
            ("rack-id", "1000001"),
            ("node-id", "0"),
            ("heartbeat.interval", "9999999999999999999999"),
            ("migrate-fill-delay", "99999999999d"),
            ("unavailable_partitions", "-1"),
            ("something", "1"),
        ] {
            assert_eq!(what(name, value), None, "{name} {value}");
        }
    }

    #[test]
    fn values_are_read_as_servers_print_them() {
        assert_eq!(what("migrate-fill-delay", "2h"), Some(What::Setting(Setting::FillDelay(7200))));
        assert_eq!(build("E-7.1.0.0"), Some(Build([7, 1, 0, 0])));
        assert_eq!(build("6.4.0.2-rc1"), Some(Build([6, 4, 0, 2])));
        assert_eq!((build("7"), build("10.0.0.1:3000"), build("latest")), (None, None, None));
        assert_eq!(id("*BB9070016AE4202").unwrap().to_string(), "BB9070016AE4202");
        assert_eq!(name("@10.0.0.1:3000 ").as_deref(), Some("10.0.0.1:3000"));
        assert_eq!((name("--"), name("~~"), name("")), (None, None, None));
    }
}
