//! A terminal's scrollback: commands, replies, tables and parts of files in any order.
//!
//! Invariant: every line is used, known to be of no use, or listed as left. What a reply is about is taken from the
//! command and the heading above it, and only from them. Not here: how a reply is read (see the files for each kind).

use super::command::{Asked, asked};
use super::fact::{List, NodeRef, Spot, What};
use super::heading;
use super::hosts;
use super::limits::MAX_TRIED;
use super::sink::Sink;
use super::text::Line;
use super::{asinfo_roster, conf, known, pairs, partition_info, replicas, table};

/// The shortest line that a terminal may have broken.
const NARROWEST: usize = 40;

/// The most prefixes that are taken off a line: prompts, hosts, `value is`.
const MOST_PREFIXES: usize = 4;
/// The most lines of a block that says why a host was not reached.
const MOST_OF_BLOCK: usize = 40;

/// What is known of the lines that follow.
#[derive(Clone, Default)]
struct Context {
    /// The host of the shell.
    host: Option<String>,
    asked: Asked,
    /// The node that a heading names.
    node: Option<String>,
    /// How many configuration files there were.
    files: usize,
    /// How many lines were looked at for tables that were none.
    tried: usize,
}

impl Context {
    fn node(&self) -> Option<NodeRef> {
        let asinfo = !self.asked.requests.is_empty() && !self.asked.elsewhere;
        let host = self.host.as_ref().filter(|_| asinfo);
        let name = self.node.as_ref().or(self.asked.node.as_ref()).or(host);
        name.map(|name| NodeRef::Name(name.clone()))
    }

    /// What outlives a command.
    fn kept(&self) -> Self {
        Self { files: self.files, tried: self.tried, ..Self::default() }
    }

    fn namespace(&self) -> Option<&str> {
        self.asked.namespace.as_deref()
    }

    fn asks(&self, request: &str) -> bool {
        let is_it = |asked: &String| asked == request || asked.strip_suffix(':') == Some(request);
        self.asked.requests.iter().any(is_it)
    }
}

/// Reads all lines.
pub(super) fn read(sink: &mut Sink<'_>, lines: Vec<Line>) {
    let mut lines = unquoted(lines);
    let mut context = Context::default();
    let mut at = 0;
    while at < lines.len() {
        at += step(sink, &mut lines, at, &mut context).max(1);
    }
}

/// Without the signs before a text that was quoted in a mail.
fn unquoted(mut lines: Vec<Line>) -> Vec<Line> {
    let said = lines.iter().filter(|line| !line.text.is_empty()).count();
    let quoted = lines.iter().filter(|line| line.text.trim_start().starts_with('>')).count();
    if quoted > 0 && quoted * 5 >= said * 4 {
        for line in &mut lines {
            let text = line.text.trim_start();
            if let Some(rest) = text.strip_prefix('>') {
                line.text = rest.strip_prefix(' ').unwrap_or(rest).to_owned();
            }
        }
    }
    lines
}

/// Reads what begins at a line, and gives how many lines it has.
fn step(sink: &mut Sink<'_>, lines: &mut [Line], at: usize, context: &mut Context) -> usize {
    for _ in 0..MOST_PREFIXES {
        if lines[at].text.trim().is_empty() {
            return 1;
        }
        match before_reply(&lines[at].text, context) {
            Before::Nothing => break,
            Before::Line => return 1,
            Before::Prefix(len) => drop(lines[at].text.drain(..len)),
        }
    }
    let known = &context.asked.hosts;
    if hosts::prefixed(&lines[at].text, known).is_some_and(|(_, rest)| is_said(rest, context)) {
        return of_hosts(sink, &lines[at..], context);
    }
    if let Some(taken) = reply(sink, &lines[at..], context) {
        return taken;
    }
    if let Some(taken) = heading(sink, lines, at, context) {
        return taken;
    }
    let text = lines[at].text.as_str();
    if let Some(host) = heading::unreached(text) {
        let block = lines[at..].iter().take(MOST_OF_BLOCK);
        let end = block.into_iter().position(|line| line.text.trim() == "}").unwrap_or(0);
        let spot = Spot::Lines(lines[at].number, lines[at + end].number);
        sink.left(spot, host, "this host was not reached");
        return end + 1;
    }
    if !heading::is_noise(text) {
        sink.left(Spot::Lines(lines[at].number, lines[at].number), text, "");
    }
    1
}

