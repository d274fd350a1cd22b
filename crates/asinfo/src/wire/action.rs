//! What a message, or a row of a batch, asks to be done with a record: its fields, its operations and its flags as values.
//!
//! Invariant: what contradicts itself is no action, so whoever carries one out need not look at flags. Not here: which record
//! (see `request`, `batch`).

use rosterlab_engine::ReadMode;

use super::bin::{BinName, Particle, Value};
use super::bytes::{Malformed, Reader};
use super::message::{Header, RawOp, count, field, info1, info2, info3, read_field, write_field};
use super::op::{MOST_OPS, Op};
use super::refusal::{Cause, Feature};

/// What is to be done with a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Reads it.
    Read(Read),
    /// Writes to it, and reads from it perhaps: put, touch, increment, operate.
    Write(Write),
    /// Deletes it.
    Delete(Delete),
}

/// A read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// How it is answered in strong consistency.
    pub mode: ReadMode,
    /// Whether all replicas are asked in AP.
    pub all_replicas: bool,
    /// What is read.
    pub what: What,
}

/// What is read of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Generation and void time alone.
    Header,
    /// All bins.
    AllBins,
    /// Some bins.
    Bins {
        /// At least one, in the order of the reply.
        names: Vec<BinName>,
        /// Whether the reply has an empty result for a bin that is not there.
        result_for_each: bool,
    },
}

/// A write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// At least one, to be applied in this order.
    pub ops: Vec<Op>,
    /// Whether the record has to be there.
    pub existence: Existence,
    /// Which generation it has to have.
    pub generation: Generation,
    /// When it expires.
    pub ttl: Ttl,
    /// Whether a tombstone stays if the write leaves no bin.
    pub durable_delete: bool,
    /// Whether the client waits for the master alone.
    pub master_only: bool,
    /// Whether the reply has a result for each operation that can have one, not for reads alone.
    pub result_for_each: bool,
    /// How its reads are answered in strong consistency.
    pub mode: ReadMode,
}

/// A deletion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delete {
    /// Which generation the record has to have.
    pub generation: Generation,
    /// Whether a tombstone stays.
    pub durable: bool,
    /// Whether the client waits for the master alone.
    pub master_only: bool,
}

/// Whether a record has to be there before it is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Existence {
    /// It is created, or its bins are updated.
    #[default]
    CreateOrUpdate,
    /// Its bins are updated; it has to be there.
    UpdateOnly,
    /// It is created, or all its bins are replaced.
    CreateOrReplace,
    /// All its bins are replaced; it has to be there.
    ReplaceOnly,
    /// It is created; it must not be there.
    CreateOnly,
}

/// Which generation a record has to have before it is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Generation {
    /// Any.
    #[default]
    Any,
    /// This one.
    Equal(u32),
    /// An older one than this.
    OlderThan(u32),
}

/// When a record expires (documented).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ttl {
    /// As the namespace says.
    #[default]
    Default,
    /// Never.
    Never,
    /// When it would have without this write.
    Unchanged,
    /// After so many seconds.
    Seconds(u32),
}

impl Ttl {
    fn of(number: u32) -> Self {
        match number {
            0 => Self::Default,
            u32::MAX => Self::Never,
            0xffff_fffe => Self::Unchanged,
            seconds => Self::Seconds(seconds),
        }
    }

    fn number(self) -> u32 {
        match self {
            Self::Default => 0,
            Self::Never => u32::MAX,
            Self::Unchanged => 0xffff_fffe,
            Self::Seconds(seconds) => seconds,
        }
    }
}

impl Read {
    /// An ordinary read: a session read of this.
    #[must_use]
    pub fn of(what: What) -> Self {
        Self { mode: ReadMode::Session, all_replicas: false, what }
    }
}

impl Write {
    /// An ordinary write with these operations.
    #[must_use]
    pub fn of(ops: Vec<Op>) -> Self {
        Self {
            ops,
            existence: Existence::default(),
            generation: Generation::default(),
            ttl: Ttl::default(),
            durable_delete: false,
            master_only: false,
            result_for_each: false,
            mode: ReadMode::default(),
        }
    }
}

