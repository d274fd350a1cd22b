//! Record requests, carried out: what a client sends to a node, and what it is told.
//!
//! Invariant: the engine is asked first, so nothing is answered from a partition that is not served, and what is
//! acknowledged is in the engine's ground truth. Not here: frames (see `node`), what operations make of bins (see the
//! crate `asinfo`).

use rosterlab_asinfo::bins;
use rosterlab_asinfo::wire::action::{Action, Delete, Read, Write};
use rosterlab_asinfo::wire::batch::{Batch, replies};
use rosterlab_asinfo::wire::code::ResultCode;
use rosterlab_asinfo::wire::op::Op;
use rosterlab_asinfo::wire::refusal::Refusal;
use rosterlab_asinfo::wire::reply::Reply;
use rosterlab_asinfo::wire::request::{Key, RecordRequest, Request};
use rosterlab_engine::{ClientResult, Command, Digest, EventKind, Mode, NodeId, ReadMode};

use super::simulation::Simulation;
use crate::args::InDoubt;

/// What happens to a connection after a request.
#[derive(Debug)]
pub enum Answer {
    /// These frames are sent.
    Frames(Vec<u8>),
    /// It is closed without a word.
    Close,
}

impl From<Reply> for Answer {
    fn from(reply: Reply) -> Self {
        Self::Frames(reply.encode())
    }
}

/// What a client is told in place of a reply.
struct Refused(ResultCode);

impl Simulation {
    /// Carries out a message's body that reached a node.
    pub fn message(&mut self, node: NodeId, body: &[u8]) -> Answer {
        match Request::decode(body) {
            Ok(Request::Record(request)) => self.record(node, &request),
            Ok(Request::Batch(batch)) => Answer::Frames(self.batch(node, &batch)),
            Err(refusal) => Answer::Frames(refusal.encode()),
        }
    }

    /// A compressed frame, which is not served.
    pub fn compressed() -> Answer {
        Answer::Frames(Refusal::COMPRESSED.encode())
    }

    fn record(
        &mut self,
        node: NodeId,
        RecordRequest { key, action, .. }: &RecordRequest,
    ) -> Answer {
        let Some(mode) = self.mode_of(&key.namespace) else {
            self.activity.count(node, ResultCode::Namespace);
            return Reply::of(ResultCode::Namespace).into();
        };
        let done = match action {
            Action::Read(read) => Ok(self.read(node, (&key.namespace, key.digest), read)),
            Action::Write(write) => self.write(node, key, write, mode),
            Action::Delete(delete) => self.delete(node, key, *delete, mode),
        };
        let code = match &done {
            Ok(reply) => reply.code,
            Err(Refused(code)) => *code,
        };
        self.activity.count(node, code);
        match done {
            Ok(reply) => reply.into(),
            Err(Refused(ResultCode::Timeout)) if self.settings.in_doubt == InDoubt::Close => {
                Answer::Close
            }
            Err(Refused(code)) => Reply::of(code).into(),
        }
    }

    fn batch(&mut self, node: NodeId, batch: &Batch) -> Vec<u8> {
        let rows = batch.rows.iter().map(|row| {
            let reply = if self.mode_of(&row.ask.namespace).is_some() {
                self.read(node, (&row.ask.namespace, row.digest), &row.ask.read)
            } else {
                Reply::of(ResultCode::Namespace)
            };
            self.activity.count(node, reply.code);
            (row.index, reply)
        });
        replies(rows).collect::<Vec<_>>().concat()
    }

    fn read(&mut self, node: NodeId, (namespace, digest): (&str, Digest), read: &Read) -> Reply {
        let seen = match self.look(node, namespace, digest, read.mode) {
            // The regime is older than one that a client has seen, but the node does not know that: it answers, and it is
            // the client that does not ask it any more (wire.md §2).
            (ClientResult::StaleRegime, _) => {
                self.look(node, namespace, digest, ReadMode::AllowReplica)
            }
            seen => seen,
        };
        let write = match seen {
            (ClientResult::Ok, Some(write)) => write,
            (ClientResult::Ok | ClientResult::NotFound, _) => {
                return Reply::of(ResultCode::NotFound);
            }
            (result, _) => return Reply::of(code_of(result)),
        };
        let Some(record) = self.contents.record(write) else {
            return Reply::of(ResultCode::NotFound);
        };
        match record.read(&read.what) {
            Ok(bins) => Reply { generation: record.generation, bins, ..Reply::of(ResultCode::Ok) },
            Err(code) => Reply::of(code),
        }
    }

