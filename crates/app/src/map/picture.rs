//! What the map's colours stand for: how partitions fall into classes by verdict, rule, working master or a node's mark.
//!
//! Invariant: a class keeps its swatch whatever else is there (masters by their place among all nodes, rules and marks by
//! what they are), and the legend counts every partition once. Not here: pixels (see `paint`), reasons (see `groups`).

use rosterlab_engine::order::by_key;
use rosterlab_engine::{Cell, ClusterView, NodeId, Rule, Version, convert};

use crate::look::Look;
use crate::map::paint::Swatch;
use crate::rules;

/// By what partitions are coloured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Colouring {
    /// What they are.
    #[default]
    Verdict,
    /// The rule that decided.
    Rule,
    /// The node that serves them.
    Master,
    /// What the selected node holds of them.
    Mark,
}

impl Colouring {
    /// Every colouring, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Verdict, Self::Rule, Self::Master, Self::Mark];

    /// Its name, also in `data-colour-by`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Verdict => "verdict",
            Self::Rule => "rule",
            Self::Master => "master",
            Self::Mark => "mark",
        }
    }

    /// What it shows.
    #[must_use]
    pub fn tip(self) -> &'static str {
        match self {
            Self::Verdict => "active, filling, empty, unavailable or dead",
            Self::Rule => "the rule that decided",
            Self::Master => "the working master",
            Self::Mark => "what the selected node holds, with its mark",
        }
    }
}

/// One class of partitions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Class {
    /// What they have in common.
    pub name: String,
    /// How they are drawn.
    pub swatch: Swatch,
    /// How many there are.
    pub size: u32,
}

/// The map, before it is pixels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picture {
    /// Each partition's class, as a place in the legend.
    pub classes: Vec<u16>,
    /// Every class that can be, those without partitions too.
    pub legend: Vec<Class>,
}

impl Picture {
    /// The legend's classes, and how many were left out. By state: every look, except “came up empty” when no partition has
    /// it. Otherwise: at most `most` classes that have partitions, the largest first.
    #[must_use]
    pub fn shown(&self, colouring: Colouring, most: usize) -> (Vec<&Class>, usize) {
        if colouring == Colouring::Verdict {
            // Partitions that came up empty are rare: they have an entry when there are some.
            let fresh = Swatch::of(Look::Fresh);
            let is_shown = |class: &&Class| class.size > 0 || class.swatch != fresh;
            return (self.legend.iter().filter(is_shown).collect(), 0);
        }
        let shown: Vec<&Class> = self.legend.iter().filter(|class| class.size > 0).collect();
        let mut shown = by_key(&shown, |class| u64::from(u32::MAX - class.size));
        let more = shown.len().saturating_sub(most);
        shown.truncate(most);
        (shown, more)
    }
}

/// The picture of a sub-cluster's partitions. `versions` are those of the node whose marks are shown.
#[must_use]
pub fn picture(
    colouring: Colouring,
    cells: &[Cell],
    view: &ClusterView,
    versions: Option<&[Version]>,
) -> Picture {
    let mut legend = match colouring {
        Colouring::Verdict => {
            Look::ALL.map(|look| class(look.name().to_owned(), Swatch::of(look))).to_vec()
        }
        Colouring::Rule => rule_classes(),
        Colouring::Master => master_classes(view),
        Colouring::Mark => mark_classes(),
    };
    let nobody = view.nodes.len();
    let mut last: (Option<NodeId>, usize) = (None, nobody);
    let mut classes = Vec::with_capacity(cells.len());
    for (index, cell) in cells.iter().enumerate() {
        let place = match colouring {
            Colouring::Verdict => {
                let look = Look::of(cell);
                Look::ALL.iter().position(|other| *other == look).unwrap_or(0)
            }
            Colouring::Rule => cell.verdict.rule as usize,
            Colouring::Master => {
                if cell.working_master != last.0 {
                    let is_master = |id: NodeId| view.nodes.iter().position(|node| node.id == id);
                    last = (
                        cell.working_master,
                        cell.working_master.and_then(is_master).unwrap_or(nobody),
                    );
                }
                last.1
            }
            Colouring::Mark => mark_of(versions.and_then(|versions| versions.get(index)).copied()),
        };
        legend[place].size += 1;
        classes.push(convert::narrow(place, "a place in the legend"));
    }
    Picture { classes, legend }
}

fn class(name: String, swatch: Swatch) -> Class {
    Class { name, swatch, size: 0 }
}

/// In the order of [`Rule::ALL`]; active in greens and blues, the others in warm colours.
fn rule_classes() -> Vec<Class> {
    const HUES: [usize; 8] = [7, 6, 2, 1, 5, 0, 4, 3];
    let class_of = |(place, rule): (usize, &Rule)| {
        let name = match rule.number() {
            Some(_) => format!("{}: {}", rules::label(*rule), rules::short(*rule)),
            None => rules::label(*rule),
        };
        class(name, Swatch::of_hue(HUES[place % 8], place / 8))
    };
    Rule::ALL.iter().enumerate().map(class_of).collect()
}

