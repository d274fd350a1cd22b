//! What is not served, malformed or a contradiction has a code to answer with; the connection goes on.

use rosterlab_asinfo::wire::action::{Action, What};
use rosterlab_asinfo::wire::batch::MOST_ROWS;
use rosterlab_asinfo::wire::code::ResultCode;
use rosterlab_asinfo::wire::frame;
use rosterlab_asinfo::wire::refusal::{Cause, Feature, Refusal};
use rosterlab_asinfo::wire::request::Request;

/// A message, byte by byte as wire.md §1 has it.
struct Raw {
    infos: [u8; 4],
    fields: Vec<(u8, Vec<u8>)>,
    ops: Vec<Vec<u8>>,
}

const NAMESPACE: (u8, &[u8]) = (0, b"main");
const DIGEST: (u8, &[u8]) = (4, &[7; 20]);

fn message(infos: [u8; 4]) -> Raw {
    Raw { infos, fields: vec![], ops: vec![] }.field(NAMESPACE).field(DIGEST)
}

/// A write of the integer bin `a`.
fn put(infos: [u8; 4]) -> Raw {
    message(infos).op(2, 1, b"a", &[0; 8])
}

impl Raw {
    fn field(mut self, (kind, data): (u8, &[u8])) -> Self {
        self.fields.push((kind, data.to_vec()));
        self
    }

    fn op(mut self, op: u8, particle: u8, name: &[u8], value: &[u8]) -> Self {
        let head = [op, particle, 0, u8::try_from(name.len()).unwrap()];
        self.ops.push([&head, name, value].concat());
        self
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = vec![22];
        bytes.extend(self.infos);
        bytes.extend([0; 13]);
        bytes.extend(u16::try_from(self.fields.len()).unwrap().to_be_bytes());
        bytes.extend(u16::try_from(self.ops.len()).unwrap().to_be_bytes());
        for (kind, data) in &self.fields {
            bytes.extend(u32::try_from(data.len() + 1).unwrap().to_be_bytes());
            bytes.push(*kind);
            bytes.extend(data);
        }
        for op in &self.ops {
            bytes.extend(u32::try_from(op.len()).unwrap().to_be_bytes());
            bytes.extend(op);
        }
        bytes
    }

    fn refusal(&self) -> Refusal {
        Request::decode(&self.bytes()).expect_err("it is refused")
    }

    fn is_not_served(&self, feature: Feature) {
        let refusal = self.refusal();
        assert_eq!(refusal.cause, Cause::NotServed(feature));
        assert_eq!(refusal.code(), ResultCode::Unsupported);
    }

    fn is_malformed(&self, words: &str) {
        let refusal = self.refusal();
        assert_eq!(refusal.to_string(), words);
        assert_eq!(refusal.code(), ResultCode::Parameter);
    }

    fn action(&self) -> Action {
        match Request::decode(&self.bytes()) {
            Ok(Request::Record(request)) => request.action,
            other => panic!("no request about a record: {other:?}"),
        }
    }
}

const GET: [u8; 4] = [0x03, 0, 0, 0];
const PUT: [u8; 4] = [0, 0x01, 0, 0];
const OPERATE: [u8; 4] = [0x01, 0x01, 0, 0];

#[test]
fn what_is_not_served_is_told_from_what_is_malformed() {
    let without_digest = Raw { fields: vec![], ..message(GET) }.field(NAMESPACE);
    without_digest.is_not_served(Feature::Query);
    message(PUT).field((30, b"module")).is_not_served(Feature::Udf);
    put(PUT).field((5, &[0; 8])).is_not_served(Feature::Transaction);
    put([0, 1, 0, 1]).is_not_served(Feature::Transaction);
    message(GET).field((43, b"\x93")).is_not_served(Feature::Expression);
    message(PUT).op(8, 4, b"a", b"").is_not_served(Feature::Expression);
    for op in [3, 4] {
        message(OPERATE).op(op, 4, b"a", b"\x90").is_not_served(Feature::ListOrMap);
    }
    for op in [12, 13] {
        message(OPERATE).op(op, 4, b"a", b"\x90").is_not_served(Feature::Bits);
    }
    message(OPERATE).op(16, 4, b"a", b"\x90").is_not_served(Feature::HyperLogLog);
    put(PUT).field((14, &[0; 8])).is_not_served(Feature::Xdr);
}

#[test]
fn a_client_that_waits_for_several_messages_is_told_that_it_is_the_last() {
    let without_digest = Raw { fields: vec![], ..message(GET) }.field(NAMESPACE);
    let last_bits = |refusal: Refusal| refusal.encode()[8 + 3];
    assert_eq!(last_bits(without_digest.refusal()), 0x01);
    assert_eq!(last_bits(message([0x08, 0, 0, 0]).refusal()), 0x01);
    assert_eq!(last_bits(message(PUT).refusal()), 0);
    assert_eq!(last_bits(Refusal::COMPRESSED), 0);
}

#[test]
fn a_message_has_the_lengths_that_it_says() {
    let whole = put(PUT).bytes();
    for length in 0..whole.len() {
        let refusal = Request::decode(&whole[..length]).expect_err("it is cut off");
        assert_eq!(refusal.to_string(), "a message ends early");
    }
    let longer = [&whole[..], &[0]].concat();
    let refusal = Request::decode(&longer).expect_err("it is too long");
    assert_eq!(refusal.to_string(), "bytes after the end of a message");
}

