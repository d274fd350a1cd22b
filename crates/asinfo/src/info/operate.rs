//! What an operator tells a node: to recluster, to revive, to quiesce.
//!
//! Invariant: an answer that says `ok` comes with the commands that make it true, or is true already. Not here: rosters.

use rosterlab_engine::{Command, Mode, QuiesceState};

use super::error::{Refusal, refused};
use super::request::Request;
use super::{Asked, Reply};

/// `ok`, once these commands are done; a command that the cluster would refuse is the error that says why.
pub(super) fn ok_after(asked: &Asked<'_>, commands: Vec<Command>) -> Reply {
    for command in &commands {
        if let Err(rejection) = asked.cluster.check(command) {
            return Reply::Text(refused(asked.build(), &rejection));
        }
    }
    Reply::Act { commands, text: "ok".to_owned() }
}

/// `recluster:`; only the principal takes it. An orphan is nobody's principal \[open\].
pub(super) fn recluster(asked: &Asked<'_>) -> Reply {
    if !asked.node.principal {
        return Reply::Text("ignored-by-non-principal".to_owned());
    }
    ok_after(asked, vec![Command::Recluster { on: Some(asked.node.id) }])
}
