//! Which nodes see which: sets of nodes, and the links that are cut.
//!
//! Invariant: a cut is symmetric and never of a node with itself. Nodes are known here by their [`Slot`], the order in
//! which they were added. Not here: what follows from a cut (see `clustering`).

/// A node's place in the cluster's own lists, 0 to 127; never another id's, not even when the node is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Slot(u8);

impl Slot {
    /// The slot of that index. The caller keeps to fewer than 128 nodes.
    pub fn new(index: usize) -> Self {
        debug_assert!(index < crate::id::MAX_NODES);
        Self(u8::try_from(index).unwrap_or(u8::MAX))
    }

    /// As an index.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// As a byte.
    pub fn byte(self) -> u8 {
        self.0
    }
}

/// A set of nodes, in order as one number of 128 bits would be. In two halves, because to shift 128 bits is slow and long
/// where the page runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NodeSet {
    high: u64,
    low: u64,
}

impl NodeSet {
    pub const EMPTY: Self = Self { high: 0, low: 0 };

    pub fn contains(self, slot: Slot) -> bool {
        let half = if slot.0 < 64 { self.low } else { self.high };
        half >> (slot.0 & 63) & 1 == 1
    }

    fn half(&mut self, slot: Slot) -> &mut u64 {
        if slot.0 < 64 { &mut self.low } else { &mut self.high }
    }

    pub fn insert(&mut self, slot: Slot) {
        *self.half(slot) |= 1 << (slot.0 & 63);
    }

    /// Adds the others on a condition, without a branch.
    pub fn add_if(&mut self, on: bool, others: Self) {
        let mask = u64::from(on).wrapping_neg();
        self.high |= others.high & mask;
        self.low |= others.low & mask;
    }

    pub fn remove(&mut self, slot: Slot) {
        *self.half(slot) &= !(1 << (slot.0 & 63));
    }

    pub fn with(mut self, slot: Slot) -> Self {
        self.insert(slot);
        self
    }

    pub fn without(mut self, slot: Slot) -> Self {
        self.remove(slot);
        self
    }

    pub fn len(self) -> usize {
        (self.high.count_ones() + self.low.count_ones()) as usize
    }

    pub fn is_empty(self) -> bool {
        self.high | self.low == 0
    }

    pub fn and(self, other: Self) -> Self {
        Self { high: self.high & other.high, low: self.low & other.low }
    }

    pub fn or(self, other: Self) -> Self {
        Self { high: self.high | other.high, low: self.low | other.low }
    }

    pub fn minus(self, other: Self) -> Self {
        Self { high: self.high & !other.high, low: self.low & !other.low }
    }

    /// Those next to a member, as far as they are in the same half.
    pub fn neighbours(self) -> Self {
        let of = |half: u64| half << 1 | half >> 1;
        Self { high: of(self.high), low: of(self.low) }
    }

    /// The high half and the low.
    pub fn halves(self) -> [u64; 2] {
        [self.high, self.low]
    }

    /// The set of these halves.
    pub fn of_halves(high: u64, low: u64) -> Self {
        Self { high, low }
    }

    /// The members by slot, lowest first.
    pub fn iter(self) -> impl Iterator<Item = Slot> {
        NodesOf(self)
    }
}

/// What is left of a set to go through.
struct NodesOf(NodeSet);

impl Iterator for NodesOf {
    type Item = Slot;

    fn next(&mut self) -> Option<Slot> {
        let (half, first) =
            if self.0.low == 0 { (&mut self.0.high, 64) } else { (&mut self.0.low, 0) };
        let place = u8::try_from(half.trailing_zeros()).unwrap_or(0);
        let some = *half != 0;
        *half &= half.wrapping_sub(1);
        some.then_some(Slot(place + first))
    }
}

/// A set that is asked about far more often than it changes: a table instead of 128 bits to shift.
#[derive(Clone, Debug)]
pub(crate) struct NodeTable([bool; crate::id::MAX_NODES]);

impl NodeTable {
    pub fn contains(&self, slot: Slot) -> bool {
        self.0[slot.index() % crate::id::MAX_NODES]
    }
}

impl From<NodeSet> for NodeTable {
    fn from(set: NodeSet) -> Self {
        let mut table = [false; crate::id::MAX_NODES];
        for slot in set.iter() {
            table[slot.index()] = true;
        }
        Self(table)
    }
}

impl FromIterator<Slot> for NodeSet {
    fn from_iter<I: IntoIterator<Item = Slot>>(slots: I) -> Self {
        slots.into_iter().fold(Self::EMPTY, Self::with)
    }
}

/// The links that are cut, each node's as a set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cuts(Vec<NodeSet>);

impl Cuts {
    /// Room for one more node, all of whose links hold.
    pub fn add_node(&mut self) {
        self.0.push(NodeSet::EMPTY);
    }

    pub fn is_cut(&self, a: Slot, b: Slot) -> bool {
        self.0[a.index()].contains(b)
    }

    pub fn any(&self) -> bool {
        self.0.iter().any(|set| !set.is_empty())
    }

    /// A node goes, and its links with it.
    pub fn remove_node(&mut self, slot: Slot) {
        self.0[slot.index()] = NodeSet::EMPTY;
        self.0.iter_mut().for_each(|set| set.remove(slot));
    }

    /// The nodes whose link with this one is cut.
    pub fn of(&self, slot: Slot) -> NodeSet {
        self.0[slot.index()]
    }

    pub fn set(&mut self, a: Slot, b: Slot, cut: bool) {
        debug_assert!(a != b);
        for (from, to) in [(a, b), (b, a)] {
            let set = &mut self.0[from.index()];
            *set = if cut { set.with(to) } else { set.without(to) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_it_was_given() {
        let set: NodeSet = [0, 5, 127].map(Slot::new).into_iter().collect();
        assert_eq!(set.len(), 3);
        assert_eq!(set.iter().map(Slot::index).collect::<Vec<_>>(), [0, 5, 127]);
        assert!(!set.without(Slot::new(127)).contains(Slot::new(127)));
        let table = NodeTable::from(set);
        assert!((0..128).map(Slot::new).all(|slot| table.contains(slot) == set.contains(slot)));
    }

    #[test]
    fn sets_are_in_order_as_numbers_are() {
        let of = |slots: &[usize]| slots.iter().copied().map(Slot::new).collect::<NodeSet>();
        let ascending = [of(&[]), of(&[0, 63]), of(&[64]), of(&[0, 64]), of(&[1, 64]), of(&[127])];
        assert!(ascending.is_sorted());
        assert_eq!(of(&[63, 64]).iter().map(Slot::index).collect::<Vec<_>>(), [63, 64]);
        assert_eq!(of(&[63, 64, 65]).minus(of(&[64])).len(), 2);
    }

    #[test]
    fn a_cut_is_symmetric() {
        let mut cuts = Cuts::default();
        (0..3).for_each(|_| cuts.add_node());
        cuts.set(Slot::new(0), Slot::new(2), true);
        assert!(cuts.is_cut(Slot::new(2), Slot::new(0)) && cuts.any());
        cuts.set(Slot::new(2), Slot::new(0), false);
        assert!(!cuts.any());
        cuts.set(Slot::new(0), Slot::new(1), true);
        cuts.remove_node(Slot::new(1));
        assert!(!cuts.any());
    }
}