impl Action {
    /// What a header and operations ask for. Whose bits these are, and the size of a record, is not asked here.
    pub(super) fn of(header: &Header, ops: &[RawOp<'_>]) -> Result<Self, Cause> {
        if ops.len() > MOST_OPS {
            return Err(Malformed("a request has 32,768 operations at most").into());
        }
        if header.info2 & info2::WRITE == 0 {
            return Read::of_message(header, ops).map(Self::Read);
        }
        if header.info2 & info2::DELETE == 0 {
            return Write::of_message(header, ops).map(Self::Write);
        }
        Ok(Self::Delete(Delete {
            generation: Generation::of(header)?,
            durable: header.info2 & info2::DURABLE_DELETE != 0,
            master_only: header.info3 & info3::MASTER_ONLY != 0,
        }))
    }

    pub(super) fn header(&self) -> Header {
        match self {
            Self::Read(read) => read.header(),
            Self::Write(write) => write.header(),
            Self::Delete(delete) => delete.header(),
        }
    }

    pub(super) fn write_ops(&self, out: &mut Vec<u8>) {
        match self {
            Self::Read(read) => read.write_ops(out),
            Self::Write(write) => {
                for op in &write.ops {
                    op.write(out);
                }
            }
            Self::Delete(_) => {}
        }
    }
}

impl Read {
    fn of_message(header: &Header, ops: &[RawOp<'_>]) -> Result<Self, Cause> {
        if header.info1 & info1::READ == 0 {
            return Err(Malformed("a request that neither reads nor writes").into());
        }
        let what = if header.info1 & info1::NO_BIN_DATA != 0 {
            What::Header
        } else if header.info1 & info1::ALL_BINS != 0 {
            What::AllBins
        } else {
            let names = ops.iter().map(|raw| match Op::of(raw, false)? {
                Op::Read(name) => Ok(name),
                _ => Err(Malformed("a write in a request that is none").into()),
            });
            let names = names.collect::<Result<Vec<_>, Cause>>()?;
            if names.is_empty() {
                return Err(Malformed("a read of no bins").into());
            }
            What::Bins { names, result_for_each: header.info2 & info2::RESULT_FOR_EACH != 0 }
        };
        let all_replicas = header.info1 & info1::ALL_REPLICAS != 0;
        Ok(Self { mode: mode_of(header.info3), all_replicas, what })
    }

    pub(super) fn header(&self) -> Header {
        let mut header =
            Header { info1: info1::READ, info3: mode_bits(self.mode), ..Header::default() };
        if self.all_replicas {
            header.info1 |= info1::ALL_REPLICAS;
        }
        match &self.what {
            What::Header => header.info1 |= info1::NO_BIN_DATA,
            What::AllBins => header.info1 |= info1::ALL_BINS,
            What::Bins { names, result_for_each } => {
                header.ops = count(names.len());
                if *result_for_each {
                    header.info2 |= info2::RESULT_FOR_EACH;
                }
            }
        }
        header
    }

    pub(super) fn write_ops(&self, out: &mut Vec<u8>) {
        if let What::Bins { names, .. } = &self.what {
            for &name in names {
                Op::Read(name).write(out);
            }
        }
    }
}

impl Write {
    fn of_message(header: &Header, ops: &[RawOp<'_>]) -> Result<Self, Cause> {
        let all_bins = header.info1 & info1::ALL_BINS != 0;
        let ops = ops.iter().map(|raw| Op::of(raw, all_bins)).collect::<Result<Vec<_>, _>>()?;
        let write = Self {
            ops,
            existence: Existence::of(header)?,
            generation: Generation::of(header)?,
            ttl: Ttl::of(header.ttl),
            durable_delete: header.info2 & info2::DURABLE_DELETE != 0,
            master_only: header.info3 & info3::MASTER_ONLY != 0,
            result_for_each: header.info2 & info2::RESULT_FOR_EACH != 0,
            mode: mode_of(header.info3),
        };
        write.check(header.info1).map_err(|cause| Malformed(cause).into()).map(|()| write)
    }

    /// What the server refuses (documented).
    fn check(&self, info1: u8) -> Result<(), &'static str> {
        let reads = self.ops.iter().filter(|op| matches!(op, Op::Read(_))).count();
        let reads_all = self.ops.iter().filter(|op| matches!(op, Op::ReadAll)).count();
        let only_writes = |op: &Op| matches!(op, Op::Write(_) | Op::Read(_) | Op::ReadAll);
        if self.ops.is_empty() {
            Err("a write without an operation")
        } else if reads + reads_all > 0 && info1 & info1::READ == 0 {
            Err("a read in a request that is none")
        } else if (info1 & info1::ALL_BINS != 0) != (reads_all == 1) {
            Err("all bins are read by one operation")
        } else if reads_all == 1 && (reads > 0 || self.result_for_each) {
            Err("all bins are read beside other results")
        } else if self.existence.replaces() && !self.ops.iter().all(only_writes) {
            Err("a replaced record has no bins to change")
        } else {
            Ok(())
        }
    }

