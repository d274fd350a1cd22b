//! That a share link has another result than in the version that made it.
//!
//! Invariant: both results are told as far as they are known. Not here: when it is told.

use super::text::{all_partitions, list, thousands};
use crate::share::{Differs, Served};

/// The results of the version that made a share link and of this version.
#[must_use]
pub fn of_difference(differs: &Differs) -> String {
    let Differs { made_by, then, now } = differs;
    let all = all_partitions();
    let outcome = |served: &[Served], verb: &str| {
        let each = |place: usize, one: &Served| {
            let of_all = if place == 0 {
                format!("{} of {all} partitions served", thousands(one.active))
            } else {
                thousands(one.active)
            };
            format!("{of_all} in {}", one.namespace)
        };
        let each = served.iter().enumerate().map(|(place, one)| each(place, one));
        format!("{verb} {}", list(each))
    };
    let now_said = outcome(now, "comes to");
    match then {
        None => format!(
            "The link was made with version {made_by} of Rosterlab and gave another result, which is not known any more. This version {now_said}: a rule was corrected since."
        ),
        Some(then) if then == now => format!(
            "Rosterlab {made_by} and this version both {}. Which nodes serve them differs: a rule was \
             corrected.",
            outcome(now, "come to")
        ),
        Some(then) => format!(
            "Rosterlab {made_by} {}; this version {}: a rule was corrected.",
            outcome(then, "came to"),
            outcome_short(now)
        ),
    }
}

/// A result after one that has said what is counted.
fn outcome_short(served: &[Served]) -> String {
    match served {
        [only] => format!("comes to {}", thousands(only.active)),
        several => {
            let each =
                several.iter().map(|one| format!("{} in {}", thousands(one.active), one.namespace));
            format!("comes to {}", list(each))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_that_comes_to_something_else_says_both_outcomes() {
        let served = |active| vec![Served { namespace: "main".to_owned(), active }];
        let said = |then, now| {
            of_difference(&Differs { made_by: "0.1.0".to_owned(), then, now: served(now) })
        };
        assert_eq!(
            said(Some(served(0)), 4096),
            "Rosterlab 0.1.0 came to 0 of 4,096 partitions served in main; this version comes to \
             4,096: a rule was corrected."
        );
        assert!(said(None, 4096).contains("which is not known any more"));
        assert!(said(Some(served(4096)), 4096).contains("both come to 4,096 of 4,096"));
    }
}
