//! Translates actions into commands and entries of the timeline, and says whether they can be done.
//!
//! Invariant: pure, and the one place that says so: buttons ask `can` what they may do, the reducer performs what
//! `entry_of` gives, and the recorder keeps the same entry for the crash panel. An action is one step of the timeline.

use rosterlab_engine::{Command, Link, NodeId, RosterNodes};
use rosterlab_scenario::foresight::ways::Way;
use rosterlab_scenario::{Entry, Purpose, Settle};

use super::{Action, State};
use crate::console::state::{ConsoleAction, Whose, further_step};
use crate::page::verbs::Verb;
use crate::roster::state::RosterAction;
use crate::text::refusal;
use crate::why::ways::WaysAction;

/// A command as an entry of the timeline, after which the clusters settle.
pub(super) fn act(command: Command) -> Entry {
    Entry::Act { command, settle: Settle::Fully }
}

impl State {
    /// The entry that an action would add to the timeline now; none for what only changes what is looked at. For an
    /// action that needs confirmation, it is the entry that confirming it would add.
    #[must_use]
    pub fn entry_of(&self, action: &Action) -> Option<Entry> {
        let act = |command| self.act(command);
        match action {
            Action::Press(verb) => self.entry_of_verb(*verb),
            Action::Do(command) => Some(act(command.clone())),
            Action::ToggleLink(link) => Some(act(self.toggle(*link))),
            Action::MoveBeside(node, places) => self.move_beside(*node, *places).map(act),
            Action::Tick(ms) if self.is_restarting() => self.tick_of_restart(*ms)?.ok(),
            Action::Tick(ms) if self.is_running() => Some(Entry::Pass { ms: u64::from(*ms) }),
            Action::Roster(RosterAction::Confirm) => {
                let asked = self.rosters.asking.as_ref();
                asked.and_then(|asked| self.entry_of_verb(asked.verb))
            }
            Action::Floor(action) => self.entry_of_floor(action),
            Action::Console(ConsoleAction::Typed(link)) if !self.is_attached() => {
                further_step(link, &self.timeline)
            }
            Action::Clients(action) => self.entry_of_clients(action),
            Action::Ways(WaysAction::Take(quest, place)) => {
                self.way(*quest, *place).map(Way::entry)
            }
            Action::Ways(WaysAction::OneSide) => self.one_side(),
            _ => None,
        }
    }

    /// A command as an entry of the timeline. The clusters settle after it, or react as the server's time passes.
    pub(super) fn act(&self, command: Command) -> Entry {
        match act(command) {
            Entry::Act { command, .. } if self.is_attached() => {
                Entry::Act { command, settle: Settle::Within { ms: 0 } }
            }
            settled => settled,
        }
    }

    /// Whether a server's cluster is shown, in the server's time.
    #[must_use]
    pub fn is_attached(&self) -> bool {
        self.whose == Whose::Servers
    }

    /// The entry of a verb, if it can be done.
    pub(super) fn entry_of_verb(&self, verb: Verb) -> Option<Entry> {
        self.can(verb).ok()?;
        match verb {
            Verb::Migrate => Some(Entry::Migrate { partitions: None }),
            Verb::Step => Some(Entry::Pass { ms: self.step_ms() }),
            _ => {
                let commands = self.commands(verb).into_iter();
                Entry::together(Purpose::Commands, commands.map(|one| self.act(one)).collect())
            }
        }
    }

    /// The commands of a verb that does something to the cluster, in order; none for any other verb.
    #[must_use]
    pub fn commands(&self, verb: Verb) -> Vec<Command> {
        let mut commands: Vec<Command> = self.command(verb).into_iter().collect();
        if matches!(verb, Verb::StageAndRecluster | Verb::SetAndRecluster) {
            commands.push(Command::Recluster { on: self.addressed() });
        }
        commands
    }

    /// The node that commands of a roster go to; `None` where the cluster is the only one.
    fn addressed(&self) -> Option<NodeId> {
        let is_one_of_many = self.view.sub_clusters.len() > 1 || self.shown_orphan().is_some();
        self.shown_from().filter(|_| is_one_of_many)
    }