/// Reads lines that have their hosts before them, host by host.
fn of_hosts(sink: &mut Sink<'_>, lines: &[Line], context: &mut Context) -> usize {
    let (by_host, taken) = hosts::by_host(lines, &context.asked.hosts);
    for (host, mut lines) in by_host {
        let mut own = Context { node: Some(host), ..context.clone() };
        let mut at = 0;
        while at < lines.len() {
            at += of_host(sink, &mut lines, at, &mut own);
        }
        (context.files, context.tried) = (own.files, own.tried);
    }
    taken.max(1)
}

/// Reads what begins at a line that had its host before it.
fn of_host(sink: &mut Sink<'_>, lines: &mut [Line], at: usize, context: &mut Context) -> usize {
    let line = &mut lines[at];
    if let Before::Prefix(len) = before_reply(&line.text, context) {
        line.text.drain(..len);
    }
    if let Some(taken) = reply(sink, &lines[at..], context) {
        return taken.max(1);
    }
    let line = &lines[at];
    if !line.text.trim().is_empty() && !heading::is_noise(&line.text) {
        sink.left(Spot::Lines(line.number, line.number), &line.text, "");
    }
    1
}

/// What a line is, or begins with, before anything is said.
enum Before {
    /// It is such a line as a whole.
    Line,
    /// So many bytes of it.
    Prefix(usize),
    /// It is none, and has none.
    Nothing,
}

/// Commands, prompts, and the words of the old `asinfo` before a value.
fn before_reply(text: &str, context: &mut Context) -> Before {
    let prefix = |rest: &str| Before::Prefix(text.len() - rest.len());
    if let Some((host, rest)) = heading::prompt(text) {
        let asked = asked(rest);
        // A prompt that stands before a reply.
        let is_command = rest.is_empty() || asked.is_some() || !is_data(rest);
        *context = Context {
            host: host.map(str::to_owned),
            asked: asked.unwrap_or_default(),
            ..context.kept()
        };
        return if is_command { Before::Line } else { prefix(rest) };
    }
    if let Some(asked) = asked(text) {
        // What follows the first line of a loop is within it.
        let hosts = std::mem::take(&mut context.asked.hosts);
        let hosts = if asked.hosts.is_empty() { hosts } else { asked.hosts };
        *context = Context { asked: Asked { hosts, ..asked }, ..context.kept() };
        return Before::Line;
    }
    if let Some(value) = text.trim_start().strip_prefix("value is") {
        return prefix(value.trim_start());
    }
    if let Some(request) = text.trim().strip_prefix("requested value") {
        context.asked = Asked::of(vec![request.trim().to_owned()]);
        return Before::Line;
    }
    Before::Nothing
}

/// Takes the node that a heading names.
fn heading(sink: &mut Sink<'_>, lines: &[Line], at: usize, context: &mut Context) -> Option<usize> {
    let text = lines[at].text.as_str();
    if let Some(node) = heading::node(text) {
        if let Some(address) = heading::address(text) {
            // Several nodes may have it; then it names none of them.
            let at = Spot::Lines(lines[at].number, lines[at].number);
            let of = NodeRef::Name(node.clone());
            sink.fact(at, Some(&of), None, &address, What::Name(address.clone()));
        }
        context.node = Some(node);
        return Some(1);
    }
    // As `dshbak` prints: the host alone between two rules.
    let is_rule = |at: usize| {
        lines.get(at).is_some_and(|line| line.text.len() > 3 && line.text.chars().all(|c| c == '-'))
    };
    if at > 0 && is_rule(at - 1) && is_rule(at + 1) {
        let several = heading::is_several(text);
        context.node = known::name(text).filter(|_| !several);
        return (several || context.node.is_some()).then_some(1);
    }
    let node = heading::node_before_a_reply(text, &context.asked.hosts)?;
    let next = lines[at + 1..].iter().find(|line| !line.text.trim().is_empty())?;
    let is_heading = Some(node.as_str()) != context.namespace() && is_said(&next.text, context);
    if !is_heading {
        return None;
    }
    context.node = Some(node);
    Some(1)
}

/// Whether a text is a reply to what was asked, or a part of one.
fn is_said(text: &str, context: &Context) -> bool {
    let text = text.trim();
    let is_answer =
        ["node", "build", "cluster-name", "rack-ids"].iter().any(|name| context.asks(name));
    is_data(text)
        || !text.contains(' ') && (pairs::pair(text).is_some() || is_answer)
        || text.starts_with("Defaulted container")
}

/// Whether a text is a reply, or a table, or a part of one.
fn is_data(text: &str) -> bool {
    asinfo_roster::is_roster(text)
        || asinfo_roster::is_racks(text)
        || partition_info::is_reply(text)
        || replicas::is_reply(text)
        || table::begins(text)
        || conf::begins(text)
        || (text.contains('@') && text.contains(',') && asinfo_roster::nodes(text).is_some())
        || text.contains(';') && pairs::pairs(text).is_some()
}

