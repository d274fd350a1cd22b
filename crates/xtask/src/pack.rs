//! Packing the page's module for the wire: its bytes sorted by what they are, then LZMA. `crates/unpack` says how a packed file
//! looks, why, and how it becomes a module again in the browser.
//!
//! Invariant: what is packed here comes out there as it was, whatever it is.

use std::fs;
use std::io::{self, Write as _};
use std::ops::Range;
use std::path::PathBuf;

use lzma_rust2::{EncodeMode, LzmaOptions, LzmaWriter, MfType};
use rosterlab_unpack::grammar::{Grammar, Kind};
use rosterlab_unpack::lzma;

use crate::places::{Places, variable};
use crate::process::{self, Doing, Failure};
use crate::target::TARGET;

/// What wasm-bindgen calls the page's module.
const MODULE: &str = "rosterlab-app_bg.wasm";

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
    let mut streams: [Vec<u8>; Kind::STREAMS] = Default::default();
    let code = code_of(module);
    let mut grammar = Grammar::new(code.clone());
    for &byte in module {
        streams[grammar.kind().stream()].push(byte);
        grammar.read(byte);
    }
    let lengths = streams.iter().map(Vec::len);
    let numbers = [code.start, code.end].into_iter().chain(lengths);
    // None is as large: `packed` holds all to `lzma::MAX_BYTES`.
    let head = numbers.flat_map(|number| u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes());
    head.chain(streams.iter().flatten().copied()).collect()
}

