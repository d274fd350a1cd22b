//! `serve` from outside: a client of its own speaks to nodes, the control and standard input.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use rosterlab_asinfo::wire::action::{Action, Delete, Generation, Read as Reading};
use rosterlab_asinfo::wire::action::{What, Write as Writing};
use rosterlab_asinfo::wire::batch::Replies;
use rosterlab_asinfo::wire::bin::{Bin, BinName, Value};
use rosterlab_asinfo::wire::code::ResultCode;
use rosterlab_asinfo::wire::frame::{Kind, decode_reply, encode};
use rosterlab_asinfo::wire::info;
use rosterlab_asinfo::wire::op::Op;
use rosterlab_asinfo::wire::reply::Reply;
use rosterlab_asinfo::wire::request::Key;
use rosterlab_asinfo::wire::request::{RecordRequest, Request};
use rosterlab_engine::{Digest, Event};
use rosterlab_scenario::event_data::EventData;
use rosterlab_scenario::{Runner, Scenario};
use serde_json::{Value as Json, json};

use crate::{folder, repository};

/// How long anything may take before a test gives up.
const DEADLINE: Duration = Duration::from_secs(30);

/// A server that ends with the test.
pub struct Serving {
    child: Child,
    input: Option<ChildStdin>,
    nodes: Vec<(String, u16)>,
    control: String,
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Serving {
    /// Serves a scenario of the project at free ports.
    pub fn start(scenario: &str, more: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_rosterlab"))
            .arg("serve")
            .arg(repository("www/scenarios").join(scenario))
            .args(["--port-base", "0"])
            .args(more)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut serving = Self { child, input, nodes: Vec::new(), control: String::new() };
        for line in lines.by_ref().map_while(Result::ok) {
            let words: Vec<&str> = line.split(' ').collect();
            match words[..] {
                ["node", id, address, ..] => {
                    let port = address.rsplit_once(':').unwrap().1.parse().unwrap();
                    serving.nodes.push((id.to_owned(), port));
                }
                ["control", url] => url.clone_into(&mut serving.control),
                ["ready;", ..] => break,
                _ => {}
            }
        }
        assert!(!serving.control.is_empty(), "it did not start");
        // Whatever it prints later must not block it.
        std::thread::spawn(move || lines.for_each(drop));
        serving
    }

    fn port(&self, node: &str) -> u16 {
        self.nodes.iter().find(|(id, _)| id == node).unwrap().1
    }

    /// A client of a node.
    pub fn client(&self, node: &str) -> Client {
        Client::connect(self.port(node)).unwrap()
    }

    /// A request to the control: the status and the body.
    pub fn ask(&self, method: &str, path: &str, headers: &str, body: &str) -> (u16, String) {
        let host = self.control.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(host).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\
             content-length: {length}\r\n{headers}\r\n{body}"
        )
        .unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).unwrap();
        let (head, body) = reply.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }

    /// Does steps through the control and waits until the clusters have settled.
    pub fn does(&self, steps: &Json) -> Json {
        let json = "content-type: application/json\r\n";
        let (status, body) = self.ask("POST", "/steps?until=settled", json, &steps.to_string());
        assert_eq!(status, 200, "{body}");
        serde_json::from_str(&body).unwrap()
    }

    /// What happens from now on.
    fn events(&self) -> impl Iterator<Item = Json> + use<> {
        self.stream("/events")
    }

    /// What a path tells from now on.
    pub fn stream(&self, path: &str) -> impl Iterator<Item = Json> + use<> {
        let host = self.control.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(host).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nhost: {host}\r\n\r\n").unwrap();
        let mut lines = BufReader::new(stream).lines().map(Result::unwrap);
        assert!(lines.next().unwrap().contains("200"));
        let data = lines.filter_map(|line| line.strip_prefix("data: ").map(str::to_owned));
        data.map(|line| serde_json::from_str(&line).unwrap())
    }

    /// What the cluster is like.
    pub fn state(&self) -> Json {
        let (status, body) = self.ask("GET", "/state", "", "");
        assert_eq!(status, 200);
        serde_json::from_str(&body).unwrap()
    }
}

/// Waits until something holds.
pub fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < DEADLINE, "{what}");
        std::thread::yield_now();
    }
}

/// A client's connection to one node.
pub struct Client(TcpStream);

