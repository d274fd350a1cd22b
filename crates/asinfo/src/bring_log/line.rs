//! One line of a server's log, read: when it was written, and what it tells of the cluster.
//!
//! Invariant: any line is a [`Line`] or nothing; work is in proportion to its length, which is bounded by [`MOST_LINE`].
//! The formats are those of `log`, whose lines come back as the facts that they tell. Not here: which node wrote a line (see `facts`).

use rosterlab_engine::{Migrations, NodeId};

/// What is read of a line, in bytes.
pub const MOST_LINE: usize = 8192;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// When a line was written, in milliseconds since the first day of the year 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stamp(u64);

impl Stamp {
    /// The milliseconds since midnight.
    #[must_use]
    pub fn time_of_day_ms(self) -> u64 {
        self.0 % DAY_MS
    }

    /// The number of its day.
    #[must_use]
    pub fn day(self) -> u64 {
        self.0 / DAY_MS
    }

    /// The milliseconds since the first day of the year 0.
    #[must_use]
    pub fn ms(self) -> u64 {
        self.0
    }

    /// The milliseconds between two stamps, whichever is the earlier.
    #[must_use]
    pub fn apart_ms(self, other: Self) -> u64 {
        self.0.abs_diff(other.0)
    }

    /// The milliseconds after another stamp; negative before it.
    #[must_use]
    pub fn ahead_ms(self, other: Self) -> i64 {
        self.0.cast_signed().wrapping_sub(other.0.cast_signed())
    }

    /// So many milliseconds later, or earlier; no earlier than the year 0.
    #[must_use]
    pub fn moved(self, ms: i64) -> Self {
        Self(self.0.saturating_add_signed(ms))
    }
}

/// What a line tells of one namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NamespaceFact {
    /// `3 of 5 nodes participating - regime 1 -> 3`
    Participating {
        /// Roster nodes present.
        present: u32,
        /// All roster nodes.
        all: u32,
        /// The regime before.
        before: u32,
        /// The regime from now on.
        now: u32,
    },
    /// `rebalanced: regime 3 expected-migrations (…) … unavailable-partitions 0`
    Rebalanced {
        /// The regime; none in AP.
        regime: Option<u32>,
        /// What this node was due to send, receive and signal.
        expected: Option<Migrations>,
        /// Partitions unavailable.
        unavailable: Option<u32>,
        /// Partitions dead.
        dead: Option<u32>,
        /// Partitions that came up empty.
        fresh: Option<u32>,
    },
    /// `migrations: remaining (…) active (…) complete-pct 23.09`
    Migrating {
        /// What this node still has to send, receive and signal.
        left: Migrations,
        /// The percentage in hundredths.
        hundredths: u64,
    },
    /// `migrations: complete`
    Migrated,
    /// `device … prior shutdown not clean`
    NotClean,
    /// `device … is empty`, `found all … devices fresh`
    EmptyDevice {
        /// Whether all devices are.
        all: bool,
    },
    /// `setting partition version 'e' flags`
    EvadeSet,
    /// `4096 partitions auto-revived`
    AutoRevived,
    /// `replication factor is 2`
    ReplicationFactor(u8),
}

/// What a line tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// The first line of a start, with the build.
    Banner(String),
    /// `finished clean shutdown - exiting`
    CleanExit,
    /// `NODE-ID a101 CLUSTER-SIZE 5`: who writes.
    NodeId(NodeId),
    /// `applied new cluster key …`
    ClusterKey(String),
    /// `applied new succession list …`
    Succession(Vec<NodeId>),
    /// `applied cluster size 3`
    ClusterSize(u32),
    /// `moved self node to orphan state`
    Orphaned,
    /// `quiesced this node`, `un-quiesced this node`
    Quiesced(bool),
    /// `revive: complete - …`
    Revived,
    /// `recluster: triggered...`
    Reclustered,
    /// `{main} …`
    Of(String, NamespaceFact),
}

