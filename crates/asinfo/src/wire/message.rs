//! A message's bytes, the same in requests and replies: a header of 22 bytes, fields, operations (wire.md §1).
//!
//! Invariant: what is read has the lengths that it says, to the byte. Not here: what flags and operations mean (see
//! `request`, `reply`, `batch`).

use super::bin::{BinName, Value};
use super::bytes::{Malformed, Reader};

const HEADER_BYTES: u8 = 22;

/// Bits of `info1` (wire.md §1).
pub(super) mod info1 {
    pub const READ: u8 = 0x01;
    pub const ALL_BINS: u8 = 0x02;
    pub const BATCH: u8 = 0x08;
    pub const NO_BIN_DATA: u8 = 0x20;
    pub const ALL_REPLICAS: u8 = 0x40;
}

/// Bits of `info2` (wire.md §1).
pub(super) mod info2 {
    pub const WRITE: u8 = 0x01;
    pub const DELETE: u8 = 0x02;
    pub const GENERATION_EQUAL: u8 = 0x04;
    pub const GENERATION_GREATER: u8 = 0x08;
    pub const DURABLE_DELETE: u8 = 0x10;
    pub const CREATE_ONLY: u8 = 0x20;
    pub const RESULT_FOR_EACH: u8 = 0x80;
}

/// Bits of `info3` (wire.md §1).
pub(super) mod info3 {
    pub const LAST: u8 = 0x01;
    pub const MASTER_ONLY: u8 = 0x02;
    pub const UPDATE_ONLY: u8 = 0x08;
    pub const CREATE_OR_REPLACE: u8 = 0x10;
    pub const REPLACE_ONLY: u8 = 0x20;
    pub const SC_READ_TYPE: u8 = 0x40;
    pub const SC_READ_RELAX: u8 = 0x80;
}

/// Bits of `info4` that belong to transactions.
const INFO4_TRANSACTION: u8 = 0x1f;

/// Types of fields (wire.md §1).
pub(super) mod field {
    pub const NAMESPACE: u8 = 0;
    pub const SET: u8 = 1;
    pub const USER_KEY: u8 = 2;
    pub const DIGEST: u8 = 4;
    pub const BATCH: u8 = 41;
}

/// The 22 bytes, without their own size.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Header {
    pub info1: u8,
    pub info2: u8,
    pub info3: u8,
    pub info4: u8,
    /// The result of a reply.
    pub code: u8,
    pub generation: u32,
    /// Of a request; the void time of a reply.
    pub ttl: u32,
    /// In ms, of a request; the index of a batch's reply.
    pub timeout: u32,
    pub fields: u16,
    pub ops: u16,
}

impl Header {
    pub fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        if reader.u8()? != HEADER_BYTES {
            return Err(Malformed("a message's header has 22 bytes"));
        }
        Ok(Self {
            info1: reader.u8()?,
            info2: reader.u8()?,
            info3: reader.u8()?,
            info4: reader.u8()?,
            code: reader.u8()?,
            generation: reader.u32()?,
            ttl: reader.u32()?,
            timeout: reader.u32()?,
            fields: reader.u16()?,
            ops: reader.u16()?,
        })
    }

    /// Whether it asks for a step of a transaction (documented; not seen on the wire).
    pub fn is_transaction(self) -> bool {
        self.info4 & INFO4_TRANSACTION != 0
    }

    pub fn write(self, out: &mut Vec<u8>) {
        out.extend([HEADER_BYTES, self.info1, self.info2, self.info3, self.info4, self.code]);
        for number in [self.generation, self.ttl, self.timeout] {
            out.extend(number.to_be_bytes());
        }
        out.extend(self.fields.to_be_bytes());
        out.extend(self.ops.to_be_bytes());
    }
}

/// A field: its type and its data.
pub(super) fn read_field<'a>(reader: &mut Reader<'a>) -> Result<(u8, &'a [u8]), Malformed> {
    let mut field = reader.sized()?;
    Ok((field.u8()?, field.0))
}

pub(super) fn write_field(out: &mut Vec<u8>, kind: u8, data: &[u8]) {
    out.extend(size(data.len() + 1));
    out.push(kind);
    out.extend_from_slice(data);
}

/// An operation, as it stands there.
pub(super) struct RawOp<'a> {
    pub op: u8,
    pub particle: u8,
    pub name: &'a [u8],
    pub value: &'a [u8],
}

impl<'a> RawOp<'a> {
    pub fn read(reader: &mut Reader<'a>) -> Result<Self, Malformed> {
        let mut raw = reader.sized()?;
        let [op, particle, version, name_length] = raw.array()?;
        if version != 0 {
            return Err(Malformed("an operation of another version than 0"));
        }
        Ok(Self { op, particle, name: raw.take(name_length.into())?, value: raw.0 })
    }
}

pub(super) fn write_op(out: &mut Vec<u8>, op: u8, name: BinName, value: Option<&Value>) {
    let name = name.as_bytes();
    let (particle, value) = match value {
        Some(value) => (value.particle.byte(), value.bytes.as_slice()),
        None => (0, &[][..]),
    };
    #[expect(clippy::cast_possible_truncation, reason = "a bin's name has at most 15 bytes")]
    let name_length = name.len() as u8;
    out.extend(size(4 + name.len() + value.len()));
    out.extend([op, particle, 0, name_length]);
    out.extend_from_slice(name);
    out.extend_from_slice(value);
}

/// A length of four bytes. Nothing is written that is longer: frames have limits far below.
fn size(bytes: usize) -> [u8; 4] {
    u32::try_from(bytes).unwrap_or(u32::MAX).to_be_bytes()
}

/// A number of two bytes of fields, operations or bins. A record has at most 32,767 bins, and a request as many
/// operations.
pub(super) fn count(items: usize) -> u16 {
    u16::try_from(items).unwrap_or(u16::MAX)
}