/// Reads the reply, table or file that begins at the first line.
fn reply(sink: &mut Sink<'_>, lines: &[Line], context: &mut Context) -> Option<usize> {
    let text = lines[0].text.as_str();
    let node = context.node();
    let node = node.as_ref();
    if heading::is_log(text) {
        return Some(log(sink, lines));
    }
    if partition_info::is_reply(text) || replicas::is_reply(text) {
        return Some(map(sink, lines, node));
    }
    if asinfo_roster::is_roster(text) || asinfo_roster::is_racks(text) {
        let (text, taken) = joined(lines);
        let span = (lines[0].number, lines[taken - 1].number);
        if asinfo_roster::is_roster(&text) {
            asinfo_roster::roster(sink, &text, span, node, context.namespace());
        } else {
            asinfo_roster::racks(sink, &text, span, node, context.namespace());
        }
        return Some(taken);
    }
    if conf::begins(text) {
        // A file has one context of this name.
        if text.trim_start().starts_with("service") || context.files == 0 {
            context.files += 1;
        }
        let own = match context.files {
            0 | 1 => sink.source.clone(),
            n => format!("{} ({n})", sink.source),
        };
        let own = NodeRef::Name(own);
        return Some(conf::read(sink, lines, node.or(Some(&own))));
    }
    if table::begins(text) {
        return read_table(sink, lines, context);
    }
    if let Some(taken) = values(sink, lines, context, node) {
        return Some(taken);
    }
    (answer(sink, &lines[0], context, node) || bare_list(sink, &lines[0], context)).then_some(1)
}

/// A roster without anything around it, as people write it down: `A101@1,A102@1,B101@2`.
fn bare_list(sink: &mut Sink<'_>, line: &Line, context: &Context) -> bool {
    let text = line.text.trim();
    let read = asinfo_roster::nodes(text).filter(|_| text.contains('@') && !text.contains(' '));
    let Some(read) = read.filter(|read| read.entries.len() > 1) else { return false };
    let at = || Spot::Lines(line.number, line.number);
    sink.fact(at(), None, context.namespace(), text, What::Nodes(List::Current, read.entries));
    sink.understood(at(), "a list of roster nodes");
    true
}

fn read_table(sink: &mut Sink<'_>, lines: &[Line], context: &mut Context) -> Option<usize> {
    if context.tried > MAX_TRIED {
        return None;
    }
    let (grid, taken, tried) = table::read(lines);
    context.tried += tried;
    if grid.is_some_and(|grid| table::facts(sink, &grid)) {
        return Some(taken);
    }
    let is_title = table::is_title(&lines[0].text);
    // Of what is no table only the first line is passed over; the others may be something else.
    (is_title || table::is_number_of_rows(&lines[0].text)).then(|| {
        let at = Spot::Lines(lines[0].number, lines[taken - 1].number);
        sink.left(at, lines[0].text.trim_matches('~'), "this table is not known, or was cut");
        taken
    })
}

/// A line together with those that a terminal broke off it: all but the last are as long as the first.
fn joined(lines: &[Line]) -> (String, usize) {
    let mut text = lines[0].text.clone();
    let width = text.chars().count();
    let mut taken = 1;
    // A line that begins as the first does is another reply.
    let begin = text.find('=').map(|end| text[..=end].to_owned());
    let is_again = |text: &str| begin.as_ref().is_some_and(|begin| text.starts_with(begin));
    let breaks = |text: &str| !text.contains(' ') && text.contains([';', ':', ',']);
    while width >= NARROWEST && taken < lines.len() {
        let (last, next) = (&lines[taken - 1].text, lines[taken].text.trim_end());
        let is_next = !next.is_empty()
            && !next.contains(' ')
            && !is_again(next)
            && !next.starts_with("ns=")
            && !next.starts_with("roster=")
            && heading::node(next).is_none()
            && !heading::is_noise(next);
        if last.chars().count() != width || !breaks(last) || !is_next {
            break;
        }
        text.push_str(next);
        taken += 1;
    }
    (text, taken)
}

