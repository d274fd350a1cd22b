//! The records of a world: which there are, and which stand for many.
//!
//! Invariant: every record that was ever used is known by one [`KeyId`], at all sites, on all ships and in all backups.
//! Generated records that nothing has told apart share one key for each partition, which stands for as many as they are; a
//! record that is used by itself is taken out first. So a million loaded records cost what some thousand do. Not here: what
//! a record holds (see `place`).

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::convert::narrow;
use crate::id::{Digest, PARTITIONS, PartitionId};

/// Ranges of generated records shorter than this are not worth sharing keys.
const SHARED_FROM: u32 = 4_097;
/// Spreads the numbers of generated records over the partitions: an odd number, so that 4096 in a row have one each.
const SPREAD: u32 = 2_531;
/// Marks the digest of a generated record.
const ONE: &[u8; 10] = b"generated1";
/// Marks the digest that stands for a partition's share of a range.
const SHARE: &[u8; 10] = b"generated*";

/// The digest of the generated record with this number. Its partition depends on the number so that partitions have equal
/// shares, and so that the records of a partition are on the same device. \[model\]: real records are spread by their
/// hash.
#[must_use]
pub fn generated_key(number: u32) -> Digest {
    digest_of(partition_of(number), ONE, number)
}

/// The number of a generated record; `None` for any other digest.
#[must_use]
pub fn generated_number(key: &Digest) -> Option<u32> {
    let [a, b, c, d] = key.0[12..16] else { return None };
    let number = u32::from_le_bytes([a, b, c, d]);
    (generated_key(number) == *key).then_some(number)
}

/// Whether a digest stands for a partition's share of a range. No client may name it.
pub(crate) fn is_share(key: &Digest) -> bool {
    key.0[2..12] == SHARE[..]
}

fn digest_of(partition: u16, mark: &[u8; 10], number: u32) -> Digest {
    let mut bytes = [0; 20];
    bytes[..2].copy_from_slice(&partition.to_le_bytes());
    bytes[2..12].copy_from_slice(mark);
    bytes[12..16].copy_from_slice(&number.to_le_bytes());
    // The last byte decides the device.
    bytes[19] = partition.to_le_bytes()[0];
    Digest(bytes)
}

fn partition_of(number: u32) -> u16 {
    let [a, b, ..] = (number.wrapping_mul(SPREAD) % 4_096).to_le_bytes();
    u16::from_le_bytes([a, b])
}

/// How many numbers of a range are generated records of each partition.
fn shares(range: &Range<u32>) -> Vec<u32> {
    let (all, rest) = ((range.end - range.start) / 4_096, (range.end - range.start) % 4_096);
    let mut shares = vec![all; PARTITIONS];
    for number in range.end - rest..range.end {
        shares[usize::from(partition_of(number))] += 1;
    }
    shares
}

/// A record, or the records of a partition that are alike everywhere, by its place among all keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct KeyId(u32);

impl KeyId {
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What is known of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    pub digest: Digest,
    /// How many records it stands for.
    pub records: u32,
}

/// A range of generated records that share keys, but for those that were taken out.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Shared {
    numbers: Range<u32>,
    /// Tells the digests of its keys from those of other ranges.
    serial: u32,
    taken: BTreeSet<u32>,
    /// The key of each partition.
    keys: Vec<KeyId>,
}

/// A share that is to be told apart, so that everything that knows its key has to learn the other one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fork {
    pub from: KeyId,
    pub to: KeyId,
}

/// All keys of a world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Keys {
    /// Ranges shorter than this share no keys.
    shared_from: u32,
    all: Vec<Key>,
    /// Keys that are not generated.
    named: BTreeMap<Digest, KeyId>,
    /// Generated records with a key of their own.
    single: BTreeMap<u32, KeyId>,
    /// In the order of their numbers, without a number in common.
    shared: Vec<Shared>,
    next_serial: u32,
}

impl Default for Keys {
    fn default() -> Self {
        Self::sharing_from(SHARED_FROM)
    }
}

