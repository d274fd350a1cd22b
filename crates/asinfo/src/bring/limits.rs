//! How much is read of what operators bring.
//!
//! Invariant: this file depends on no other. Beyond a limit nothing is read, and the summary says so.

/// The most bytes of one input, as it is and after decompression.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;
/// The most bytes that all archives together are decompressed to.
pub const MAX_UNPACKED: usize = 256 * 1024 * 1024;
/// The most inputs, files of archives counted.
pub const MAX_INPUTS: usize = 4096;
/// The most files of one archive.
pub const MAX_MEMBERS: usize = 1024;
/// How many archives may be inside each other.
pub const MAX_DEPTH: usize = 3;
/// The most lines of one input.
pub const MAX_LINES: usize = 2_000_000;
/// The most facts of all inputs.
pub const MAX_FACTS: usize = 400_000;
/// The most entries of all lists of nodes.
pub const MAX_ENTRIES: usize = 2_000_000;
/// The most lines of a table, those counted that a terminal broke off.
pub const MAX_TABLE: usize = 40_000;
/// How many lines of one input may be looked at in vain for the ends of tables.
pub const MAX_TRIED: usize = 1_000_000;
/// The most things that could not be used and are listed, of one input; the others are counted.
pub const MAX_LEFT: usize = 40;
/// How deep contexts of a configuration, and values of YAML and JSON, may be inside each other.
pub const MAX_NESTING: usize = 64;
/// The most values of a YAML document.
pub const MAX_VALUES: usize = 200_000;
/// The most lines that one row of a table was wrapped over.
pub const MAX_WRAP: usize = 400;
/// The most documents of YAML in one text.
pub const MAX_DOCUMENTS: usize = 32;