    /// What the engine says of a read: the result, and the write that is seen.
    fn look(
        &mut self,
        node: NodeId,
        namespace: &str,
        key: Digest,
        mode: ReadMode,
    ) -> (ClientResult, Option<u64>) {
        let namespace = namespace.to_owned();
        let command = Command::Read { namespace, key, from: Some(node), mode };
        match self.of_client(&command) {
            Some(EventKind::Read { result, write, .. }) => (result, write),
            _ => (ClientResult::Unavailable, None),
        }
    }

    fn write(
        &mut self,
        node: NodeId,
        key: &Key,
        write: &Write,
        mode: Mode,
    ) -> Result<Reply, Refused> {
        let before = self.before(node, key)?;
        let written = bins::write(before, write, mode).map_err(Refused)?;
        if written.record.is_none() {
            self.check_expunge(write.durable_delete, mode)?;
        }
        let generation = written.record.as_ref().map_or(0, |record| record.generation);
        let reads = write.ops.iter().any(|op| matches!(op, Op::Read(_) | Op::ReadAll));
        self.store(node, key, written.record)?;
        let bins = if reads || write.result_for_each { written.results } else { Vec::new() };
        Ok(Reply { generation, bins, ..Reply::of(ResultCode::Ok) })
    }

    fn delete(
        &mut self,
        node: NodeId,
        key: &Key,
        delete: Delete,
        mode: Mode,
    ) -> Result<Reply, Refused> {
        self.check_expunge(delete.durable, mode)?;
        let before = self.before(node, key)?;
        bins::delete(before, delete).map_err(Refused)?;
        self.store(node, key, None)?;
        Ok(Reply::of(ResultCode::Ok))
    }

    /// In strong consistency a deletion leaves a tombstone, unless a setting allows it not to (reference of
    /// `strong-consistency-allow-expunge`).
    fn check_expunge(&self, durable: bool, mode: Mode) -> Result<(), Refused> {
        let allowed = durable || mode == Mode::Available || self.settings.allow_expunge;
        if allowed { Ok(()) } else { Err(Refused(ResultCode::Forbidden)) }
    }

    /// The record that a write builds on, if there is one.
    fn before(&self, node: NodeId, key: &Key) -> Result<Option<&bins::Record>, Refused> {
        let write = self.cluster.builds_on(&key.namespace, key.digest, node);
        let write = write.map_err(|result| Refused(code_of(result)))?;
        Ok(write.and_then(|write| self.contents.record(write)))
    }

    /// A write happens. What it left is kept even if it is in doubt: some node has it then.
    fn store(
        &mut self,
        node: NodeId,
        key: &Key,
        record: Option<bins::Record>,
    ) -> Result<(), Refused> {
        if record.is_some() && self.contents.is_full() {
            return Err(Refused(ResultCode::OutOfSpace));
        }
        let (namespace, digest) = (key.namespace.clone(), key.digest);
        let command = Command::Write { namespace, key: digest, from: Some(node) };
        let Some(EventKind::Wrote { result, write, .. }) = self.of_client(&command) else {
            return Err(Refused(ResultCode::Unavailable));
        };
        self.contents.put(write, record);
        match result {
            ClientResult::Ok => Ok(()),
            result => Err(Refused(code_of(result))),
        }
    }

    /// Does a client's command; `None` if the node cannot be asked.
    fn of_client(&mut self, command: &Command) -> Option<EventKind> {
        let mut events = self.cluster.apply(command).ok()?;
        let first = (!events.is_empty()).then(|| events.swap_remove(0));
        first.map(|event| event.kind)
    }
}

/// What a client is told (wire.md §3).
fn code_of(result: ClientResult) -> ResultCode {
    match result {
        ClientResult::Ok => ResultCode::Ok,
        ClientResult::NotFound => ResultCode::NotFound,
        ClientResult::InDoubt => ResultCode::Timeout,
        ClientResult::Unavailable | ClientResult::StaleRegime => ResultCode::Unavailable,
    }
}