    /// The first command of a verb that does something to the cluster: what has to be possible for the verb to be.
    #[must_use]
    pub fn command(&self, verb: Verb) -> Option<Command> {
        let namespace = self.namespace_name().to_owned();
        let sub_cluster = self.shown_sub_cluster().filter(|_| self.view.sub_clusters.len() > 1);
        let on = self.addressed();
        match verb {
            Verb::Split => {
                let racks = self.racks().into_iter().map(|(_, nodes)| nodes);
                Some(Command::Cut { between: racks.filter(|nodes| !nodes.is_empty()).collect() })
            }
            Verb::Heal => Some(Command::Heal { between: None }),
            Verb::StageObserved | Verb::StageAndRecluster => {
                Some(Command::RosterSet { namespace, nodes: RosterNodes::Observed, on })
            }
            Verb::SetRoster | Verb::SetAndRecluster => Some(self.set_roster(on)),
            Verb::Recluster => Some(Command::Recluster { on }),
            Verb::Revive => {
                let orphan = self.shown_orphan().map(|node| vec![node]);
                let members = || sub_cluster.map(|sub_cluster| sub_cluster.nodes.clone());
                let nodes = orphan.or_else(members);
                Some(Command::Revive { namespace, nodes })
            }
            _ => self.selection_command(verb),
        }
    }

    /// Whether a verb can be done now.
    ///
    /// # Errors
    /// Why not, as a sentence.
    pub fn can(&self, verb: Verb) -> Result<(), String> {
        if let Some(why) = self.floor_refusal(verb) {
            return Err(why);
        }
        match verb {
            Verb::Play | Verb::Faster | Verb::Slower | Verb::Restart if self.is_attached() => {
                return Err("The server's clock sets the time here.".to_owned());
            }
            Verb::SetRoster | Verb::SetAndRecluster => self.can_set()?,
            Verb::Restart if !self.is_restarting() => drop(self.plan_restart()?),
            _ => {}
        }
        if let Some(command) = self.command(verb) {
            return self.can_do(&command);
        }
        let entries = self.timeline.entries().len();
        match verb {
            Verb::Undo if self.timeline.position() == 0 => Err("Nothing was done yet.".to_owned()),
            Verb::Redo if self.timeline.position() == entries => {
                Err("Nothing was undone.".to_owned())
            }
            Verb::EditRoster => self.can(Verb::StageObserved),
            Verb::Migrate if !self.view.migrating => Err("No migration is under way.".to_owned()),
            Verb::Step if !(self.view.migrating || self.view.changing) => {
                Err("Nothing moves.".to_owned())
            }
            _ => Ok(()),
        }
    }

    /// Whether a command can be done now.
    ///
    /// # Errors
    /// Why not, as a sentence.
    pub fn can_do(&self, command: &Command) -> Result<(), String> {
        self.timeline.cluster().check(command).map_err(|rejection| refusal(&rejection))?;
        match command {
            // Each node is there once and every side has one: the cluster has said so.
            Command::Cut { between } => self.cuts_something(between),
            _ => Ok(()),
        }
    }

    /// Refuses a cut that changes nothing.
    fn cuts_something(&self, between: &[Vec<NodeId>]) -> Result<(), String> {
        let view = &self.view;
        let all: usize = between.iter().map(Vec::len).sum();
        let same: usize = between.iter().map(|side| side.len() * side.len()).sum();
        // Fewer cuts than links between the sides: at least one link is whole.
        if view.cuts.len() < (all * all - same) / 2 {
            return Ok(());
        }
        let holds = |a: &NodeId, others: &[Vec<NodeId>]| {
            others.iter().flatten().any(|b| !view.is_cut(*a, *b))
        };
        let mut sides = between.iter().enumerate();
        let any = sides.any(|(at, side)| side.iter().any(|a| holds(a, &between[at + 1..])));
        if any { Ok(()) } else { Err("Every link there is cut already.".to_owned()) }
    }

    /// What pressing a link does.
    fn toggle(&self, link: Link) -> Command {
        let sides = vec![vec![link.low()], vec![link.high()]];
        if self.view.is_cut(link.low(), link.high()) {
            Command::Heal { between: Some(sides) }
        } else {
            Command::Cut { between: sides }
        }
    }

    /// Moves a node to the rack so many lanes on, if there is one.
    fn move_beside(&self, node: NodeId, places: isize) -> Option<Command> {
        let home = self.view.node(node)?.rack;
        let racks = self.racks();
        let place = racks.iter().position(|(rack, _)| *rack == home)?;
        let (rack, _) = racks.get(place.checked_add_signed(places)?)?;
        Some(Command::MoveToRack { nodes: vec![node], rack: *rack })
    }
}
