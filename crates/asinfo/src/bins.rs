//! Records' bins: what the operations of a request make of them.
//!
//! Invariant: pure, and all or nothing: an operation that fails leaves the record as it was. Work and results are bounded
//! whatever a request holds. The rules are those of the openly licensed server where it shows them (\[open\]).
//!
//! Not here: whether the partition is available (the engine decides), when a record expires, what values mean: lists,
//! maps and the like are kept as they came.

use std::collections::BTreeMap;

use rosterlab_engine::Mode;

use crate::wire::action::{Delete, Existence, Generation, What, Write};
use crate::wire::bin::{Bin, BinName, BinResult, Particle, Value};
use crate::wire::code::ResultCode;
use crate::wire::op::Op;

/// The most bytes of a record's names and values: the server's default (documented, `max-record-size`), which counts
/// some more.
pub const MOST_RECORD_BYTES: usize = 1024 * 1024;

/// The most bins of a record (documented).
pub const MOST_BINS: usize = 32_767;

/// The most bytes of a reply's names and values \[model\]. A request can read a large bin many times over.
pub const MOST_RESULT_BYTES: usize = 16 * 1024 * 1024;

/// A record as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// How often it was written since it was created, as far as its bits go: 10 in strong consistency, 16 in AP.
    pub generation: u32,
    /// At least one, each with a name of its own, in the order in which they were created.
    pub bins: Vec<Bin>,
}

/// What a write leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The record; none if its last bin was removed.
    pub record: Option<Record>,
    /// What the reply says of bins.
    pub results: Vec<BinResult>,
}

impl Record {
    /// The bytes of its names and values.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bins.iter().map(|bin| size(bin.name, Some(&bin.value))).sum()
    }

    /// What a read of it returns.
    ///
    /// # Errors
    /// [`ResultCode::RecordTooBig`] above [`MOST_RESULT_BYTES`].
    pub fn read(&self, what: &What) -> Result<Vec<BinResult>, ResultCode> {
        let mut results = Results::default();
        match what {
            What::Header => {}
            What::AllBins => self.bins.iter().try_for_each(|bin| results.push_bin(bin))?,
            What::Bins { names, result_for_each } => {
                let bins: BTreeMap<_, _> =
                    self.bins.iter().map(|bin| (bin.name, &bin.value)).collect();
                for &name in names {
                    results.push_read(name, bins.get(&name).copied(), *result_for_each)?;
                }
            }
        }
        Ok(results.found)
    }

    /// The generation after a write. It has 16 bits in AP (\[open\]) and 10 in strong consistency (documented), and 0
    /// stands for no record.
    fn next_generation(before: u32, mode: Mode) -> u32 {
        let most = match mode {
            Mode::StrongConsistency => 1023,
            Mode::Available => 65_535,
        };
        if before >= most { 1 } else { before + 1 }
    }
}

/// What a write makes of a record, or of none (wire.md §3, \[open\]).
///
/// # Errors
/// The code to answer with. The record stays as it was.
pub fn write(record: Option<&Record>, write: &Write, mode: Mode) -> Result<Written, ResultCode> {
    let generation = record.map_or(0, |record| record.generation);
    let has_to_be_there = matches!(write.existence, Existence::UpdateOnly | Existence::ReplaceOnly)
        || write.ops.contains(&Op::Touch);
    if record.is_none() && has_to_be_there {
        return Err(ResultCode::NotFound);
    }
    if record.is_some() && write.existence == Existence::CreateOnly {
        return Err(ResultCode::Exists);
    }
    check_generation(generation, write.generation)?;
    let mut bins = Bins::of(record.filter(|_| !write.existence.replaces()));
    let mut results = Results::default();
    for op in &write.ops {
        bins.apply(op)?;
        results.push_result(&bins, op, write.result_for_each)?;
    }
    if bins.places.is_empty() {
        // A removal of the last bin deletes the record, and there is none to delete without one.
        let written = Written { record: None, results: results.found };
        return record.map(|_| written).ok_or(ResultCode::NotFound);
    }
    if bins.places.len() > MOST_BINS {
        return Err(ResultCode::Parameter);
    }
    let generation = Record::next_generation(generation, mode);
    let record = Record { generation, bins: bins.slots.into_iter().flatten().collect() };
    if record.bytes() > MOST_RECORD_BYTES {
        return Err(ResultCode::RecordTooBig);
    }
    Ok(Written { record: Some(record), results: results.found })
}

