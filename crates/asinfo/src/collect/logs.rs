//! The logs of an archive: what the admin tool's console prints, section by section.
//!
//! Invariant: every table is the console's own; the first section says who wrote the log. Not here: what the tool reads
//! itself (see `data`).

use std::fmt::Write;

use crate::admin::{Console, Nodes};

/// What parts sections; the command's name follows on a line of its own.
const SECTION: &str = "\n====ASCOLLECTINFO====\n";

/// Commands of the first log, with the names that their sections have.
const TABLES: [(&str, &str); 8] = [
    ("network", "info network"),
    ("namespace", "info namespace"),
    ("config", "show config"),
    ("statistics", "show statistics"),
    ("pmap", "show pmap"),
    ("roster", "show roster"),
    ("racks", "show racks"),
    ("best-practices", "show best-practices"),
];

/// Requests whose replies follow as they are.
const REQUESTS: [&str; 14] = [
    "service-clear-std",
    "service-clear-alt",
    "service-tls-std",
    "service-tls-alt",
    "peers-clear-std",
    "peers-clear-alt",
    "peers-tls-std",
    "peers-tls-alt",
    "alumni-clear-std",
    "alumni-tls-std",
    "peers-generation",
    "roster:",
    "racks:",
    "rack-ids",
];

/// A log that is being written.
struct Log<'a> {
    text: String,
    nodes: &'a mut dyn Nodes,
    console: &'a mut Console,
}

impl<'a> Log<'a> {
    /// Begins with the time and with who writes.
    fn new(nodes: &'a mut dyn Nodes, console: &'a mut Console, now: &str) -> Self {
        let version = env!("CARGO_PKG_VERSION");
        let text = format!(
            "{now}\n{SECTION}Rosterlab {version}: a simulation of a cluster, no servers were asked\n"
        );
        Self { text, nodes, console }
    }

    /// Adds what a command prints.
    fn add(&mut self, name: &str, command: &str) {
        let said = self.console.enter(command, self.nodes).text();
        let _ = write!(self.text, "{SECTION}{name}\n{said}");
    }
}

/// `ascollectinfo.log`.
pub(super) fn tables(nodes: &mut dyn Nodes, console: &mut Console, now: &str) -> String {
    let mut log = Log::new(nodes, console, now);
    for (name, command) in TABLES {
        log.add(name, command);
    }
    log.console.enter("enable", log.nodes);
    for request in REQUESTS {
        log.add(request, &format!("asinfo -v '{request}'"));
    }
    log.console.enter("disable", log.nodes);
    log.text
}

/// `summary.log`.
pub(super) fn summary(nodes: &mut dyn Nodes, console: &mut Console, now: &str) -> String {
    let mut log = Log::new(nodes, console, now);
    log.add("summary", "summary");
    for (name, command) in &TABLES[..2] {
        log.add(name, command);
    }
    log.text
}

/// `health.log`.
pub(super) fn health(nodes: &mut dyn Nodes, console: &mut Console, now: &str) -> String {
    let mut log = Log::new(nodes, console, now);
    log.add("health -v", "health -v");
    log.text
}
