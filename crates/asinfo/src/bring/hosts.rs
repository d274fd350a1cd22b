//! Lines of several hosts, each line with its host before it, as `pdsh`, `clush`, `parallel --tag` and `ansible -o` print them.
//!
//! Invariant: each host's lines keep their numbers and their order, and come together, however hosts are mixed. Not here: what the
//! lines say.

use super::known;
use super::text::Line;

/// The most hosts whose lines are put together at once.
const MOST_HOSTS: usize = 512;

/// The host before a line, and the rest: `host: …`, `host | CHANGED | rc=0 | (stdout) …`, or `host …` before a reply.
pub(super) fn prefixed<'a>(text: &'a str, hosts: &[String]) -> Option<(&'a str, &'a str)> {
    if let Some((before, rest)) = text.split_once(" | (stdout) ")
        && let Some((host, _)) = before.split_once(" | ")
    {
        return is_name(host).then_some((host, rest));
    }
    let Some((host, rest)) = text.split_once(": ") else {
        // `parallel --tag` puts a tabulator between the two.
        let (host, rest) = text.split_once("  ")?;
        let rest = rest.trim_start();
        let is_reply = ["ns=", "roster=", "rack_"].iter().any(|begin| rest.starts_with(begin))
            || rest.contains(';') && rest.contains('=');
        return (is_name(host) && is_reply && !rest.contains(' ')).then_some((host, rest));
    };
    let is_host = hosts.iter().any(|known| known == host)
        || is_name(host)
            && !host.contains("//")
            && host.contains(|c: char| c.is_ascii_digit() || matches!(c, '-' | '.'));
    (is_host && !rest.trim().is_empty()).then_some((host, rest))
}

fn is_name(host: &str) -> bool {
    known::name(host).is_some_and(|name| name.len() == host.len())
}

/// The lines from the first on that have a host before them, by host, and how many they are.
pub(super) fn by_host(lines: &[Line], hosts: &[String]) -> (Vec<(String, Vec<Line>)>, usize) {
    let mut found: Vec<(String, Vec<Line>)> = Vec::new();
    let mut taken = 0;
    for line in lines {
        let empty = line.text.strip_suffix(':').map(|host| (host, ""));
        let Some((host, rest)) = prefixed(&line.text, hosts).or(empty) else { break };
        let place = found.iter().position(|(known, _)| known == host);
        let place = match place {
            Some(place) => place,
            // An empty line of a host that said nothing before may be a heading.
            None if rest.is_empty() || found.len() == MOST_HOSTS => break,
            None => {
                found.push((host.to_owned(), Vec::new()));
                found.len() - 1
            }
        };
        // `ansible -o` writes the ends of lines as they are written in programs.
        let said = rest.split("\\n").map(|text| text.trim_end().to_owned());
        found[place].1.extend(said.map(|text| Line { number: line.number, text }));
        taken += 1;
    }
    (found, taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_mixed_hosts_come_together_with_their_numbers() {
        let text = "db-a: x=1\ndb-b: x=2\ndb-a: y=3\ndb-b:\nalpha: z=1\nthe end: x";
        let lines = super::super::text::lines(text);
        let (found, taken) = by_host(&lines, &["alpha".to_owned()]);
        let shown: Vec<(&str, Vec<(usize, &str)>)> = found
            .iter()
            .map(|(host, lines)| {
                let lines = lines.iter().map(|line| (line.number, line.text.as_str()));
                (host.as_str(), lines.collect())
            })
            .collect();
        assert_eq!(taken, 5);
        assert_eq!(
            shown,
            [
                ("db-a", vec![(1, "x=1"), (3, "y=3")]),
                ("db-b", vec![(2, "x=2"), (4, "")]),
                ("alpha", vec![(5, "z=1")]),
            ]
        );
    }

    #[test]
    fn a_host_stands_before_a_line_in_several_ways() {
        for (text, host, rest) in [
            ("db-1: ns=a:roster=A1", "db-1", "ns=a:roster=A1"),
            ("alpha | CHANGED | rc=0 | (stdout) ns=a", "alpha", "ns=a"),
            ("alpha   ns=a:roster=A1", "alpha", "ns=a:roster=A1"),
        ] {
            assert_eq!(prefixed(text, &[]), Some((host, rest)), "{text}");
        }
        for text in ["alpha: ns=a", "http://a.b: c", "two words: x", "db-1:", "alpha   said so"] {
            assert_eq!(prefixed(text, &[]), None, "{text}");
        }
    }
}