/// Whether a record, or none, can be deleted (\[open\]).
///
/// # Errors
/// The code to answer with.
pub fn delete(record: Option<&Record>, delete: Delete) -> Result<(), ResultCode> {
    let record = record.ok_or(ResultCode::NotFound)?;
    check_generation(record.generation, delete.generation)
}

fn check_generation(generation: u32, demand: Generation) -> Result<(), ResultCode> {
    let holds = match demand {
        Generation::Any => true,
        Generation::Equal(demanded) => generation == demanded,
        Generation::OlderThan(demanded) => generation < demanded,
    };
    if holds { Ok(()) } else { Err(ResultCode::Generation) }
}

/// Bins that change: in their order, and found by name. A record may have 32,767 of them and a request as many operations.
struct Bins {
    slots: Vec<Option<Bin>>,
    places: BTreeMap<BinName, usize>,
}

impl Bins {
    fn of(record: Option<&Record>) -> Self {
        let bins = record.map_or(&[][..], |record| &record.bins);
        let places = bins.iter().enumerate().map(|(place, bin)| (bin.name, place)).collect();
        Self { slots: bins.iter().cloned().map(Some).collect(), places }
    }

    fn get(&self, name: BinName) -> Option<&Value> {
        self.slots[*self.places.get(&name)?].as_ref().map(|bin| &bin.value)
    }

    fn set(&mut self, bin: Bin) {
        if let Some(&place) = self.places.get(&bin.name) {
            self.slots[place] = Some(bin);
        } else {
            self.places.insert(bin.name, self.slots.len());
            self.slots.push(Some(bin));
        }
    }

    fn remove(&mut self, name: BinName) {
        if let Some(place) = self.places.remove(&name) {
            self.slots[place] = None;
        }
    }

    fn apply(&mut self, op: &Op) -> Result<(), ResultCode> {
        match op {
            Op::Read(_) | Op::ReadAll | Op::Touch => Ok(()),
            Op::Write(bin) => {
                self.set(bin.clone());
                Ok(())
            }
            Op::Remove(name) => {
                self.remove(*name);
                Ok(())
            }
            Op::Add(bin) => self.change(bin, add),
            Op::Append(bin) => self.change(bin, |old, new| {
                check_joined(old, new)?;
                old.bytes.extend_from_slice(&new.bytes);
                Ok(())
            }),
            Op::Prepend(bin) => self.change(bin, |old, new| {
                check_joined(old, new)?;
                old.bytes.splice(..0, new.bytes.iter().copied());
                Ok(())
            }),
            Op::DeleteAll => {
                self.slots.clear();
                self.places.clear();
                Ok(())
            }
        }
    }

    /// A bin that is not there gets the operand as its value (\[open\]).
    fn change(
        &mut self,
        bin: &Bin,
        change: impl FnOnce(&mut Value, &Value) -> Result<(), ResultCode>,
    ) -> Result<(), ResultCode> {
        let place = self.places.get(&bin.name);
        match place.and_then(|&place| self.slots[place].as_mut()) {
            Some(old) if old.value.particle == bin.value.particle => {
                change(&mut old.value, &bin.value)
            }
            Some(_) => Err(ResultCode::BinType),
            None => {
                self.set(bin.clone());
                Ok(())
            }
        }
    }
}

/// Adds two numbers of one type; integers wrap around (\[open\]).
fn add(old: &mut Value, new: &Value) -> Result<(), ResultCode> {
    *old = if let Some(old) = old.as_integer() {
        Value::integer(old.wrapping_add(new.as_integer().ok_or(ResultCode::Parameter)?))
    } else {
        let old = old.as_double().ok_or(ResultCode::BinType)?;
        Value::double(old + new.as_double().ok_or(ResultCode::Parameter)?)
    };
    Ok(())
}

