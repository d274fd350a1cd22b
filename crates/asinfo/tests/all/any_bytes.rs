//! What must hold of any bytes that arrive. The fuzzer (docs/fuzzing.md) asks the same.

use rosterlab_asinfo::bins::{self, MOST_RECORD_BYTES, MOST_RESULT_BYTES, Record};
use rosterlab_asinfo::wire::action::Action;
use rosterlab_asinfo::wire::batch::{self, Replies};
use rosterlab_asinfo::wire::bin::{Bin, BinName, BinResult, Value};
use rosterlab_asinfo::wire::frame::{self, Frame, HEADER_BYTES, Kind};
use rosterlab_asinfo::wire::info;
use rosterlab_asinfo::wire::refusal::Refusal;
use rosterlab_asinfo::wire::reply::Reply;
use rosterlab_asinfo::wire::request::Request;
use rosterlab_engine::Mode;

/// How far bytes could be read as a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// No frame, or none yet.
    NoFrame,
    /// A frame whose body is refused, and the connection goes on.
    Refused,
    /// A request.
    Request,
}

/// Reads bytes as what may have arrived at a node and at a client.
pub fn check(bytes: &[u8]) -> Outcome {
    if let Ok(Some((frame, taken))) = frame::decode_reply(bytes) {
        assert_eq!(frame::encode(frame.kind, frame.body), bytes[..taken]);
        match frame.kind {
            Kind::Info => info_reply(frame.body),
            Kind::Message => {
                record_reply(frame.body);
                batch_replies(frame.body);
            }
            Kind::Security | Kind::CompressedMessage => {}
        }
    }
    let Ok(Some((frame, taken))) = frame::decode(bytes) else { return Outcome::NoFrame };
    assert_eq!(taken, HEADER_BYTES + frame.body.len());
    let is_request = match frame.kind {
        Kind::Info => info_request(frame.body),
        Kind::Message => message(frame.body),
        Kind::Security | Kind::CompressedMessage => false,
    };
    if is_request { Outcome::Request } else { Outcome::Refused }
}

/// The frame that somebody wrote.
fn written(bytes: &[u8]) -> Frame<'_> {
    let (frame, taken) = frame::decode_reply(bytes).expect("it is well-formed").expect("and whole");
    assert_eq!(taken, bytes.len());
    frame
}

fn info_request(body: &[u8]) -> bool {
    let Ok(names) = info::names(body) else { return false };
    let again = info::request(names.iter().copied());
    assert_eq!(info::names(written(&again).body).as_ref(), Ok(&names));
    true
}

fn info_reply(body: &[u8]) {
    if let Ok(values) = info::values(body) {
        let again = info::reply(values.iter().copied());
        assert_eq!(info::values(written(&again).body), Ok(values));
    }
}

fn message(body: &[u8]) -> bool {
    match Request::decode(body) {
        Ok(request) => {
            let again = request.encode();
            assert_eq!(Request::decode(written(&again).body).as_ref(), Ok(&request));
            carry_out(&request);
            true
        }
        Err(refusal) => {
            refused(refusal);
            false
        }
    }
}

fn refused(refusal: Refusal) {
    let reply = refusal.encode();
    let replies = Replies::decode(written(&reply).body).expect("it can be read");
    let code = refusal.code();
    if refusal.waits_for_last {
        assert_eq!((replies.rows, replies.end), (vec![], Some(code)));
    } else {
        assert_eq!((replies.rows, replies.end), (vec![(0, Reply::of(code))], None));
    }
    assert!(refusal.to_string().len() < 100, "a short sentence");
}

fn carry_out(request: &Request) {
    let name = |text: &str| BinName::new(text.as_bytes()).expect("it is short");
    let record = Record {
        generation: 1,
        bins: vec![
            Bin { name: name("i"), value: Value::integer(i64::MAX) },
            Bin { name: name("s"), value: Value::string("hi") },
        ],
    };
    match request {
        Request::Record(request) => match &request.action {
            Action::Read(read) => bounded(&record.read(&read.what).unwrap_or_default()),
            Action::Write(write) => {
                for record in [None, Some(&record)] {
                    let Ok(written) = bins::write(record, write, Mode::StrongConsistency) else {
                        continue;
                    };
                    bounded(&written.results);
                    let Some(record) = written.record else { continue };
                    assert!(!record.bins.is_empty() && record.bytes() <= MOST_RECORD_BYTES);
                    let mut names: Vec<_> = record.bins.iter().map(|bin| bin.name).collect();
                    names.sort();
                    assert!(names.windows(2).all(|pair| pair[0] < pair[1]), "no name twice");
                }
            }
            Action::Delete(delete) => assert!(bins::delete(None, *delete).is_err()),
        },
        Request::Batch(batch) => {
            for row in &batch.rows {
                bounded(&record.read(&row.ask.read.what).unwrap_or_default());
            }
        }
    }
}

fn bounded(results: &[BinResult]) {
    let bytes = |result: &BinResult| result.value.as_ref().map_or(0, |value| value.bytes.len());
    assert!(results.iter().map(bytes).sum::<usize>() <= MOST_RESULT_BYTES);
}

fn record_reply(body: &[u8]) {
    if let Ok(reply) = Reply::decode(body) {
        assert_eq!(Reply::decode(written(&reply.encode()).body), Ok(reply));
    }
}

fn batch_replies(body: &[u8]) {
    let Ok(replies) = Replies::decode(body) else { return };
    let frames: Vec<Vec<u8>> = batch::replies(replies.rows.clone()).collect();
    let again = frames.iter().map(|bytes| Replies::decode(written(bytes).body).expect("it is one"));
    let again: Vec<Replies> = again.collect();
    let ends = again.iter().filter(|part| part.end.is_some()).count();
    assert!(
        ends == 1 && again.last().is_some_and(|last| last.end.is_some()),
        "one end, at the end"
    );
    assert!(again.into_iter().flat_map(|part| part.rows).eq(replies.rows));
}
