//! What an operator tells a node, and asks before: to recluster, to revive, to quiesce, whether the cluster is stable.
//!
//! Invariant: an answer that says `ok` comes with the commands that make it true, or is true already. Not here: rosters.

use rosterlab_engine::{Command, Mode, QuiesceState};

use super::error::{Refusal, refused};
use super::request::Request;
use super::statistics::{are_migrations_allowed, remaining};
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

fn ok() -> Reply {
    Reply::Text("ok".to_owned())
}

/// `recluster:`; only the principal takes it. An orphan is nobody's principal.
pub(super) fn recluster(asked: &Asked<'_>) -> Reply {
    if !asked.node.principal || asked.home().is_none() {
        return Reply::Text("ignored-by-non-principal".to_owned());
    }
    ok_after(asked, vec![Command::Recluster { on: Some(asked.node.id) }])
}

/// `revive:` and `revive:namespace=name`, on this node alone. While the cluster changes it fails \[open\]. In AP there is
/// nothing to revive.
pub(super) fn revive(asked: &Asked<'_>, request: &Request<'_>) -> Result<Reply, Refusal> {
    let asked_for = asked.namespace(request)?;
    if asked.view.changing {
        return Err(Refusal::FailedRevive);
    }
    let namespaces = asked.view.namespaces.iter().enumerate();
    let wanted = namespaces.filter(|(place, settings)| {
        settings.mode == Mode::StrongConsistency && asked_for.is_none_or(|only| only == *place)
    });
    let revive = |name: &str| Command::Revive {
        namespace: name.to_owned(),
        nodes: Some(vec![asked.node.id]),
    };
    let commands: Vec<Command> = wanted.map(|(_, settings)| revive(&settings.name)).collect();
    Ok(if commands.is_empty() { ok() } else { ok_after(asked, commands) })
}

/// `quiesce:` and `quiesce-undo:`, of this node, in all namespaces. To say it twice is no error \[open\]. A node that stays
/// quiesced is told so.
pub(super) fn quiesce(asked: &Asked<'_>, quiesce: bool) -> Result<Reply, Refusal> {
    if asked.node.stay_quiesced {
        return if quiesce {
            Err(Refusal::PermanentlyQuiesced)
        } else {
            Ok(Reply::Text("ignored-permanently-quiesced".to_owned()))
        };
    }
    let told = matches!(asked.node.quiesce, QuiesceState::Pending | QuiesceState::Effective);
    if told == quiesce {
        return Ok(ok());
    }
    let nodes = vec![asked.node.id];
    let command = if quiesce { Command::Quiesce { nodes } } else { Command::QuiesceUndo { nodes } };
    Ok(ok_after(asked, vec![command]))
}

/// `cluster-stable:size=N;ignore-migrations=…;namespace=name`: the cluster key, if nothing changes and nothing is left to
/// migrate on this node. Partitions that are unavailable or dead count when a namespace is named, and from 6.2 on always
/// \[open\].
pub(super) fn cluster_stable(asked: &Asked<'_>, request: &Request<'_>) -> Result<Reply, Refusal> {
    let home = asked.home().ok_or(Refusal::UnstableCluster)?;
    if !are_migrations_allowed(asked) {
        return Err(Refusal::UnstableCluster);
    }
    if let Some(size) = request.param("size") {
        // The server reads at most three digits.
        let size = if size.len() <= 3 { size.parse::<usize>().ok() } else { None };
        if size.ok_or(Refusal::BadSize)? != home.nodes.len() {
            return Err(Refusal::NotSpecifiedSize);
        }
    }
    let build = asked.build();
    let ignores = match request.param("ignore-migrations") {
        None | Some("false") => false,
        Some("true") => true,
        Some("no") if !build.since(7, 2) => false,
        Some("yes") if !build.since(7, 2) => true,
        Some(_) => return Err(Refusal::BadIgnoreMigrations),
    };
    if !ignores {
        let asked_for = asked.namespace(request)?;
        let counts_inactive = asked_for.is_some() || build.since(6, 2);
        for (place, here) in home.namespaces.iter().enumerate() {
            if asked_for.is_some_and(|only| only != place) {
                continue;
            }
            let left = remaining(asked, place);
            let inactive = here.counts.unavailable + here.counts.dead;
            if left.tx + left.rx > 0 || counts_inactive && inactive > 0 {
                return Err(Refusal::UnstableCluster);
            }
        }
    }
    Ok(Reply::Text(format!("{:X}", home.key.get())))
}
