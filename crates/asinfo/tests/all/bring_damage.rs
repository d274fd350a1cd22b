//! Whatever happens to a text on its way: nothing panics, and what is read stands where it was read.

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use proptest::sample::Index;

use crate::any_input::{check, check_and_run};
use crate::properties::runner;

/// What may happen to a text.
#[derive(Clone, Debug)]
enum Damage {
    CutBefore(Index),
    CutAfter(Index),
    Remove(Index, usize),
    Twice(Index),
    Swap(Index, Index),
    Sign(Index, u8),
    Insert(Index, &'static str),
    Break(usize),
    Join(Index),
    Other(usize),
}

fn damage() -> impl Strategy<Value = Damage> {
    let odd = proptest::sample::select(vec![
        "\u{1b}[32m",
        "\u{a0}",
        "\r",
        "|",
        "~~~",
        ";",
        ":",
        "=",
        "@",
        ",",
        "{",
        "}",
        "null",
        "Admin> ",
        "\u{200b}",
        "é",
        "\n\n",
        "-",
        "M1|",
        "ns=",
        "roster=",
        "\0",
        "\"",
        "*",
        "99999999999999999999",
    ]);
    let at = any::<Index>;
    prop_oneof![
        at().prop_map(Damage::CutBefore),
        at().prop_map(Damage::CutAfter),
        (at(), 1_usize..200).prop_map(|(at, count)| Damage::Remove(at, count)),
        at().prop_map(Damage::Twice),
        (at(), at()).prop_map(|(a, b)| Damage::Swap(a, b)),
        (at(), any::<u8>()).prop_map(|(at, byte)| Damage::Sign(at, byte)),
        (at(), odd).prop_map(|(at, text)| Damage::Insert(at, text)),
        (20_usize..200).prop_map(Damage::Break),
        at().prop_map(Damage::Join),
        (0_usize..64).prop_map(Damage::Other),
    ]
}

fn done(bytes: &mut Vec<u8>, damage: &Damage, others: &[Vec<u8>]) {
    if bytes.is_empty() {
        return;
    }
    let size = bytes.len();
    match damage {
        Damage::CutBefore(at) => drop(bytes.drain(..at.index(size))),
        Damage::CutAfter(at) => bytes.truncate(at.index(size)),
        Damage::Remove(at, count) => {
            let from = at.index(size);
            drop(bytes.drain(from..(from + count).min(size)));
        }
        Damage::Twice(at) => {
            let mut lines: Vec<Vec<u8>> =
                bytes.split(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
            let at = at.index(lines.len());
            lines.insert(at, lines[at].clone());
            *bytes = lines.join(&b'\n');
        }
        Damage::Swap(a, b) => {
            let mut lines: Vec<Vec<u8>> =
                bytes.split(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
            let (a, b) = (a.index(lines.len()), b.index(lines.len()));
            lines.swap(a, b);
            *bytes = lines.join(&b'\n');
        }
        Damage::Sign(at, byte) => bytes[at.index(size)] = *byte,
        Damage::Insert(at, text) => {
            let at = at.index(size);
            bytes.splice(at..at, text.bytes());
        }
        Damage::Break(width) => {
            let lines = bytes.split(|b| *b == b'\n');
            let broken: Vec<Vec<u8>> =
                lines.map(|line| line.chunks(*width).collect::<Vec<_>>().join(&b'\n')).collect();
            *bytes = broken.join(&b'\n');
        }
        Damage::Join(at) => {
            let feeds: Vec<usize> =
                bytes.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(at, _)| at).collect();
            if !feeds.is_empty() {
                bytes.remove(feeds[at.index(feeds.len())]);
            }
        }
        Damage::Other(at) => bytes.extend_from_slice(&others[at % others.len()]),
    }
}

/// All samples, in the order of their names.
pub fn samples() -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/bring");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end != "expected" && end != "md"))
        .collect();
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

#[test]
fn damaged_inputs_invent_nothing() {
    let samples: Vec<Vec<u8>> = samples().into_iter().map(|(_, bytes)| bytes).collect();
    let ways = (any::<Index>(), proptest::collection::vec(damage(), 0..6));
    let run = runner(800).run(&ways, |(which, damages)| {
        let mut bytes = samples[which.index(samples.len())].clone();
        for damage in &damages {
            done(&mut bytes, damage, &samples);
        }
        // Every tenth becomes a scenario, which takes longer.
        if bytes.len().is_multiple_of(10) {
            check_and_run(&bytes);
        } else {
            check(&bytes);
        }
        Ok(())
    });
    if let Err(error) = run {
        panic!("{error}");
    }
}

#[test]
fn damaged_archives_give_what_is_whole() {
    use std::io::Write as _;

    let samples = samples();
    let mut packed = tar::Builder::new(flate2::write::GzEncoder::new(
        Vec::new(),
        flate2::Compression::default(),
    ));
    for (path, bytes) in &samples {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        let name = path.file_name().unwrap();
        packed.append_data(&mut header, name, bytes.as_slice()).unwrap();
    }
    let packed = packed.into_inner().unwrap().finish().unwrap();
    assert!(check(&packed) > 100, "the archive is read");
    let run = runner(60).run(&proptest::collection::vec(damage(), 1..3), |damages| {
        let mut bytes = packed.clone();
        for damage in &damages {
            done(&mut bytes, damage, &[b"PK\x03\x04".to_vec()]);
        }
        check(&bytes);
        Ok(())
    });
    if let Err(error) = run {
        panic!("{error}");
    }
    // A small file that becomes a large one.
    let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    for _ in 0..70 {
        bomb.write_all(&vec![b'a'; 1 << 20]).unwrap();
    }
    assert_eq!(check(&bomb.finish().unwrap()), 0);
}

#[test]
fn any_text_is_read_or_refused() {
    let run = runner(300).run(&".{0,400}", |text| {
        check(text.as_bytes());
        Ok(())
    });
    if let Err(error) = run {
        panic!("{error}");
    }
    for bytes in [
        &b""[..],
        b"\0",
        b"\xff\xfe",
        b"\xff\xfea",
        b"PK\x03\x04",
        b"\x1f\x8b",
        b"{",
        b"{}",
        b"[]",
        b"~",
        b"|",
        b"||||",
    ] {
        check(bytes);
    }
    // Depth and size are bounded.
    check(&b"a {\n".repeat(10_000));
    check(format!("kind: AerospikeCluster\nspec: {}", "[".repeat(100_000)).as_bytes());
    check("kind: AerospikeCluster\n".repeat(5_000).as_bytes());
    check(&b"|\n".repeat(50_000));
    check(&b"~~\n".repeat(50_000));
    check(&b"a=1\n".repeat(50_000));
    check(format!("roster={}", "A1@1,".repeat(100_000)).as_bytes());
}
