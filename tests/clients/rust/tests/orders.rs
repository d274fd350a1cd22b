//! An application's write path, tested against a cluster that loses nodes.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use aerospike::{Bins, Client, ClientPolicy, ReadPolicy, Value, WritePolicy, as_bin, as_key};
use serde_json::{Value as Json, json};

/// A simulated cluster that ends with the test.
struct Cluster {
    child: Child,
    control: String,
    hosts: String,
}

impl Cluster {
    fn serve(scenario: &str, options: &[&str]) -> Self {
        let program = std::env::var("ROSTERLAB_PROGRAM").unwrap_or_else(|_| "rosterlab".to_owned());
        let mut child = Command::new(program)
            .args(["serve", scenario, "--port-base", "0"])
            .args(options)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("rosterlab is on the path");
        let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let (mut control, mut hosts) = (String::new(), Vec::new());
        for line in lines.by_ref().map_while(Result::ok) {
            let words: Vec<&str> = line.split(' ').collect();
            match words[..] {
                ["node", _, address, ..] => hosts.push(address.to_owned()),
                ["control", url] => control = url.to_owned(),
                ["ready;", ..] => break,
                _ => {}
            }
        }
        // Whatever is printed later must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, control, hosts: hosts.join(",") }
    }

    /// Does steps of the scenario format. With `?until=settled` it waits until the cluster has reacted.
    fn steps(&self, steps: &Json, until: &str) {
        let reply = ureq::post(format!("{}/steps{until}", self.control)).send_json(steps);
        reply.expect("the steps are possible");
    }

    fn state(&self) -> Json {
        let mut reply = ureq::get(format!("{}/state", self.control)).call().expect("it runs");
        reply.body_mut().read_json().expect("it is JSON")
    }

    async fn client(&self) -> Client {
        Client::new(&ClientPolicy::default(), &self.hosts).await.expect("the nodes are there")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const CASE_STUDY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/case-study.json");

#[tokio::test(flavor = "multi_thread")]
async fn a_record_comes_back_as_it_was_written() {
    let cluster = Cluster::serve(CASE_STUDY, &[]);
    let client = cluster.client().await;
    for number in 0..20 {
        let key = as_key!("main", "orders", number);
        client.put(&WritePolicy::default(), &key, &[as_bin!("state", "placed")]).await.unwrap();
        let record = client.get(&ReadPolicy::default(), &key, Bins::All).await.unwrap();
        assert_eq!(record.bins.get("state"), Some(&Value::from("placed")));
        assert!(client.exists(&ReadPolicy::default(), &key).await.unwrap());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_no_replica_confirms_is_in_doubt() {
    // Simulated time stands nearly still: nobody notices that a rack is gone.
    let cluster = Cluster::serve(CASE_STUDY, &["--speed", "0.001"]);
    let client = cluster.client().await;
    let key = as_key!("main", "orders", 1);
    client.put(&WritePolicy::default(), &key, &[as_bin!("n", 1)]).await.unwrap();
    cluster.steps(&json!({"do": "crash", "nodes": ["B101", "B102"]}), "");
    let mut doubts = 0;
    for number in 0..20 {
        let key = as_key!("main", "orders", number);
        let error =
            client.put(&WritePolicy::default(), &key, &[as_bin!("n", 2)]).await.unwrap_err();
        doubts += usize::from(error.in_doubt());
    }
    assert!(doubts > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_is_refused_and_nothing_is_lost() {
    let cluster = Cluster::serve(CASE_STUDY, &["--speed", "20"]);
    let client = cluster.client().await;
    let key = as_key!("main", "orders", 1);
    client.put(&WritePolicy::default(), &key, &[as_bin!("n", 1)]).await.unwrap();
    cluster.steps(&json!([{"do": "stop", "nodes": ["B101", "B102"]}]), "?until=settled");
    cluster.steps(&json!([{"do": "crash", "nodes": ["A102"]}]), "?until=settled");
    assert_eq!(cluster.state()["served"]["main"]["unavailable"], 4096);
    let mut refusals = 0;
    for number in 0..20 {
        let key = as_key!("main", "orders", number);
        let error =
            client.put(&WritePolicy::default(), &key, &[as_bin!("n", 2)]).await.unwrap_err();
        // The cause says what it was: the node that the client knew refuses, or it is gone.
        assert_eq!(error.result_code(), -11);
        let cause = std::error::Error::source(&error).expect("there is a cause").to_string();
        let is_refused = cause.contains("Partition unavailable");
        assert!(is_refused || cause.contains("Cannot get appropriate node"), "{cause}");
        // This client calls a refused write in doubt, though nothing was written.
        assert_eq!(error.in_doubt(), is_refused, "{cause}");
        refusals += usize::from(is_refused);
    }
    assert!(refusals > 0);
    cluster.steps(&json!([{"do": "start", "nodes": ["A102", "B101", "B102"]}]), "?until=migrated");
    let back = cluster.client().await;
    let record = back.get(&ReadPolicy::default(), &key, Bins::All).await.unwrap();
    assert_eq!(record.bins.get("n"), Some(&Value::from(1)));
}
