//! The help, the page about the command line, the manual pages and the completions: all have every command.

use std::fs;

use expect_test::expect_file;

use crate::{repository, told};

/// The commands that the help lists, without `help` itself.
fn commands() -> Vec<String> {
    let (_, help, _) = told(&["--help"], "");
    let list = help.split_once("Commands:\n").unwrap().1.split("\n\n").next().unwrap();
    // What a command does may take several lines, which are indented further.
    let lines = list.lines().filter_map(|line| line.strip_prefix("  "));
    let names = lines.filter(|line| !line.starts_with(' '));
    let names = names.map(|line| line.split_whitespace().next().unwrap().to_owned());
    names.filter(|name| name != "help").collect()
}

/// `UPDATE_EXPECT=1 cargo test` writes the page's blocks again. A new command needs its heading first.
#[test]
fn the_page_about_the_command_line_has_the_help_of_every_command() {
    let path = repository("docs/command-line.md");
    let mut page = fs::read_to_string(&path).unwrap();
    for command in commands() {
        let (code, help, _) = told(&["help", &command], "");
        assert_eq!((code, &help), (0, &told(&[&command, "--help"], "").1), "{command}");
        let heading = format!("\n## `rosterlab {command}`\n");
        let after = page.find(&heading).unwrap_or_else(|| panic!("no {heading}")) + heading.len();
        let from = after + page[after..].find("```text\n").unwrap() + "```text\n".len();
        let to = from + page[from..].find("```\n").unwrap();
        let lines = help.lines().map(|line| format!("{}\n", line.trim_end()));
        page.replace_range(from..to, &lines.collect::<String>());
    }
    expect_file![path].assert_eq(&page);
}

#[test]
fn every_command_has_a_manual_page() {
    let (code, main, _) = told(&["man"], "");
    assert_eq!(code, 0);
    assert!(main.starts_with(".ie \\n(.g .ds Aq") && main.contains(".TH rosterlab 1 "), "{main}");
    for command in commands() {
        let (code, page, _) = told(&["man", &command], "");
        assert_eq!(code, 0, "{command}");
        assert!(page.contains(&format!(".TH rosterlab-{command} 1 ")), "{page}");
        let name = command.replace('-', "\\-");
        assert!(main.contains(&format!("rosterlab\\-{name}(1)")), "{command}: {main}");
    }
}

#[test]
fn every_command_can_be_completed() {
    for shell in ["bash", "zsh", "fish"] {
        let (code, script, complaint) = told(&["completions", shell], "");
        assert_eq!((code, complaint.as_str()), (0, ""), "{shell}");
        for command in commands() {
            assert!(script.contains(&command), "{shell}: {command}");
        }
    }
}

#[test]
fn the_version_is_that_of_the_package() {
    assert_eq!(told(&["--version"], "").1, format!("rosterlab {}\n", env!("CARGO_PKG_VERSION")));
}