    fn header(&self) -> Header {
        let (generation, generation_bit) = self.generation.bits();
        let (create_only, existence_bit) = self.existence.bits();
        let mut header = Header {
            info2: info2::WRITE | generation_bit | create_only,
            info3: existence_bit | mode_bits(self.mode),
            generation,
            ttl: self.ttl.number(),
            ops: count(self.ops.len()),
            ..Header::default()
        };
        for op in &self.ops {
            match op {
                Op::Read(_) => header.info1 |= info1::READ,
                Op::ReadAll => header.info1 |= info1::READ | info1::ALL_BINS,
                _ => {}
            }
        }
        let set = |flag: bool, bit: u8| if flag { bit } else { 0 };
        header.info2 |= set(self.durable_delete, info2::DURABLE_DELETE)
            | set(self.result_for_each, info2::RESULT_FOR_EACH);
        header.info3 |= set(self.master_only, info3::MASTER_ONLY);
        header
    }
}

impl Delete {
    fn header(self) -> Header {
        let (generation, generation_bit) = self.generation.bits();
        let mut header = Header {
            info2: info2::WRITE | info2::DELETE | generation_bit,
            generation,
            ..Header::default()
        };
        if self.durable {
            header.info2 |= info2::DURABLE_DELETE;
        }
        if self.master_only {
            header.info3 |= info3::MASTER_ONLY;
        }
        header
    }
}

impl Existence {
    fn of(header: &Header) -> Result<Self, Malformed> {
        let create_only = header.info2 & info2::CREATE_ONLY;
        let others =
            header.info3 & (info3::UPDATE_ONLY | info3::CREATE_OR_REPLACE | info3::REPLACE_ONLY);
        match (create_only, others) {
            (0, 0) => Ok(Self::CreateOrUpdate),
            (0, info3::UPDATE_ONLY) => Ok(Self::UpdateOnly),
            (0, info3::CREATE_OR_REPLACE) => Ok(Self::CreateOrReplace),
            (0, info3::REPLACE_ONLY) => Ok(Self::ReplaceOnly),
            (_, 0) => Ok(Self::CreateOnly),
            _ => Err(Malformed("two demands on whether the record exists")),
        }
    }

    /// The bits in `info2` and in `info3`.
    fn bits(self) -> (u8, u8) {
        match self {
            Self::CreateOrUpdate => (0, 0),
            Self::UpdateOnly => (0, info3::UPDATE_ONLY),
            Self::CreateOrReplace => (0, info3::CREATE_OR_REPLACE),
            Self::ReplaceOnly => (0, info3::REPLACE_ONLY),
            Self::CreateOnly => (info2::CREATE_ONLY, 0),
        }
    }

    /// Whether the bins that were there are gone.
    #[must_use]
    pub fn replaces(self) -> bool {
        matches!(self, Self::CreateOrReplace | Self::ReplaceOnly)
    }
}

impl Generation {
    fn of(header: &Header) -> Result<Self, Malformed> {
        match header.info2 & (info2::GENERATION_EQUAL | info2::GENERATION_GREATER) {
            0 => Ok(Self::Any),
            info2::GENERATION_EQUAL => Ok(Self::Equal(header.generation)),
            info2::GENERATION_GREATER => Ok(Self::OlderThan(header.generation)),
            _ => Err(Malformed("two demands on the record's generation")),
        }
    }

