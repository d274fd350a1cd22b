//! The admin tool against what the real one printed, and against lines that nobody types.

use proptest::prelude::*;
use rosterlab_asinfo::admin::{Block, Console, Style};
use rosterlab_engine::NodeId;

use crate::admin_fake::{Fake, golden};

fn console() -> Console {
    Console::new(NodeId::new(0xA1).expect("an id"), 1)
}

/// A console in privileged mode.
fn privileged(fake: &mut Fake) -> Console {
    let mut console = console();
    console.enter("enable", fake);
    console
}

/// Plays a session of the real tool and compares every answer.
fn check(session: &str) {
    let mut fake = Fake::new(session);
    let mut console = console();
    let golden = golden(&format!("{session}.txt")).expect("the session is there");
    let mut said = String::new();
    let mut expected: Vec<&str> = Vec::new();
    let mut command = "";
    let compare = |command: &str, said: &str, expected: &[&str]| {
        let said = said.strip_suffix('\n').unwrap_or(said);
        assert_eq!(said, expected.join("\n"), "session {session}, after {command:?}");
    };
    for line in golden.lines() {
        let typed = line.strip_prefix("Admin> ").or_else(|| line.strip_prefix("Admin+> "));
        if typed.is_none() && !line.starts_with("? ") {
            expected.push(line);
            continue;
        }
        compare(command, &said, &expected);
        expected.clear();
        command = line;
        let digits = console.question().unwrap_or("######").to_owned();
        let typed = typed.map_or_else(
            || line[2..].replace("######", &digits),
            |typed| {
                assert_eq!(&line[..line.len() - typed.len()], console.prompt(), "before {line:?}");
                typed.to_owned()
            },
        );
        said = console.enter(&typed, &mut fake).text();
        if let Some(digits) = console.question() {
            said = said.replace(digits, "######");
        }
    }
    compare(command, &said, &expected);
}

#[test]
fn the_tables_of_appendix_b_come_out_byte_for_byte() {
    check("appendix_b");
}

#[test]
fn commands_answer_as_the_real_tool_does() {
    check("commands");
}

#[test]
fn tables_are_laid_out_as_the_real_tool_lays_them_out() {
    check("show");
}

#[test]
fn a_cluster_in_trouble_looks_as_in_the_real_tool() {
    check("trouble");
}

#[test]
fn a_node_that_is_gone_leaves_gaps() {
    check("gone");
}

#[test]
fn without_the_principal_the_next_highest_is_asked() {
    check("gone3");
}

#[test]
fn an_unstable_cluster_is_warned_of() {
    check("unstable");
}

#[test]
fn an_old_build_has_its_own_columns() {
    check("old");
}

#[test]
fn a_roster_that_is_not_set_is_shown_as_none() {
    check("racks");
}

#[test]
fn each_command_asks_the_nodes_that_the_real_tool_asks() {
    let mut fake = Fake::new("");
    let mut console = privileged(&mut fake);
    let on = |request: &str| ["A1", "A2", "A3"].map(|node| format!("{node} {request}"));
    let mut check = |line: &str, expected: &[&[String]]| {
        fake.asked.clear();
        console.enter(line, &mut fake);
        assert_eq!(fake.questions(), expected.concat(), "{line}");
    };
    let one = |question: &str| vec![question.to_owned()];
    check("info network", &[&on("statistics"), &on("cluster-name"), &on("version")]);
    check(
        "info namespace",
        &[&on("namespaces"), &on("namespace/test"), &on("statistics"), &on("rack-ids")],
    );
    check("show roster", &[&on("roster:")]);
    check("show racks", &[&one("A3 racks:")]);
    check("show best-practices", &[&on("best-practices")]);
    check(
        "show stat like x",
        &[&on("sets"), &on("statistics"), &on("namespaces"), &on("namespace/test")],
    );
    check("show stat namespace", &[&on("namespaces"), &on("namespace/test")]);
    check("show stat service with A2", &[&one("A2 statistics")]);
    check(
        "manage roster stage observed ns test",
        &[
            &on("namespace/test"),
            &one("A3 roster:namespace=test"),
            &on("cluster-stable:"),
            &one("A3 roster-set:namespace=test;nodes=A3@1,A2@1,A1@1"),
        ],
    );
    check(
        "manage roster stage nodes A1@1 A2@1 ns test --no-warn",
        &[&on("namespace/test"), &one("A3 roster-set:namespace=test;nodes=A1@1,A2@1")],
    );
    check("manage recluster", &[&one("A3 recluster:")]);
    check("manage revive ns test", &[&on("revive:namespace=test")]);
    check("manage quiesce with 127.0.0.1:3010", &[&one("A2 quiesce:")]);
    check("manage quiesce undo with A1", &[&one("A1 quiesce-undo:")]);
    check("asinfo -v 'roster:namespace=test' with A2", &[&one("A2 roster:namespace=test")]);
}

