//! Whatever is written is read as the same; whatever arrives, nothing panics and the connection can go on.

use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::strategy::ValueTree;
use proptest::test_runner::{RngSeed, TestRunner};
use rosterlab_asinfo::wire::action::{
    Action, Delete, Existence, Generation, Read, Ttl, What, Write,
};
use rosterlab_asinfo::wire::batch::{self, Ask, Batch, Replies, Row};
use rosterlab_asinfo::wire::bin::{Bin, BinName, BinResult, Particle, Value};
use rosterlab_asinfo::wire::code::ResultCode;
use rosterlab_asinfo::wire::frame::{self, HEADER_BYTES, Header, Kind};
use rosterlab_asinfo::wire::op::Op;
use rosterlab_asinfo::wire::reply::Reply;
use rosterlab_asinfo::wire::request::{Key, RecordRequest, Request};
use rosterlab_engine::{Digest, ReadMode};

use crate::any_bytes::{self, Outcome};
use crate::wire_golden::exchanges;

/// The number of cases, the same ones in every run. `ROSTERLAB_HISTORIES=200` damages a million frames.
fn seeded(cases: u32) -> ProptestConfig {
    let times = std::env::var("ROSTERLAB_HISTORIES").ok().and_then(|times| times.parse().ok());
    ProptestConfig {
        cases: cases * times.unwrap_or(1),
        rng_seed: RngSeed::Fixed(0x0000_f4a3),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

fn bin_name() -> impl Strategy<Value = BinName> {
    vec(1_u8.., 0..=15).prop_map(|name| BinName::new(&name).unwrap())
}

fn value() -> impl Strategy<Value = Value> {
    (1_u8.., vec(any::<u8>(), 0..40))
        .prop_map(|(kind, bytes)| Value { particle: Particle::new(kind).unwrap(), bytes })
}

fn bin() -> impl Strategy<Value = Bin> {
    (bin_name(), value()).prop_map(|(name, value)| Bin { name, value })
}

fn read_mode() -> impl Strategy<Value = ReadMode> {
    proptest::sample::select(vec![
        ReadMode::Session,
        ReadMode::Linearize,
        ReadMode::AllowReplica,
        ReadMode::AllowUnavailable,
    ])
}

fn read() -> impl Strategy<Value = Read> {
    let bins = (vec(bin_name(), 1..5), any::<bool>())
        .prop_map(|(names, result_for_each)| What::Bins { names, result_for_each });
    let what = prop_oneof![Just(What::Header), Just(What::AllBins), bins];
    (read_mode(), any::<bool>(), what).prop_map(|(mode, all_replicas, what)| Read {
        mode,
        all_replicas,
        what,
    })
}

/// An operation that a write can have beside any other.
fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        bin().prop_map(Op::Write),
        bin().prop_map(Op::Add),
        bin().prop_map(Op::Append),
        bin().prop_map(Op::Prepend),
        bin_name().prop_map(Op::Remove),
        Just(Op::Touch),
        Just(Op::DeleteAll),
    ]
}

/// Operations that are no contradiction, and the flags that go with them.
fn ops() -> impl Strategy<Value = (Vec<Op>, Existence, bool)> {
    let existence = || {
        proptest::sample::select(vec![
            Existence::CreateOrUpdate,
            Existence::UpdateOnly,
            Existence::CreateOnly,
        ])
    };
    let replacing =
        proptest::sample::select(vec![Existence::CreateOrReplace, Existence::ReplaceOnly]);
    let mixed = prop_oneof![3 => op(), 1 => bin_name().prop_map(Op::Read)];
    let all = (vec(op(), 0..5), any::<Index>()).prop_map(|(mut ops, place)| {
        ops.insert(place.index(ops.len() + 1), Op::ReadAll);
        ops
    });
    prop_oneof![
        (vec(mixed, 1..6), existence(), any::<bool>()),
        (all, existence(), Just(false)),
        (vec(bin().prop_map(Op::Write), 1..6), replacing, any::<bool>()),
    ]
}

