//! A file that is not a scenario is refused with a guess at what it is; a scenario with a mistake gets its place and cause.

use expect_test::{Expect, expect};
use proptest::prelude::*;
use rosterlab_scenario::file::seems::{FileKind, INSPECTED_BYTES, Seems};
use rosterlab_scenario::{Cause, MAX_BYTES, Scenario, ScenarioError};

use crate::shipped::shipped;
use crate::strategies::seeded;

const CONF: &str = "# Aerospike database configuration file.

service {
\tproto-fd-max 15000
}

namespace test {
\treplication-factor 2
\tstrong-consistency true
}
";

const LOG: &str =
    "Oct 04 2019 09:05:18 GMT: INFO (partition): (partition_balance.c:1185) {main} rebalanced
Oct 04 2019 09:05:19 GMT: WARNING (hb): (hb.c:4880) nodes are missing
";

const CUSTOM_RESOURCE: &str = "apiVersion: asdb.aerospike.com/v1
kind: AerospikeCluster
metadata:
  name: aerocluster
spec:
  size: 3
  aerospikeConfig:
    namespaces:
      - name: test
        replication-factor: 2
";

const TABLE: &str = "Seed:        [('127.0.0.1', 3000, None)]
Config_file: astools.conf
~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~Network Information~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
     Node               Node                 Ip        Build   Cluster
        .                 Id                  .            .      Size
node1:3000   *BB9070016AE4202   192.0.2.1:3000   E-4.5.3.2         5
Number of rows: 1
";

const LINK: &str = "s1=0.1.0-0_a.n2S-main_1-A101~2.2-B101~1_s34_g_c1";

/// Text in UTF-16, as Windows saves it.
fn utf16(text: &str, mark: Option<u16>) -> Vec<u8> {
    let units = mark.into_iter().chain(text.encode_utf16());
    units.flat_map(u16::to_le_bytes).collect()
}

/// The text that a browser makes of bytes.
fn in_a_browser(bytes: &[u8]) -> Vec<u8> {
    String::from_utf8_lossy(bytes).into_owned().into_bytes()
}

/// The beginning of a `tar.gz`.
fn gzip() -> Vec<u8> {
    let mut bytes = b"\x1f\x8b\x08\x00\xc2\x1e\x97\x5d\x00\x03\xed\xbd".to_vec();
    bytes.extend((0..200_u8).map(|i| i.wrapping_mul(167)));
    bytes
}

