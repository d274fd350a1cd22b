//! Patterns after `like` and `for`: a part of a name, with the few signs of regular expressions that people use there.
//!
//! Invariant: work is the pattern's length times the name's, whatever the pattern. Not here: classes, groups, counts;
//! such a sign stands for itself.

/// What `like` and `for` look for: any of several patterns.
pub(super) struct Likes(Vec<Pattern>);

struct Pattern {
    from_start: bool,
    to_end: bool,
    steps: Vec<Step>,
}

/// One sign of a pattern; `None` is any sign.
struct Step {
    sign: Option<char>,
    repeated: bool,
}

impl Likes {
    /// The patterns of these words; `|` parts alternatives. No word matches everything.
    pub(super) fn new(words: &[String]) -> Self {
        let plain = |word: &String| word.replace(['\'', '"'], "");
        Self(
            words
                .iter()
                .map(plain)
                .flat_map(|word| word.split('|').map(Pattern::new).collect::<Vec<_>>())
                .collect(),
        )
    }

    /// Whether any pattern is found in the name.
    pub(super) fn found_in(&self, name: &str) -> bool {
        self.0.is_empty() || self.0.iter().any(|pattern| pattern.found_in(name))
    }
}

impl Pattern {
    fn new(text: &str) -> Self {
        let (from_start, text) = text.strip_prefix('^').map_or((false, text), |rest| (true, rest));
        let (to_end, text) = text.strip_suffix('$').map_or((false, text), |rest| (true, rest));
        let mut steps: Vec<Step> = Vec::new();
        let mut signs = text.chars();
        while let Some(sign) = signs.next() {
            match (sign, steps.last_mut()) {
                ('*', Some(last)) => last.repeated = true,
                ('.', _) => steps.push(Step { sign: None, repeated: false }),
                ('\\', _) => {
                    steps.push(Step { sign: signs.next().or(Some('\\')), repeated: false });
                }
                _ => steps.push(Step { sign: Some(sign), repeated: false }),
            }
        }
        Self { from_start, to_end, steps }
    }

    /// All places of the pattern that the name may have reached are kept at once, so nothing is tried twice.
    fn found_in(&self, name: &str) -> bool {
        let end = self.steps.len();
        let mut reached = vec![false; end + 1];
        let enter = |reached: &mut Vec<bool>, from: usize| {
            let mut at = from;
            reached[at] = true;
            while at < end && self.steps[at].repeated {
                at += 1;
                reached[at] = true;
            }
        };
        enter(&mut reached, 0);
        let mut signs = name.chars().peekable();
        loop {
            if reached[end] && (!self.to_end || signs.peek().is_none()) {
                return true;
            }
            let Some(sign) = signs.next() else { return false };
            let mut next = vec![false; end + 1];
            for at in (0..end).filter(|&at| reached[at]) {
                let step = &self.steps[at];
                if step.sign.is_none_or(|wanted| wanted == sign) {
                    enter(&mut next, if step.repeated { at } else { at + 1 });
                }
            }
            if !self.from_start {
                enter(&mut next, 0);
            }
            reached = next;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_found_anywhere_unless_it_is_tied() {
        let found = |pattern: &str, name| Likes::new(&[pattern.to_owned()]).found_in(name);
        assert!(found("avail", "unavailable_partitions"));
        assert!(!found("^avail", "unavailable_partitions"));
        assert!(found("^rack", "rack-id"));
        assert!(found("able$|rack", "rack-id"));
        assert!(!found("able$", "unavailable_partitions"));
        assert!(found("un.*part", "unavailable_partitions"));
        assert!(found("data.total", "data_total_bytes"));
        assert!(!found(r"data\.total", "data_total_bytes"));
        assert!(found("", "anything") && Likes::new(&[]).found_in("anything"));
        assert!(!found(
            &".*".repeat(500).replace("**", "*").replace(".*.", ".*x."),
            &"y".repeat(500)
        ));
    }
}