#[test]
fn what_contradicts_itself_is_malformed() {
    message([0, 0, 0, 0]).is_malformed("a request that neither reads nor writes");
    message([0x01, 0, 0, 0]).is_malformed("a read of no bins");
    message(PUT).is_malformed("a write without an operation");
    put([0, 0x0d, 0, 0]).is_malformed("two demands on the record's generation");
    put([0, 0x21, 0x08, 0]).is_malformed("two demands on whether the record exists");
    put([0, 0x01, 0x30, 0]).is_malformed("two demands on whether the record exists");
    put(PUT).op(1, 0, b"a", b"").is_malformed("a read in a request that is none");
    message([0x01, 0, 0, 0])
        .op(2, 1, b"a", &[0; 8])
        .is_malformed("a write in a request that is none");
    message([0, 0x01, 0x10, 0])
        .op(5, 1, b"a", &[0; 8])
        .is_malformed("a replaced record has no bins to change");
    put([0x03, 0x01, 0, 0]).is_malformed("all bins are read by one operation");
    put([0x03, 0x81, 0, 0])
        .op(1, 0, b"", b"")
        .is_malformed("all bins are read beside other results");
    message(PUT).op(5, 0, b"a", b"").is_malformed("a number or a text is expected in an operation");
    message(PUT).op(6, 1, b"a", &[0; 8]).is_malformed("an operation that is not known");
}

#[test]
fn a_record_is_named_in_full() {
    let named = |fields: &[(u8, &[u8])]| {
        let raw = Raw { fields: vec![], ..put(PUT) };
        fields.iter().fold(raw, |raw, &field| raw.field(field))
    };
    named(&[DIGEST]).is_malformed("a message without a namespace");
    named(&[NAMESPACE, (4, &[7; 19])]).is_malformed("a digest has 20 bytes");
    named(&[NAMESPACE, DIGEST, (1, b"\xff")]).is_malformed("a name that is no UTF-8");
    named(&[NAMESPACE, DIGEST, (2, b"")]).is_malformed("a key without a type");
}

#[test]
fn a_bin_has_a_name_of_15_bytes_at_most() {
    let long = message(PUT).op(2, 1, &[b'a'; 16], &[0; 8]);
    assert_eq!(long.refusal().code(), ResultCode::BinName);
    assert!(Request::decode(&message(PUT).op(2, 1, &[b'a'; 15], &[0; 8]).bytes()).is_ok());
}

#[test]
fn a_header_is_read_with_an_operation_or_without() {
    let header = |raw: Raw| match raw.action() {
        Action::Read(read) => read.what,
        other => panic!("no read: {other:?}"),
    };
    assert_eq!(header(message([0x21, 0, 0, 0])), What::Header);
    assert_eq!(header(message([0x21, 0, 0, 0]).op(1, 0, b"", b"")), What::Header);
}

/// A batch of rows, each with this after its index and digest.
fn batch(number: u32, row: &[u8]) -> Raw {
    let mut rows = [&number.to_be_bytes()[..], &[0x0d]].concat();
    for index in 0..number.min(6_000) {
        rows.extend(index.to_be_bytes());
        rows.extend([7; 20]);
        rows.extend(if index == 0 { row } else { &[0x01] });
    }
    Raw { fields: vec![], ..message([0x08, 0, 0x40, 0]) }.field((41, &rows))
}

/// A row of an old client, of which bit 02 is not set.
const OLD_ROW: &[u8] = b"\x00\x03\x00\x01\x00\x00\x00\x00\x00\x05\x00main";

#[test]
fn a_batch_has_rows_and_not_too_many() {
    let most = u32::try_from(MOST_ROWS).unwrap();
    assert!(Request::decode(&batch(most, OLD_ROW).bytes()).is_ok());
    for number in [most + 1, u32::MAX] {
        assert_eq!(batch(number, OLD_ROW).refusal().code(), ResultCode::BatchTooLong);
    }
    batch(0, OLD_ROW).is_malformed("a batch without rows");
    batch(1, &[0x01]).is_malformed("the first row repeats another");
    batch(1, &[0x40]).is_malformed("a row of an unknown type");
    message([0x08, 0, 0, 0]).is_malformed("a batch without its field");
}

#[test]
fn rows_of_old_clients_have_the_mode_of_their_batch() {
    let Ok(Request::Batch(batch)) = Request::decode(&batch(2, OLD_ROW).bytes()) else {
        panic!("it is a batch");
    };
    assert!(
        batch.rows.iter().all(|row| row.ask.read.mode == rosterlab_engine::ReadMode::Linearize)
    );
}

#[test]
fn a_batch_that_writes_is_not_served() {
    let row = [
        &b"\x0a\x00\x01\x00\x00\x00\x00\x00\x00\x01\x00\x01\x00\x00\x00\x05\x00main"[..],
        b"\x00\x00\x00\x0d\x02\x01\x00\x01a\x00\x00\x00\x00\x00\x00\x00\x01",
    ];
    batch(1, &row.concat()).is_not_served(Feature::BatchWrite);
}

#[test]
fn users_are_not_served() {
    let reply = frame::no_security();
    let (frame, _) = frame::decode_reply(&reply).unwrap().unwrap();
    assert_eq!((frame.kind, frame.body.len(), frame.body[1]), (frame::Kind::Security, 16, 52));
}
