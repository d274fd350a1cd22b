//! Operations on a record's bins (wire.md §1).
//!
//! Invariant: an operation that is not served is no operation here. Not here: what they do (see the crate's `bins`).

use super::bin::{Bin, BinName, Particle, Value};
use super::bytes::Malformed;
use super::message::{RawOp, write_op};
use super::refusal::{Cause, Feature};

/// The most operations in a request (documented).
pub const MOST_OPS: usize = 32 * 1024;

/// An operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    /// Reads a bin. A name that is empty is no bin's.
    Read(BinName),
    /// Reads all bins.
    ReadAll,
    /// Writes a bin.
    Write(Bin),
    /// Removes a bin: a write of nothing.
    Remove(BinName),
    /// Adds a number to a bin's.
    Add(Bin),
    /// Puts text or bytes at a bin's end.
    Append(Bin),
    /// Puts text or bytes at a bin's start.
    Prepend(Bin),
    /// Does nothing, and is a write.
    Touch,
    /// Removes all bins.
    DeleteAll,
}

mod byte {
    pub const READ: u8 = 1;
    pub const WRITE: u8 = 2;
    pub const LIST_OR_MAP_READ: u8 = 3;
    pub const LIST_OR_MAP_MODIFY: u8 = 4;
    pub const ADD: u8 = 5;
    pub const EXPRESSION_READ: u8 = 7;
    pub const EXPRESSION_MODIFY: u8 = 8;
    pub const APPEND: u8 = 9;
    pub const PREPEND: u8 = 10;
    pub const TOUCH: u8 = 11;
    pub const BITS_READ: u8 = 12;
    pub const BITS_MODIFY: u8 = 13;
    pub const DELETE_ALL: u8 = 14;
    pub const HYPER_LOG_LOG_READ: u8 = 15;
    pub const HYPER_LOG_LOG_MODIFY: u8 = 16;
}

impl Op {
    /// What an operation is; `all_bins` is whether the message reads all bins.
    pub(super) fn of(raw: &RawOp<'_>, all_bins: bool) -> Result<Self, Cause> {
        let name = BinName::new(raw.name).ok_or(Cause::BinName)?;
        let value = Particle::new(raw.particle)
            .map(|particle| Value { particle, bytes: raw.value.to_vec() });
        let operand = || Malformed("a number or a text is expected in an operation");
        let bin = |value: Option<Value>| value.map(|value| Bin { name, value }).ok_or_else(operand);
        Ok(match raw.op {
            byte::READ if all_bins && name.is_empty() => Self::ReadAll,
            byte::READ => Self::Read(name),
            byte::WRITE => {
                value.map_or(Self::Remove(name), |value| Self::Write(Bin { name, value }))
            }
            byte::ADD => Self::Add(bin(value)?),
            byte::APPEND => Self::Append(bin(value)?),
            byte::PREPEND => Self::Prepend(bin(value)?),
            byte::TOUCH => Self::Touch,
            byte::DELETE_ALL => Self::DeleteAll,
            byte::LIST_OR_MAP_READ | byte::LIST_OR_MAP_MODIFY => {
                return Err(Cause::NotServed(Feature::ListOrMap));
            }
            byte::EXPRESSION_READ | byte::EXPRESSION_MODIFY => {
                return Err(Cause::NotServed(Feature::Expression));
            }
            byte::BITS_READ | byte::BITS_MODIFY => return Err(Cause::NotServed(Feature::Bits)),
            byte::HYPER_LOG_LOG_READ | byte::HYPER_LOG_LOG_MODIFY => {
                return Err(Cause::NotServed(Feature::HyperLogLog));
            }
            _ => return Err(Malformed("an operation that is not known").into()),
        })
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let none = BinName::default();
        let (op, name, value) = match self {
            Self::Read(name) => (byte::READ, *name, None),
            Self::ReadAll => (byte::READ, none, None),
            Self::Write(bin) => (byte::WRITE, bin.name, Some(&bin.value)),
            Self::Remove(name) => (byte::WRITE, *name, None),
            Self::Add(bin) => (byte::ADD, bin.name, Some(&bin.value)),
            Self::Append(bin) => (byte::APPEND, bin.name, Some(&bin.value)),
            Self::Prepend(bin) => (byte::PREPEND, bin.name, Some(&bin.value)),
            Self::Touch => (byte::TOUCH, none, None),
            Self::DeleteAll => (byte::DELETE_ALL, none, None),
        };
        write_op(out, op, name, value);
    }
}
