//! Server versions, and what a start with another version needs: the rows of domain.md §17 as one table.
//!
//! Invariant: every condition on versions is a row of [`ROWS`]; nothing else compares versions with those numbers, but for
//! the conditions of the protocol switch. Not here: the switch and the starts themselves (see `upgrade`).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The version of a node's server: two to four numbers of at most 255, as in `3.13` or `4.5.3.2`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ServerVersion(u32);

impl ServerVersion {
    /// The last version that knows the old protocols, and the first that knows the new ones.
    pub(crate) const V3_13: Self = Self::of([3, 13, 0, 0]);
    const V3_14: Self = Self::of([3, 14, 0, 0]);
    const V4_2: Self = Self::of([4, 2, 0, 0]);
    const V4_5_1: Self = Self::of([4, 5, 1, 0]);
    const V6_0: Self = Self::of([6, 0, 0, 0]);

    /// The version with these numbers.
    #[must_use]
    pub const fn of(numbers: [u8; 4]) -> Self {
        Self(u32::from_be_bytes(numbers))
    }

    /// The version of a code; each number is the code of one version.
    #[must_use]
    pub const fn from_code(code: u32) -> Self {
        Self(code)
    }

    /// The code of the version, which is higher for a later one.
    #[must_use]
    pub const fn code(self) -> u32 {
        self.0
    }

    /// Whether it is a 3.13, which knows the old and the new protocols.
    pub(crate) fn is_3_13(self) -> bool {
        (Self::V3_13..Self::V3_14).contains(&self)
    }

    /// Whether it knows the new protocols alone.
    pub(crate) fn needs_new_protocols(self) -> bool {
        self >= Self::V3_14
    }

    /// How many of the table's limits it has passed. Versions whose numbers differ by one at most are neighbours.
    fn stretch(self) -> usize {
        let limits = [Self::V3_13, Self::V3_14, Self::V4_2, Self::V4_5_1, Self::V6_0];
        limits.iter().filter(|limit| self >= **limit).count()
    }
}

impl fmt::Display for ServerVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch, build] = self.0.to_be_bytes();
        write!(f, "{major}.{minor}")?;
        match (patch, build) {
            (0, 0) => Ok(()),
            (_, 0) => write!(f, ".{patch}"),
            _ => write!(f, ".{patch}.{build}"),
        }
    }
}

impl fmt::Debug for ServerVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text is not a version of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoServerVersion;

impl fmt::Display for NoServerVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a server's version is two to four numbers of at most 255, such as 3.13 or 4.5.3.2",
        )
    }
}

impl std::error::Error for NoServerVersion {}

impl FromStr for ServerVersion {
    type Err = NoServerVersion;

    fn from_str(text: &str) -> Result<Self, NoServerVersion> {
        let mut numbers = [0; 4];
        let mut count = 0;
        for part in text.split('.') {
            let digits = part.bytes().all(|byte| byte.is_ascii_digit());
            let number = part.parse().ok().filter(|_| digits).ok_or(NoServerVersion)?;
            *numbers.get_mut(count).ok_or(NoServerVersion)? = number;
            count += 1;
        }
        if count < 2 { Err(NoServerVersion) } else { Ok(Self::of(numbers)) }
    }
}

impl Serialize for ServerVersion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ServerVersion {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// What stands between a node and a start with its version: the rows of domain.md §17, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// §17.1: the cluster still has the old protocols, which servers from 3.14 on do not know.
    NotSwitched,
    /// §17.3: the cluster has the new protocols, which servers before 3.13 do not know.
    Switched,
    /// §17.4: the drives have the format of the other side of 4.2.
    Format,
    /// §17.5: the metadata has the format of 4.5.1 and later.
    Metadata,
    /// §17.6: the drives have the header of before 6.0.
    Header,
    /// §17.7: a strongly consistent namespace has servers that are no neighbours of the table.
    FarApart,
}

impl fmt::Display for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotSwitched => {
                "a server of 3.14 or later does not know the cluster’s old protocols; every node has to be at 3.13 first, \
                 and then the protocols are switched"
            }
            Self::Switched => {
                "a server before 3.13 does not know the protocols that the cluster was switched to"
            }
            Self::Format => {
                "servers before 4.2 and those from 4.2 on do not read each other’s drives; erase them, and let migrations \
                 fill them before the next node"
            }
            Self::Metadata => "a server before 4.5.1 does not read the metadata of later ones",
            Self::Header => "a server from 6.0 on needs drives whose header was erased",
            Self::FarApart => {
                "how servers so far apart work in one strongly consistent namespace is not documented"
            }
        })
    }
}

/// What happens when a row's condition does not hold.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Otherwise {
    /// The node runs, and is in no cluster.
    StaysOut,
    /// The node does not start.
    DoesNotStart,
    /// The node starts, and has lost its rosters.
    NoRoster,
}

/// A start as the table sees it.
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own; none excludes another"
)]
#[derive(Clone, Copy)]
pub(crate) struct Start {
    /// Whether the cluster has the new protocols.
    pub switched: bool,
    /// What the node ran last.
    pub last: ServerVersion,
    /// What it is to run now.
    pub next: ServerVersion,
    /// Whether its drives are empty.
    pub erased: bool,
    /// Whether the metadata folder is put back from its copy.
    pub metadata_from_copy: bool,
    /// Whether it would share an SC namespace with a server that is no neighbour.
    pub is_far_apart: bool,
}

/// One row: whom it stops, and what then happens.
struct Row(Gate, fn(&Start) -> bool, Otherwise);

/// The table, in the order of domain.md §17. Row 2, the switch itself, is no start: `upgrade` has its conditions.
const ROWS: [Row; 6] = {
    use Otherwise::{DoesNotStart, NoRoster, StaysOut};
    use ServerVersion as V;
    [
        // 1, upgrade to 3.13 [doc]: from 3.14 on a server does not know the old protocols.
        Row(Gate::NotSwitched, |s| !s.switched && s.next >= V::V3_14, StaysOut),
        // 3, upgrade to 3.13 [doc]: a server before it does not know the new ones.
        Row(Gate::Switched, |s| s.switched && s.next < V::V3_13, StaysOut),
        // 4, upgrade to 4.2 [doc], and the same backwards.
        Row(Gate::Format, |s| !s.erased && (s.last < V::V4_2) != (s.next < V::V4_2), DoesNotStart),
        // 5, upgrade to 4.5.1 [doc]: the way back.
        Row(
            Gate::Metadata,
            |s| !s.metadata_from_copy && s.last >= V::V4_5_1 && s.next < V::V4_5_1,
            NoRoster,
        ),
        // 6, upgrade to 6.0 [doc].
        Row(Gate::Header, |s| !s.erased && s.last < V::V6_0 && s.next >= V::V6_0, DoesNotStart),
        // 7, mixed versions in one SC namespace [doc]; that others are refused is [model].
        Row(Gate::FarApart, |s| s.is_far_apart, DoesNotStart),
    ]
};

impl Start {
    /// The first row with that end that stops this start.
    pub fn stopped_by(&self, otherwise: Otherwise) -> Option<Gate> {
        let row = ROWS.iter().find(|Row(_, stops, end)| *end == otherwise && stops(self));
        row.map(|Row(gate, ..)| *gate)
    }
}

/// Whether two versions may be in one SC namespace: they are in the same stretch between two rows of the table, or in
/// neighbouring ones (domain.md §17.7, \[doc\]).
pub(crate) fn are_neighbours(one: ServerVersion, other: ServerVersion) -> bool {
    one.stretch().abs_diff(other.stretch()) <= 1
}