/// A line with a date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The node that a prefix names, as `rosterlab run --format log` prints it.
    pub node: Option<NodeId>,
    /// When it was written.
    pub at: Stamp,
    /// What it tells of the cluster, if anything.
    pub fact: Option<Fact>,
}

impl Line {
    /// Reads a line; `None` if it has no date and level as the server writes them.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let text = &text[..text.floor_char_boundary(MOST_LINE)];
        let is_month = |(at, _): &(usize, char)| {
            text.get(*at..*at + 3).is_some_and(|word| MONTHS.contains(&word))
        };
        let mut dates = text.char_indices().take(200).filter(is_month);
        let (at, (stamp, rest)) = dates.find_map(|(at, _)| Some((at, dated(&text[at..])?)))?;
        // ` GMT: INFO (clustering): (clustering.c:5795) applied …`
        let (zone, rest) = rest.split_once(": ")?;
        let stamp = stamp.moved(-ahead_of_gmt(zone));
        let (level, rest) = rest.split_once(' ')?;
        let known = ["DETAIL", "DEBUG", "INFO", "WARNING", "CRITICAL"].contains(&level);
        let (_context, message) = rest.strip_prefix('(').filter(|_| known)?.split_once("): ")?;
        let message = match message.split_once(") ") {
            Some((source, message)) if source.starts_with('(') && source.contains(".c:") => message,
            _ => message,
        };
        let node = text[..at].trim().parse().ok();
        Some(Self { node, at: stamp, fact: fact(message.trim()) })
    }
}

/// A date and a time as `Jan 01 2019 09:05:19`, perhaps with milliseconds, and what follows.
fn dated(text: &str) -> Option<(Stamp, &str)> {
    let mut words = text.splitn(5, ' ');
    let (month, day, year) = (words.next()?, words.next()?, words.next()?);
    let (time, rest) = (words.next()?, words.next()?);
    let month = MONTHS.iter().position(|known| *known == month)? as u64;
    let (day, year): (u64, u64) = (day.parse().ok()?, year.parse().ok()?);
    let (time, ms) = time.split_once('.').unwrap_or((time, "0"));
    let mut parts = time.split(':').map(|part| part.parse::<u64>().ok());
    let (hours, minutes, seconds) = (parts.next()??, parts.next()??, parts.next()??);
    let ms: u64 = ms.parse().ok()?;
    let fits = (1..=31).contains(&day)
        && year < 10_000
        && hours < 24
        && minutes < 60
        && seconds < 61
        && ms < 1000
        && parts.next().is_none();
    if !fits {
        return None;
    }
    let ms = ((hours * 60 + minutes) * 60 + seconds) * 1000 + ms;
    Some((Stamp(days(year, month, day) * DAY_MS + ms), rest))
}

/// How many milliseconds a zone is ahead of GMT, if it has a number: `GMT+2`, `+02:00`, `UTC-0530`. What letters alone mean is not
/// certain, so they are taken as GMT.
fn ahead_of_gmt(zone: &str) -> i64 {
    let zone = zone.trim();
    let zone = ["GMT", "UTC"].iter().find_map(|name| zone.strip_prefix(name)).unwrap_or(zone);
    let (sign, number) = match zone.split_at_checked(1) {
        Some(("+", number)) => (1, number),
        Some(("-", number)) => (-1, number),
        _ => return 0,
    };
    let digits: String = number.chars().filter(|sign| *sign != ':').collect();
    if !digits.bytes().all(|sign| sign.is_ascii_digit()) {
        return 0;
    }
    let (hours, minutes) = digits.split_at(digits.len().saturating_sub(2));
    let whole = |text: &str| text.parse::<u8>().ok();
    let (hours, minutes) = match digits.len() {
        1 | 2 => (whole(&digits), Some(0)),
        3 | 4 => (whole(hours), whole(minutes)),
        _ => (None, None),
    };
    match (hours, minutes) {
        (Some(hours @ 0..=14), Some(minutes @ 0..=59)) => {
            sign * (i64::from(hours) * 60 + i64::from(minutes)) * 60_000
        }
        _ => 0,
    }
}