#[test]
fn after_a_wrong_answer_nothing_is_done() {
    let mut fake = Fake::new("");
    let mut console = privileged(&mut fake);
    for answer in ["", "yes", "00000", "manage recluster"] {
        fake.asked.clear();
        let said = console.enter("manage roster add nodes A4 ns test", &mut fake).text();
        let digits = console.question().expect("it asks first").to_owned();
        assert!(
            said.contains(&format!("typing {digits}, or cancel")) && digits.len() == 6,
            "{said}"
        );
        assert_eq!(console.prompt(), "");
        assert_eq!(console.enter(answer, &mut fake).text(), "");
        assert_eq!((console.question(), console.prompt()), (None, "Admin+> "));
        let asked = fake.questions();
        assert!(
            !asked.iter().any(|asked| asked.contains("-set") || asked.contains("recluster")),
            "{asked:?}"
        );
    }
}

#[test]
fn a_pasted_text_goes_line_by_line_and_waits_for_answers() {
    let mut fake = Fake::new("");
    let mut console = console();
    let said = console.enter(
        "enable\nmanage roster stage nodes A9 ns test; show racks\nno\nshow racks;\n",
        &mut fake,
    );
    let titles = said
        .blocks
        .iter()
        .filter(|block| matches!(block, Block::Table(table) if table.title.starts_with("Racks")));
    assert_eq!(titles.count(), 2, "{}", said.text());
    assert_eq!(console.prompt(), "Admin+> ");
    assert!(console.enter("show racks; exit; show racks", &mut fake).ended);
}

#[test]
fn two_questions_have_two_answers() {
    let mut fake = Fake::new("");
    let mut console = privileged(&mut fake);
    let mut digits = || {
        console.enter("manage roster stage nodes A9 ns test", &mut fake);
        let digits = console.question().expect("it asks first").to_owned();
        console.enter("no", &mut fake);
        digits
    };
    assert_ne!(digits(), digits());
}

#[test]
fn a_cluster_that_nobody_answers_for_is_said() {
    let mut fake = Fake::new("");
    let mut console = Console::new(NodeId::new(0xDEAD).expect("an id"), 1);
    let said = console.enter("info network", &mut fake).text();
    assert_eq!(said, "ERROR: Not able to connect any cluster with DEAD.\n");
}

#[test]
fn a_node_that_comes_back_is_found_again() {
    let mut fake = Fake::new("");
    let mut console = privileged(&mut fake);
    console.enter("asinfo -v 'ctl-down A3' with A1", &mut fake);
    assert!(console.enter("info network", &mut fake).text().contains("000000000000000"));
    fake.start("A3");
    let said = console.enter("info network", &mut fake).text();
    assert!(said.contains("*localhost:3020| *A3") && !said.contains("0000000"), "{said}");
}

#[test]
fn the_history_goes_up_and_down() {
    let mut fake = Fake::new("");
    let mut console = console();
    assert_eq!(console.earlier(), None);
    assert_eq!(console.later(), None);
    console.enter("show racks", &mut fake);
    console.enter("show roster", &mut fake);
    console.enter("show roster", &mut fake);
    assert_eq!(console.earlier(), Some("show roster"));
    assert_eq!(console.earlier(), Some("show racks"));
    assert_eq!(console.earlier(), None);
    assert_eq!(console.later(), Some("show roster"));
    assert_eq!(console.later(), Some(""));
    assert_eq!(console.later(), None);
}

