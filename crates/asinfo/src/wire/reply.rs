//! Replies to a record's message.
//!
//! Invariant: a reply that was written is read as the same. Not here: the rows of a batch (see `batch`).

use super::bin::{BinName, BinResult, Particle, Value};
use super::bytes::{Malformed, Reader};
use super::code::ResultCode;
use super::frame::{Kind, framed};
use super::message::{Header, RawOp, count, info3, read_field, write_op};

/// The operation in every reply: a bin that was read.
const READ: u8 = 1;

/// What a node answers about one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// What became of the request.
    pub code: ResultCode,
    /// The record's generation; 0 if there is none to tell.
    pub generation: u32,
    /// When the record expires, in seconds since 2010; 0 means never.
    pub void_time: u32,
    /// The bins that were read, or a result for each operation. At most 65,535, which no request can ask for.
    pub bins: Vec<BinResult>,
}

impl Reply {
    /// A reply that says no more than its code.
    #[must_use]
    pub fn of(code: ResultCode) -> Self {
        Self { code, generation: 0, void_time: 0, bins: Vec::new() }
    }

    /// The frame with this reply.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        framed(Kind::Message, |out| self.write(out, 0))
    }

    /// Reads a message frame's body that replies to a request about one record.
    ///
    /// # Errors
    /// If it is no reply, or has a result code that is not known.
    pub fn decode(body: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader(body);
        let (reply, _, _) = Self::read(&mut reader)?;
        reader.end()?;
        Ok(reply)
    }

    pub(super) fn write(&self, out: &mut Vec<u8>, index: u32) {
        let header = Header {
            code: self.code.byte(),
            generation: self.generation,
            ttl: self.void_time,
            timeout: index,
            ops: count(self.bins.len()),
            ..Header::default()
        };
        header.write(out);
        for bin in &self.bins {
            write_op(out, READ, bin.name, bin.value.as_ref());
        }
    }

    /// The reply, its index in a batch, and whether it is the last one.
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<(Self, u32, bool), Malformed> {
        let header = Header::read(reader)?;
        for _ in 0..header.fields {
            read_field(reader)?;
        }
        let mut bins = Vec::new();
        for _ in 0..header.ops {
            let raw = RawOp::read(reader)?;
            let name = BinName::new(raw.name).ok_or(Malformed("a bin's name is too long"))?;
            let value = Particle::new(raw.particle)
                .map(|particle| Value { particle, bytes: raw.value.to_vec() });
            bins.push(BinResult { name, value });
        }
        let reply = Self {
            code: ResultCode::try_from(header.code)?,
            generation: header.generation,
            void_time: header.ttl,
            bins,
        };
        Ok((reply, header.timeout, header.info3 & info3::LAST != 0))
    }
}

/// The message that ends a reply of several messages.
pub(super) fn write_last(out: &mut Vec<u8>, code: ResultCode) {
    Header { info3: info3::LAST, code: code.byte(), ..Header::default() }.write(out);
}

/// A frame with nothing but the end.
pub(super) fn encode_last(code: ResultCode) -> Vec<u8> {
    framed(Kind::Message, |out| write_last(out, code))
}
