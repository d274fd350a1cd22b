//! `bring` from outside: files in, a scenario and a summary out. docs/own-cluster.md shows what is printed.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use expect_test::expect_file;

use crate::{folder, repository, told, told_in};

/// A folder with the samples that the page's commands name.
fn samples(test: &str) -> PathBuf {
    let letter = "Dear colleague,\nthe cluster is fine.\n";
    let folder = folder(test, &[("letter.txt", letter)]);
    for entry in fs::read_dir(repository("crates/asinfo/tests/golden/bring")).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, folder.join(path.file_name().unwrap())).unwrap();
    }
    folder
}

/// What a terminal shows of a command, and the file that its output goes to is there afterwards.
fn shown(folder: &Path, command: &str) -> String {
    let (command, file) = match command.split_once(" > ") {
        Some((command, file)) => (command, Some(file)),
        None => (command, None),
    };
    let arguments: Vec<&str> = command.split_whitespace().skip(1).collect();
    let (_, out, complaint) = told_in(folder, &arguments);
    match file {
        Some(file) => {
            fs::write(folder.join(file), out).unwrap();
            complaint
        }
        None => out + &complaint,
    }
}

/// `UPDATE_EXPECT=1 cargo test` writes the page's outputs again.
#[test]
fn the_page_shows_what_is_printed() {
    let path = repository("docs/own-cluster.md");
    let page = fs::read_to_string(&path).unwrap();
    let folder = samples("bring-page");
    let (mut out, mut rest, mut commands) = (String::new(), page.as_str(), 0);
    while let Some((before, after)) = rest.split_once("```console\n$ ") {
        let (command, after) = after.split_once('\n').unwrap();
        let (_, after) = after.split_once("```\n").unwrap();
        let said = shown(&folder, command);
        let said = said.trim_end();
        let end = if said.is_empty() { "" } else { "\n" };
        let _ = write!(out, "{before}```console\n$ {command}\n{said}{end}```\n");
        rest = after;
        commands += 1;
    }
    out += rest;
    assert!(commands > 4, "the page has its commands");
    expect_file![path].assert_eq(&out);
}

/// The way of somebody who has nothing but a terminal's scrollback.
#[test]
fn a_pasted_table_becomes_a_scenario_that_runs() {
    let folder = samples("bring-pasted");
    let pasted = fs::read_to_string(folder.join("modern.txt")).unwrap();
    let (code, scenario, summary) = told(&["bring", "-"], &pasted);
    assert_eq!(code, 0, "{summary}");
    assert!(summary.starts_with("Understood:\n  <stdin>:2: asadm's show roster\n"), "{summary}");
    let (code, out, complaint) = told(&["run", "-", "--format", "json"], &scenario);
    assert_eq!(code, 0, "{complaint}");
    assert!(out.contains("\"holds\""), "{out}");
    let (code, out, _) =
        told(&["what-if", "-", "--lose", "2", "--max-unavailable", "4096"], &scenario);
    assert_eq!((code, out.lines().count()), (0, 10), "{out}");
}

#[test]
fn a_plan_calls_nodes_as_what_was_brought_does() {
    let folder = samples("bring-names");
    let bring = |file: &str| {
        let (code, scenario, _) = told_in(&folder, &["bring", file]);
        assert_eq!(code, 0);
        fs::write(folder.join("cluster.json"), scenario).unwrap();
    };
    let check = |plan: &str| {
        fs::write(folder.join("plan.txt"), plan).unwrap();
        let (_, said, complaint) = told_in(&folder, &["check", "cluster.json", "plan.txt"]);
        said + &complaint
    };
    bring("asinfo_many.txt");
    let plan = "ssh aero-a1 sudo systemctl stop aerospike\nwait for migrations\n\
                [root@aero-a1.test ~]# systemctl start aerospike\nwait for migrations\n";
    let said = check(plan);
    assert!(said.contains("BB9010016AE4202") && !said.contains("not known"), "{said}");
    let (_, plan, _) = told_in(
        &folder,
        &["plan", "cluster.json", "--restart", "BB9010016AE4202", "--margin", "0"],
    );
    assert!(plan.contains("# BB9010016AE4202 is aero-a1.test\n"), "{plan}");
    assert!(plan.contains("ssh aero-a1.test systemctl stop aerospike\n"), "{plan}");
    assert!(!check(&plan).contains("not known"));
    let goal = |node: &str| {
        told_in(&folder, &["plan", "cluster.json", "--restart", node, "--margin", "0"])
    };
    assert_eq!(goal("aero-a1").1, plan);
    let (code, _, complaint) = goal("aero-a1.tset");
    assert_eq!(code, 2);
    assert!(complaint.contains("did you mean 'aero-a1.test'?"), "{complaint}");
    fs::write(folder.join("plan.txt"), "ssh first systemctl stop aerospike\n").unwrap();
    let renamed = ["check", "cluster.json", "plan.txt", "--name", "first=aero-a1"];
    let (_, said, complaint) = told_in(&folder, &renamed);
    assert!(said.contains("BB9010016AE4202") && complaint.is_empty(), "{said}{complaint}");
    bring("aerocluster.yaml");
    let said = check("kubectl delete pod aerocluster-1-0\nwait for migrations\n");
    assert!(said.contains("1A0") && !said.contains("not known"), "{said}");
}