/// The days of the common calendar before a date, from the year 0 on; months from 0.
fn days(year: u64, month: u64, day: u64) -> u64 {
    // Years that begin in March end with the leap day.
    let (year, month) = if month < 2 { (year.max(1) - 1, month + 10) } else { (year, month - 2) };
    year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day
}

/// What a message tells.
fn fact(message: &str) -> Option<Fact> {
    if let Some(rest) = message.strip_prefix('{') {
        let (namespace, rest) = rest.split_once("} ")?;
        let fits = !namespace.is_empty() && namespace.len() < 32;
        return of_namespace(rest)
            .filter(|_| fits)
            .map(|fact| Fact::Of(namespace.to_owned(), fact));
    }
    let after = |start: &str| message.strip_prefix(start).map(str::trim);
    if message.starts_with("<><>") {
        let (_, build) = message.split_once(" build ")?;
        return Some(Fact::Banner(build.split(' ').next()?.to_owned()));
    }
    if let Some(rest) = after("NODE-ID ") {
        return rest.split(' ').next()?.parse().ok().map(Fact::NodeId);
    }
    if let Some(key) = after("applied new cluster key ") {
        return Some(Fact::ClusterKey(key.to_owned()));
    }
    if let Some(list) = after("applied new succession list ") {
        let nodes: Result<Vec<NodeId>, _> = list.split_whitespace().map(str::parse).collect();
        return nodes.ok().map(Fact::Succession);
    }
    if let Some(size) = after("applied cluster size ") {
        return size.parse().ok().map(Fact::ClusterSize);
    }
    let told = [
        ("finished clean shutdown", Fact::CleanExit),
        ("moved self node to orphan state", Fact::Orphaned),
        ("quiesced this node", Fact::Quiesced(true)),
        ("un-quiesced this node", Fact::Quiesced(false)),
        ("revive: complete", Fact::Revived),
        ("recluster: triggered", Fact::Reclustered),
    ];
    told.into_iter().find(|(start, _)| message.starts_with(start)).map(|(_, fact)| fact)
}

fn of_namespace(text: &str) -> Option<NamespaceFact> {
    if let Some(rest) = text.strip_prefix("rebalanced: ") {
        let number = |name| after_word(rest, name)?.parse().ok();
        return Some(NamespaceFact::Rebalanced {
            regime: number("regime"),
            expected: after_word(rest, "expected-migrations").and_then(migrations),
            unavailable: number("unavailable-partitions"),
            dead: number("dead-partitions"),
            fresh: number("fresh-partitions"),
        });
    }
    if let Some(rest) = text.strip_prefix("migrations: ") {
        if rest.starts_with("complete") && !rest.starts_with("complete-") {
            return Some(NamespaceFact::Migrated);
        }
        let left = migrations(after_word(rest, "remaining")?)?;
        let (whole, part) = after_word(rest, "complete-pct")?.split_once('.')?;
        let (whole, part): (u64, u64) = (whole.parse().ok()?, part.parse().ok()?);
        if whole > 100 || part > 99 {
            return None;
        }
        return Some(NamespaceFact::Migrating { left, hundredths: whole * 100 + part });
    }
    if let Some((numbers, regimes)) = text.split_once(" nodes participating - regime ") {
        let (present, all) = numbers.split_once(" of ")?;
        let (before, now) = regimes.split_once(" -> ")?;
        return Some(NamespaceFact::Participating {
            present: present.parse().ok()?,
            all: all.parse().ok()?,
            before: before.parse().ok()?,
            now: now.parse().ok()?,
        });
    }
    if let Some(number) = text.strip_prefix("replication factor is ") {
        return number.parse().ok().map(NamespaceFact::ReplicationFactor);
    }
    if text.starts_with("device ") {
        return if text.contains("prior shutdown not clean") {
            Some(NamespaceFact::NotClean)
        } else {
            text.ends_with(" is empty").then_some(NamespaceFact::EmptyDevice { all: false })
        };
    }
    if text.starts_with("found all ") && text.contains(" devices fresh") {
        return Some(NamespaceFact::EmptyDevice { all: true });
    }
    if text.ends_with(" partitions auto-revived") {
        return Some(NamespaceFact::AutoRevived);
    }
    text.starts_with("setting partition version 'e' flags").then_some(NamespaceFact::EvadeSet)
}