/// Whether a text, or bytes, can get longer by another of its type. It stops as soon as no record could hold it.
fn check_joined(old: &Value, new: &Value) -> Result<(), ResultCode> {
    if old.particle != Particle::STRING && old.particle != Particle::BLOB {
        Err(ResultCode::BinType)
    } else if old.bytes.len() + new.bytes.len() > MOST_RECORD_BYTES {
        Err(ResultCode::RecordTooBig)
    } else {
        Ok(())
    }
}

/// What a reply says of bins, and how large it is.
#[derive(Default)]
struct Results {
    found: Vec<BinResult>,
    bytes: usize,
}

impl Results {
    fn push(&mut self, name: BinName, value: Option<&Value>) -> Result<(), ResultCode> {
        self.bytes += size(name, value);
        if self.bytes > MOST_RESULT_BYTES {
            return Err(ResultCode::RecordTooBig);
        }
        self.found.push(BinResult { name, value: value.cloned() });
        Ok(())
    }

    fn push_bin(&mut self, bin: &Bin) -> Result<(), ResultCode> {
        self.push(bin.name, Some(&bin.value))
    }

    fn push_read(
        &mut self,
        name: BinName,
        value: Option<&Value>,
        even_none: bool,
    ) -> Result<(), ResultCode> {
        if value.is_some() || even_none { self.push(name, value) } else { Ok(()) }
    }

    /// The result of an operation that was just applied. A touch has none (\[open\]).
    fn push_result(&mut self, bins: &Bins, op: &Op, for_each: bool) -> Result<(), ResultCode> {
        let name = match op {
            Op::Read(name) => return self.push_read(*name, bins.get(*name), for_each),
            Op::ReadAll => {
                return bins.slots.iter().flatten().try_for_each(|bin| self.push_bin(bin));
            }
            Op::Touch => return Ok(()),
            Op::Write(bin) | Op::Add(bin) | Op::Append(bin) | Op::Prepend(bin) => bin.name,
            Op::Remove(name) => *name,
            Op::DeleteAll => BinName::default(),
        };
        if for_each { self.push(name, None) } else { Ok(()) }
    }
}