impl Client {
    fn connect(port: u16) -> std::io::Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(DEADLINE))?;
        stream.set_nodelay(true)?;
        Ok(Self(stream))
    }

    /// Sends bytes and reads one frame's body; `None` if the node closes the connection.
    fn exchange(&mut self, bytes: &[u8]) -> Option<Vec<u8>> {
        self.0.write_all(bytes).ok()?;
        let mut arrived = Vec::new();
        loop {
            if let Some((frame, _)) = decode_reply(&arrived).unwrap() {
                return Some(frame.body.to_vec());
            }
            let mut chunk = [0; 4096];
            match self.0.read(&mut chunk) {
                Ok(0) => return None,
                Ok(read) => arrived.extend_from_slice(&chunk[..read]),
                Err(error) if error.kind() == ErrorKind::ConnectionReset => return None,
                Err(error) => panic!("{error}"),
            }
        }
    }

    /// The reply to one info name.
    fn info(&mut self, name: &str) -> String {
        let body = self.exchange(&info::request([name])).unwrap();
        let values = info::values(&body).unwrap();
        assert_eq!(values[0].0, name);
        values[0].1.to_owned()
    }

    fn record(&mut self, number: u8, action: Action) -> Option<Reply> {
        let key = key(number);
        let request = Request::Record(RecordRequest { key, timeout_ms: 1000, action });
        let body = self.exchange(&request.encode())?;
        Some(Reply::decode(&body).unwrap())
    }

    /// Writes a record, and gives what became of it.
    pub fn put(&mut self, number: u8, value: i64) -> Option<ResultCode> {
        let bin = Bin { name: BinName::new(b"n").unwrap(), value: Value::integer(value) };
        let write = Writing::of(vec![Op::Write(bin)]);
        self.record(number, Action::Write(write)).map(|reply| reply.code)
    }

    fn get(&mut self, number: u8) -> Result<i64, ResultCode> {
        let reply = self.record(number, Action::Read(Reading::of(What::AllBins))).unwrap();
        if reply.code != ResultCode::Ok {
            return Err(reply.code);
        }
        Ok(reply.bins[0].value.as_ref().unwrap().as_integer().unwrap())
    }
}

/// A key whose partition is its number.
fn key(number: u8) -> Key {
    let mut digest = [7; 20];
    digest[..2].copy_from_slice(&[number, 0]);
    let (namespace, set) = ("main".to_owned(), "demo".to_owned());
    Key { namespace, set, digest: Digest(digest), user_key: None }
}

#[test]
fn every_node_serves_every_record_and_says_who_it_is() {
    let serving = Serving::start("case-study.json", &[]);
    for (place, (node, _)) in serving.nodes.iter().enumerate() {
        let mut client = serving.client(node);
        assert_eq!(client.info("node"), *node);
        assert_eq!(client.info("build"), "7.1.0.0");
        let value = i64::try_from(place).unwrap();
        assert_eq!(client.put(9, value), Some(ResultCode::Ok), "a replica or none passes it on");
        for (other, _) in &serving.nodes {
            assert_eq!(serving.client(other).get(9), Ok(value), "{node} {other}");
        }
    }
    let mut client = serving.client("A101");
    assert_eq!(client.get(10), Err(ResultCode::NotFound));
    assert_eq!(client.info("no-such-thing"), "ERROR:4:unrecognized command");
    let delete = |durable| {
        Action::Delete(Delete { generation: Generation::Any, durable, master_only: false })
    };
    let code = |reply: Option<Reply>| reply.unwrap().code;
    assert_eq!(code(client.record(9, delete(false))), ResultCode::Forbidden, "no tombstone in SC");
    assert_eq!(code(client.record(9, delete(true))), ResultCode::Ok);
    assert_eq!(client.get(9), Err(ResultCode::NotFound));
    assert_eq!(code(client.record(9, delete(true))), ResultCode::NotFound);
}

#[test]
fn a_node_that_is_down_refuses_and_comes_back_where_it_was() {
    let serving = Serving::start("case-study.json", &[]);
    let mut client = serving.client("A102");
    let before = serving.client("A101").info("peers-generation");
    serving.does(&json!({"do": "crash", "nodes": ["A102"]}));
    assert_eq!(client.exchange(&info::request(["node"])), None, "its connections are gone");
    let refused = Client::connect(serving.port("A102")).err().map(|error| error.kind());
    assert_eq!(refused, Some(ErrorKind::ConnectionRefused));
    let mut other = serving.client("A101");
    assert_ne!(other.info("peers-generation"), before);
    assert!(!other.info("peers-clear-std").contains("[A102,"));
    serving.does(&json!({"do": "start", "nodes": ["A102"]}));
    eventually("A102 listens", || Client::connect(serving.port("A102")).is_ok());
    assert_eq!(serving.client("A102").info("node"), "A102");
    assert!(other.info("peers-clear-std").contains("[A102,"));
}