fn generation() -> impl Strategy<Value = Generation> {
    prop_oneof![
        Just(Generation::Any),
        any::<u32>().prop_map(Generation::Equal),
        any::<u32>().prop_map(Generation::OlderThan),
    ]
}

fn ttl() -> impl Strategy<Value = Ttl> {
    prop_oneof![
        Just(Ttl::Default),
        Just(Ttl::Never),
        Just(Ttl::Unchanged),
        (1..u32::MAX - 1).prop_map(Ttl::Seconds),
    ]
}

fn write() -> impl Strategy<Value = Write> {
    (ops(), generation(), ttl(), any::<[bool; 2]>(), read_mode()).prop_map(
        |((ops, existence, result_for_each), generation, ttl, flags, mode)| Write {
            ops,
            existence,
            generation,
            ttl,
            durable_delete: flags[0],
            master_only: flags[1],
            result_for_each,
            mode,
        },
    )
}

fn action() -> impl Strategy<Value = Action> {
    let delete = (generation(), any::<[bool; 2]>()).prop_map(|(generation, flags)| Delete {
        generation,
        durable: flags[0],
        master_only: flags[1],
    });
    prop_oneof![
        read().prop_map(Action::Read),
        write().prop_map(Action::Write),
        delete.prop_map(Action::Delete),
    ]
}

fn digest() -> impl Strategy<Value = Digest> {
    any::<[u8; 20]>().prop_map(Digest)
}

fn record_request() -> impl Strategy<Value = RecordRequest> {
    let key = ("[a-z]{0,31}", "[a-zä]{0,12}", digest(), proptest::option::of(value()))
        .prop_map(|(namespace, set, digest, user_key)| Key { namespace, set, digest, user_key });
    (key, any::<u32>(), action()).prop_map(|(key, timeout_ms, action)| RecordRequest {
        key,
        timeout_ms,
        action,
    })
}

fn batch() -> impl Strategy<Value = Batch> {
    let ask = ("[a-z]{0,3}", "[a-z]{0,3}", read())
        .prop_map(|(namespace, set, read)| Arc::new(Ask { namespace, set, read }));
    let rows = vec(ask, 1..4).prop_flat_map(|asks| {
        let ask = proptest::sample::select(asks);
        let row = (any::<u32>(), digest(), ask).prop_map(|(index, digest, ask)| Row {
            index,
            digest,
            ask,
        });
        vec(row, 1..12)
    });
    (any::<u32>(), any::<u8>(), rows).prop_map(|(timeout_ms, flags, rows)| Batch {
        timeout_ms,
        flags,
        rows,
    })
}

fn request() -> impl Strategy<Value = Request> {
    prop_oneof![
        3 => record_request().prop_map(Request::Record),
        1 => batch().prop_map(Request::Batch),
    ]
}

fn reply() -> impl Strategy<Value = Reply> {
    let code = proptest::sample::select(&ResultCode::ALL[..]);
    let result = (bin_name(), proptest::option::of(value()))
        .prop_map(|(name, value)| BinResult { name, value });
    (code, any::<u32>(), any::<u32>(), vec(result, 0..5))
        .prop_map(|(code, generation, void_time, bins)| Reply { code, generation, void_time, bins })
}

fn body(bytes: &[u8]) -> &[u8] {
    frame::decode_reply(bytes).unwrap().unwrap().0.body
}

proptest! {
    #![proptest_config(seeded(1_000))]

    #[test]
    fn a_request_that_was_written_is_read_as_the_same(request in request()) {
        let bytes = request.encode();
        prop_assert_eq!(Request::decode(body(&bytes)), Ok(request));
    }

    #[test]
    fn a_reply_that_was_written_is_read_as_the_same(reply in reply()) {
        let bytes = reply.encode();
        prop_assert_eq!(Reply::decode(body(&bytes)), Ok(reply));
    }

    #[test]
    fn replies_to_a_batch_that_were_written_are_read_as_the_same(
        rows in vec((any::<u32>(), reply()), 0..20),
    ) {
        let frames: Vec<Vec<u8>> = batch::replies(rows.clone()).collect();
        prop_assert_eq!(frames.len(), 1, "they are small");
        let expected = Replies { rows, end: Some(ResultCode::Ok) };
        prop_assert_eq!(Replies::decode(body(&frames[0])), Ok(expected));
    }

    #[test]
    fn a_frame_is_read_when_it_is_whole(request in request(), cut: Index, more in vec(any::<u8>(), 0..9)) {
        let mut bytes = request.encode();
        let length = bytes.len();
        prop_assert_eq!(frame::decode(&bytes[..cut.index(length)]), Ok(None));
        bytes.extend(more);
        let (_, taken) = frame::decode(&bytes).unwrap().unwrap();
        prop_assert_eq!(taken, length);
    }
}

