//! Batch reads: the rows of field 41, and the replies to them (wire.md §1).
//!
//! Invariant: rows that repeat what is read share it, so that a short request cannot become large. Not here: reads of
//! one record, which a client also sends where it has one key for a node.

use std::sync::Arc;

use rosterlab_engine::Digest;

use super::action::{Action, Fields, Read, read_ops, write_names};
use super::bytes::{Malformed, Reader};
use super::code::ResultCode;
use super::frame::{Kind, framed};
use super::message::{Header, field, info1, write_field};
use super::refusal::{Cause, Feature};
use super::reply::{Reply, write_last};

/// The most rows in a batch: the server's default (documented, `batch-max-requests`).
pub const MOST_ROWS: usize = 5000;

/// A frame of replies is sent when it has this many bytes, so that large records do not have to be put together first.
const FRAME_BYTES: usize = 128 * 1024;

/// Bits of a row's type (wire.md §1).
mod row_type {
    pub const REPEATS: u8 = 0x01;
    pub const MORE_INFO: u8 = 0x02;
    pub const GENERATION: u8 = 0x04;
    pub const TTL: u8 = 0x08;
    pub const INFO4: u8 = 0x10;
    pub const ALL: u8 = 0x1f;
}

/// A read of several records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// How long the client waits, in ms; 0 if it does not say.
    pub timeout_ms: u32,
    /// How the node may go about it; it makes no difference here.
    pub flags: u8,
    /// One to [`MOST_ROWS`].
    pub rows: Vec<Row>,
}

/// A record to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its place in the client's list, which the reply repeats.
    pub index: u32,
    /// The record's digest.
    pub digest: Digest,
    /// What is read of it.
    pub ask: Arc<Ask>,
}

/// What rows can have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// The records' namespace, which may not be there.
    pub namespace: String,
    /// Their set; empty if they are in none.
    pub set: String,
    /// What is read.
    pub read: Read,
}

impl Batch {
    pub(super) fn read(header: &Header, field: &[u8]) -> Result<Self, Cause> {
        let mut reader = Reader(field);
        let number = reader.u32()?;
        let flags = reader.u8()?;
        if number == 0 {
            return Err(Malformed("a batch without rows").into());
        }
        if usize::try_from(number).is_ok_and(|number| number > MOST_ROWS) {
            return Err(Cause::BatchTooLong);
        }
        let mut rows: Vec<Row> = Vec::new();
        for _ in 0..number {
            let index = reader.u32()?;
            let digest = Digest(reader.array()?);
            let kind = reader.u8()?;
            let ask = if kind & row_type::REPEATS != 0 {
                let before = rows.last().ok_or(Malformed("the first row repeats another"))?;
                Arc::clone(&before.ask)
            } else {
                Arc::new(Ask::read(&mut reader, kind, header.info3)?)
            };
            rows.push(Row { index, digest, ask });
        }
        reader.end()?;
        Ok(Self { timeout_ms: header.timeout, flags, rows })
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let header = Header {
            info1: info1::BATCH,
            timeout: self.timeout_ms,
            fields: 1,
            ..Header::default()
        };
        header.write(out);
        let mut rows = u32::try_from(self.rows.len()).unwrap_or(u32::MAX).to_be_bytes().to_vec();
        rows.push(self.flags);
        let mut before: Option<&Row> = None;
        for row in &self.rows {
            rows.extend(row.index.to_be_bytes());
            rows.extend(row.digest.0);
            if before.is_some_and(|before| before.ask == row.ask) {
                rows.push(row_type::REPEATS);
            } else {
                row.ask.write(&mut rows);
            }
            before = Some(row);
        }
        write_field(out, field::BATCH, &rows);
    }
}

impl Ask {
    /// What follows a row's type. Old clients put the read mode into the batch's own header.
    fn read(reader: &mut Reader<'_>, kind: u8, batch_info3: u8) -> Result<Self, Cause> {
        if kind & !row_type::ALL != 0 {
            return Err(Malformed("a row of an unknown type").into());
        }
        let has = |bit: u8| kind & bit != 0;
        let mut header = Header { info1: reader.u8()?, info3: batch_info3, ..Header::default() };
        if has(row_type::MORE_INFO) {
            [header.info2, header.info3] = reader.array()?;
        }
        if has(row_type::INFO4) {
            header.info4 = reader.u8()?;
        }
        if has(row_type::GENERATION) {
            header.generation = reader.u16()?.into();
        }
        if has(row_type::TTL) {
            header.ttl = reader.u32()?;
        }
        let (fields, ops) = (reader.u16()?, reader.u16()?);
        let fields = Fields::read(reader, fields)?;
        let ops = read_ops(reader, ops)?;
        if header.is_transaction() {
            return Err(Cause::NotServed(Feature::Transaction));
        }
        if let Some(feature) = fields.not_served() {
            return Err(Cause::NotServed(feature));
        }
        let (namespace, set) = fields.names()?;
        match Action::of(&header, &ops)? {
            Action::Read(read) => Ok(Self { namespace, set, read }),
            Action::Write(_) | Action::Delete(_) => Err(Cause::NotServed(Feature::BatchWrite)),
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        let header = self.read.header();
        let fields = 1 + u16::from(!self.set.is_empty());
        out.extend([row_type::MORE_INFO | row_type::TTL]);
        out.extend([header.info1, header.info2, header.info3]);
        out.extend(header.ttl.to_be_bytes());
        out.extend(fields.to_be_bytes());
        out.extend(header.ops.to_be_bytes());
        write_names(out, &self.namespace, &self.set);
        self.read.write_ops(out);
    }
}

/// The frames that reply to a batch: each row's index and reply, and the end. They are made one at a time.
pub fn replies(rows: impl IntoIterator<Item = (u32, Reply)>) -> impl Iterator<Item = Vec<u8>> {
    let mut rows = rows.into_iter().fuse();
    let mut ended = false;
    std::iter::from_fn(move || {
        (!ended).then(|| {
            framed(Kind::Message, |out| {
                while out.len() < FRAME_BYTES {
                    let Some((index, reply)) = rows.next() else {
                        write_last(out, ResultCode::Ok);
                        ended = true;
                        return;
                    };
                    reply.write(out, index);
                }
            })
        })
    })
}

/// What one frame of a batch's reply holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replies {
    /// Rows' indexes and replies.
    pub rows: Vec<(u32, Reply)>,
    /// How the batch ended, if this is its last frame.
    pub end: Option<ResultCode>,
}

impl Replies {
    /// Reads a message frame's body that replies to a batch, or to a part of one.
    ///
    /// # Errors
    /// If it holds anything but replies and an end.
    pub fn decode(body: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader(body);
        let mut rows = Vec::new();
        while reader.end().is_err() {
            let (reply, index, is_last) = Reply::read(&mut reader)?;
            if is_last {
                reader.end()?;
                return Ok(Self { rows, end: Some(reply.code) });
            }
            rows.push((index, reply));
        }
        Ok(Self { rows, end: None })
    }
}
