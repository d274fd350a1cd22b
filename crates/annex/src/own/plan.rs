//! A plan of maintenance, checked against the cluster on the floor.
//!
//! Invariant: pure; the floor is not changed. Not here: what a line risks (the scenario crate's `foresight::runbook`), how people
//! write it (the asinfo crate's `plan`), drawing.

use rosterlab_asinfo::plan::{self, Names, Reader};
use rosterlab_engine::NodeId;
use rosterlab_scenario::foresight::runbook::{
    self, Checked, CheckedLine, Demand, Level, Orders, What,
};
use rosterlab_scenario::share;
use rosterlab_scenario::words::runbook::{
    kind, of_change, of_finding, of_nearest, of_verdict, rows,
};

const TOO_LONG: &str = "The experiment on the floor is too long to check a plan against.";

/// A plan that was checked, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// What is to be said of all of it.
    pub verdict: String,
    /// Whether it is understood as a whole and safe.
    pub is_safe: bool,
    /// Whether it is understood as a whole and not safe, so that another order may be.
    pub may_have_an_order: bool,
    /// The lines that do something, or about which something was found.
    pub lines: Vec<ToldLine>,
    /// Whether there were too many losses to try them all.
    pub is_cut_short: bool,
}

/// A line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldLine {
    /// Its number, from 1.
    pub number: usize,
    /// What stands there.
    pub text: String,
    /// What it is, in a word.
    pub kind: &'static str,
    /// By namespace: its name, and the figures under [`HEAD`](rosterlab_scenario::words::runbook::HEAD).
    pub figures: Vec<(String, [String; 4])>,
    /// What was found, the worst first: whether it is an error, and what.
    pub findings: Vec<(bool, String)>,
}

/// Checks a plan against the cluster of a share link, as it is at the link's end. `names` are what nodes are called beside their
/// ids; what is no name of a host, and a name for a second node, is left out.
///
/// # Errors
/// What is wrong with the link, the plan or the margin, as a sentence.
pub fn check(
    link: &str,
    text: &str,
    margin: usize,
    names: &[(String, NodeId)],
) -> Result<Told, String> {
    if text.trim().is_empty() {
        return Err("Write or paste a plan first.".to_owned());
    }
    let shared = share::read(link).map_err(|_| TOO_LONG.to_owned())?;
    let cluster = shared.timeline.cluster();
    let (reader, lines) =
        plan::read(text, known(link, names), cluster).map_err(|error| format!("{error}."))?;
    let demand = Demand { margin, always: false };
    let checked =
        runbook::check(cluster, &lines, &reader, demand).map_err(|error| format!("{error}."))?;
    let worth = |line: &&CheckedLine| {
        !matches!(line.what, What::Says | What::Looks) || !line.findings.is_empty()
    };
    Ok(Told {
        verdict: of_verdict(&checked),
        is_safe: checked.is_understood() && checked.is_safe(),
        may_have_an_order: checked.is_understood() && !checked.is_safe(),
        lines: checked.lines.iter().filter(worth).map(|line| told(line, &checked)).collect(),
        is_cut_short: checked.is_cut_short,
    })
}

/// A search for an order of a plan that is safe, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ordered {
    /// What came of it.
    pub said: String,
    /// What is to be changed in the plan, in order.
    pub changes: Vec<String>,
}

/// A search for the nearest order of a plan that is safe.
pub struct OrderSearch {
    orders: Orders,
    reader: Reader,
}

impl OrderSearch {
    /// Begins a search; see [`check`] for what is given.
    ///
    /// # Errors
    /// What is wrong with the link or the plan, as a sentence.
    pub fn begin(
        link: &str,
        text: &str,
        margin: usize,
        names: &[(String, NodeId)],
    ) -> Result<Self, String> {
        let shared = share::read(link).map_err(|_| TOO_LONG.to_owned())?;
        let cluster = shared.timeline.cluster();
        let (reader, lines) =
            plan::read(text, known(link, names), cluster).map_err(|error| format!("{error}."))?;
        let demand = Demand { margin, always: false };
        let orders = Orders::new(cluster.clone(), &lines, demand, runbook::MOST_ORDERS);
        Ok(Self { orders, reader })
    }

    /// How many orders were tried so far.
    #[must_use]
    pub fn tried(&self) -> usize {
        self.orders.tried()
    }

    /// Tries one order more. What came of the search, once it is at its end.
    pub fn advance(&mut self) -> Option<Ordered> {
        match self.orders.advance(&self.reader) {
            Ok(nearest) => nearest.map(|nearest| {
                let changes = nearest.found.iter().flat_map(|(changes, _)| changes);
                Ordered { changes: changes.map(of_change).collect(), said: of_nearest(&nearest) }
            }),
            Err(error) => Some(Ordered { changes: Vec::new(), said: format!("{error}.") }),
        }
    }
}

