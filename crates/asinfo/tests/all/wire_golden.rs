//! Exchanges captured between an official client and a server (tests/golden/wire.json), read and written again: the same
//! bytes, in both directions.

use std::collections::BTreeMap;
use std::sync::Arc;

use rosterlab_asinfo::wire::action::{Action, Delete, Generation, Read, What, Write};
use rosterlab_asinfo::wire::batch::{self, Ask, Batch, Replies, Row};
use rosterlab_asinfo::wire::bin::{Bin, BinName, BinResult, Particle, Value};
use rosterlab_asinfo::wire::code::ResultCode;
use rosterlab_asinfo::wire::frame::{self, Frame, Kind};
use rosterlab_asinfo::wire::info;
use rosterlab_asinfo::wire::op::Op;
use rosterlab_asinfo::wire::reply::Reply;
use rosterlab_asinfo::wire::request::{Key, RecordRequest, Request};
use rosterlab_engine::{Digest, ReadMode};
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    vectors: Vec<Exchange>,
}

#[derive(Deserialize)]
struct Exchange {
    name: String,
    request: String,
    response: String,
}

/// The bytes of each exchange's request and response, by its name.
pub fn exchanges() -> BTreeMap<String, (Vec<u8>, Vec<u8>)> {
    let text = include_str!("../../../../tests/golden/wire.json");
    let golden: Golden = serde_json::from_str(text).unwrap();
    let exchange = |e: Exchange| (e.name, (from_hex(&e.request), from_hex(&e.response)));
    golden.vectors.into_iter().map(exchange).collect()
}

fn from_hex(text: &str) -> Vec<u8> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).unwrap();
    let bytes = text.as_bytes().chunks(2).map(|pair| digit(&pair[0]) << 4 | digit(&pair[1]));
    bytes.map(|byte| byte.try_into().unwrap()).collect()
}

fn whole(bytes: &[u8]) -> Frame<'_> {
    let (frame, taken) = frame::decode(bytes).unwrap().unwrap();
    assert_eq!(taken, bytes.len());
    frame
}

fn name(text: &str) -> BinName {
    BinName::new(text.as_bytes()).unwrap()
}

fn bin(text: &str, value: Value) -> Bin {
    Bin { name: name(text), value }
}

fn blob(bytes: &[u8]) -> Value {
    Value { particle: Particle::BLOB, bytes: bytes.to_vec() }
}

fn digest(hex: &str) -> Digest {
    Digest(from_hex(hex).try_into().unwrap())
}

/// A request of the golden values about their key k1.
fn about_k1(action: Action) -> Request {
    Request::Record(RecordRequest {
        key: Key {
            namespace: "main".to_owned(),
            set: "demo".to_owned(),
            digest: digest("b747f5854d0b33259928d0cfab7fad81d6abfbf6"),
            user_key: None,
        },
        timeout_ms: 1000,
        action,
    })
}

fn get(mode: ReadMode) -> Request {
    about_k1(Action::Read(Read { mode, ..Read::of(What::AllBins) }))
}

fn write(ops: Vec<Op>) -> Request {
    about_k1(Action::Write(Write::of(ops)))
}

fn reply(generation: u32, bins: Vec<Bin>) -> Reply {
    let bins = bins.into_iter().map(BinResult::from).collect();
    Reply { generation, bins, ..Reply::of(ResultCode::Ok) }
}