/// The bytes of a name and a value.
fn size(name: BinName, value: Option<&Value>) -> usize {
    name.as_bytes().len() + value.map_or(0, |value| value.bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SC: Mode = Mode::StrongConsistency;

    fn name(text: &str) -> BinName {
        BinName::new(text.as_bytes()).unwrap()
    }

    fn bin(text: &str, value: Value) -> Bin {
        Bin { name: name(text), value }
    }

    fn integer(text: &str, number: i64) -> Bin {
        bin(text, Value::integer(number))
    }

    fn string(text: &str, value: &str) -> Bin {
        bin(text, Value::string(value))
    }

    fn record(bins: Vec<Bin>) -> Record {
        Record { generation: 7, bins }
    }

    /// The bins that operations leave, if they do not fail.
    fn left(bins: Vec<Bin>, ops: Vec<Op>) -> Result<Vec<Bin>, ResultCode> {
        let written = write(Some(&record(bins)), &Write::of(ops), SC)?;
        Ok(written.record.map_or(Vec::new(), |record| record.bins))
    }

    #[test]
    fn operations_are_applied_in_their_order() {
        let ops = vec![
            Op::Add(integer("n", 2)),
            Op::Append(string("s", "c")),
            Op::Prepend(string("s", "a")),
            Op::Write(integer("new", 1)),
            Op::Remove(name("gone")),
            Op::Add(integer("new", 1)),
        ];
        let bins = vec![integer("gone", 0), integer("n", 40), string("s", "b")];
        let expected = vec![integer("n", 42), string("s", "abc"), integer("new", 2)];
        assert_eq!(left(bins, ops), Ok(expected));
    }

    #[test]
    fn numbers_are_added_by_their_type() {
        let sum = |old: Value, new: Value| left(vec![bin("n", old)], vec![Op::Add(bin("n", new))]);
        let is = |value: Value| Ok(vec![bin("n", value)]);
        assert_eq!(sum(Value::integer(i64::MAX), Value::integer(1)), is(Value::integer(i64::MIN)));
        assert_eq!(sum(Value::double(0.5), Value::double(0.25)), is(Value::double(0.75)));
        assert_eq!(sum(Value::integer(1), Value::double(1.0)), Err(ResultCode::BinType));
        assert_eq!(sum(Value::string("1"), Value::string("1")), Err(ResultCode::BinType));
        let short = Value { particle: Particle::INTEGER, bytes: vec![1] };
        assert_eq!(sum(Value::integer(1), short), Err(ResultCode::Parameter));
    }

    #[test]
    fn only_texts_and_bytes_are_joined() {
        let joined = |old: Value, new: Value| {
            left(vec![bin("b", old)], vec![Op::Append(bin("b", new))]).map(|bins| bins.len())
        };
        assert_eq!(joined(Value::string("a"), Value::string("b")), Ok(1));
        assert_eq!(joined(Value::string("a"), Value::integer(1)), Err(ResultCode::BinType));
        assert_eq!(joined(Value::integer(1), Value::integer(1)), Err(ResultCode::BinType));
    }

    #[test]
    fn a_change_of_a_bin_that_is_not_there_creates_it() {
        let ops = vec![Op::Add(integer("n", 5)), Op::Append(string("s", "a"))];
        let written = write(None, &Write::of(ops), SC).unwrap();
        let bins = vec![integer("n", 5), string("s", "a")];
        assert_eq!(written.record, Some(Record { generation: 1, bins }));
    }

    #[test]
    fn an_existence_policy_decides_by_whether_the_record_is_there() {
        let put = |record: Option<&Record>, existence| {
            let ops = vec![Op::Write(integer("a", 1))];
            let written = write(record, &Write { existence, ..Write::of(ops) }, SC)?;
            Ok(written.record.unwrap().bins.len())
        };
        let there = record(vec![integer("a", 0), integer("b", 0)]);
        let there = Some(&there);
        assert_eq!(put(None, Existence::CreateOrUpdate), Ok(1));
        assert_eq!(put(there, Existence::CreateOrUpdate), Ok(2));
        assert_eq!(put(None, Existence::UpdateOnly), Err(ResultCode::NotFound));
        assert_eq!(put(there, Existence::UpdateOnly), Ok(2));
        assert_eq!(put(None, Existence::CreateOrReplace), Ok(1));
        assert_eq!(put(there, Existence::CreateOrReplace), Ok(1));
        assert_eq!(put(None, Existence::ReplaceOnly), Err(ResultCode::NotFound));
        assert_eq!(put(there, Existence::ReplaceOnly), Ok(1));
        assert_eq!(put(None, Existence::CreateOnly), Ok(1));
        assert_eq!(put(there, Existence::CreateOnly), Err(ResultCode::Exists));
    }

    #[test]
    fn a_generation_is_demanded_and_counted() {
        let put = |record: Option<&Record>, generation| {
            let ops = vec![Op::Write(integer("a", 1))];
            let written = write(record, &Write { generation, ..Write::of(ops) }, SC)?;
            Ok(written.record.unwrap().generation)
        };
        let there = record(vec![integer("a", 0)]);
        assert_eq!(put(Some(&there), Generation::Equal(7)), Ok(8));
        assert_eq!(put(Some(&there), Generation::Equal(8)), Err(ResultCode::Generation));
        assert_eq!(put(Some(&there), Generation::OlderThan(8)), Ok(8));
        assert_eq!(put(Some(&there), Generation::OlderThan(7)), Err(ResultCode::Generation));
        assert_eq!(put(None, Generation::Equal(7)), Err(ResultCode::Generation));
        let demand = |generation| Delete { generation, durable: true, master_only: false };
        assert_eq!(delete(Some(&there), demand(Generation::Equal(7))), Ok(()));
        assert_eq!(delete(Some(&there), demand(Generation::Equal(6))), Err(ResultCode::Generation));
        assert_eq!(delete(None, demand(Generation::Equal(6))), Err(ResultCode::NotFound));
    }

    #[test]
    fn a_generation_begins_anew_where_it_has_no_more_bits() {
        assert_eq!(Record::next_generation(1023, Mode::StrongConsistency), 1);
        assert_eq!(Record::next_generation(1023, Mode::Available), 1024);
        assert_eq!(Record::next_generation(65_535, Mode::Available), 1);
    }

    #[test]
    fn a_touch_is_a_write_of_a_record_that_is_there() {
        let touch = Write::of(vec![Op::Touch]);
        assert_eq!(write(None, &touch, SC), Err(ResultCode::NotFound));
        let there = record(vec![integer("a", 0)]);
        let written = write(Some(&there), &touch, SC).unwrap();
        assert_eq!(written.record, Some(Record { generation: 8, ..there }));
    }

    #[test]
    fn a_record_without_bins_is_gone() {
        let there = record(vec![integer("a", 0)]);
        for op in [Op::Remove(name("a")), Op::DeleteAll] {
            let removal = Write::of(vec![op]);
            assert_eq!(write(Some(&there), &removal, SC).unwrap().record, None);
            assert_eq!(write(None, &removal, SC), Err(ResultCode::NotFound));
        }
    }

    #[test]
    fn reads_see_the_writes_before_them() {
        let there = record(vec![integer("a", 1)]);
        let ops = vec![
            Op::Read(name("a")),
            Op::Add(integer("a", 1)),
            Op::Touch,
            Op::Read(name("a")),
            Op::Read(name("none")),
        ];
        let empty = |text| BinResult { name: name(text), value: None };
        let reads = write(Some(&there), &Write::of(ops.clone()), SC).unwrap().results;
        assert_eq!(reads, [integer("a", 1), integer("a", 2)].map(BinResult::from));
        let each = Write { result_for_each: true, ..Write::of(ops) };
        let expected = [integer("a", 1).into(), empty("a"), integer("a", 2).into(), empty("none")];
        assert_eq!(write(Some(&there), &each, SC).unwrap().results, expected);
        let all = Write::of(vec![Op::Write(integer("b", 2)), Op::ReadAll]);
        let expected = [integer("a", 1), integer("b", 2)].map(BinResult::from);
        assert_eq!(write(Some(&there), &all, SC).unwrap().results, expected);
    }

    #[test]
    fn a_read_returns_what_it_asks_for() {
        let there = record(vec![integer("a", 1), integer("b", 2)]);
        let some = |names: &[&str], result_for_each| {
            let names = names.iter().map(|text| name(text)).collect();
            there.read(&What::Bins { names, result_for_each }).unwrap()
        };
        assert_eq!(there.read(&What::Header), Ok(vec![]));
        assert_eq!(there.read(&What::AllBins).unwrap().len(), 2);
        assert_eq!(some(&["b", "none"], false), [integer("b", 2).into()]);
        assert_eq!(some(&["none"], true), [BinResult { name: name("none"), value: None }]);
    }

    #[test]
    fn records_and_results_have_their_limits() {
        let blob = |bytes| Value { particle: Particle::BLOB, bytes: vec![0; bytes] };
        let put = |bytes| left(vec![], vec![Op::Write(bin("a", blob(bytes)))]);
        assert!(put(MOST_RECORD_BYTES - 1).is_ok());
        assert_eq!(put(MOST_RECORD_BYTES), Err(ResultCode::RecordTooBig));
        let append = Op::Append(bin("a", blob(2)));
        let full = vec![bin("a", blob(MOST_RECORD_BYTES - 1))];
        assert_eq!(left(full.clone(), vec![append]), Err(ResultCode::RecordTooBig));
        let names = vec![name("a"); 17];
        let reads = What::Bins { names, result_for_each: false };
        assert_eq!(record(full).read(&reads), Err(ResultCode::RecordTooBig));
        let bins = |number: usize| {
            let bin = |n: usize| Op::Write(integer(&n.to_string(), 0));
            left(vec![], (0..number).map(bin).collect()).map(|bins| bins.len())
        };
        assert_eq!(bins(MOST_BINS), Ok(MOST_BINS));
        assert_eq!(bins(MOST_BINS + 1), Err(ResultCode::Parameter));
    }
}