/// What nodes are called, as plans are read with it: what the link tells, and beside it `names`. What is no name of a host, and a
/// name for a second node, is left out: a plan that uses it says that it is not understood.
pub(super) fn known(link: &str, names: &[(String, NodeId)]) -> Names {
    let mut known = Names::of_nodes(&share::read_names(link));
    for (name, node) in names {
        let _ = known.add(name, *node);
    }
    known
}

fn told(line: &CheckedLine, checked: &Checked) -> ToldLine {
    ToldLine {
        number: line.line.number,
        text: line.line.text.trim().to_owned(),
        kind: kind(line.what),
        figures: rows(line, checked),
        findings: line
            .findings
            .iter()
            .map(|finding| (finding.level == Level::Error, of_finding(finding, checked)))
            .collect(),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use rosterlab_engine::{ClusterSetup, NodeSetup, RackId};
    use rosterlab_scenario::Timeline;

    use super::*;

    /// The case study's cluster.
    pub fn link() -> String {
        let node =
            |(id, rack)| NodeSetup::new(NodeId::new(id).unwrap(), RackId::new(rack).unwrap());
        let nodes = [(0xA101, 1), (0xA102, 1), (0xA103, 1), (0xB101, 2), (0xB102, 2)];
        let timeline = Timeline::new(ClusterSetup::of(nodes.map(node).to_vec(), 2)).unwrap();
        share::write(&timeline).unwrap()
    }

    #[test]
    fn the_case_studys_plan_is_not_safe_and_says_where() {
        let plan = "# rack B is down for maintenance\nssh b101 systemctl stop aerospike\n\
                    ssh b102 systemctl stop aerospike\nwait for migrations\n";
        let told = check(&link(), plan, 1, &[]).unwrap();
        assert!(!told.is_safe, "{}", told.verdict);
        let numbers: Vec<usize> = told.lines.iter().map(|line| line.number).collect();
        assert_eq!(numbers, [2, 3, 4]);
        assert!(told.lines.iter().any(|line| line.findings.iter().any(|(is_error, _)| *is_error)));
        assert_eq!(told.lines[0].figures[0].0, "main");
    }

    #[test]
    fn the_nearest_order_that_is_safe_is_looked_for() {
        let plan = "ssh b101 systemctl stop aerospike\nssh b102 systemctl stop aerospike\n";
        assert!(check(&link(), plan, 1, &[]).unwrap().may_have_an_order);
        let mut search = OrderSearch::begin(&link(), plan, 1, &[]).unwrap();
        let mut steps = 0;
        let found = loop {
            steps += 1;
            if let Some(found) = search.advance() {
                break found;
            }
        };
        assert!((2..=steps).contains(&search.tried()), "one plan a step");
        assert!(!found.changes.is_empty(), "{}", found.said);
        let safe = check(&link(), plan, 0, &[]).unwrap();
        assert!(safe.is_safe && !safe.may_have_an_order);
    }

    #[test]
    fn steps_of_a_scenario_are_a_plan() {
        let steps = r#"[{"do": "stop", "nodes": ["B101", "B102"]}, {"do": "migrate"}]"#;
        let told = check(&link(), steps, 1, &[]).unwrap();
        assert!(!told.is_safe, "{}", told.verdict);
        assert_eq!(told.lines.iter().map(|line| line.kind).collect::<Vec<_>>(), ["does", "waits"]);
        let why = check(&link(), r#"[{"do": "stop"}]"#, 1, &[]).unwrap_err();
        assert!(why.contains("steps[0]"), "{why}");
    }

    #[test]
    fn what_is_not_understood_is_no_safe_plan() {
        let told = check(&link(), "make it so", 0, &[]).unwrap();
        assert!(!told.is_safe);
        assert_eq!(told.lines[0].kind, "not understood");
    }

    #[test]
    fn nodes_are_named_as_what_was_brought_names_them() {
        let plan = "ssh db2.local systemctl stop aerospike";
        let unknown = check(&link(), plan, 0, &[]).unwrap();
        assert_eq!(unknown.lines[0].kind, "not understood");
        let names = [("db2.local".to_owned(), NodeId::new(0xB101).unwrap())];
        assert_eq!(check(&link(), plan, 0, &names).unwrap().lines[0].kind, "does");
    }

    #[test]
    fn nothing_to_check_is_said() {
        assert_eq!(check(&link(), " \n", 1, &[]), Err("Write or paste a plan first.".to_owned()));
        assert!(
            check("s1=", "wait for migrations", 1, &[]).unwrap_err().starts_with("The experiment")
        );
    }
}
