//! What each byte of a module is.
//!
//! Invariant: what kind a byte is follows from those before it alone, whatever they are. So packer and unpacker agree about
//! any bytes; an operator that is not known here costs compression, until its function ends, and nothing else.
//!
//! Binary format: WebAssembly Core Specification 2.0, chapter 5, whose sections are named.

use core::mem;
use core::ops::Range;

/// What a byte is; in the order of their streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Outside of functions' bodies.
    Other,
    /// An operator's first byte.
    Operator,
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
    /// An alignment or a global's index: what compresses best in the operators' stream, right behind its own.
    Beside,
}

impl Kind {
    /// How many streams there are: one for each kind but the last.
    pub const STREAMS: usize = Self::Beside as usize;

    /// Which stream the byte goes to; less than [`Self::STREAMS`].
    #[must_use]
    pub fn stream(self) -> usize {
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
pub struct Grammar {
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
    /// For a module whose functions' bodies lie in `code`; nothing is read yet.
    #[must_use]
    pub fn new(code: Range<usize>) -> Self {
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

    /// What the next byte is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
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

    /// Takes in the next byte.
    pub fn read(&mut self, byte: u8) {
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
            self.shift += 7;
        }
        if byte >= 0x80 {
            return;
        }
        let value = mem::take(&mut self.value);
        self.shift = 0;
        if self.kind == Kind::Size {
            self.body_end = self.at.saturating_add(value as usize);
            self.kind = Kind::Locals;
            self.counts = Counts::By { times: 2, plus: 0 };
            return;
        }
        match mem::replace(&mut self.counts, Counts::No) {
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

#[cfg(test)]
mod tests {
    use super::{Grammar, Kind};

    /// A letter for each byte of `module`, which has bodies from `code` on to its end.
    fn kinds(module: &[u8], code: usize) -> String {
        let mut grammar = Grammar::new(code..module.len());
        let mut letters = String::new();
        for &byte in module {
            letters.push(match grammar.kind() {
                Kind::Other => '-',
                Kind::Operator => 'o',
                Kind::Beside => 'b',
                Kind::Size => 's',
                Kind::Locals => 'l',
                Kind::Block => 'k',
                Kind::Label => 'j',
                Kind::Call => 'c',
                Kind::Read => 'r',
                Kind::Write => 'w',
                Kind::Offset => 'f',
                Kind::Int => 'i',
                Kind::Long => 'I',
                Kind::Rest => 'x',
            });
            grammar.read(byte);
        }
        letters
    }

    /// `operators` as the only body, after three bytes of something else.
    fn kinds_of_body(operators: &[u8]) -> String {
        let size = u8::try_from(operators.len() + 1).expect("a body of one byte's length");
        let module = [&[9, 9, 9, size, 0], operators].concat();
        let letters = kinds(&module, 3);
        letters.strip_prefix("---sl").expect("what comes before").to_owned()
    }

    #[test]
    fn a_body_is_its_length_its_locals_and_its_operators() {
        // Two groups of locals, of which the first counts 200: numbers may take more bytes than one.
        assert_eq!(kinds(&[9, 7, 2, 0xc8, 1, 0x7f, 1, 0x7e, 0x0b, 9], 1), "-sllllllos");
    }

    #[test]
    fn bodies_follow_each_other_and_end_where_the_code_does() {
        assert_eq!(kinds(&[2, 0, 0x0b, 4, 0, 0x41, 0, 0x0b], 0), "slosloio");
        let mut grammar = Grammar::new(0..2);
        grammar.read(1);
        grammar.read(0);
        assert_eq!(grammar.kind(), Kind::Other);
    }

    #[test]
    fn operators_take_what_the_specification_says() {
        for (operators, expected) in [
            (&[0x20, 0, 0x21, 1, 0x22, 0x80, 1][..], "orowoww"),
            (&[0x41, 0x80, 1, 0x42, 5, 0x6a], "oiioIo"),
            (&[0x28, 2, 0x90, 1, 0x3e, 0, 0, 0x45], "obffobfo"),
            (&[0x23, 0, 0x24, 0x80, 1, 0x1a], "obobbo"),
            (&[0x02, 0x40, 0x03, 0x7f, 0x04, 0x40, 0x05, 0x0b], "okokokoo"),
            (&[0x0c, 0, 0x0d, 1, 0x0f], "ojojo"),
            (&[0x0e, 2, 0, 0x80, 1, 2, 0x0b], "ojjjjjo"),
            (&[0x10, 0xff, 1, 0x11, 3, 0x80, 0, 0x0b], "occoxxxo"),
            (&[0x43, 0x80, 0x80, 0x80, 0x80, 0x0b], "oxxxxo"),
            (&[0x44, 1, 2, 3, 4, 5, 6, 7, 0x80, 0x0b], "oxxxxxxxxo"),
            (&[0x1c, 1, 0x7f, 0x1b], "oxxo"),
            (&[0x3f, 0, 0x40, 0, 0xd0, 0x6f, 0xd2, 1, 0x25, 0, 0x26, 0, 0x01], "oxoxoxoxoxoxo"),
            (
                &[0xfc, 7, 0xfc, 8, 1, 0, 0xfc, 9, 1, 0xfc, 10, 0, 0, 0xfc, 11, 0, 0x01],
                "oxoxxxoxxoxxxoxxo",
            ),
            (&[0xfc, 12, 0, 0, 0xfc, 13, 0, 0xfc, 14, 0, 0, 0xfc, 15, 0, 0x01], "oxxxoxxoxxxoxxo"),
        ] {
            assert_eq!(kinds_of_body(operators), expected, "{operators:02x?}");
        }
    }

    #[test]
    fn a_body_that_ends_too_early_does_not_reach_into_the_next() {
        // A constant without its number, and a table of branches with too few.
        assert_eq!(
            kinds(&[2, 0, 0x41, 3, 0, 0x0e, 9, 2, 0, 0x0b], 0),
            "slosl".to_owned() + "ojslo"
        );
    }
}
