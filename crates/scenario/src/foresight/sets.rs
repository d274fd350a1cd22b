//! Sets of indexes in lexicographic order.
//!
//! Invariant: starting from `0, 1, … k - 1`, every set of `k` indexes comes once.

/// The next set of as many indexes below `n`; `None` after the last.
pub(super) fn following(set: &[usize], n: usize) -> Option<Vec<usize>> {
    let k = set.len();
    let place = (0..k).rfind(|place| set[*place] + k < n + place)?;
    let mut next = set.to_vec();
    for (step, index) in next[place..].iter_mut().enumerate() {
        *index = set[place] + 1 + step;
    }
    Some(next)
}