/// What the record exchanges mean. Every one is here but the batch.
fn meanings() -> BTreeMap<&'static str, (Request, Reply)> {
    let three = || {
        vec![bin("i", Value::integer(7)), bin("s", Value::string("hi")), bin("b", blob(&[0, 1]))]
    };
    let i = || bin("i", Value::integer(1));
    let puts = three().into_iter().map(Op::Write).collect();
    let with_key = |mut request: Request| {
        if let Request::Record(record) = &mut request {
            record.key.digest = digest("d292830845bfed39a34497d41e99030948631b41");
            record.key.user_key = Some(Value::integer(5));
        }
        request
    };
    let delete = Delete { generation: Generation::Any, durable: false, master_only: false };
    BTreeMap::from([
        ("put", (write(puts), reply(1, vec![]))),
        ("get", (get(ReadMode::Session), reply(1, three()))),
        ("get linearize", (get(ReadMode::Linearize), reply(1, three()))),
        ("get allow-unavailable", (get(ReadMode::AllowUnavailable), reply(1, three()))),
        ("exists", (about_k1(Action::Read(Read::of(What::Header))), reply(1, vec![]))),
        (
            "operate incr+read",
            (
                write(vec![Op::Add(i()), Op::Read(name("i"))]),
                reply(2, vec![bin("i", Value::integer(8))]),
            ),
        ),
        ("put send key, integer key", (with_key(write(vec![Op::Write(i())])), reply(1, vec![]))),
        ("remove", (about_k1(Action::Delete(delete)), reply(0, vec![]))),
        ("get not found", (get(ReadMode::Session), Reply::of(ResultCode::NotFound))),
        (
            "put, partition unavailable",
            (write(vec![Op::Write(i())]), Reply::of(ResultCode::Unavailable)),
        ),
    ])
}

#[test]
fn info_requests_and_replies_are_as_captured() {
    let mut found = 0;
    for (title, (request, response)) in exchanges() {
        let (asked, answered) = (whole(&request), whole(&response));
        if asked.kind != Kind::Info {
            continue;
        }
        found += 1;
        let names = info::names(asked.body).unwrap();
        assert_eq!(info::request(names.iter().copied()), request, "{title}");
        assert_eq!(title, format!("info {}", names.join(" ")));
        let values = info::values(answered.body).unwrap();
        assert!(values.iter().map(|(name, _)| name).eq(&names), "{title}: echoed in order");
        assert_eq!(info::reply(values), response, "{title}");
    }
    assert_eq!(found, 3);
}

#[test]
fn record_requests_and_replies_are_as_captured() {
    let meanings = meanings();
    let exchanges = exchanges();
    for (title, (request, reply)) in &meanings {
        let (asked, answered) = &exchanges[*title];
        assert_eq!(Request::decode(whole(asked).body).as_ref(), Ok(request), "{title}");
        assert_eq!(&request.encode(), asked, "{title}");
        assert_eq!(Reply::decode(whole(answered).body).as_ref(), Ok(reply), "{title}");
        assert_eq!(&reply.encode(), answered, "{title}");
    }
    assert_eq!(meanings.len() + 3 + 1, exchanges.len(), "info and the batch are tested apart");
}

#[test]
fn a_batch_and_its_replies_are_as_captured() {
    let (asked, answered) = &exchanges()["batch read of two keys on one node"];
    let ask = Arc::new(Ask {
        namespace: "main".to_owned(),
        set: "demo".to_owned(),
        read: Read::of(What::AllBins),
    });
    let row = |index, hex| Row { index, digest: digest(hex), ask: Arc::clone(&ask) };
    let request = Request::Batch(Batch {
        timeout_ms: 1000,
        flags: 0x0d,
        rows: vec![
            row(0, "1c9b8ac7cbea6b8cfb67448baf2634f51076996e"),
            row(1, "1d445ad43a5d7813a9a281efc44c4a2943b83680"),
        ],
    });
    assert_eq!(Request::decode(whole(asked).body).as_ref(), Ok(&request));
    assert_eq!(&request.encode(), asked);

    let rows = vec![
        (0, reply(1, vec![bin("i", Value::integer(1))])),
        (1, Reply::of(ResultCode::NotFound)),
    ];
    assert_eq!(&batch::replies(rows.clone()).collect::<Vec<_>>().concat(), answered);
    let replies = Replies { rows, end: Some(ResultCode::Ok) };
    assert_eq!(Replies::decode(whole(answered).body), Ok(replies));
}