impl Keys {
    /// No keys yet. Ranges of at least so many generated records will share keys, in the tests more or fewer than usual.
    pub fn sharing_from(shared_from: u32) -> Self {
        Self {
            shared_from,
            all: Vec::new(),
            named: BTreeMap::new(),
            single: BTreeMap::new(),
            shared: Vec::new(),
            next_serial: 0,
        }
    }

    pub fn len(&self) -> usize {
        self.all.len()
    }

    pub fn ids(&self) -> impl Iterator<Item = KeyId> + use<> {
        (0..narrow::<u32, _>(self.all.len(), "a key")).map(KeyId)
    }

    pub fn digest(&self, key: KeyId) -> Digest {
        self.all[key.index()].digest
    }

    pub fn records(&self, key: KeyId) -> u32 {
        self.all[key.index()].records
    }

    /// The number of ranges that share keys.
    pub fn ranges(&self) -> usize {
        self.shared.len()
    }

    /// The key of a record that is known by itself.
    pub fn find(&self, digest: &Digest) -> Option<KeyId> {
        match generated_number(digest) {
            Some(number) => self.single.get(&number).copied(),
            None => self.named.get(digest).copied(),
        }
    }

    /// The share that a generated record is in, if it is not known by itself.
    pub fn share_of(&self, digest: &Digest) -> Option<KeyId> {
        let number = generated_number(digest)?;
        let shared = self.shared.iter().find(|shared| shared.numbers.contains(&number))?;
        Some(shared.keys[usize::from(partition_of(number))])
    }

    /// The key of a digest, of whatever kind.
    pub fn any(&self, digest: &Digest) -> Option<KeyId> {
        let [a, b, c, d] = digest.0[12..16] else { return None };
        if !is_share(digest) {
            return self.find(digest);
        }
        let serial = u32::from_le_bytes([a, b, c, d]);
        let shared = self.shared.iter().find(|shared| shared.serial == serial)?;
        Some(shared.keys[PartitionId::of_digest(digest)])
    }

    /// The key of a record by itself. It is new, or taken out of a share: then that is to be forked.
    pub fn single(&mut self, digest: Digest) -> (KeyId, Option<Fork>) {
        if let Some(key) = self.find(&digest) {
            return (key, None);
        }
        let key = self.add(digest, 1);
        let Some(number) = generated_number(&digest) else {
            self.named.insert(digest, key);
            return (key, None);
        };
        self.single.insert(number, key);
        let fork =
            self.shared.iter_mut().find(|shared| shared.numbers.contains(&number)).map(|shared| {
                shared.taken.insert(number);
                let from = shared.keys[usize::from(partition_of(number))];
                self.all[from.index()].records -= 1;
                Fork { from, to: key }
            });
        (key, fork)
    }

    /// The keys of a range of generated records, and of nothing else: shares, then single records in the order of their
    /// numbers. Shares that reach beyond it are to be forked.
    pub fn range(&mut self, numbers: &Range<u32>) -> (Vec<KeyId>, Vec<Fork>) {
        let mut forks = self.split(numbers.start);
        forks.extend(self.split(numbers.end));
        let mut from = numbers.start;
        let inside = |shared: &&Shared| {
            shared.numbers.start < numbers.end && shared.numbers.end > numbers.start
        };
        let covered: Vec<Range<u32>> =
            self.shared.iter().filter(inside).map(|shared| shared.numbers.clone()).collect();
        let mut gaps = Vec::new();
        for range in covered {
            gaps.push(from..range.start);
            from = range.end;
        }
        gaps.push(from..numbers.end);
        for gap in gaps {
            self.fill(gap);
        }
        let shares = self.shared.iter().filter(|shared| numbers.contains(&shared.numbers.start));
        let mut keys: Vec<KeyId> = shares.flat_map(|shared| shared.keys.iter().copied()).collect();
        keys.extend(self.single.range(numbers.clone()).map(|(_, key)| *key));
        keys.retain(|key| self.records(*key) > 0);
        (keys, forks)
    }

    fn add(&mut self, digest: Digest, records: u32) -> KeyId {
        let key = KeyId(narrow(self.all.len(), "a key"));
        self.all.push(Key { digest, records });
        key
    }