#[test]
fn a_command_that_needs_a_scenario_tells_how_to_make_one_of_what_can_be_brought() {
    let folder = samples("bring-told");
    fs::write(folder.join("plan.txt"), "manage recluster\n").unwrap();
    let hint = "To make a scenario of it: rosterlab bring asinfo_many.txt > cluster.json\n";
    for arguments in [
        &["check", "asinfo_many.txt", "plan.txt"][..],
        &["plan", "asinfo_many.txt", "--rack-down", "1"],
        &["run", "asinfo_many.txt"],
        &["validate", "asinfo_many.txt"],
        &["explain", "asinfo_many.txt", "--partition", "1"],
        &["what-if", "asinfo_many.txt", "--lose", "1"],
    ] {
        let (code, out, complaint) = told_in(&folder, arguments);
        assert_eq!((code, complaint.ends_with(hint)), (2, true), "{arguments:?}: {out}{complaint}");
    }
    let (_, _, complaint) = told_in(&folder, &["check", "plan.txt", "plan.txt"]);
    assert!(complaint.contains("error:") && !complaint.contains("rosterlab bring"), "{complaint}");
}

#[test]
fn states_that_no_input_tells_are_answered_by_options() {
    let folder = samples("bring-states");
    let bring = |more: &[&str]| {
        told_in(&folder, &[&["bring", "asinfo_many.txt", "settings.txt"], more].concat())
    };
    let (code, _, said) = bring(&[]);
    assert_eq!(code, 0);
    assert!(said.contains("Are these nodes quiesced? BB9050016AE4202, "), "{said}");
    let (code, scenario, said) = bring(&[
        "--unclean",
        "aero-b2,BB9040016AE4202",
        "--clean",
        "aero-a1.test",
        "--quiesced",
        "aero-a2",
    ]);
    assert_eq!(code, 0, "{said}");
    for line in [
        "BB9050016AE4202 is down, without a clean stop, as you say",
        "BB9010016AE4202 is down after a clean stop, as you say",
        "BB9020016AE4202 is quiesced, as you say",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
    assert!(scenario.contains("\"crash\"") && scenario.contains("\"quiesce\""), "{scenario}");
    for (more, error) in [
        (&["--down", "nobody"][..], "--down nobody: no node is called so"),
        (
            &["--clean", "aero-a1", "--unclean", "aero-a1"],
            "--unclean aero-a1: --clean says something else",
        ),
    ] {
        let (code, _, said) = bring(more);
        assert_eq!((code, said.contains(error)), (2, true), "{said}");
    }
    assert_eq!(bring(&["--down", "aero-a1", "--unclean", "aero-a1"]).0, 0);
}

#[test]
fn a_folder_brings_all_its_files() {
    let folder = folder(
        "bring-folder",
        &[("all/a.txt", "A1@1,A2@1,A3@2\n"), ("all/b/c.log", "asinfo -v build\n7.1.0.0\n")],
    );
    let (code, _, summary) = told_in(&folder, &["bring", "all"]);
    assert_eq!(code, 0);
    assert!(summary.contains("3 nodes, build 7.1.0.0"), "{summary}");
}

#[test]
fn what_cannot_be_brought_is_exit_code_2() {
    let folder = samples("bring-wrong");
    for (arguments, end) in [
        (&["bring", "letter.txt"][..], "error: letter.txt: This looks like plain text; bring "),
        (&["bring", "none.txt"], "error: none.txt: cannot be read: "),
        (
            &["bring", "modern.txt", "--choose", "1=1"],
            "error: --choose: there is no contradiction 1, only 0",
        ),
        (
            &["bring", "two_rosters.txt", "--choose", "1=9"],
            "error: --choose: contradiction 1 has 2 values, not 9",
        ),
    ] {
        let (code, out, complaint) = told_in(&folder, arguments);
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}");
        let last = complaint.lines().last().unwrap();
        assert!(last.starts_with(end), "{last}");
    }
    let (code, _, complaint) = told_in(&folder, &["bring", "modern.txt", "--choose", "one"]);
    assert_eq!(code, 2);
    assert!(complaint.contains("such as 1=2"), "{complaint}");
}