    /// The number in the header, and the bit in `info2`.
    fn bits(self) -> (u32, u8) {
        match self {
            Self::Any => (0, 0),
            Self::Equal(generation) => (generation, info2::GENERATION_EQUAL),
            Self::OlderThan(generation) => (generation, info2::GENERATION_GREATER),
        }
    }
}

/// The fields of a message, or of a row of a batch.
#[derive(Default)]
pub(super) struct Fields<'a> {
    namespace: Option<&'a [u8]>,
    set: &'a [u8],
    digest: Option<&'a [u8]>,
    user_key: Option<&'a [u8]>,
    batch: Option<&'a [u8]>,
    not_served: Option<Feature>,
}

impl<'a> Fields<'a> {
    pub fn read(reader: &mut Reader<'a>, number: u16) -> Result<Self, Malformed> {
        let mut fields = Self::default();
        for _ in 0..number {
            let (kind, data) = read_field(reader)?;
            match kind {
                field::NAMESPACE => fields.namespace = Some(data),
                field::SET => fields.set = data,
                field::DIGEST => fields.digest = Some(data),
                field::USER_KEY => fields.user_key = Some(data),
                field::BATCH => fields.batch = Some(data),
                // The others say how, not what: a client's own number, limits on a query.
                _ => fields.not_served = fields.not_served.or(feature_of(kind)),
            }
        }
        Ok(fields)
    }

    pub fn not_served(&self) -> Option<Feature> {
        self.not_served
    }

    /// The digest, if there is one.
    pub fn digest(&self) -> Option<&'a [u8]> {
        self.digest
    }

    /// The rows of a batch, if it is one.
    pub fn batch(&self) -> Option<&'a [u8]> {
        self.batch
    }

    /// The namespace and the set.
    pub fn names(&self) -> Result<(String, String), Malformed> {
        let text = |bytes: &[u8]| {
            String::from_utf8(bytes.to_vec()).map_err(|_| Malformed("a name that is no UTF-8"))
        };
        let namespace = self.namespace.ok_or(Malformed("a message without a namespace"))?;
        Ok((text(namespace)?, text(self.set)?))
    }

    pub fn user_key(&self) -> Result<Option<Value>, Malformed> {
        let Some(data) = self.user_key else { return Ok(None) };
        let parts = data.split_first().and_then(|(&kind, key)| Some((Particle::new(kind)?, key)));
        let (particle, key) = parts.ok_or(Malformed("a key without a type"))?;
        Ok(Some(Value { particle, bytes: key.to_vec() }))
    }
}

/// What a field asks for that is not served (documented; none was seen on the wire).
fn feature_of(kind: u8) -> Option<Feature> {
    Some(match kind {
        5 | 6 => Feature::Transaction,
        14 => Feature::Xdr,
        30..=33 => Feature::Udf,
        43 => Feature::Expression,
        _ => return None,
    })
}

pub(super) fn read_ops<'a>(
    reader: &mut Reader<'a>,
    number: u16,
) -> Result<Vec<RawOp<'a>>, Malformed> {
    (0..number).map(|_| RawOp::read(reader)).collect()
}

/// The fields of namespace and set; the latter only if there is one.
pub(super) fn write_names(out: &mut Vec<u8>, namespace: &str, set: &str) {
    write_field(out, field::NAMESPACE, namespace.as_bytes());
    if !set.is_empty() {
        write_field(out, field::SET, set.as_bytes());
    }
}

pub(super) fn mode_of(info3: u8) -> ReadMode {
    match (info3 & info3::SC_READ_RELAX != 0, info3 & info3::SC_READ_TYPE != 0) {
        (false, false) => ReadMode::Session,
        (false, true) => ReadMode::Linearize,
        (true, false) => ReadMode::AllowReplica,
        (true, true) => ReadMode::AllowUnavailable,
    }
}

fn mode_bits(mode: ReadMode) -> u8 {
    match mode {
        ReadMode::Session => 0,
        ReadMode::Linearize => info3::SC_READ_TYPE,
        ReadMode::AllowReplica => info3::SC_READ_RELAX,
        ReadMode::AllowUnavailable => info3::SC_READ_RELAX | info3::SC_READ_TYPE,
    }
}
