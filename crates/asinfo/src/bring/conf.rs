//! `aerospike.conf`, whole or a part of it.
//!
//! Invariant: a brace too many or too few ends a part and nothing else. What a file does not say is the server's default
//! and not a fact. Not here: which node's file it is (see `transcript`).

use super::fact::{NodeRef, Setting, Spot, What};
use super::known;
use super::limits::MAX_NESTING;
use super::sink::Sink;
use super::text::Line;

/// Contexts without a name that a file begins with.
const CONTEXTS: [&str; 8] =
    ["service", "network", "logging", "security", "xdr", "mod-lua", "cluster", "heartbeat"];

/// The words of a line, without its comment.
fn words(text: &str) -> Vec<&str> {
    let text = text.split('#').next().unwrap_or_default();
    text.split_whitespace().collect()
}

/// Whether a line opens a context of the file.
pub(super) fn begins(text: &str) -> bool {
    match words(text).as_slice() {
        [context, "{", ..] => CONTEXTS.contains(context),
        ["namespace", _, "{", ..] => true,
        [context] => context.strip_suffix('{').is_some_and(|name| CONTEXTS.contains(&name)),
        ["namespace", name] => name.ends_with('{'),
        _ => false,
    }
}

/// Reads contexts from the first line on, and gives how many lines they are. Comments and blank lines between them belong
/// to them.
pub(super) fn read(sink: &mut Sink<'_>, lines: &[Line], node: Option<&NodeRef>) -> usize {
    let mut open: Vec<Context> = Vec::new();
    let mut taken = 0;
    for (at, line) in lines.iter().enumerate() {
        let words = words(&line.text);
        if open.is_empty() && !begins(&line.text) {
            let is_between =
                line.text.is_empty() || line.text.trim_start().starts_with('#') || words == ["}"];
            if is_between {
                continue;
            }
            break;
        }
        taken = at + 1;
        for word in split(&words) {
            match word {
                Part::Open(names) => {
                    if open.len() < MAX_NESTING {
                        open.push(Context::of(&names, line.number));
                    }
                }
                Part::Close => {
                    if let Some(context) = open.pop() {
                        context.end(sink, &open, node);
                    }
                }
                Part::Setting(name, values) => {
                    setting(sink, &mut open, line.number, name, &values, node);
                }
            }
        }
    }
    while let Some(context) = open.pop() {
        context.end(sink, &open, node);
    }
    if let (Some(first), Some(last)) = (lines.first(), lines.get(taken.saturating_sub(1))) {
        sink.understood(Spot::Lines(first.number, last.number), "an aerospike.conf");
    }
    taken.max(1)
}

/// A part of a line.
enum Part<'a> {
    Open(Vec<&'a str>),
    Close,
    Setting(&'a str, Vec<&'a str>),
}

/// The parts of a line; usually one.
fn split<'a>(words: &[&'a str]) -> Vec<Part<'a>> {
    let mut parts = Vec::new();
    let mut names: Vec<&str> = Vec::new();
    let setting = |names: &mut Vec<&'a str>, parts: &mut Vec<Part<'a>>| {
        if let Some((name, values)) = names.split_first() {
            parts.push(Part::Setting(name, values.to_vec()));
        }
        names.clear();
    };
    for word in words {
        if let Some(name) = word.strip_suffix('{') {
            names.extend((!name.is_empty()).then_some(name));
            parts.push(Part::Open(std::mem::take(&mut names)));
        } else if *word == "}" {
            setting(&mut names, &mut parts);
            parts.push(Part::Close);
        } else {
            names.push(word);
        }
    }
    setting(&mut names, &mut parts);
    parts
}

/// An open context.
struct Context {
    name: String,
    argument: Option<String>,
    line: usize,
    devices: u8,
    first_device: Option<(usize, String)>,
}

impl Context {
    fn of(names: &[&str], line: usize) -> Self {
        Self {
            name: names.first().copied().unwrap_or_default().to_owned(),
            argument: names.get(1).map(|name| (*name).to_owned()),
            line,
            devices: 0,
            first_device: None,
        }
    }

    fn end(&self, sink: &mut Sink<'_>, outer: &[Self], node: Option<&NodeRef>) {
        let namespace =
            if self.name == "namespace" { self.argument.as_deref() } else { namespace(outer) };
        if let (Some(namespace), "namespace") = (namespace, self.name.as_str()) {
            // A namespace that the file names exists, whatever it says of it.
            let at = Spot::Lines(self.line, self.line);
            sink.fact(at, node, Some(namespace), namespace, What::Namespace);
        }
        if let ("storage-engine", Some(engine)) = (self.name.as_str(), &self.argument)
            && let Some(what) = known::what("storage-engine", engine)
        {
            let at = Spot::Lines(self.line, self.line);
            sink.fact(at, node, namespace, engine, what);
        }
        if let Some((line, device)) = &self.first_device
            && (1..=16).contains(&self.devices)
        {
            let at = Spot::Lines(*line, *line);
            sink.fact(at, node, namespace, device, What::Setting(Setting::Devices(self.devices)));
        }
    }
}

/// The namespace that open contexts are in.
fn namespace(open: &[Context]) -> Option<&str> {
    open.iter()
        .find(|context| context.name == "namespace")
        .and_then(|context| context.argument.as_deref())
}

fn setting(
    sink: &mut Sink<'_>,
    open: &mut [Context],
    line: usize,
    name: &str,
    values: &[&str],
    node: Option<&NodeRef>,
) {
    let at = Spot::Lines(line, line);
    let value = values.first().copied().unwrap_or_default();
    let path: Vec<&str> = open.iter().map(|context| context.name.as_str()).collect();
    match (path.last().copied(), name) {
        (Some("storage-engine"), "device" | "file") => {
            if let Some(context) = open.last_mut() {
                context.devices = context.devices.saturating_add(1);
                context.first_device.get_or_insert_with(|| (line, value.to_owned()));
            }
            return;
        }
        (
            Some("heartbeat"),
            "mesh-seed-address-port" | "mesh-address" | "tls-mesh-seed-address-port",
        ) => {
            if let Some(seed) = known::name(value) {
                sink.fact(at, node, None, value, What::Seed(seed));
            }
            return;
        }
        _ => {}
    }
    let name = match (path.last().copied(), name) {
        (Some("heartbeat"), "interval") => "heartbeat.interval",
        (Some("heartbeat"), "timeout") => "heartbeat.timeout",
        // Names that mean something else elsewhere.
        (Some("service" | "cluster" | "namespace" | "storage-engine") | None, name) => name,
        _ => return,
    };
    // A switch without a value is on; then its name is what stands there.
    let is_switch = |what: &What| {
        let Some(What::Setting(setting)) = known::what(name, "false") else { return false };
        *what != What::Setting(setting)
    };
    let (said, what) = match values.first() {
        Some(value) => (*value, known::what(name, value)),
        None => (name, known::what(name, "true").filter(is_switch)),
    };
    if let Some(what) = what {
        // A node's own id and rack, as everything else in the file, are the node's whose file it is.
        sink.fact(at, node, namespace(open), said, what);
    }
}