/// Pairs: on one line, on the lines that it was broken into, or with a line for each.
fn values(
    sink: &mut Sink<'_>,
    lines: &[Line],
    context: &Context,
    node: Option<&NodeRef>,
) -> Option<usize> {
    let is_alone = |line: &Line| !line.text.contains(';') && pairs::pair(&line.text).is_some();
    let (text, taken) = if is_alone(&lines[0]) {
        let first = pairs::pair(&lines[0].text).map(|(name, _)| name);
        let is_again = |line: &Line| pairs::pair(&line.text).map(|(name, _)| name) == first;
        let goes_on = |line: &&Line| is_alone(line) && !is_again(line);
        let taken = 1 + lines[1..].iter().take_while(goes_on).count();
        let text: Vec<&str> = lines[..taken].iter().map(|line| line.text.as_str()).collect();
        (text.join(";"), taken)
    } else {
        lines[0].text.contains('=').then(|| joined(lines))?
    };
    let read = pairs::pairs(&text)?;
    if text.contains(' ') && !text.contains(';') && taken == 1 {
        return None;
    }
    // Each pair has its own line where it stands on one.
    let is_split = is_alone(&lines[0]);
    let spot = |at: usize| match lines.get(at).filter(|_| is_split) {
        Some(line) => Spot::Lines(line.number, line.number),
        None => Spot::Lines(lines[0].number, lines[taken - 1].number),
    };
    let mut used = false;
    if is_split {
        for (at, pair) in read.iter().enumerate() {
            used |= pairs::facts(sink, &[*pair], &spot(at), node, context.namespace());
        }
    } else {
        used = pairs::facts(sink, &read, &spot(0), node, context.namespace());
    }
    let all = Spot::Lines(lines[0].number, lines[taken - 1].number);
    if used {
        sink.understood(all, "figures and settings of asinfo");
    } else {
        sink.left(all, &lines[0].text, "no setting in it is needed");
    }
    Some(taken)
}

/// A reply of one word.
fn answer(sink: &mut Sink<'_>, line: &Line, context: &Context, node: Option<&NodeRef>) -> bool {
    let text = line.text.trim();
    let spot = (line.number, line.number);
    let at = || Spot::Lines(line.number, line.number);
    if context.asks("rack-ids") {
        return asinfo_roster::rack_ids(sink, text, spot, node);
    }
    let name = ["node", "build", "cluster-name"].into_iter().find(|name| context.asks(name));
    let name = match name {
        Some("node") => "node-id",
        Some(name) => name,
        None => return false,
    };
    let Some(what) = known::what(name, text) else { return false };
    sink.fact(at(), node, None, text, what);
    sink.understood(at(), "a reply of asinfo");
    true
}

/// Replies that are long enough to be broken anywhere: `partition-info` and `replicas`.
fn map(sink: &mut Sink<'_>, lines: &[Line], node: Option<&NodeRef>) -> usize {
    let goes_on = |line: &&Line| {
        let text = line.text.trim();
        !text.is_empty()
            && !text.contains(' ')
            && heading::node(text).is_none()
            && !asinfo_roster::is_roster(text)
    };
    let taken = 1 + lines[1..].iter().take_while(goes_on).count();
    let lines = &lines[..taken];
    let width = lines[0].text.len();
    let is_broken = taken > 1
        && width >= NARROWEST
        && lines[..taken - 1].iter().all(|line| line.text.len() == width)
        && lines[taken - 1].text.len() <= width;
    let texts: Vec<&str> = lines.iter().map(|line| line.text.trim()).collect();
    // Rows of the same length on lines of their own look broken too: then each line is a row.
    let rows = texts.iter().filter(|text| partition_info::is_reply(text)).count();
    let glue = if is_broken && rows < taken { "" } else { "\n" };
    let text = texts.join(glue);
    let at = Spot::Lines(lines[0].number, lines[taken - 1].number);
    let place = sink.place(at.clone());
    if partition_info::is_reply(lines[0].text.trim()) {
        match partition_info::read(&text, place, node.cloned()) {
            Some(mut read) => {
                read.moment.clone_from(&sink.moment);
                sink.understood(at, "asinfo's partition-info");
                sink.out.partitions.push(read);
            }
            None => sink.left(at, &lines[0].text, "no row of this partition-info can be read"),
        }
        return taken;
    }
    let read = replicas::read(&text.replace('\n', ""), &place, node);
    if read.is_empty() {
        sink.left(at, &lines[0].text, "these bitmaps are not whole");
    } else {
        sink.understood(at, "asinfo's replicas");
        sink.out.replicas.extend(read);
    }
    taken
}

/// Lines of a log, which are read elsewhere.
fn log(sink: &mut Sink<'_>, lines: &[Line]) -> usize {
    let goes_on = |line: &&Line| line.text.is_empty() || heading::is_log(&line.text);
    let taken = lines.iter().take_while(goes_on).count();
    let at = Spot::Lines(lines[0].number, lines[taken - 1].number);
    sink.left(
        at,
        &lines[0].text,
        "these are lines of a server's log, which say nothing that is read here",
    );
    taken
}