/// Samples of every kind.
#[expect(clippy::too_many_lines, reason = "a table of samples")]
fn samples() -> Vec<(FileKind, Vec<u8>)> {
    let of = |kind: FileKind, text: &str| (kind, text.as_bytes().to_vec());
    let scenario = String::from_utf8(shipped()[0].1.clone()).unwrap();
    vec![
        of(FileKind::Empty, "\n"),
        of(FileKind::Empty, "\u{feff} \r\n\t"),
        of(FileKind::Empty, "\u{feff}"),
        (FileKind::Utf16, utf16(&scenario, Some(0xfeff))),
        (FileKind::Utf16, utf16(LOG, Some(0xfeff))),
        (FileKind::Utf16, utf16(&scenario, None)),
        (FileKind::Utf16, in_a_browser(&utf16(CONF, Some(0xfeff)))),
        (FileKind::Utf16, b"\xfe\xff\0{\0\"".to_vec()),
        (FileKind::Gzip, gzip()),
        (FileKind::Gzip, in_a_browser(&gzip())),
        of(FileKind::Zip, "PK\u{3}\u{4}\u{14}\0\0\0\u{8}\0collectinfo/"),
        (FileKind::Binary, (0..=255).collect()),
        (
            FileKind::Binary,
            in_a_browser(&[&[0x7f][..], b"ELF\x02\x01\x01\0\0\0\0\0\0\0\0\0>"].concat()),
        ),
        (FileKind::Binary, [&b"collectinfo/ascinfo.json"[..], &[0; 76], b"0000644\0"].concat()),
        of(FileKind::ShareLink, LINK),
        of(FileKind::ShareLink, &format!("#{LINK}\n")),
        of(FileKind::ShareLink, &format!("https://rosterlab.example/play/#{LINK}\r\n")),
        of(
            FileKind::ShareLink,
            &format!("[InternetShortcut]\nURL=https://rosterlab.example/#{LINK}\n"),
        ),
        of(FileKind::Markup, "<!DOCTYPE html>\n<html lang=en><title>404</title>\n"),
        of(FileKind::Markup, "\n<html>"),
        of(FileKind::Markup, "<?xml version=\"1.0\"?><svg/>"),
        of(
            FileKind::Json,
            "{\"2019-10-04 09:05:18 UTC\": {\"cluster\": {\"A101\": {\"as_stat\": {\"cluster\": {}}}}}}",
        ),
        of(
            FileKind::Json,
            "{\n  \"2019-10-04 09:05:18 UTC\": {\"cluster\": {\"A101\": {\"rack\": null}}}\n}\n",
        ),
        of(
            FileKind::Json,
            "{\"groups\": [{\"a\": 1, \"a\": 1}], \"title\": \"Network Information\"}",
        ),
        of(FileKind::Json, "\n{\"title\": \"Network Information\", \"groups\": []}"),
        of(FileKind::Json, "\u{feff}{\"groups\": [null]}"),
        of(FileKind::Conf, CONF),
        of(FileKind::Conf, &CONF.replace('\n', "\r\n")),
        of(FileKind::Conf, "namespace test {"),
        of(FileKind::Conf, "    replication-factor 2\n    rack-id 1 # the left one\n"),
        of(FileKind::Log, LOG),
        of(FileKind::Log, &format!("aerospike.log:117:{LOG}")),
        of(FileKind::Log, &format!("A101  {LOG}")),
        (FileKind::Log, [b"caf\xe9\n", LOG.as_bytes()].concat()),
        of(FileKind::Log, &format!("\u{feff}{LOG}")),
        of(
            FileKind::Log,
            "-- Logs begin at Fri --\nOct 04 09:05:18 a1 asd[71]: Oct 04 2019 09:05:18.117 GMT: INFO (as): (as.c:317) up\n",
        ),
        of(
            FileKind::RosterInfo,
            "roster=A101@1,A102@1:pending_roster=A101@1,A102@1:observed_nodes=A101@1",
        ),
        of(
            FileKind::RosterInfo,
            "ns=test:roster=null:pending_roster=null:observed_nodes=BB9070016AE4202,BB9060016AE4202\n",
        ),
        of(
            FileKind::RosterInfo,
            "Admin+> asinfo -v \"roster:namespace=test\"\nnode7.example:3000 (192.0.2.7) returned:\nroster=null:pending_roster=null:observed_nodes=BB9070016AE4202\n",
        ),
        of(FileKind::Roster, "A101@1,A102@1,B101@2"),
        of(FileKind::Roster, "A101@1\nA102@1\nB101@2\n"),
        of(FileKind::Roster, "BB9070016AE4202, BB9060016AE4202\n"),
        of(FileKind::Roster, "101@1"),
        of(FileKind::AsadmTable, TABLE),
        of(
            FileKind::AsadmTable,
            "~Service Statistics (2021-10-22 23:43:35 UTC)~\nNode|cluster_size\n",
        ),
        of(
            FileKind::AsadmTable,
            &format!("{}test Namespace Configuration{}", "~".repeat(300), "~".repeat(300)),
        ),
        of(
            FileKind::AsadmTable,
            "\u{1b}[1m~~~~~~~~~~\u{1b}[1mNamespace Usage\u{1b}[0m~~~~~~~~~~\u{1b}[0m\n",
        ),
        of(FileKind::AsadmTable, "~~~~~~~~\n"),
        of(FileKind::Operator, CUSTOM_RESOURCE),
        of(FileKind::Operator, &format!("---\n# the test cluster\n{CUSTOM_RESOURCE}")),
        of(FileKind::Operator, "kind: AerospikeCluster\nmetadata: {}\n"),
        of(
            FileKind::Yaml,
            "apiVersion: v1\nkind: ConfigMap\ndata:\n  aerospike.conf: |\n    service {\n    }\n",
        ),
        of(FileKind::Yaml, "---\nsize: 3\nimage: aerospike/aerospike-server-enterprise:6.0.0.0\n"),
        of(
            FileKind::Yaml,
            "format: rosterlab-scenario/1\ncluster:\n  nodes:\n    - id: A101\nsteps: []\n",
        ),
        of(FileKind::Yaml, "- name: a\n  rack: 1\n- name: b\n  rack: 2\n"),
        of(FileKind::Text, "hello there"),
        of(FileKind::Text, "node,rack\nA101,1\nA102,1\n"),
        of(FileKind::Text, "/* An ordinary style sheet. */\n\nbody {\n  color: red;\n}\n"),
        of(FileKind::Text, "The cluster is down: who did it?\nNobody: it fell over.\n"),
    ]
}

