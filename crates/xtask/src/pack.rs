//! The page's module, packed for the wire: its bytes sorted by what they are, then LZMA.
//!
//! A server's compression sees a module as any text. But operators are followed by operators and places of locals by
//! places of locals: with each kind in a stream of its own, the same bytes take a quarter less. `www/unpack.js` puts
//! them together again before the browser compiles; it repeats what [`Grammar`] does, byte for byte.
//!
//! Invariant: what kind a byte is follows from the bytes before it alone. So any bytes whatever can be packed and come
//! out as they were; an operator that [`Grammar`] does not know only costs compression, until its function ends.
//!
//! A packed file is a `.lzma` file (a header of 13 bytes with the unpacked length, no end mark; `lc` 1, `lp` and `pb`
//! 0), and in it, each number four bytes with the lowest first: the length of the module, where the functions' bodies
//! begin, where they end, and the length of each stream; then the streams in the order of [`Kind`].
//!
//! Binary format: WebAssembly Core Specification 2.0, chapter 5.

use std::fs;
use std::io::Write as _;
use std::ops::Range;
use std::path::Path;

use lzma_rust2::{EncodeMode, LzmaOptions, LzmaWriter, MfType};

use crate::process::{Doing, Failure};

/// What a module is packed to, in place of `.wasm`.
const ENDING: &str = "packed";

/// What a byte is. Each kind but [`Kind::Beside`] has a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Outside of functions' bodies.
    Other,
    Operator,
    /// An alignment or a global's index: what stands best in the operators' stream, right behind its own.
    Beside,
    /// The length of a body.
    Size,
    /// Counts and types of a function's locals.
    Locals,
    /// The type of a block.
    Block,
    /// How many blocks a branch leaves.
    Label,
    /// The function that is called.
    Call,
    /// The local that is read.
    Read,
    /// The local that is written.
    Write,
    /// How far from an address a value lies.
    Offset,
    /// A constant of 32 bits.
    Int,
    /// A constant of 64 bits.
    Long,
    /// All that is rare.
    Rest,
}

/// All kinds, in the order of their streams.
const KINDS: [Kind; 14] = [
    Kind::Other,
    Kind::Operator,
    Kind::Beside,
    Kind::Size,
    Kind::Locals,
    Kind::Block,
    Kind::Label,
    Kind::Call,
    Kind::Read,
    Kind::Write,
    Kind::Offset,
    Kind::Int,
    Kind::Long,
    Kind::Rest,
];

impl Kind {
    /// Which stream the byte goes to.
    fn stream(self) -> usize {
        if self == Self::Beside { Self::Operator as usize } else { self as usize }
    }
}

/// How many values follow one that has been read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Counts {
    /// None by this value.
    No,
    /// `times` of them for each that it counts, and `plus` more.
    By { times: u32, plus: u32 },
    /// As many as the operator takes that the value names, behind the prefix 0xfc.
    Prefixed,
}

/// Tells what the next byte is, from those before it.
#[derive(Debug)]
struct Grammar {
    /// Where bodies lie in the module.
    code: Range<usize>,
    /// How many bytes were read.
    at: usize,
    /// Where the present body ends; where it begins, while its length is being read.
    body_end: usize,
    /// What the next byte is.
    kind: Kind,
    /// What comes behind the value of this kind, if not an operator.
    then: Option<Kind>,
    /// How many more of this kind follow: values, or bytes of a float.
    more: u32,
    counts: Counts,
    /// Bytes of a float are no value with a length of its own.
    is_float: bool,
    /// The value that is being read, seven bits a byte.
    value: u32,
    shift: u32,
}

impl Grammar {
    fn new(code: Range<usize>) -> Self {
        let mut grammar = Self {
            body_end: code.start,
            code,
            at: 0,
            kind: Kind::Other,
            then: None,
            more: 0,
            counts: Counts::No,
            is_float: false,
            value: 0,
            shift: 0,
        };
        grammar.begin_body();
        grammar
    }

    /// Where a body ends, another begins or none does. Whatever was not finished is forgotten.
    fn begin_body(&mut self) {
        if self.at != self.body_end {
            return;
        }
        (self.then, self.more, self.counts) = (None, 0, Counts::No);
        (self.is_float, self.value, self.shift) = (false, 0, 0);
        self.kind = if self.code.contains(&self.at) { Kind::Size } else { Kind::Other };
    }

    /// Takes in the byte that was of [`Self::kind`].
    fn read(&mut self, byte: u8) {
        self.at += 1;
        match self.kind {
            Kind::Other => {}
            Kind::Operator => self.read_operator(byte),
            _ if self.is_float => {
                self.more -= 1;
                if self.more == 0 {
                    self.is_float = false;
                    self.kind = Kind::Operator;
                }
            }
            _ => self.read_value(byte),
        }
        self.begin_body();
    }