#[test]
fn words_are_completed() {
    let mut fake = Fake::new("");
    let mut console = console();
    console.enter("info network", &mut fake);
    let complete = |line: &str| console.complete(line, line.len()).join(" ");
    assert_eq!(complete("sh"), "show");
    assert_eq!(complete("show r"), "racks roster");
    assert_eq!(complete("show racks; manage roster st"), "stage");
    assert_eq!(complete("help manage r"), "recluster revive roster");
    assert_eq!(complete("manage quiesce "), "with undo");
    assert_eq!(complete("manage quiesce with A"), "A1 A2 A3");
    assert_eq!(complete("manage quiesce with A1 "), "A2 A3");
    assert_eq!(complete("nonsense "), "");
    assert_eq!(console.complete("show racks", 4).join(" "), "show");
    assert_eq!(console.complete("é", 1).len(), console.complete("", 0).len());
}

#[test]
fn a_wide_table_is_narrow_when_it_is_flipped() {
    let mut fake = Fake::new("");
    let mut console = console();
    let said = console.enter("info namespace", &mut fake);
    for block in &said.blocks {
        let Block::Table(table) = block else { panic!("only tables: {block:?}") };
        let width = |text: &str| text.lines().map(|line| line.chars().count()).max().unwrap_or(0);
        assert_eq!(table.render(), table.render_as(Style::Columns, 160));
        assert!(
            width(&table.render_flipped()) < width(&table.render()),
            "{}",
            table.render_flipped()
        );
        assert!(table.render_flipped().contains("Number of rows: "));
    }
}

#[test]
fn help_is_laid_out_as_the_real_tools() {
    let mut fake = Fake::new("");
    let mut console = console();
    let said = console.enter("help manage roster stage observed", &mut fake).text();
    let expected = "\nMakes the observed nodes the pending roster.\n\nUsage:  manage roster stage observed ns <ns>\n\n        \
                    ns     - The namespace\n\n\n";
    assert_eq!(said, expected);
    let said = console.enter("show nothing", &mut fake).text();
    assert!(said.starts_with("\nTables of what the cluster is and has.\n\nUsage:  show COMMAND\n\nCommands:\n\n    Default"));
    assert!(said.ends_with("Run 'help show COMMAND' for more information on a command.\n\nERROR: nothing: command not found.\n"), "{said}");
    let said = console.enter("collectinfo", &mut fake).text();
    assert_eq!(said, "asadm has 'collectinfo', this console has not.\n");
}

#[test]
fn health_names_what_is_wrong() {
    let mut fake = Fake::new("");
    let mut console = console();
    let said = console.enter("health", &mut fake).text();
    assert!(
        said.contains("Total:  7") && said.contains("Passed:  7") && !said.contains("FAIL"),
        "{said}"
    );

    let mut fake = Fake::new("trouble");
    let mut console = Console::new(NodeId::new(0xA1).expect("an id"), 1);
    let skewed = "cluster_size=2;cluster_clock_skew_ms=15001;cluster_clock_skew_stop_writes_sec=20";
    for node in ["A1", "A2", "A3"] {
        fake.set(&format!("{node} statistics"), skewed);
    }
    let said = console.enter("health -v", &mut fake).text();
    for rule in [
        "Non-zero dead",
        "Non-zero unavailable",
        "clock_skew breached",
        "Nodes equal to",
        "misconfigured",
        "Roster is null",
    ] {
        assert!(said.contains(rule), "{rule}: {said}");
    }
    let at = |text| said.find(text).unwrap_or_else(|| panic!("{text}: {said}"));
    assert!(
        at("  WARNING  ") < at("Roster misconfigured") && at("  CRITICAL  ") < at("Roster is null")
    );
    assert!(said.contains("main on localhost:3020"), "{said}");

    // Without a strongly consistent namespace most rules have nothing to look at.
    fake.set("namespaces", "cache");
    fake.set("A3 namespace/cache", "replication-factor=3");
    let said = console.enter("health", &mut fake).text();
    assert!(said.contains("Skipped:  6"), "{said}");
}

