//! What a rebalance decided, with the rules that decided.
//!
//! Invariant: the numbers are the engine's; the reason that decided most partitions comes first.

use rosterlab_engine::order::by_key;
use rosterlab_engine::{Availability, ClusterView, Counts, NodeId, Rule, Verdict};

use super::rules;
use super::text::{count, list, thousands};

/// What a rebalance decided, with the rules that decided.
#[must_use]
pub fn of_rebalance(
    principal: NodeId,
    (present, all): (u32, u32),
    (counts, fresh): (Counts, u32),
    by_rule: &[(Rule, u32)],
) -> String {
    let who = match all {
        // In AP there is no roster (docs/domain.md §3), in SC not before the first.
        0 => format!("Sub-cluster {principal}"),
        _ => format!("Sub-cluster {principal} has {present} of {all} roster nodes"),
    };
    let inactive = counts.unavailable + counts.dead;
    let name = if counts.dead > 0 { Availability::Dead } else { Availability::Unavailable };
    let reasons = of_reasons(by_rule, inactive, name);
    let said = match (counts.active, inactive) {
        (active, 0) => {
            format!("{who}: all {} partitions are active, {reasons}.", thousands(active))
        }
        (0, inactive) => {
            format!("{who}: all {} partitions are {name}, {reasons}.", thousands(inactive))
        }
        (active, inactive) => format!(
            "{who}: {} {} {name}, {reasons}; {} stay active.",
            count(inactive, "partition"),
            if inactive == 1 { "is" } else { "are" },
            thousands(active)
        ),
    };
    match of_fresh(fresh, counts.active) {
        Some(fresh) => format!("{said} {fresh}"),
        None => said,
    }
}

/// That active partitions came up empty: no node there had their data (docs/domain.md §5.1, §6).
fn of_fresh(fresh: u32, active: u32) -> Option<String> {
    let which = match fresh {
        0 => return None,
        all if all == active => "All of them".to_owned(),
        _ => format!("Of these {}", thousands(fresh)),
    };
    Some(format!("{which} came up empty: no node there had their data."))
}

/// The rules behind the inactive partitions, or behind all when all are active.
fn of_reasons(by_rule: &[(Rule, u32)], inactive: u32, name: Availability) -> String {
    let verdict = |rule: Rule| {
        let active = rules::says_yes(rule) || rule == Rule::NoData && inactive == 0;
        let availability = if active { Availability::Active } else { name };
        Verdict { availability, rule }
    };
    let mut reasons = Vec::new();
    for (rule, partitions) in by_rule {
        let reason = (verdict(*rule), *partitions);
        if reason.0.is_active() == (inactive == 0) {
            reasons.push(reason);
        }
    }
    let reasons = by_key(&reasons, |(verdict, partitions)| {
        u64::from(u32::MAX - partitions) << 8 | verdict.rule as u64
    });
    let alone = reasons.len() == 1;
    let reasons = reasons.iter().map(|(verdict, partitions)| {
        let (why, rule) = (rules::because(*verdict), rules::label(verdict.rule));
        if alone && verdict.rule == Rule::NoRoster {
            why.to_owned()
        } else if alone {
            format!("{why} ({rule})")
        } else {
            format!("{why} ({}, {rule})", thousands(*partitions))
        }
    });
    format!("because {}", list(reasons))
}

/// What is said of a namespace, with its name where there are several.
#[must_use]
pub fn among(view: &ClusterView, namespace: &str, said: String) -> String {
    if view.namespaces.len() > 1 { format!("{namespace}: {said}") } else { said }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitions_that_came_up_empty_are_told_beside_the_active_ones() {
        let told = |fresh, active| of_fresh(fresh, active).unwrap_or_default();
        assert_eq!(told(0, 4096), "");
        assert_eq!(told(376, 4096), "Of these 376 came up empty: no node there had their data.");
        assert_eq!(told(4096, 4096), "All of them came up empty: no node there had their data.");
    }
}