    /// Section 5.4.
    fn read_operator(&mut self, operator: u8) {
        self.kind = match operator {
            0x02..=0x04 => Kind::Block,
            0x0c | 0x0d => Kind::Label,
            0x0e => {
                self.counts = Counts::By { times: 1, plus: 1 };
                Kind::Label
            }
            0x10 => Kind::Call,
            0x11 => {
                self.then = Some(Kind::Rest);
                Kind::Rest
            }
            0x1c => {
                self.counts = Counts::By { times: 1, plus: 0 };
                Kind::Rest
            }
            0x20 => Kind::Read,
            0x21 | 0x22 => Kind::Write,
            0x23 | 0x24 => Kind::Beside,
            0x28..=0x3e => {
                self.then = Some(Kind::Offset);
                Kind::Beside
            }
            0x25 | 0x26 | 0x3f | 0x40 | 0xd0 | 0xd2 => Kind::Rest,
            0x41 => Kind::Int,
            0x42 => Kind::Long,
            0x43 | 0x44 => {
                self.is_float = true;
                self.more = if operator == 0x43 { 4 } else { 8 };
                Kind::Rest
            }
            0xfc => {
                self.counts = Counts::Prefixed;
                Kind::Rest
            }
            _ => Kind::Operator,
        };
    }

    /// Section 5.2.2: seven bits a byte, the highest set in all but the last. The 33rd bit and beyond do not matter:
    /// what counts is a count.
    fn read_value(&mut self, byte: u8) {
        if self.shift < 32 {
            self.value |= u32::from(byte & 0x7f) << self.shift;
        }
        self.shift += 7;
        if byte >= 0x80 {
            return;
        }
        let value = std::mem::take(&mut self.value);
        self.shift = 0;
        if self.kind == Kind::Size {
            self.body_end = self.at.saturating_add(value as usize);
            self.kind = Kind::Locals;
            self.counts = Counts::By { times: 2, plus: 0 };
            return;
        }
        match std::mem::replace(&mut self.counts, Counts::No) {
            Counts::No => self.more = self.more.saturating_sub(1),
            Counts::By { times, plus } => {
                self.more = value.wrapping_mul(times).wrapping_add(plus);
            }
            Counts::Prefixed => {
                self.more = match value {
                    0..=7 => 0,
                    8 | 10 | 12 | 14 => 2,
                    _ => 1,
                }
            }
        }
        if self.more == 0 {
            self.kind = self.then.take().unwrap_or(Kind::Operator);
        }
    }
}

/// Where functions' bodies lie; nowhere if this is no module with functions (section 5.5.2).
fn code_of(module: &[u8]) -> Range<usize> {
    let mut at = 8;
    while let Some((&section, rest)) = module.get(at..).and_then(<[u8]>::split_first) {
        let Some((length, length_bytes)) = number(rest) else { break };
        let (begin, end) = (at + 1 + length_bytes, at + 1 + length_bytes + length);
        if section == 10 {
            let Some((_, count_bytes)) = module.get(begin..end).and_then(number) else { break };
            return begin + count_bytes..end;
        }
        at = end;
    }
    module.len()..module.len()
}

/// An unsigned number at the beginning, and how many bytes it takes.
fn number(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut value = 0;
    for (at, byte) in bytes.iter().take(5).enumerate() {
        value |= usize::from(byte & 0x7f) << (7 * at);
        if *byte < 0x80 {
            return Some((value, at + 1));
        }
    }
    None
}

/// The bytes of `module`, sorted, with what it takes to put them together again.
fn sorted(module: &[u8]) -> Vec<u8> {
    let mut streams: [Vec<u8>; KINDS.len()] = Default::default();
    let mut grammar = Grammar::new(code_of(module));
    let code = grammar.code.clone();
    for &byte in module {
        streams[grammar.kind.stream()].push(byte);
        grammar.read(byte);
    }
    let lengths = streams.iter().map(Vec::len);
    let numbers = [module.len(), code.start, code.end].into_iter().chain(lengths);
    // A module is smaller than 4 GiB, the address space of what it runs in.
    let head = numbers.flat_map(|number| u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes());
    head.chain(streams.iter().flatten().copied()).collect()
}

/// `module` as it goes over the wire.
///
/// # Errors
/// None that is known; the encoder's are passed on.
fn packed(module: &[u8]) -> std::io::Result<Vec<u8>> {
    let sorted = sorted(module);
    let options = LzmaOptions {
        // No match is out of reach.
        dict_size: 1 << 22,
        lc: 1,
        lp: 0,
        pb: 0,
        mode: EncodeMode::Normal,
        nice_len: 273,
        mf: MfType::Bt4,
        depth_limit: 1000,
        preset_dict: None,
    };
    let mut writer =
        LzmaWriter::new_use_header(Vec::new(), &options, Some(sorted.len() as u64))?;
    writer.write_all(&sorted)?;
    writer.finish()
}

/// Puts a packed file in the place of a module.
///
/// # Errors
/// When the module cannot be read, or its place not be written.
pub fn replace(module: &Path) -> Result<(), Failure> {
    let bytes = fs::read(module).doing(|| format!("read {}", module.display()))?;
    let packed = packed(&bytes).doing(|| format!("pack {}", module.display()))?;
    let place = module.with_extension(ENDING);
    fs::write(&place, packed).doing(|| format!("write {}", place.display()))?;
    fs::remove_file(module).doing(|| format!("remove {}", module.display()))
}
