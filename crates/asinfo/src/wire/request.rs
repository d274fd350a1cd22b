//! Requests: what a message asks for.
//!
//! Invariant: a request that was written is read as the same. Not here: what is done with a record (see `action`), the rows of a
//! batch (see `batch`), whether the namespace is there.

use rosterlab_engine::Digest;

use super::action::{Action, Fields, read_ops, write_names};
use super::batch::Batch;
use super::bin::Value;
use super::bytes::{Malformed, Reader};
use super::frame::{Kind, framed};
use super::message::{Header, field, info1, write_field};
use super::refusal::{Cause, Feature, Refusal};

/// A message's request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// About one record.
    Record(RecordRequest),
    /// Reads of several records.
    Batch(Batch),
}

/// What is asked about one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordRequest {
    /// Which record.
    pub key: Key,
    /// How long the client waits, in ms; 0 if it does not say.
    pub timeout_ms: u32,
    /// What is to be done.
    pub action: Action,
}

/// Which record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its namespace, which may not be there.
    pub namespace: String,
    /// Its set; empty if it is in none.
    pub set: String,
    /// Its digest.
    pub digest: Digest,
    /// The key that the digest was made from, if the client sends it.
    pub user_key: Option<Value>,
}

impl Request {
    /// Reads a message frame's body.
    ///
    /// # Errors
    /// If it is malformed, contradicts itself, or asks for what is not served. The refusal has the reply.
    pub fn decode(body: &[u8]) -> Result<Self, Refusal> {
        let mut reader = Reader(body);
        let refused = |waits_for_last, cause| Refusal { cause, waits_for_last };
        let header = Header::read(&mut reader).map_err(|error| refused(false, error.into()))?;
        let is_batch = header.info1 & info1::BATCH != 0;
        let fields = Fields::read(&mut reader, header.fields)
            .map_err(|error| refused(is_batch, error.into()))?;
        let waits_for_last = is_batch || fields.digest().is_none();
        Self::of(&header, &fields, &mut reader).map_err(|cause| refused(waits_for_last, cause))
    }

    fn of(header: &Header, fields: &Fields<'_>, reader: &mut Reader<'_>) -> Result<Self, Cause> {
        let ops = read_ops(reader, header.ops)?;
        reader.end()?;
        if header.is_transaction() {
            return Err(Cause::NotServed(Feature::Transaction));
        }
        if let Some(feature) = fields.not_served() {
            return Err(Cause::NotServed(feature));
        }
        if header.info1 & info1::BATCH != 0 {
            let rows = fields.batch().ok_or(Malformed("a batch without its field"))?;
            return Batch::read(header, rows).map(Self::Batch);
        }
        let digest = fields.digest().ok_or(Cause::NotServed(Feature::Query))?;
        let digest = digest.try_into().map_err(|_| Malformed("a digest has 20 bytes"))?;
        let (namespace, set) = fields.names()?;
        Ok(Self::Record(RecordRequest {
            key: Key { namespace, set, digest: Digest(digest), user_key: fields.user_key()? },
            timeout_ms: header.timeout,
            action: Action::of(header, &ops)?,
        }))
    }

    /// The frame with this request.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        framed(Kind::Message, |out| match self {
            Self::Record(request) => request.write(out),
            Self::Batch(batch) => batch.write(out),
        })
    }
}

impl RecordRequest {
    fn write(&self, out: &mut Vec<u8>) {
        let Key { namespace, set, digest, user_key } = &self.key;
        let fields = 2 + u16::from(!set.is_empty()) + u16::from(user_key.is_some());
        let header = Header { timeout: self.timeout_ms, fields, ..self.action.header() };
        header.write(out);
        write_names(out, namespace, set);
        write_field(out, field::DIGEST, &digest.0);
        if let Some(key) = user_key {
            write_field(out, field::USER_KEY, &[&[key.particle.byte()], &key.bytes[..]].concat());
        }
        self.action.write_ops(out);
    }
}