#[test]
fn behind_a_cut_each_side_answers_for_itself() {
    let serving = Serving::start("case-study.json", &["--speed", "20"]);
    let mut minority = serving.client("B102");
    assert_eq!(minority.put(9, 1), Some(ResultCode::Ok));
    serving.does(&json!({"do": "cut", "between": [["A101", "A102", "A103"], ["B101", "B102"]]}));
    assert_eq!(minority.get(9), Err(ResultCode::Unavailable));
    assert_eq!(minority.put(9, 2), Some(ResultCode::Unavailable));
    let mut majority = serving.client("A101");
    assert_eq!(majority.put(9, 3), Some(ResultCode::Ok), "clients reach both sides");
    assert!(minority.info("peers-clear-std").contains("[B101,"));
    assert!(!minority.info("peers-clear-std").contains("[A101,"));
    assert_eq!(minority.info("recluster:"), "ok");
    assert_eq!(serving.client("B101").info("recluster:"), "ignored-by-non-principal");
    let served = &serving.state()["served"]["main"];
    assert_eq!((&served["active"], &served["unavailable"]), (&json!(4096), &json!(0)));
    serving.does(&json!({"do": "heal"}));
    assert_eq!(minority.get(9), Ok(3));
}

#[test]
fn a_write_that_a_replica_cannot_confirm_is_in_doubt() {
    for (choice, told) in [("timeout", Some(ResultCode::Timeout)), ("close", None)] {
        // Time stands nearly still, so that no node has noticed the crash.
        let serving =
            Serving::start("case-study.json", &["--speed", "0.001", "--in-doubt", choice]);
        let json = "content-type: application/json\r\n";
        let crash = json!({"do": "crash", "nodes": ["B101", "B102"]}).to_string();
        assert_eq!(serving.ask("POST", "/steps", json, &crash).0, 200);
        // Each partition has a replica on either rack: of those whose master is left, every write is in doubt.
        let mut client = serving.client("A101");
        let mut doubts = 0;
        for number in 0..50 {
            let code = client.put(number, 1);
            assert_eq!(code, told, "{number}");
            if code.is_none() {
                client = serving.client("A101");
            }
            doubts += 1;
        }
        assert_eq!(doubts, 50);
        assert_eq!(serving.state()["lostWrites"], 0);
    }
}

#[test]
fn an_orphan_is_not_ready_for_clients_after_its_time() {
    let serving = Serving::start("case-study.json", &["--speed", "20"]);
    serving.does(&json!({"do": "cut", "between": [["A101"], ["B102"]]}));
    let state = serving.state();
    let orphan = state["orphans"][0].as_str().unwrap().to_owned();
    let mut client = serving.client(&orphan);
    assert_eq!(client.put(9, 1), Some(ResultCode::Unavailable));
    assert_eq!(client.info("peers-clear-std").rsplit_once(",[").unwrap().1, "]", "no peers");
    eventually("it is not ready", || client.info("partition-generation") == "-1");
    serving.does(&json!({"do": "heal"}));
    assert!(client.info("partition-generation").parse::<i64>().unwrap() > 0);
    assert_eq!(client.put(9, 1), Some(ResultCode::Ok));
}

#[test]
fn a_batch_says_of_each_row_what_became_of_it() {
    use rosterlab_asinfo::wire::batch::{Ask, Batch, Row};
    use std::sync::Arc;
    let serving = Serving::start("case-study.json", &[]);
    let mut client = serving.client("A101");
    assert_eq!(client.put(1, 11), Some(ResultCode::Ok));
    let ask = |namespace: &str| {
        let read = Reading::of(What::AllBins);
        Arc::new(Ask { namespace: namespace.to_owned(), set: "demo".to_owned(), read })
    };
    let row =
        |index, number, namespace| Row { index, digest: key(number).digest, ask: ask(namespace) };
    let rows = vec![row(0, 1, "main"), row(1, 2, "main"), row(2, 1, "nowhere")];
    let batch = Request::Batch(Batch { timeout_ms: 1000, flags: 0, rows });
    let body = client.exchange(&batch.encode()).unwrap();
    let replies = Replies::decode(&body).unwrap();
    let codes: Vec<_> = replies.rows.iter().map(|(index, reply)| (*index, reply.code)).collect();
    let expected = [(0, ResultCode::Ok), (1, ResultCode::NotFound), (2, ResultCode::Namespace)];
    assert_eq!(codes, expected);
    assert_eq!(replies.end, Some(ResultCode::Ok));
}