fn refused(bytes: &[u8]) -> ScenarioError {
    Scenario::parse(bytes).unwrap_err()
}

fn kind_of(error: &ScenarioError) -> Option<FileKind> {
    match &error.cause {
        Cause::Seems(seems) => Some(seems.kind),
        _ => None,
    }
}

#[test]
fn every_sample_is_what_it_is() {
    let samples = samples();
    for (kind, bytes) in &samples {
        let error = refused(bytes);
        assert_eq!(kind_of(&error), Some(*kind), "{error} in {:?}", String::from_utf8_lossy(bytes));
        assert_eq!(error.place, "", "there is no place in what is no scenario");
    }
    for kind in FileKind::ALL {
        assert!(samples.iter().any(|(sample, _)| *sample == kind), "no sample of {kind:?}");
    }
}

#[test]
fn the_sentence_names_it_and_shows_the_line() {
    let check = |expected: &Expect| {
        let mut text = String::new();
        let mut last = None;
        for (kind, bytes) in samples() {
            if last.replace(kind) != Some(kind) {
                text += &(refused(&bytes).to_string() + "\n");
            }
        }
        expected.assert_eq(&text);
    };
    check(&expect![[r#"
        This is not a scenario. It is empty.
        This is not UTF-8. It looks like text in UTF-16: save it as UTF-8.
        This is not a scenario. It looks like a compressed file (gzip). Rosterlab opens scenario files (JSON with "format": "rosterlab-scenario/1").
        This is not a scenario. It looks like a ZIP archive. Rosterlab opens scenario files (JSON with "format": "rosterlab-scenario/1").
        This is not a scenario. It looks like a binary file. Rosterlab opens scenario files (JSON with "format": "rosterlab-scenario/1").
        This is not a scenario. It looks like a Rosterlab link: open it in the page, or give the file to the command line as it is.
        This is not a scenario. It looks like HTML or XML (line 1: "<!DOCTYPE html>"). Rosterlab opens scenario files (JSON with "format": "rosterlab-scenario/1").
        This is not a scenario. It looks like JSON of another kind (line 1: "{"2019-10-04 09:05:18 UTC": {"cluster": …"). Rosterlab opens scenario files (JSON with "format": "rosterlab-scenario/1").
        This is not a scenario. It looks like an aerospike.conf (line 3: "service {"). Rosterlab opens scenario files (JSON with "format": "rosterlab-scenario/1").
        This is not a scenario. It looks like a server log (line 1: "Oct 04 2019 09:05:18 GMT: INFO (partitio…"). Rosterlab opens scenario files (JSON with "format": "rosterlab-scenario/1").
        This is not a scenario. It looks like a roster that asinfo printed (line 1: "roster=A101@1,A102@1:pending_roster=A101…"). Rosterlab opens scenario files (JSON with "format": "rosterlab-scenario/1").
        This is not a scenario. It looks like a list of roster nodes (line 1: "A101@1,A102@1,B101@2"). Rosterlab opens scenario files (JSON with "format": "rosterlab-scenario/1").
        This is not a scenario. It looks like a table that asadm printed (line 3: "Network Information"). Rosterlab opens scenario files (JSON with "format": "rosterlab-scenario/1").
        This is not a scenario. It looks like the YAML of an AerospikeCluster (line 1: "apiVersion: asdb.aerospike.com/v1"). Rosterlab opens scenario files (JSON with "format": "rosterlab-scenario/1").
        This is not a scenario. It looks like YAML (line 1: "apiVersion: v1"). Rosterlab opens scenario files (JSON with "format": "rosterlab-scenario/1").
        This is not a scenario. It looks like plain text (line 1: "hello there"). Rosterlab opens scenario files (JSON with "format": "rosterlab-scenario/1").
    "#]]);
}

/// Errors of the JSON reader stay when it knows the place and when there is no guess.
#[test]
fn a_scenario_with_a_mistake_keeps_its_place() {
    let check =
        |text: &str, expected: &Expect| expected.assert_eq(&refused(text.as_bytes()).to_string());
    check("", &expect!["line 1 column 0: not JSON: EOF while parsing a value"]);
    check("hello", &expect!["line 1 column 1: not JSON: expected value"]);
    check(
        "\"format\": \"rosterlab-scenario/1\", \"cluster\": {}",
        &expect!["line 1 column 9: not JSON: trailing characters"],
    );
    check(
        "// A scenario\n{\"format\": \"rosterlab-scenario/1\"}",
        &expect!["line 1 column 1: not JSON: expected value"],
    );
    check(
        "{\"format\": \"rosterlab-scenario/1\",\n \"steps\" []}",
        &expect!["line 2 column 10: not JSON: expected `:`"],
    );
    check(
        "{\"format\": \"rosterlab-scenario/1\", \"stpes\": [null]}",
        &expect!["stpes[0]: null is not allowed: leave the field out"],
    );
    check(
        "{\"steps\": [{\"do\": null}]}",
        &expect!["steps[0].do: null is not allowed: leave the field out"],
    );
    check(
        "{\"a\": 1, \"a\": 2}",
        &expect![[r#"line 1 column 12: not JSON: the key "a" appears twice"#]],
    );
    check("{\"a\": 1,", &expect!["line 1 column 8: not JSON: EOF while parsing a value"]);
    check("{\"title\": \"mine\"}", &expect!["missing field `format`"]);
    check("{\"cluster\": {}, \"stpes\": []}", &expect!["cluster: missing field `nodes`"]);
    check(
        "{\"format\": \"rosterlab-scenario/2\"}",
        &expect![[
            r#"format: unknown format "rosterlab-scenario/2"; this version reads "rosterlab-scenario/1""#
        ]],
    );
    check("[{\"do\": \"migrate\"}]", &expect!["a scenario is an object"]);
}

#[test]
fn a_file_that_is_too_long_is_named_too_unless_it_may_be_a_scenario() {
    let log = LOG.repeat(MAX_BYTES / LOG.len() + 1);
    assert_eq!(kind_of(&refused(log.as_bytes())), Some(FileKind::Log));
    for blank in [" ", "{", "[", "\""] {
        assert_eq!(refused(blank.repeat(MAX_BYTES + 1).as_bytes()).cause, Cause::TooLong);
    }
}

#[test]
fn every_shipped_scenario_is_read_and_cut_anywhere_keeps_its_place() {
    for (path, bytes) in shipped() {
        assert!(Scenario::parse(&bytes).is_ok(), "{}", path.display());
        let with_mark = ["\u{feff}".as_bytes(), &bytes].concat();
        assert!(Scenario::parse(&with_mark).is_ok(), "{}", path.display());
        let end = bytes.trim_ascii_end().len();
        for cut in (1..end).step_by(7) {
            let error = refused(&bytes[..cut]);
            let is_placed = error.place.starts_with("line ") || error.cause == Cause::NotUtf8;
            assert!(is_placed, "{} cut at {cut}: {error}", path.display());
        }
    }
}

proptest! {
    #![proptest_config(seeded(300))]

    #[test]
    fn any_bytes_get_a_sentence(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        said(&bytes)?;
    }

    #[test]
    fn a_mutated_sample_gets_a_sentence(
        which in any::<proptest::sample::Index>(),
        other in any::<proptest::sample::Index>(),
        edits in proptest::collection::vec((any::<proptest::sample::Index>(), 0..40_usize, any::<u8>()), 0..6),
        joined in any::<bool>(),
    ) {
        let samples = samples();
        let mut bytes = samples[which.index(samples.len())].1.clone();
        for (place, cut, byte) in edits {
            let start = place.index(bytes.len() + 1);
            let end = (start + cut).min(bytes.len());
            bytes.splice(start..end, [byte]);
        }
        if joined {
            bytes.extend(&samples[other.index(samples.len())].1);
        }
        said(&bytes)?;
    }

    /// Bytes beyond the limit only change whether the whole file was inspected.
    #[test]
    fn only_the_beginning_is_looked_at(
        which in any::<proptest::sample::Index>(),
        rest in proptest::collection::vec(any::<u8>(), 1..50),
        more in proptest::collection::vec(any::<u8>(), 1..50),
    ) {
        let samples = samples();
        let mut bytes = samples[which.index(samples.len())].1.clone();
        bytes.resize(INSPECTED_BYTES + 3, b' ');
        let [one, two] = [rest, more].map(|end| Seems::of(&[&bytes[..], &end].concat()));
        prop_assert_eq!(one, two);
    }
}

/// A refusal is one line of bounded length and not empty.
fn said(bytes: &[u8]) -> Result<(), TestCaseError> {
    let Err(error) = Scenario::parse(bytes) else { return Ok(()) };
    let text = error.to_string();
    prop_assert!(!text.is_empty() && text.chars().count() < 500, "{}", text);
    prop_assert!(!text.chars().any(char::is_control), "{}", text);
    if kind_of(&error).is_some() {
        prop_assert!(text.starts_with("This is not ") && text.ends_with('.'), "{}", text);
    }
    Ok(())
}
