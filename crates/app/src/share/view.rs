//! What a person looks at, as the part of a link after its timeline: `&v=1&p=42&by=rule&tab=log&sel=A102`.
//!
//! Invariant: [`View::read`] turns the result of [`View::written`] into an equal view. The usual view is written as nothing, so a
//! link of it is the timeline's alone. A part that cannot be read is left out with a sentence, and the rest is read. Not here:
//! the timeline and its branches (the scenario crate's `share`), and whether what is named is there (see `state::sharing`).
//!
//! ```text
//! v=1          the version of this form, first
//! ns=NUMBER    the shown namespace, counted from 1
//! on=NODE      the node whose sub-cluster is shown, or the orphan
//! p=NUMBER     the partition that is explained
//! by=NAME      the map's colouring: rule, master, mark
//! tab=NAME     the tab below the floor: compare, clients, losses, log
//! sel=NODE     the selected node
//! with=NODES   the nodes that are selected together, with dots between them
//! ```

use rosterlab_engine::{NodeId, PartitionId};

use crate::map::picture::Colouring;
use crate::time::state::Tab;

/// The longest text of a part that is quoted in a sentence.
const MOST_QUOTED: usize = 24;

/// The most parts that are named in a sentence; further ones are counted.
const MOST_NAMED: usize = 3;

/// What a person looks at. The default is how the page opens.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// The shown namespace's place among the namespaces.
    pub namespace: usize,
    /// The node whose sub-cluster was chosen to be shown.
    pub on: Option<NodeId>,
    /// The partition that was chosen to be explained.
    pub partition: Option<PartitionId>,
    /// What the map's colours stand for.
    pub colouring: Colouring,
    /// The open tab below the floor.
    pub tab: Tab,
    /// The selected node, if it is not the one that is selected at first.
    pub selected: Option<NodeId>,
    /// The nodes that are selected together.
    pub together: Vec<NodeId>,
}

impl View {
    /// The view as parts of a link, each with its `&`; empty for the usual view.
    #[must_use]
    pub fn written(&self) -> String {
        let usual = Self::default();
        if *self == usual {
            return String::new();
        }
        let mut out = "&v=1".to_owned();
        let mut put = |key: &str, value: Option<String>| {
            if let Some(value) = value {
                out.extend(["&", key, "=", &value]);
            }
        };
        put("ns", (self.namespace > 0).then(|| (self.namespace + 1).to_string()));
        put("on", self.on.map(|node| node.to_string()));
        put("p", self.partition.map(|partition| partition.to_string()));
        let colouring = (self.colouring != usual.colouring).then(|| self.colouring.name());
        put("by", colouring.map(str::to_owned));
        put("tab", (self.tab != usual.tab).then(|| self.tab.name().to_owned()));
        put("sel", self.selected.map(|node| node.to_string()));
        let together: Vec<String> = self.together.iter().map(ToString::to_string).collect();
        put("with", (!together.is_empty()).then(|| together.join(".")));
        out
    }

    /// Reads the parts of a link that are neither branches nor names. `None` where there are none, or of a later version; what could not be
    /// read is put into `wrong`, each as the text that is at fault and why.
    pub fn read<'a>(parts: impl Iterator<Item = &'a str>, wrong: &mut Vec<String>) -> Option<Self> {
        let mut parts = parts.filter(|part| !matches!(part.get(..2), Some("b=" | "n="))).peekable();
        let version = parts.next()?;
        if version != "v=1" {
            wrong.push(quoted(version, "this version of Rosterlab reads v=1"));
            return None;
        }
        let mut view = Self::default();
        for part in parts {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            if let Err(why) = view.set(key, value) {
                wrong.push(quoted(part, why));
            }
        }
        Some(view)
    }

    /// Sets what a key names.
    fn set(&mut self, key: &str, value: &str) -> Result<(), &'static str> {
        let node = |text: &str| text.parse::<NodeId>().map_err(|_| "no node id");
        match key {
            "ns" => {
                let place = value.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
                self.namespace = place.ok_or("namespaces are counted from 1")?;
            }
            "on" => self.on = Some(node(value)?),
            "p" => {
                let partition = value.parse().ok().and_then(|number| PartitionId::new(number).ok());
                self.partition = Some(partition.ok_or("partitions are 0 to 4095")?);
            }
            "by" => {
                let named = Colouring::ALL.into_iter().find(|colouring| colouring.name() == value);
                self.colouring = named.ok_or("no such colouring")?;
            }
            "tab" => {
                let named = Tab::ALL.into_iter().find(|tab| tab.name() == value);
                self.tab = named.ok_or("no such tab")?;
            }
            "sel" => self.selected = Some(node(value)?),
            "with" => self.together = value.split('.').map(node).collect::<Result<_, _>>()?,
            _ => return Err("not known"),
        }
        Ok(())
    }
}

