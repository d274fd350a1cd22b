//! Result codes: how a node answers a record's message.

use std::fmt;

use super::bytes::Malformed;

/// The byte in a reply that says what became of a request (wire.md §3, documented).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum ResultCode {
    /// It is done.
    Ok = 0,
    /// An error without a code of its own.
    Error = 1,
    /// There is no such record.
    NotFound = 2,
    /// The record's generation is not the one that the request demands.
    Generation = 3,
    /// The request makes no sense.
    Parameter = 4,
    /// The record is there, and the request is to create it.
    Exists = 5,
    /// The storage is full.
    OutOfSpace = 8,
    /// It was not done in time; a write is in doubt.
    Timeout = 9,
    /// The partition is unavailable.
    Unavailable = 11,
    /// The operation does not fit the bin's type.
    BinType = 12,
    /// The record would be larger than it may be.
    RecordTooBig = 13,
    /// Too many requests for one record at a time.
    Busy = 14,
    /// What is asked for is not served.
    Unsupported = 16,
    /// The storage cannot keep up.
    Overload = 18,
    /// There is no such namespace.
    Namespace = 20,
    /// A bin's name is too long, or has a zero byte.
    BinName = 21,
    /// The node does not allow it now.
    Forbidden = 22,
    /// Too many rows in a batch.
    BatchTooLong = 151,
}

impl ResultCode {
    /// Every one of them.
    pub const ALL: [Self; 18] = [
        Self::Ok,
        Self::Error,
        Self::NotFound,
        Self::Generation,
        Self::Parameter,
        Self::Exists,
        Self::OutOfSpace,
        Self::Timeout,
        Self::Unavailable,
        Self::BinType,
        Self::RecordTooBig,
        Self::Busy,
        Self::Unsupported,
        Self::Overload,
        Self::Namespace,
        Self::BinName,
        Self::Forbidden,
        Self::BatchTooLong,
    ];

    /// Its byte.
    #[must_use]
    pub fn byte(self) -> u8 {
        self as u8
    }
}

impl TryFrom<u8> for ResultCode {
    type Error = Malformed;

    fn try_from(byte: u8) -> Result<Self, Malformed> {
        Self::ALL
            .into_iter()
            .find(|code| code.byte() == byte)
            .ok_or(Malformed("a result code that is not known"))
    }
}

impl fmt::Display for ResultCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = match self {
            Self::Ok => "done",
            Self::Error => "error",
            Self::NotFound => "record not found",
            Self::Generation => "another generation",
            Self::Parameter => "invalid request",
            Self::Exists => "record exists",
            Self::OutOfSpace => "out of space",
            Self::Timeout => "timeout",
            Self::Unavailable => "partition unavailable",
            Self::BinType => "another type of bin",
            Self::RecordTooBig => "record too big",
            Self::Busy => "record busy",
            Self::Unsupported => "not served",
            Self::Overload => "device overload",
            Self::Namespace => "no such namespace",
            Self::BinName => "invalid name of a bin",
            Self::Forbidden => "forbidden",
            Self::BatchTooLong => "too many rows in a batch",
        };
        write!(f, "{} {words}", self.byte())
    }
}
