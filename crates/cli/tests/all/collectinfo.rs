//! `collectinfo` from outside: an archive on the disk.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::process::Command;

use flate2::read::GzDecoder;
use serde_json::Value;

use crate::{folder, repository, told};

/// A file of an archive, and when it claims to have been written.
struct Packed {
    name: String,
    text: String,
    at_s: u64,
    owner: u64,
}

fn unpack(archive: &Path) -> Vec<Packed> {
    let mut archive = tar::Archive::new(GzDecoder::new(File::open(archive).unwrap()));
    let read = |entry: std::io::Result<tar::Entry<'_, GzDecoder<File>>>| {
        let mut entry = entry.unwrap();
        let mut text = String::new();
        entry.read_to_string(&mut text).unwrap();
        let name = entry.path().unwrap().display().to_string();
        let header = entry.header();
        Packed { name, text, at_s: header.mtime().unwrap(), owner: header.uid().unwrap() }
    };
    archive.entries().unwrap().map(read).collect()
}

fn collect(scenario: &str, out: &Path, more: &[&str]) -> (i32, String, String) {
    let scenario = repository("www/scenarios").join(scenario);
    let mut arguments = vec!["collectinfo", scenario.to_str().unwrap()];
    arguments.extend(["--out", out.to_str().unwrap()]);
    arguments.extend(more);
    told(&arguments, "")
}

#[test]
fn an_archive_has_the_cluster_as_the_step_left_it() {
    let folder = folder("collectinfo-step", &[("empty", "")]);
    let out = folder.join("case.tgz");
    let (code, said, complaint) = collect("case-study.json", &out, &["--step", "5"]);
    assert_eq!((code, said.trim(), complaint.as_str()), (0, out.to_str().unwrap(), ""));
    let files = unpack(&out);
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    let within =
        |name: &str| format!("rosterlab_collect_info_20190101_105001/20190101_105001_{name}");
    let expected = ["ascinfo.json", "ascollectinfo.log", "summary.log", "health.log"].map(within);
    assert_eq!(names, expected);
    // 10:50:01 on the first of January 2019.
    assert!(files.iter().all(|file| file.at_s == 1_546_339_801 && file.owner == 0));
    let all: Value = serde_json::from_str(&files[0].text).unwrap();
    let nodes = all["2019-01-01 10:50:01 UTC"]["null"].as_object().unwrap();
    assert_eq!(nodes.len(), 4);
    for node in nodes.values() {
        let main = &node["as_stat"]["statistics"]["namespace"]["main"]["service"];
        assert_eq!(main["unavailable_partitions"], "4096");
        assert_eq!(node.get("sys_stat"), None);
    }
    let statistics = &nodes["127.0.0.1:3004"]["as_stat"]["statistics"]["service"];
    assert_eq!(statistics["uptime"], "1", "B102 has just started");
    assert_eq!(nodes["127.0.0.1:3004"]["as_stat"]["meta_data"]["node_id"], "B102");
}

#[test]
fn the_same_scenario_gives_the_same_bytes_without_a_word_of_this_machine() {
    let folder = folder("collectinfo-same", &[("empty", "")]);
    let outs = ["one.tgz", "two.tgz"].map(|name| folder.join(name));
    for out in &outs {
        let (code, ..) = collect("consistent-or-available.json", out, &["--build", "8.1.1"]);
        assert_eq!(code, 0);
    }
    assert_eq!(fs::read(&outs[0]).unwrap(), fs::read(&outs[1]).unwrap());
    let here = env!("CARGO_MANIFEST_DIR");
    let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    for file in unpack(&outs[0]) {
        assert!(!file.text.contains(here), "{}", file.name);
        assert!(host.trim().len() < 3 || !file.text.contains(host.trim()), "{}", file.name);
        let is_data = file.name.ends_with("_ascinfo.json");
        assert!(!is_data || file.text.contains("\"asd_build\": \"8.1.1.0\""));
    }
}

#[test]
fn without_out_it_is_written_where_one_is() {
    let folder = folder("collectinfo-here", &[("empty", "")]);
    let done = Command::new(env!("CARGO_BIN_EXE_rosterlab"))
        .arg("collectinfo")
        .arg(repository("www/scenarios/case-study.json"))
        .current_dir(&folder)
        .output()
        .unwrap();
    let said = String::from_utf8(done.stdout).unwrap();
    assert!(said.starts_with("rosterlab_collect_info_20190101_"), "{said}");
    assert_eq!(unpack(&folder.join(said.trim())).len(), 4);
}

#[test]
fn what_cannot_be_collected_is_said() {
    let nobody = r#"{"format":"rosterlab-scenario/1","title":"none","cluster":{"nodes":[{"id":"A1"}]},"steps":[{"do":"stop","nodes":["A1"]}]}"#;
    let folder = folder("collectinfo-wrong", &[("nobody.json", nobody)]);
    let file = folder.join("nobody.json").display().to_string();
    let (code, _, complaint) = told(&["collectinfo", &file], "");
    assert_eq!((code, complaint), (2, format!("error: {file}: no node answers\n")));
    let (code, _, complaint) = collect("case-study.json", &folder.join("x.tgz"), &["--step", "99"]);
    assert_eq!(code, 2);
    assert!(complaint.contains("there is no step 99, the last is 7"), "{complaint}");
    let nowhere = folder.join("no-such-folder").join("x.tgz");
    let (code, _, complaint) = collect("case-study.json", &nowhere, &[]);
    assert_eq!(code, 2);
    assert!(complaint.starts_with(&format!("error: {}: ", nowhere.display())), "{complaint}");
}
