//! A plan for what a person wants, from where the cluster on the floor is.
//!
//! Invariant: pure; the floor is not changed, and a plan that is given was checked and is safe. Not here: how it is found (the
//! scenario crate's `foresight::runbook`), drawing.

use rosterlab_asinfo::plan::Reader;
use rosterlab_engine::{NodeId, RackId};
use rosterlab_scenario::foresight::runbook::{self, Demand, Goal, Unplanned};
use rosterlab_scenario::share;
use rosterlab_scenario::words::runbook::{of_verdict, of_wrong};
use rosterlab_scenario::words::text::capitalized;

use super::plan::known;

/// A plan that is safe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// Its lines, as they are typed.
    pub lines: Vec<String>,
    /// What is to be said of all of it.
    pub verdict: String,
}

/// The nodes of a share link's cluster with their racks, highest id first, as it is at the link's end. None if the link cannot be
/// read.
#[must_use]
pub fn nodes(link: &str) -> Vec<(NodeId, RackId)> {
    let Ok(shared) = share::read(link) else { return Vec::new() };
    let view = shared.timeline.cluster().view();
    view.nodes.iter().map(|node| (node.id, node.rack)).collect()
}

/// A plan for a goal on the cluster of a share link, as it is at the link's end. `margin` is how many further losses it has to
/// survive at each point; `names` are what nodes are called beside their ids.
///
/// # Errors
/// Why there is none: a sentence, and then what makes each form of a plan unsafe.
pub fn plan_for(
    link: &str,
    goal: &Goal,
    margin: usize,
    names: &[(String, NodeId)],
) -> Result<Planned, Vec<String>> {
    let shared = share::read(link)
        .map_err(|_| vec!["The experiment on the floor is too long to plan from.".to_owned()])?;
    let reader = Reader::of_names(known(link, names));
    let demand = Demand { margin, always: false };
    match runbook::plan_for(shared.timeline.cluster(), goal, &reader, demand) {
        Ok(planned) => Ok(Planned { verdict: of_verdict(&planned.checked), lines: planned.lines }),
        Err(error) => Err(why_not(&error)),
    }
}

/// Why there is no plan: the sentence, and then what makes each form of one unsafe.
fn why_not(error: &Unplanned) -> Vec<String> {
    let mut said = match error {
        Unplanned::Nothing => vec!["Choose at least one node.".to_owned()],
        Unplanned::NotSafe { .. } => vec![format!("{}.", capitalized(&error.to_string()))],
        other => vec![format!("There is no plan: {other}.")],
    };
    if let Unplanned::NotSafe { wrong, .. } = error {
        said.extend(
            wrong.iter().map(|(line, found)| format!("{line}: {}", of_wrong(&found.wrong))),
        );
    }
    said
}

#[cfg(test)]
mod tests {
    use super::super::plan::{check, tests::link};
    use super::*;

    fn id(node: u64) -> NodeId {
        NodeId::new(node).unwrap()
    }

    #[test]
    fn every_node_of_the_floor_can_be_chosen() {
        let racks: Vec<u32> = nodes(&link()).iter().map(|(_, rack)| rack.get()).collect();
        assert_eq!(racks, [2, 2, 1, 1, 1]);
        assert!(nodes("s1=").is_empty());
    }

    #[test]
    fn what_is_planned_is_safe_when_it_is_checked() {
        for goal in [
            Goal::Restart(vec![id(0xB101), id(0xB102)]),
            Goal::Remove(vec![id(0xA103)]),
            Goal::RackDown(RackId::new(2).unwrap()),
        ] {
            let planned = plan_for(&link(), &goal, 0, &[]).unwrap();
            let told = check(&link(), &planned.lines.join("\n"), 0, &[]).unwrap();
            assert!(told.is_safe, "{goal:?}: {}\n{:#?}", told.verdict, planned.lines);
        }
    }

    #[test]
    fn why_there_is_no_plan_is_said() {
        let none = plan_for(&link(), &Goal::Restart(vec![]), 0, &[]);
        assert_eq!(none, Err(vec!["Choose at least one node.".to_owned()]));
        let all = nodes(&link()).into_iter().map(|(node, _)| node).collect();
        let why = plan_for(&link(), &Goal::Remove(all), 0, &[]).unwrap_err();
        assert!(why[0].starts_with("No safe plan was found for ") && why.len() > 1, "{why:?}");
    }
}