/// The word after a word.
fn after_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let mut words = text.split(' ');
    words.find(|found| *found == word)?;
    words.next()
}

/// `(1316,1439,1316)`, or `(1316,1439)` as servers without signals write it.
fn migrations(text: &str) -> Option<Migrations> {
    let numbers = text.strip_prefix('(')?.strip_suffix(')')?.split(',');
    let numbers: Result<Vec<u32>, _> = numbers.map(str::parse).collect();
    match numbers.ok()?[..] {
        [tx, rx] => Some(Migrations { tx, rx, signals: 0 }),
        [tx, rx, signals] => Some(Migrations { tx, rx, signals }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Line {
        Line::read(text).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn a_zone_with_a_number_is_put_right() {
        let hours = |zone: &str| ahead_of_gmt(zone) / 3_600_000;
        for zone in ["GMT+2", "+02", "+0200", "UTC+02:00"] {
            assert_eq!(hours(zone), 2, "{zone}");
        }
        assert_eq!(hours("-0500"), -5);
        assert_eq!(ahead_of_gmt("+05:30"), 19_800_000);
        for zone in ["GMT", "CET", "", "+", "+99", "+02:77", "GMT+\u{fffd}\u{fffd}", "+12345"] {
            assert_eq!(ahead_of_gmt(zone), 0, "{zone}");
        }
    }

    #[test]
    fn dates_are_in_order_and_a_second_is_a_second() {
        let at = |date: &str| read(&format!("{date} GMT: INFO (as): x")).at;
        let dates = [
            "Dec 31 1999 23:59:59",
            "Jan 01 2000 00:00:00",
            "Feb 28 2000 23:59:59",
            "Feb 29 2000 00:00:00",
            "Mar 01 2000 00:00:00.001",
            "Jan 01 2019 09:05:19",
        ];
        assert!(dates.is_sorted_by_key(|date| at(date)));
        assert_eq!(at(dates[0]).apart_ms(at(dates[1])), 1000);
        assert_eq!(at(dates[2]).apart_ms(at(dates[3])), 1000);
        assert_eq!(at(dates[3]).apart_ms(at(dates[4])), DAY_MS + 1);
        assert_eq!(at(dates[5]).time_of_day_ms(), 32_719_000);
    }

    #[test]
    fn who_wrote_a_line_may_stand_before_it() {
        let line = "A103  Jan 01 2019 09:05:19 GMT: INFO (clustering): (clustering.c:5799) applied cluster size 3";
        let line = read(line);
        assert_eq!(line.node, "A103".parse().ok());
        assert_eq!(line.fact, Some(Fact::ClusterSize(3)));
        let journal = read("Oct 01 09:05:18 host asd[7]: Oct 01 2019 09:05:18 GMT: INFO (as): x");
        assert_eq!((journal.node, journal.fact), (None, None));
    }

    #[test]
    fn what_is_no_line_of_a_log_is_none() {
        for text in [
            "",
            "Jan",
            "Jan 01 2019",
            "Jan 01 2019 09:05:19",
            "Jan 01 2019 09:05:19 GMT INFO (as): x",
            "Jan 01 2019 25:05:19 GMT: INFO (as): x",
            "Jan 32 2019 09:05:19 GMT: INFO (as): x",
            "Jan 01 2019 09:05:19 GMT: LOUD (as): x",
            "Jan 01 18446744073709551615 09:05:19 GMT: INFO (as): x",
            "é Jän 01 2019",
            "Jan 01 2019 18446744073709551615:05:19 GMT: INFO (as): x",
        ] {
            assert_eq!(Line::read(text), None, "{text:?}");
        }
    }
}