/// `module` as it goes over the wire.
///
/// # Errors
/// When the module is larger than what is unpacked; the encoder's own are passed on.
fn packed(module: &[u8]) -> io::Result<Vec<u8>> {
    let sorted = sorted(module);
    if sorted.len() > lzma::MAX_BYTES {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    let options = LzmaOptions {
        // Several times as long as the page's module, so that no match in it is out of reach.
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
    let mut writer = LzmaWriter::new_use_header(Vec::new(), &options, Some(sorted.len() as u64))?;
    writer.write_all(&sorted)?;
    writer.finish()
}

/// What trunk's hook does when it has built the page: puts the packed module in the module's place, and beside it what
/// unpacks it. A page that is not built for release has a module that would take long to pack; it stays as it is.
///
/// # Errors
/// When trunk did not call, or something cannot be built, read or written.
pub fn hook(places: &Places) -> Result<(), Failure> {
    let said = |name: &str| {
        variable(name).ok_or_else(|| Failure::new(format!("trunk calls this, with {name}")))
    };
    let folder = PathBuf::from(said("TRUNK_STAGING_DIR")?);
    let module = folder.join(MODULE);
    let packed_module = module.with_extension("packed");
    if said("TRUNK_PROFILE")? == "release" {
        let bytes = fs::read(&module).doing(|| format!("read {}", module.display()))?;
        let packed = packed(&bytes).doing(|| format!("pack {}", module.display()))?;
        fs::write(&packed_module, packed).doing(|| format!("write {}", packed_module.display()))?;
        fs::remove_file(&module).doing(|| format!("remove {}", module.display()))?;
    } else {
        fs::rename(&module, &packed_module).doing(|| format!("move {}", module.display()))?;
    }
    let unpacker = build_unpacker(places)?;
    let place = folder.join("unpack.wasm");
    fs::copy(&unpacker, &place).doing(|| format!("write {}", place.display()))?;
    Ok(())
}

/// Builds the module that unpacks, with the compiler that trunk was given.
fn build_unpacker(places: &Places) -> Result<PathBuf, Failure> {
    let target = Places::target()?;
    let mut build = process::command("cargo");
    build
        .current_dir(&places.root)
        .args(["build", "--quiet", "--release", "--locked", "--target", TARGET])
        .args(["--package", "rosterlab-unpack", "--target-dir"])
        .arg(&target);
    if !process::run_streaming(&mut build, |line| println!("{line}"))?.success() {
        return Err(Failure::new("what unpacks the module does not build"));
    }
    Ok(target.join(TARGET).join("release/rosterlab_unpack.wasm"))
}

/// The module of the last page that was built for release, before it was packed.
pub fn built_module() -> Result<PathBuf, Failure> {
    Ok(Places::target()?.join("wasm-bindgen/release").join(MODULE))
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;
    use rosterlab_unpack::{Damaged, HEAD_BYTES, merge};

    use super::{code_of, lzma, packed, sorted};

    fn unpacked(packed: &[u8]) -> Result<Vec<u8>, Damaged> {
        let mut sorted = vec![0; lzma::unpacked_len(packed)?];
        lzma::decode(packed, &mut sorted)?;
        let mut module = vec![0; sorted.len().checked_sub(HEAD_BYTES).ok_or(Damaged)?];
        merge(&sorted, &mut module)?;
        Ok(module)
    }

    /// A module of one section before the code, and of bodies of any bytes.
    fn with_bodies(bodies: &[Vec<u8>]) -> Vec<u8> {
        let sized = |bytes: &[u8]| {
            let length = bytes.len();
            let part = |part: usize| u8::try_from(part).expect("a length of two bytes");
            let [low, high] = [part(length & 0x7f | 0x80), part(length >> 7)];
            [&[low, high], bytes].concat()
        };
        let code: Vec<u8> = bodies.iter().flat_map(|body| sized(body)).collect();
        let code = [&[u8::try_from(bodies.len()).expect("few bodies")], &code[..]].concat();
        [b"\0asm\x01\0\0\0\x01\x01\0\x0a", &sized(&code)[..]].concat()
    }

    proptest! {
        #[test]
        fn any_bytes_come_out_as_they_went_in(bytes in vec(any::<u8>(), 0..600)) {
            prop_assert_eq!(unpacked(&packed(&bytes).expect("packed")), Ok(bytes));
        }

        #[test]
        fn any_bodies_come_out_as_they_went_in(bodies in vec(vec(any::<u8>(), 0..300), 0..9)) {
            let module = with_bodies(&bodies);
            prop_assert_eq!(unpacked(&packed(&module).expect("packed")), Ok(module));
        }
    }

    #[test]
    fn repetitions_from_near_and_far_come_out_as_they_went_in() {
        // Blocks without a pattern, that come again after ever more others; and runs of many lengths.
        let mut next = 1u32;
        let mut block = |length: usize| -> Vec<u8> {
            let mut byte = || {
                next = next.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                next.to_be_bytes()[0]
            };
            (0..length).map(|_| byte()).collect()
        };
        let mut bytes = Vec::new();
        for length in (1..300).step_by(3) {
            let (one, other) = (block(length), block(7 * length));
            let run = vec![other[0]; length];
            let first = bytes[..bytes.len().min(2000)].to_vec();
            bytes
                .extend([one.clone(), run, other.clone(), one.clone(), first, other, one].concat());
        }
        assert!(bytes.len() > 1 << 18, "far enough for distances of many bits");
        assert!(unpacked(&packed(&bytes).expect("packed")) == Ok(bytes), "it comes out otherwise");
    }

    #[test]
    fn bodies_lie_where_the_section_of_code_says() {
        let module = with_bodies(&[vec![0, 0x0b], vec![0, 0x0b]]);
        let code = code_of(&module);
        assert_eq!(module[code], [0x82, 0, 0, 0x0b, 0x82, 0, 0, 0x0b]);
        assert_eq!(code_of(b"\0asm\x01\0\0\0"), 8..8);
        assert_eq!(code_of(b"none"), 4..4);
    }

    #[test]
    fn bytes_of_a_kind_stand_together() {
        let body = vec![0, 0x20, 1, 0x20, 2, 0x6a, 0x0b];
        let sorted = sorted(&with_bodies(&[body.clone(), body]));
        let operators = [0x20, 0x20, 0x6a, 0x0b, 0x20, 0x20, 0x6a, 0x0b];
        assert!(sorted.windows(8).any(|bytes| bytes == operators));
        assert!(sorted.windows(4).any(|bytes| bytes == [1, 2, 1, 2]));
    }

    #[test]
    fn what_was_not_packed_or_is_not_whole_is_refused() {
        let module = with_bodies(&[vec![0, 0x0b]]);
        let whole = packed(&module).expect("packed");
        assert_eq!(unpacked(&module), Err(Damaged));
        for end in 0..whole.len() {
            assert_eq!(unpacked(&whole[..end]), Err(Damaged), "cut off at {end}");
        }
        assert_eq!(unpacked(&[&whole[..], &[0]].concat()), Err(Damaged), "something behind it");
        let first_of_code = [&whole[..13], &[1], &whole[14..]].concat();
        assert_eq!(unpacked(&first_of_code), Err(Damaged), "another first byte");
    }

    #[test]
    fn what_is_too_large_is_not_packed_and_not_unpacked() {
        let refused = packed(&vec![0; lzma::MAX_BYTES]).expect_err("larger than it may be");
        assert_eq!(refused.kind(), std::io::ErrorKind::FileTooLarge);
        let mut file = packed(&[]).expect("packed");
        let larger = u64::try_from(lzma::MAX_BYTES + 1).expect("a length");
        file[5..13].copy_from_slice(&larger.to_le_bytes());
        assert_eq!(lzma::unpacked_len(&file), Err(Damaged));
    }

    proptest! {
        #[test]
        fn a_bit_that_is_wrong_does_not_go_unnoticed(
            at in 0usize..10_000, bit in 0u8..8, bodies in vec(vec(any::<u8>(), 0..60), 1..9),
        ) {
            let module = with_bodies(&bodies);
            let mut file = packed(&module).expect("packed");
            let at = at % file.len();
            // The size of the window, which is of no use here.
            prop_assume!(!(1..5).contains(&at));
            file[at] ^= 1 << bit;
            prop_assert_ne!(unpacked(&file), Ok(module));
        }
    }
}