/// A text from a link, cut short, with what is wrong with it.
#[must_use]
pub fn quoted(text: &str, why: &str) -> String {
    let clipped: String = text.chars().take(MOST_QUOTED).collect();
    let cut = if clipped.len() < text.len() { "…" } else { "" };
    format!("“{clipped}{cut}” ({why})")
}

/// What was left out of a link, as a sentence with a space before it; empty if nothing was.
#[must_use]
pub fn left_out(wrong: &[String]) -> String {
    let Some(rest) = wrong.len().checked_sub(1) else { return String::new() };
    let named = wrong[..wrong.len().min(MOST_NAMED)].join(", ");
    let more = (rest + 1).saturating_sub(MOST_NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!(" Left out of the link: {named}{more}.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::id;

    fn read(text: &str) -> (Option<View>, Vec<String>) {
        let mut wrong = Vec::new();
        let (_, parts) = rosterlab_scenario::share::parts(text);
        let view = View::read(parts, &mut wrong);
        (view, wrong)
    }

    /// Pseudo-random numbers below a limit, the same in every run.
    fn numbers() -> impl FnMut(usize) -> usize {
        let mut seed = 7_u64;
        move |below| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            usize::try_from(seed >> 33).unwrap() % below
        }
    }

    #[test]
    fn the_usual_view_is_nothing_and_another_one_is_short_and_readable() {
        assert_eq!(View::default().written(), "");
        assert_eq!(read("s1=x"), (None, vec![]));
        let view = View {
            namespace: 1,
            partition: PartitionId::new(42).ok(),
            colouring: Colouring::Rule,
            tab: Tab::Log,
            selected: Some(id("A101")),
            together: vec![id("A101"), id("B102")],
            ..View::default()
        };
        assert_eq!(view.written(), "&v=1&ns=2&p=42&by=rule&tab=log&sel=A101&with=A101.B102");
    }

    #[test]
    fn any_view_comes_back() {
        let mut number = numbers();
        for _ in 0..2_000 {
            let mut node = || NodeId::new(u64::try_from(number(1 << 20)).unwrap() + 1).unwrap();
            let nodes = [node(), node(), node(), node(), node()];
            let mut some = |node: NodeId| (number(2) == 0).then_some(node);
            let (on, selected) = (some(nodes[0]), some(nodes[1]));
            let view = View {
                namespace: number(33),
                on,
                partition: PartitionId::new(u16::try_from(number(8192)).unwrap()).ok(),
                colouring: Colouring::ALL[number(4)],
                tab: Tab::ALL[number(Tab::ALL.len())],
                selected,
                together: nodes[..number(5)].to_vec(),
            };
            let written = view.written();
            let known = |byte: u8| byte.is_ascii_alphanumeric() || b"&=.-".contains(&byte);
            assert!(written.bytes().all(known), "{written}");
            let expected = (view != View::default()).then_some(view);
            assert_eq!(read(&format!("s1=x{written}")), (expected, vec![]), "{written}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_named_and_the_rest_is_read() {
        let (view, wrong) =
            read("s1=x&v=1&p=9999&by=hue&tab=log&sel=XYZ&ns=0&zoom=3&on=&with=A1..B1");
        assert_eq!(view, Some(View { tab: Tab::Log, ..View::default() }));
        assert_eq!(
            left_out(&wrong),
            " Left out of the link: “p=9999” (partitions are 0 to 4095), “by=hue” (no such colouring), \
             “sel=XYZ” (no node id) and 4 more."
        );
        let (view, wrong) = read("s1=x&v=2&p=1");
        assert_eq!((view, wrong.len()), (None, 1));
        assert_eq!(read("s1=x&p=1").0, None, "the version comes first");
        assert_eq!(quoted(&"é".repeat(99), "no"), format!("“{}…” (no)", "é".repeat(24)));
    }

    #[test]
    fn no_text_makes_it_panic() {
        let mut number = numbers();
        let pieces =
            ["&", "=", "v=1", "p", "42", "sel", "A102", ".", "é", "ns", "", "b=1", "%", "tab=log"];
        for _ in 0..5_000 {
            let text: String = (0..number(14)).map(|_| pieces[number(pieces.len())]).collect();
            let (view, wrong) = read(&text);
            assert!(left_out(&wrong).len() < 400, "{text}");
            if let Some(view) = view {
                assert_eq!(
                    View::read(view.written().split('&').skip(1), &mut Vec::new())
                        .unwrap_or_default(),
                    view
                );
            }
        }
    }
}