/// A change of bytes somewhere.
#[derive(Clone, Debug)]
enum Damage {
    Set(Index, u8),
    Insert(Index, Vec<u8>),
    Remove(Index, Index),
    Repeat(Index, Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        4 => (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Damage::Set(at, byte)),
        1 => (any::<Index>(), vec(any::<u8>(), 1..6)).prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
        1 => any::<(Index, Index)>().prop_map(|(from, to)| Damage::Remove(from, to)),
        1 => any::<(Index, Index)>().prop_map(|(from, to)| Damage::Repeat(from, to)),
    ]
}

impl Damage {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let place = |index: &Index| index.index(bytes.len() + 1);
        let range = |a: &Index, b: &Index| place(a).min(place(b))..place(a).max(place(b));
        match self {
            Self::Set(at, byte) => {
                let place = place(at);
                bytes.splice(place..(place + 1).min(bytes.len()), [*byte]);
            }
            Self::Insert(at, more) => drop(bytes.splice(place(at)..place(at), more.clone())),
            Self::Remove(from, to) => drop(bytes.drain(range(from, to))),
            Self::Repeat(from, to) => {
                let part = bytes[range(from, to)].to_vec();
                bytes.extend(part);
            }
        }
    }
}

/// The body of some frame, and its kind.
fn some_body() -> impl Strategy<Value = (u8, Vec<u8>)> {
    let captured: Vec<Vec<u8>> = exchanges().into_values().flat_map(|(a, b)| [a, b]).collect();
    let of_frame = |bytes: Vec<u8>| (bytes[1], bytes[HEADER_BYTES..].to_vec());
    prop_oneof![
        4 => proptest::sample::select(captured).prop_map(of_frame),
        2 => request().prop_map(move |request| of_frame(request.encode())),
        1 => (0_u8..6, vec(any::<u8>(), 0..100)),
    ]
}

/// A frame whose body is damaged and mostly as long as it says.
fn damaged_frame() -> impl Strategy<Value = Vec<u8>> {
    let announced = prop_oneof![9 => Just(None), 1 => any::<u64>().prop_map(Some)];
    (some_body(), vec(damage(), 0..4), announced).prop_map(|((kind, mut body), damages, length)| {
        for damage in damages {
            damage.apply(&mut body);
        }
        let length = length.unwrap_or(body.len() as u64);
        let mut bytes = Header { kind: Kind::Info, length }.bytes().to_vec();
        bytes[1] = kind;
        bytes.extend(body);
        bytes
    })
}

proptest! {
    #![proptest_config(seeded(5_000))]

    #[test]
    fn a_damaged_frame_is_read_or_refused(bytes in damaged_frame()) {
        any_bytes::check(&bytes);
    }

    #[test]
    fn bytes_of_any_kind_are_read_or_refused(bytes in vec(any::<u8>(), 0..64)) {
        any_bytes::check(&bytes);
    }
}

#[test]
fn damaged_frames_are_of_every_sort() {
    let mut runner = TestRunner::new(seeded(1));
    let frames = damaged_frame();
    let outcomes: Vec<Outcome> = (0..2_000)
        .map(|_| any_bytes::check(&frames.new_tree(&mut runner).unwrap().current()))
        .collect();
    for wanted in [Outcome::NoFrame, Outcome::Refused, Outcome::Request] {
        let found = outcomes.iter().filter(|&&outcome| outcome == wanted).count();
        assert!(found > 100, "{wanted:?} {found} times");
    }
}