#[test]
fn whatever_is_sent_the_server_goes_on() {
    let serving = Serving::start("case-study.json", &[]);
    let port = serving.port("A101");
    // A xorshift, so that every run sends the same.
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed
    };
    for round in 0..300 {
        let length = (random() % 200) as usize;
        let body: Vec<u8> = (0..length).map(|_| random().to_le_bytes()[0]).collect();
        let bytes = match round % 4 {
            0 => body,
            1 => encode(Kind::Message, &body),
            2 => encode(Kind::Info, &body),
            _ => [&[22, 3][..], &body].concat(),
        };
        let mut client = Client::connect(port).unwrap();
        client.0.write_all(&bytes).unwrap();
        client.0.shutdown(std::net::Shutdown::Write).unwrap();
        // It answers or closes; either way the end of the stream comes.
        let mut rest = Vec::new();
        match client.0.read_to_end(&mut rest) {
            Ok(_) => {}
            Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{round}"),
        }
    }
    let mut client = serving.client("A101");
    assert_eq!(client.put(1, 5), Some(ResultCode::Ok));
    assert_eq!(client.exchange(b"GET / HTTP/1.1\r\n\r\n"), None);
}

#[test]
fn one_connection_too_many_is_closed_and_room_comes_back() {
    let serving = Serving::start("case-study.json", &["--max-connections", "3"]);
    let mut open: Vec<Client> = (0..3).map(|_| serving.client("A101")).collect();
    for client in &mut open {
        assert_eq!(client.info("node"), "A101");
    }
    let mut one_more = serving.client("B101");
    assert_eq!(one_more.exchange(&info::request(["node"])), None);
    open.pop();
    eventually("a connection fits again", || {
        let answer = serving.client("B101").exchange(&info::request(["node"]));
        answer.is_some()
    });
}

#[test]
fn a_silent_connection_is_closed() {
    let serving = Serving::start("case-study.json", &["--idle-seconds", "1"]);
    let mut client = serving.client("A101");
    let mut rest = Vec::new();
    assert_eq!(client.0.read_to_end(&mut rest).unwrap(), 0);
}

#[test]
fn records_take_no_more_memory_than_they_may() {
    let serving = Serving::start("case-study.json", &["--memory", "1"]);
    let mut client = serving.client("A101");
    let large = |bytes| {
        let value = Value::string(&"x".repeat(bytes));
        let bin = Bin { name: BinName::new(b"s").unwrap(), value };
        Action::Write(Writing::of(vec![Op::Write(bin)]))
    };
    let codes: Vec<ResultCode> =
        (0..20).map(|number| client.record(number, large(100_000)).unwrap().code).collect();
    let stored = codes.iter().filter(|code| **code == ResultCode::Ok).count();
    assert!((9..=12).contains(&stored), "{codes:?}");
    assert_eq!(codes[19], ResultCode::OutOfSpace);
    assert_eq!(client.record(0, large(10)).unwrap().code, ResultCode::OutOfSpace);
    assert_eq!(client.get(30), Err(ResultCode::NotFound), "reads go on");
}

