//! Requests that are not carried out, whatever the cluster's state.
//!
//! Invariant: each has a code to answer with, and the connection goes on. Not here: frames that are none (see `frame`).

use std::fmt;

use super::bytes::Malformed;
use super::code::ResultCode;
use super::reply::{Reply, encode_last};

/// What real servers do and this one does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    /// A message that names no record: a scan or a query.
    Query,
    /// A user-defined function.
    Udf,
    /// A transaction of several records.
    Transaction,
    /// An expression, as a filter or as an operation.
    Expression,
    /// An operation on a part of a list or of a map.
    ListOrMap,
    /// An operation on bits.
    Bits,
    /// An operation on a `HyperLogLog`.
    HyperLogLog,
    /// A batch with writes.
    BatchWrite,
    /// A write by another cluster.
    Xdr,
    /// A compressed frame.
    Compression,
}

impl fmt::Display for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Query => "scans and queries",
            Self::Udf => "user-defined functions",
            Self::Transaction => "transactions",
            Self::Expression => "expressions",
            Self::ListOrMap => "operations on lists and maps",
            Self::Bits => "operations on bits",
            Self::HyperLogLog => "operations on HyperLogLogs",
            Self::BatchWrite => "writes in a batch",
            Self::Xdr => "writes by another cluster",
            Self::Compression => "compressed frames",
        })
    }
}

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Its bytes are no request, or say what cannot be.
    Malformed(Malformed),
    /// It is not served.
    NotServed(Feature),
    /// A bin's name is too long, or has a zero byte.
    BinName,
    /// Too many rows in a batch.
    BatchTooLong,
}

impl From<Malformed> for Cause {
    fn from(malformed: Malformed) -> Self {
        Self::Malformed(malformed)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(malformed) => malformed.fmt(f),
            Self::NotServed(feature) => write!(f, "{feature} are not served"),
            Self::BinName => f.write_str("the name of a bin has 15 bytes at most, none of them 0"),
            Self::BatchTooLong => f.write_str("a batch has 5,000 rows at most"),
        }
    }
}

/// A request that is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub cause: Cause,
    /// Whether the client waits for several messages, the last of which says so.
    pub waits_for_last: bool,
}

impl Refusal {
    /// The refusal of a compressed frame.
    pub const COMPRESSED: Self =
        Self { cause: Cause::NotServed(Feature::Compression), waits_for_last: false };

    /// The code to answer with.
    #[must_use]
    pub fn code(self) -> ResultCode {
        match self.cause {
            Cause::Malformed(_) => ResultCode::Parameter,
            Cause::NotServed(_) => ResultCode::Unsupported,
            Cause::BinName => ResultCode::BinName,
            Cause::BatchTooLong => ResultCode::BatchTooLong,
        }
    }

    /// The frame to answer with.
    #[must_use]
    pub fn encode(self) -> Vec<u8> {
        if self.waits_for_last { encode_last(self.code()) } else { Reply::of(self.code()).encode() }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cause.fmt(f)
    }
}

impl std::error::Error for Refusal {}