/// In the order of the nodes, and last those that nobody serves.
fn master_classes(view: &ClusterView) -> Vec<Class> {
    // Grey is left to what nobody serves.
    const HUES: [usize; 7] = [0, 1, 2, 3, 4, 5, 7];
    let nodes = view.nodes.iter().rev().enumerate();
    let mut classes: Vec<Class> = nodes
        .map(|(place, node)| class(node.id.to_string(), Swatch::of_hue(HUES[place % 7], place / 7)))
        .collect();
    classes.reverse();
    classes.push(class("nobody".to_owned(), Swatch::NOTHING));
    classes
}

/// In the order of [`mark_of`].
fn mark_classes() -> Vec<Class> {
    [("full copy", 2), ("subset (s)", 5), ("untrusted (e)", 4), ("revived (r)", 3), ("no copy", 6)]
        .map(|(name, hue)| class(name.to_owned(), Swatch::of_hue(hue, 0)))
        .to_vec()
}

/// The mark that matters most; `e` and `r` stand on versions without data too.
fn mark_of(version: Option<Version>) -> usize {
    match version {
        Some(version) if version.is_evade() => 2,
        Some(version) if version.revived().is_some() => 3,
        Some(version) if version.has_data() && version.is_subset() => 1,
        Some(version) if version.has_data() => 0,
        _ => 4,
    }
}

#[cfg(test)]
mod tests {
    use rosterlab_engine::{Cluster, Command, Shutdown, Until};

    use super::*;
    use crate::state::case_study;
    use crate::testing::id;

    /// A102 crashed and came back.
    fn cluster() -> Cluster {
        let mut cluster = Cluster::new(case_study()).unwrap();
        let nodes = vec![id("A102")];
        for command in [
            Command::Stop { nodes: nodes.clone(), shutdown: Shutdown::Unclean },
            Command::Start { nodes },
        ] {
            cluster.apply(&command).unwrap();
            cluster.advance(Until::Settled);
        }
        cluster
    }

    fn legend(colouring: Colouring) -> Vec<(String, u32)> {
        let cluster = cluster();
        let view = cluster.view();
        let cells = &view.sub_clusters[0].namespaces[0].cells;
        let picture = picture(colouring, cells, &view, cluster.versions("main", id("A102")));
        assert_eq!(picture.classes.len(), 4096);
        assert_eq!(picture.legend.iter().map(|class| class.size).sum::<u32>(), 4096);
        let (shown, more) = picture.shown(colouring, 12);
        assert_eq!(more, 0);
        shown.iter().map(|class| (class.name.clone(), class.size)).collect()
    }

    #[test]
    fn a_node_that_crashed_is_untrusted_where_it_held_copies() {
        // Where nothing had to be filled its `e` went at once.
        let marks = [("no copy".to_owned(), 2715), ("untrusted (e)".to_owned(), 1381)];
        assert_eq!(legend(Colouring::Mark), marks);
        assert_eq!(legend(Colouring::Rule), [("rule 2: super-majority".to_owned(), 4096)]);
        assert_eq!(legend(Colouring::Verdict).len(), 4);
    }

    #[test]
    fn masters_are_counted_and_keep_their_colours() {
        let masters = legend(Colouring::Master);
        let names: Vec<&str> = masters.iter().map(|(name, _)| &**name).collect();
        assert!(names.contains(&"A101") && !names.contains(&"nobody"), "{names:?}");
        let swatches: Vec<Swatch> =
            master_classes(&cluster().view()).iter().map(|class| class.swatch).collect();
        for (place, swatch) in swatches.iter().enumerate() {
            assert!(!swatches[..place].contains(swatch), "class {place}");
        }
    }

    #[test]
    fn of_256_nodes_none_is_taken_for_nobody() {
        let nodes = crate::settings::draft::new_nodes(256, 4);
        let profile = rosterlab_engine::Profile::V6_0;
        let setup = rosterlab_engine::ClusterSetup { nodes, profile, ..case_study() };
        let view = Cluster::new(setup).unwrap().view();
        let mut cells = view.sub_clusters[0].namespaces[0].cells.to_vec();
        cells[0].working_master = None;
        let picture = picture(Colouring::Master, &cells, &view, None);
        assert_eq!(picture.classes[0], 256);
        assert_eq!(picture.legend[256].name, "nobody");
    }

    #[test]
    fn rules_all_differ_and_so_do_marks() {
        for classes in [rule_classes(), mark_classes()] {
            for (place, class) in classes.iter().enumerate() {
                let is_new = classes[..place].iter().all(|other| other.swatch != class.swatch);
                assert!(is_new, "{}", class.name);
            }
        }
    }

    #[test]
    fn of_many_classes_the_largest_are_shown() {
        let sized = |size| Class { size, ..class(size.to_string(), Swatch::NOTHING) };
        let legend = [1, 0, 5, 3].map(sized).to_vec();
        let picture = Picture { classes: Vec::new(), legend };
        let (shown, more) = picture.shown(Colouring::Master, 2);
        assert_eq!(shown.iter().map(|class| class.size).collect::<Vec<_>>(), [5, 3]);
        assert_eq!(more, 1);
    }
}