#[test]
fn the_control_says_what_is_wrong_and_where() {
    let serving = Serving::start("case-study.json", &[]);
    let json = "content-type: application/json\r\n";
    for (body, status, place, error) in [
        (r#"{"do": "crash", "nodes": ["A109"]}"#, 409, "nodes[0]", "no node \"A109\""),
        (r#"{"do": "start", "nodes": ["A101"]}"#, 409, "nodes[0]", "node A101 is up"),
        (r#"[{"do": "heal"}, {"do": "explode"}]"#, 409, "[0]", "no link is cut"),
        (r#"{"do": "expect", "namespace": "main", "unavailable": 3}"#, 409, "unavailable", "3"),
        ("{", 400, "", "no JSON"),
    ] {
        let (found, told) = serving.ask("POST", "/steps", json, body);
        assert_eq!(found, status, "{body}: {told}");
        let told: Json = serde_json::from_str(&told).unwrap();
        assert!(told["place"].as_str().unwrap().starts_with(place), "{body}: {told}");
        assert!(told["error"].as_str().unwrap().contains(error), "{body}: {told}");
    }
    let heal = r#"{"do": "heal"}"#;
    assert_eq!(serving.ask("POST", "/steps", "", heal).0, 415);
    let origin = "origin: http://elsewhere.example\r\n";
    assert_eq!(serving.ask("POST", "/reset", origin, "").0, 403, "a page of another site");
    assert_eq!(serving.ask("GET", "/nowhere", "", "").0, 404);
    assert!(serving.ask("GET", "/", "", "").1.contains("POST /steps"));
}

#[test]
fn the_scenarios_steps_are_done_on_demand_and_a_reset_takes_all_back() {
    let serving = Serving::start("case-study.json", &["--speed", "50"]);
    let mut client = serving.client("A101");
    assert_eq!(client.put(9, 1), Some(ResultCode::Ok));
    let next = || serving.ask("POST", "/next?until=settled", "", "");
    let (status, told) = next();
    let told: Json = serde_json::from_str(&told).unwrap();
    assert_eq!((status, &told["step"]), (200, &json!(0)));
    assert_eq!(told["events"][0]["kind"], "node-stopped");
    let mut steps = 1;
    while next().0 == 200 {
        steps += 1;
    }
    let scenario = std::fs::read_to_string(repository("www/scenarios/case-study.json")).unwrap();
    let scenario: Json = serde_json::from_str(&scenario).unwrap();
    assert_eq!(steps, scenario["steps"].as_array().unwrap().len());
    assert_eq!(next().0, 404);
    assert_eq!(serving.ask("POST", "/reset", "", "").0, 200);
    let state = serving.state();
    assert_eq!(state["served"]["main"]["active"], 4096);
    assert!(state["nodes"].as_array().unwrap().iter().all(|node| node["state"] == "up"));
    assert_eq!(serving.client("A101").get(9), Err(ResultCode::NotFound));
    assert_eq!(next().0, 200);
}

#[test]
fn the_admin_tool_sees_the_side_that_it_is_connected_to() {
    let serving = Serving::start("case-study.json", &["--speed", "20"]);
    serving.does(&json!({"do": "cut", "between": [["A101", "A102", "A103"], ["B101", "B102"]]}));
    let says = |node: &str, line: &str| {
        let (status, text) =
            serving.ask("POST", &format!("/admin?node={node}&until=settled"), "", line);
        assert_eq!(status, 200, "{text}");
        text
    };
    let majority = says("A101", "info network");
    assert!(majority.contains("A103") && !majority.contains("B102"), "{majority}");
    let minority = says("B101", "show roster");
    assert!(minority.contains("B102@2,B101@2,A103@1,A102@1,A101@1"), "{minority}");
    assert!(says("A101", "manage recluster").contains("privileged mode"));
    let key = serving.state()["sub_clusters"][0]["cluster_key"].clone();
    let text = says("B101", "enable; manage recluster");
    assert!(text.contains("Successfully started recluster"), "{text}");
    eventually("a new cluster key", || serving.state()["sub_clusters"][0]["cluster_key"] != key);
    assert_eq!(serving.ask("POST", "/admin?node=C1", "", "info").0, 422);
}

#[test]
fn events_are_told_as_they_happen() {
    let serving = Serving::start("case-study.json", &["--speed", "20"]);
    let told = serving.events();
    serving.does(&json!({"do": "crash", "nodes": ["A102"]}));
    let mut kinds = Vec::new();
    for event in told {
        assert!(event["text"].as_str().is_some_and(|text| text.ends_with('.')), "{event}");
        kinds.push(event["kind"].as_str().unwrap().to_owned());
        if kinds.last().unwrap() == "rebalanced" {
            break;
        }
    }
    assert_eq!(kinds[0], "node-stopped");
    assert!(kinds.contains(&"cluster-formed".to_owned()), "{kinds:?}");
}

/// What happens in a scenario when it is run, as the control tells it, without the sentences.
fn events_of_a_run(scenario: &str) -> Vec<Json> {
    let text = std::fs::read(repository("www/scenarios").join(scenario)).unwrap();
    let scenario = Scenario::parse(&text).unwrap();
    let reports = Runner::new(&scenario).unwrap().map(Result::unwrap);
    let told = |event: &Event| {
        let mut told = serde_json::to_value(EventData(&event.kind)).unwrap();
        told["atMs"] = json!(event.at_ms);
        told
    };
    reports.flat_map(|report| report.events.iter().map(told).collect::<Vec<_>>()).collect()
}

#[test]
fn steps_that_are_played_give_what_a_run_gives() {
    for scenario in [
        "two-stops-in-a-row.json",
        "rolling-kill.json",
        "rolling-restart.json",
        "consistent-or-available.json",
        "removing-a-node.json",
        "split-by-rack.json",
    ] {
        let expected = events_of_a_run(scenario);
        let serving = Serving::start(scenario, &["--speed", "1000", "--play"]);
        let mut told = serving.events();
        // It began before anybody listened: now it begins again.
        assert_eq!(serving.ask("POST", "/reset", "", "").0, 200);
        assert!(told.any(|event| event["kind"] == "reset"), "{scenario}");
        for expected in expected {
            let mut event = told.next().unwrap();
            event.as_object_mut().unwrap().remove("text");
            assert_eq!(event, expected, "{scenario}");
        }
    }
}

#[test]
fn what_does_not_hold_is_told_as_steps_are_played() {
    let scenario = json!({
        "format": "rosterlab-scenario/1", "title": "wrong",
        "cluster": {"nodes": [{"id": "A1"}, {"id": "A2"}, {"id": "A3"}], "namespaces": [{"name": "main", "replication-factor": 2}]},
        "steps": [
            {"do": "expect", "unavailable": 7},
            {"do": "expect", "when": "always", "unavailable": 0},
            {"do": "stop", "nodes": ["A1"]},
            {"do": "start", "nodes": ["A2"]},
            {"do": "crash", "nodes": ["A2"]},
            {"do": "write", "set": "demo", "key": 1, "result": "ok"},
        ],
    });
    let folder = folder("serve-play", &[("wrong.json", &scenario.to_string())]);
    let mut child = Command::new(env!("CARGO_BIN_EXE_rosterlab"))
        .arg("serve")
        .arg(folder.join("wrong.json"))
        .args(["--port-base", "0", "--speed", "1000", "--play"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let told: Vec<String> = lines.take(4).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    let begins = [
        "step 0: unavailable: expected 7, found 0",
        "step 3: node A2 is up",
        "step 4: steps[1].unavailable: expected always 0, found 4096 in steps[4], ",
        "step 5: steps[5].result: expected ok, found unavailable",
    ];
    for (told, begin) in told.iter().zip(begins) {
        assert!(told.starts_with(begin), "{told}");
    }
}

#[test]
fn faults_can_be_typed_and_a_signal_ends_it() {
    let ready = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("ready.json");
    let mut serving = Serving::start("case-study.json", &["--ready-file", ready.to_str().unwrap()]);
    let said: Json = serde_json::from_str(&std::fs::read_to_string(&ready).unwrap()).unwrap();
    assert_eq!(said["control"], serving.control);
    assert_eq!(said["nodes"][0]["port"], serving.nodes[0].1);
    let mut input = serving.input.take().unwrap();
    writeln!(input, "cut A101 A102 A103 | B101 B102").unwrap();
    eventually("the link is cut", || serving.state()["cuts"].as_array().unwrap().len() == 6);
    let id = serving.child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    assert_eq!(serving.child.wait().unwrap().code(), Some(0));
    assert!(!ready.exists());
}

/// A server that is typed to, and everything that it prints.
struct Typing {
    child: Child,
    input: ChildStdin,
    said: std::sync::mpsc::Receiver<String>,
}

impl Drop for Typing {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Typing {
    fn start(more: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_rosterlab"))
            .arg("serve")
            .arg(repository("www/scenarios/case-study.json"))
            .args(["--port-base", "0", "--speed", "20"])
            .args(more)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, said) = std::sync::mpsc::channel();
        let streams: [Box<dyn Read + Send>; 2] =
            [Box::new(child.stdout.take().unwrap()), Box::new(child.stderr.take().unwrap())];
        for stream in streams {
            let sender = sender.clone();
            std::thread::spawn(move || {
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    let _ = sender.send(line);
                }
            });
        }
        let input = child.stdin.take().unwrap();
        let typing = Self { child, input, said };
        typing.until("ready; ");
        typing
    }

    /// Types a line and waits for one that begins like this; gives all up to it.
    fn types(&mut self, line: &str, begin: &str) -> Vec<String> {
        writeln!(self.input, "{line}").unwrap();
        self.until(begin)
    }

    fn until(&self, begin: &str) -> Vec<String> {
        let mut said = Vec::new();
        while !said.last().is_some_and(|line: &String| line.starts_with(begin)) {
            let line = self.said.recv_timeout(DEADLINE);
            said.push(line.unwrap_or_else(|_| panic!("{begin:?} is not said: {said:#?}")));
        }
        said
    }
}

#[test]
fn what_is_typed_is_answered_with_what_it_comes_to() {
    let mut typing = Typing::start(&[]);
    let said = typing.types("stop B101 B102", "=> ");
    let last = said.last().unwrap();
    assert!(
        last.starts_with("=> main: all active, ") && last.ends_with(" still filling."),
        "{last}"
    );
    assert!(said[0].starts_with("B101 stopped"), "{said:?}");
    typing.types("migrate", "=> main: all active.");
    typing.types("crash A102", "=> main: 4,096 unavailable.");
    let said = typing.types("state", "A101");
    assert!(said[0].ends_with(" since the start."), "{said:?}");
    assert_eq!(said[1], "main: 4,096 unavailable.");
    assert!(said.iter().any(|line| line.starts_with("A102  rack 1  127.0.0.1:")), "{said:?}");
    let ends = |id: &str, state: &str| {
        said.iter().any(|line| line.starts_with(id) && line.ends_with(state))
    };
    assert!(ends("B102", "  stopped cleanly") && ends("A102", "  crashed"), "{said:?}");
    typing.types("enable", "connected to A103");
    typing.types("manage recluster", "=> main: 4,096 unavailable.");
    typing.types("reset", "The cluster is as it was at the start.");
    typing.types("state json", "{");
    typing.types("crash A109", "nodes[0]: no node");
}

#[test]
fn a_word_that_nobody_knows_is_said_to_be_one() {
    let mut typing = Typing::start(&[]);
    typing.types("crsh A102", r#"there is no "crsh"; did you mean crash? (help lists"#);
    typing.types("hello", r#"there is no "hello" (help lists"#);
    let help = typing.types("help", "Anything else");
    assert!(help.iter().any(|line| line.starts_with("quit, exit ")), "{help:?}");
    typing.types("exit", "The server ends");
    assert_eq!(typing.child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_terminal_that_goes_away_ends_it_unless_it_is_to_outlive_it() {
    let folder = folder("serve-hangup", &[("empty", "")]);
    for (name, shell) in [("ends", ""), ("stays", "trap '' HUP; ")] {
        let ready = folder.join(name);
        let scenario = repository("www/scenarios/case-study.json");
        let mut child = Command::new("sh")
            .args(["-c", &format!("{shell}exec \"$@\""), "sh", env!("CARGO_BIN_EXE_rosterlab")])
            .arg("serve")
            .arg(scenario)
            .args(["--port-base", "0", "--ready-file"])
            .arg(&ready)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        eventually("it is ready", || ready.exists());
        let said: Json = serde_json::from_str(&std::fs::read_to_string(&ready).unwrap()).unwrap();
        let signal = |name: &str| {
            let id = child.id().to_string();
            assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
        };
        signal("-HUP");
        if shell.is_empty() {
            assert_eq!(child.wait().unwrap().code(), Some(0));
        } else {
            let port = said["nodes"][0]["port"].as_u64().unwrap();
            let mut client = Client::connect(u16::try_from(port).unwrap()).unwrap();
            assert_eq!(client.info("node"), "A101");
            signal("-TERM");
            assert_eq!(child.wait().unwrap().code(), Some(0));
        }
        assert!(!ready.exists(), "{name}");
    }
}

#[test]
fn a_reply_that_waits_has_what_happened_meanwhile() {
    let serving = Serving::start("case-study.json", &["--speed", "20"]);
    let told = serving.does(&json!({"do": "crash", "nodes": ["A102"]}));
    let events = told["events"].as_array().unwrap();
    let kinds: Vec<&str> = events.iter().map(|event| event["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds.first(), Some(&"node-stopped"));
    assert_eq!(kinds.iter().filter(|kind| **kind == "node-stopped").count(), 1, "{kinds:?}");
    assert!(kinds.contains(&"cluster-formed") && kinds.contains(&"rebalanced"), "{kinds:?}");
    let last = events.last().unwrap()["atMs"].as_u64().unwrap();
    assert!(last <= told["timeMs"].as_u64().unwrap(), "{told}");
    let json = "content-type: application/json\r\n";
    let start = json!({"do": "start", "nodes": ["A102"]}).to_string();
    let (_, told) = serving.ask("POST", "/steps?until=migrated", json, &start);
    assert!(told.contains("migrations-done"), "{told}");
    let (_, told) = serving.ask("POST", "/steps", json, &start.replace("start", "stop"));
    assert!(!told.contains("cluster-formed"), "without waiting it has not happened: {told}");
}

#[test]
fn every_error_of_the_control_is_json() {
    let serving = Serving::start("case-study.json", &[]);
    let json = "content-type: application/json\r\n";
    let long = " ".repeat(3 * 1024 * 1024);
    for (method, path, body, status, error) in [
        ("GET", "/nowhere", "", 404, "there is no /nowhere; GET / lists"),
        ("DELETE", "/state", "", 405, "/state does not take DELETE"),
        ("POST", "/next?until=never", "", 400, "unknown variant `never`"),
        ("POST", "/steps?untl=settled", "{}", 400, "unknown field `untl`"),
        ("POST", "/steps", &long, 413, "at most 2097152 bytes"),
    ] {
        let (found, told) = serving.ask(method, path, json, body);
        assert_eq!(found, status, "{path}: {told}");
        let told: Json = serde_json::from_str(&told).unwrap();
        assert!(told["error"].as_str().unwrap().contains(error), "{path}: {told}");
        assert_eq!(told["place"], "");
    }
}

#[test]
fn whoever_is_slow_or_one_too_many_at_the_control_is_left() {
    let serving = Serving::start("case-study.json", &["--idle-seconds", "1"]);
    let address = serving.control.strip_prefix("http://").unwrap();
    let connect = || {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream
    };
    for begun in ["", "GET /state HTT"] {
        let mut stream = connect();
        stream.write_all(begun.as_bytes()).unwrap();
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest);
        assert!(!rest.starts_with(b"HTTP/1.1 200"), "{begun:?}");
    }
    let mut stream = connect();
    write!(stream, "POST /reset HTTP/1.1\r\nhost: {address}\r\ncontent-length: 9\r\n\r\nslow")
        .unwrap();
    let mut line = String::new();
    BufReader::new(&stream).read_line(&mut line).unwrap();
    assert!(line.starts_with("HTTP/1.1 408"), "{line}");

    let serving = Serving::start("case-study.json", &[]);
    let address = serving.control.strip_prefix("http://").unwrap();
    let all: Vec<TcpStream> = (0..256).map(|_| TcpStream::connect(address).unwrap()).collect();
    let mut one_more = TcpStream::connect(address).unwrap();
    one_more.set_read_timeout(Some(DEADLINE)).unwrap();
    match one_more.read(&mut [0]) {
        Ok(read) => assert_eq!(read, 0),
        Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset),
    }
    drop(all);
    let asks = || {
        let mut stream = TcpStream::connect(address).ok()?;
        write!(stream, "GET /state HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n")
            .ok()?;
        let mut reply = String::new();
        stream.read_to_string(&mut reply).ok()?;
        reply.starts_with("HTTP/1.1 200").then_some(())
    };
    eventually("it answers again", || asks().is_some());
}

#[test]
fn a_reader_that_goes_away_stops_nothing() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_rosterlab"))
        .arg("serve")
        .arg(repository("www/scenarios/case-study.json"))
        .args(["--port-base", "0", "--speed", "20"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let control = lines
        .by_ref()
        .map(Result::unwrap)
        .find_map(|line| line.strip_prefix("control ").map(str::to_owned))
        .unwrap();
    let is_ready =
        |line: &std::io::Result<String>| line.as_ref().is_ok_and(|line| line.starts_with("ready"));
    assert!(lines.any(|line| is_ready(&line)));
    drop(lines);
    let mut input = child.stdin.take().unwrap();
    let serving = Serving { child, input: None, nodes: Vec::new(), control };
    writeln!(input, "state\ncrash A102").unwrap();
    let a102_is_down = || {
        let state = serving.state();
        let nodes = state["nodes"].as_array().unwrap();
        nodes.iter().any(|node| node["id"] == "A102" && node["state"] == "down-unclean")
    };
    eventually("what is typed is still done", a102_is_down);
}

#[test]
fn a_step_that_does_not_hold_yet_stays_the_next() {
    let serving = Serving::start("case-study.json", &["--speed", "0.001"]);
    let next = |until| serving.ask("POST", &format!("/next{until}"), "", "");
    assert_eq!(next("").0, 200);
    // The clusters have not reacted, so what the second step expects does not hold.
    for _ in 0..2 {
        let (status, told) = next("");
        assert_eq!(status, 409, "{told}");
        assert!(told.contains("steps[1]"), "{told}");
    }
}

#[test]
fn a_site_whose_name_leads_to_loopback_is_refused() {
    let serving = Serving::start("case-study.json", &[]);
    let address = serving.control.strip_prefix("http://").unwrap();
    for (host, status) in
        [("elsewhere.example:80", "403"), ("localhost:80", "200"), (address, "200")]
    {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        write!(stream, "GET /state HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n").unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).unwrap();
        assert_eq!(reply.split(' ').nth(1), Some(status), "{host}");
    }
}

#[test]
fn with_no_node_left_nothing_changes_for_ever() {
    let serving = Serving::start("case-study.json", &["--speed", "20"]);
    let all = ["A101", "A102", "A103", "B101", "B102"];
    serving.does(&json!({"do": "crash", "nodes": all}));
    eventually("it comes to rest", || serving.state()["changing"] == false);
}
