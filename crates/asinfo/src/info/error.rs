//! Errors as a build writes them.
//!
//! Invariant: up to build 7.1 an error is `ERROR::words-with-dashes`; from 7.2 on it is `ERROR:<code>:words`, without the
//! code when that is 1 \[open\]. A request that no command knows is answered from 7.1 on and left out of the reply before
//! \[open\]. Not here: when something is an error.

use rosterlab_engine::Rejection;

use super::Reply;
use super::site::Build;

/// Why a request is not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    UnknownNamespace,
    NamespaceMissing,
    NodesMissing,
    BadNodes,
    NotStrong,
    RosterSet,
    /// A namespace that `roster-set` does not find.
    RosterNamespace,
    FailedRevive,
    UnstableCluster,
    NotSpecifiedSize,
    BadSize,
    BadIgnoreMigrations,
    PermanentlyQuiesced,
    UnknownContext,
    BadParameter,
    /// A setting that cannot be set.
    NotSet,
}

impl Refusal {
    /// The result code and the words.
    fn of_7_2(self) -> (u16, &'static str) {
        match self {
            Self::UnknownNamespace | Self::RosterNamespace => (20, "namespace not found on node"),
            Self::NamespaceMissing => (4, "missing 'namespace'"),
            Self::NodesMissing => (4, "missing 'nodes'"),
            Self::BadNodes => (4, "bad 'nodes'"),
            Self::NotStrong => (4, "namespace not strong-consistency"),
            Self::RosterSet => (1, "roster-set"),
            Self::FailedRevive => (7, "failed revive"),
            Self::UnstableCluster => (7, "unstable cluster"),
            Self::NotSpecifiedSize => (7, "cluster not specified size"),
            Self::BadSize => (4, "bad size"),
            Self::BadIgnoreMigrations => (4, "bad ignore migrations"),
            Self::PermanentlyQuiesced => (22, "permanently quiesced"),
            Self::UnknownContext => (4, "unknown context"),
            Self::BadParameter | Self::NotSet => (4, "bad parameter"),
        }
    }

    /// The words of older builds.
    fn of_old(self) -> &'static str {
        match self {
            Self::UnknownNamespace => "unknown-namespace",
            Self::NamespaceMissing => "namespace-name",
            Self::NodesMissing => "nodes",
            Self::BadNodes | Self::NotStrong | Self::RosterSet | Self::RosterNamespace => {
                "roster-set"
            }
            Self::FailedRevive => "failed-revive",
            Self::UnstableCluster => "unstable-cluster",
            Self::NotSpecifiedSize => "cluster-not-specified-size",
            Self::BadSize => "bad-size",
            Self::BadIgnoreMigrations => "bad-ignore-migrations",
            Self::PermanentlyQuiesced => "permanently-quiesced",
            Self::UnknownContext => "invalid context",
            Self::BadParameter => "bad-parameter",
            Self::NotSet => "error",
        }
    }

    /// The error as a build writes it.
    pub fn text(self, build: Build) -> String {
        if build.since(7, 2) {
            let (code, words) = self.of_7_2();
            let code = if code == 1 { String::new() } else { code.to_string() };
            return format!("ERROR:{code}:{words}");
        }
        match self {
            // The old answer is this word alone.
            Self::NotSet => self.of_old().to_owned(),
            other => format!("ERROR::{}", other.of_old()),
        }
    }
}

/// The answer to a request that no command knows.
pub(super) fn unrecognized(build: Build) -> Reply {
    if build.since(7, 1) {
        Reply::Text("ERROR:4:unrecognized command".to_owned())
    } else {
        Reply::LeftOut
    }
}

/// What a node answers when the cluster refuses a command of [`Reply::Act`].
#[must_use]
pub fn refused(build: Build, rejection: &Rejection) -> String {
    let refusal = match rejection {
        Rejection::NoNamespace(_) => Refusal::UnknownNamespace,
        Rejection::NotStrong(_) => Refusal::NotStrong,
        Rejection::StaysQuiesced(_) => Refusal::PermanentlyQuiesced,
        Rejection::InNoCluster(_) | Rejection::NoCluster | Rejection::NothingRuns => {
            Refusal::UnstableCluster
        }
        Rejection::NoNodes | Rejection::Twice(_) | Rejection::TooManyNodes => Refusal::BadNodes,
        _ => Refusal::BadParameter,
    };
    refusal.text(build)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_written_as_the_build_writes_it() {
        let of = |refusal: Refusal, build: &str| refusal.text(build.parse().unwrap());
        assert_eq!(of(Refusal::UnstableCluster, "4.5.3.2"), "ERROR::unstable-cluster");
        assert_eq!(of(Refusal::UnstableCluster, "7.1.0.0"), "ERROR::unstable-cluster");
        assert_eq!(of(Refusal::UnstableCluster, "7.2.0.1"), "ERROR:7:unstable cluster");
        assert_eq!(of(Refusal::NotSet, "4.5.3.2"), "error");
        assert_eq!(of(Refusal::RosterSet, "8.0.0.0"), "ERROR::roster-set");
    }
}