    /// Gives keys to the numbers of a gap between ranges that have none.
    fn fill(&mut self, numbers: Range<u32>) {
        let length = numbers.end - numbers.start;
        if length >= self.shared_from {
            let taken = self.single.range(numbers.clone()).map(|(number, _)| *number).collect();
            let shared = self.share(numbers, taken);
            let place = self.shared.partition_point(|one| one.numbers.start < shared.numbers.start);
            self.shared.insert(place, shared);
            return;
        }
        for number in numbers {
            if !self.single.contains_key(&number) {
                let key = self.add(generated_key(number), 1);
                self.single.insert(number, key);
            }
        }
    }

    /// A range with new keys.
    fn share(&mut self, numbers: Range<u32>, taken: BTreeSet<u32>) -> Shared {
        let serial = self.next_serial;
        self.next_serial += 1;
        let mut records = shares(&numbers);
        for number in &taken {
            records[usize::from(partition_of(*number))] -= 1;
        }
        let keys = PartitionId::all().zip(records);
        let keys =
            keys.map(|(pid, records)| self.add(digest_of(pid.get(), SHARE, serial), records));
        let keys = keys.collect();
        Shared { numbers, serial, taken, keys }
    }

    /// Makes two ranges of one that has a number inside.
    fn split(&mut self, at: u32) -> Vec<Fork> {
        let inside = |shared: &Shared| shared.numbers.start < at && at < shared.numbers.end;
        let Some(place) = self.shared.iter().position(inside) else {
            return Vec::new();
        };
        let taken = self.shared[place].taken.split_off(&at);
        let upper = at..self.shared[place].numbers.end;
        let upper = self.share(upper, taken);
        let lower = &mut self.shared[place];
        lower.numbers.end = at;
        let pairs = lower.keys.iter().zip(&upper.keys);
        let forks: Vec<Fork> = pairs.map(|(from, to)| Fork { from: *from, to: *to }).collect();
        self.shared.insert(place + 1, upper);
        for fork in &forks {
            let moved = self.records(fork.to);
            self.all[fork.from.index()].records -= moved;
        }
        forks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generated_record_has_one_digest_and_partitions_have_equal_shares() {
        for number in [0, 1, 4_095, 4_096, 99_999_999] {
            let digest = generated_key(number);
            assert_eq!(generated_number(&digest), Some(number));
            assert_eq!(PartitionId::of_digest(&digest).get(), partition_of(number));
        }
        assert_eq!(generated_number(&Digest([7; 20])), None);
        let shares = shares(&(5..10_000));
        assert_eq!(shares.iter().sum::<u32>(), 9_995);
        let counted = |pid: u16| (5..10_000).filter(|number| partition_of(*number) == pid).count();
        for pid in [0, 17, 2_531, 4_095] {
            assert_eq!(shares[usize::from(pid)] as usize, counted(pid));
        }
    }

    #[test]
    fn whatever_is_told_apart_the_numbers_of_records_stay() {
        let mut keys = Keys::default();
        let all = |keys: &Keys| keys.ids().map(|key| u64::from(keys.records(key))).sum::<u64>();
        let of =
            |keys: &Keys, some: &[KeyId]| some.iter().map(|key| keys.records(*key)).sum::<u32>();
        let (first, forks) = keys.range(&(0..20_000));
        assert_eq!((of(&keys, &first), forks.len()), (20_000, 0));
        let (key, fork) = keys.single(generated_key(12_345));
        assert_eq!((keys.records(key), fork.is_some(), all(&keys)), (1, true, 20_000));
        assert_eq!(keys.single(generated_key(12_345)), (key, None));
        let (some, forks) = keys.range(&(12_000..30_000));
        assert_eq!((of(&keys, &some), forks.len(), all(&keys)), (18_000, 4_096, 30_000));
        assert!(some.contains(&key));
        let (few, forks) = keys.range(&(29_000..30_100));
        assert_eq!((of(&keys, &few), forks.len(), all(&keys)), (1_100, 4_096, 30_100));
        assert_eq!(keys.ranges(), 4);
        assert!(is_share(&keys.digest(few[0])) != is_share(&keys.digest(key)));
    }
}