#[test]
#[expect(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]
fn the_summary_counts_over_all_nodes() {
    let mut fake = Fake::new("trouble");
    let said = console().enter("summary", &mut fake).text();
    expect_test::expect![[r#"
        ~~~~~~~~~~~~~~~~~~~~~Cluster Summary~~~~~~~~~~~~~~~~~~~~~
        Migrations                |True                        
        Cluster Name              |mine                        
        Server Version            |7.1.0.0,E-7.1.0.0           
        Cluster Size              |1,2                         
        Devices Total             |5                           
        Devices Per-Node          |2                           
        Devices Equal Across Nodes|False                       
        System Memory Used%       |53.0 %                      
        System Memory Avail%      |47.0 %                      
        Shmem Index Used          |376.760 MB                  
        Shmem Sindex Used         |80.000 MB                   
        Data Device Total         |100.000 GB                  
        Data Device Used          |25.000 GB                   
        Data Device Used%         |25.0 %                      
        Data Device Avail         |70.800 GB                   
        Data Device Avail%        |70.8 %                      
        Namespaces Active         |2                           
        Namespaces Total          |2                           
        Active Features           |Rack-aware,SC,Index-on-shmem
        Number of rows: 19

        ~~~~~~~~~~~~~~~~~~~~~~~~~~Namespace Summary~~~~~~~~~~~~~~~~~~~~~~~~~~
        Namespace|~~~~Drives~~~~|~~~~~~Data Device~~~~~~|Replication|  Master
                 |Total|Per-Node|    Total| Used%|Avail%|    Factors| Objects
        cache    |    2|       1|40.000 GB|25.0 %|99.0 %|          2|20.000  
        main     |    3|       1|60.000 GB|25.0 %|52.0 %|          2| 1.234 M
        Number of rows: 2

    "#]]
    .assert_eq(&said);
}

/// A line of the grammar's words and noise.
fn a_line() -> impl Strategy<Value = String> {
    let words = "info network namespace usage object show roster racks pmap statistics stat service sets best-practices config \
        manage recluster revive quiesce undo stage observed nodes add remove ns test with A1 A2 A* 127.0.0.1:3010 all like avail \
        for -flip --flip diff -t -r asinfo -v -l 'roster:' build --no_node_name enable --warn disable help summary health ; ;; ' \" \\ # \
        @1 A4@2 , null ~ ^a.*b$ .* | \u{e9} \u{1f980} exit no \n \t";
    let words: Vec<String> =
        words.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect();
    let word = prop_oneof![9 => proptest::sample::select(words), 1 => ".{0,12}"];
    proptest::collection::vec(word, 0..9).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// 50 lines in each of 2,000 sessions: no panic, and no line is answered with more than its nodes' replies fill.
    #[test]
    fn whatever_is_typed_has_a_bounded_answer(lines in proptest::collection::vec(a_line(), 50), chance: u64) {
        let mut fake = Fake::small();
        let mut console = Console::new(NodeId::new(0xA1).expect("an id"), chance);
        for (number, line) in lines.iter().enumerate() {
            let line = match console.question() {
                Some(digits) if number % 2 == 0 => digits.to_owned(),
                _ => line.clone(),
            };
            let output = console.enter(&line, &mut fake);
            // A table of a few nodes is some kilobytes; a line has nine words, so at most as many commands.
            prop_assert!(output.text().len() < 400_000, "{line:?}");
            prop_assert!(console.complete(&line, number).len() < 100);
        }
    }
}

#[test]
fn a_line_may_be_long_but_not_endless() {
    let mut fake = Fake::small();
    let mut console = privileged(&mut fake);
    let said = console.enter(&"a".repeat(70_000), &mut fake).text();
    assert!(said.starts_with("ERROR: A line has more than"), "{said}");
    let said = console.enter(&"a;".repeat(1000), &mut fake).text();
    assert_eq!(said, "ERROR: Too many commands on one line\n");
    let nodes: Vec<String> = (1..5000).map(|node| format!("{node:X}")).collect();
    let nodes = nodes.join(" ");
    let said =
        console.enter(&format!("manage roster stage nodes {nodes} ns test"), &mut fake).text();
    assert!(said.len() < 100_000);
}
