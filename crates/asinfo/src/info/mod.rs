//! The info commands, answered as one node of a simulated cluster would.
//!
//! Invariant: a node answers from what it believes itself (domain.md §7), so each side of a split has its own rosters and
//! an orphan answers as an orphan. What is not simulated is the error of the build that is reported, never a made-up
//! success. Not here: the frames around a request (see `wire`), the admin tool (see `admin`).
//!
//! In reading order: `site` (what the network knows), `request`, `error`, then a file for each subject.

mod about;
mod config;
mod error;
mod fields;
mod figures;
mod namespaces;
mod network;
mod operate;
mod partitions;
mod replicas;
mod request;
mod rosters;
mod site;
mod statistics;

pub use error::refused;
pub use request::MAX_REQUEST;
pub use site::{Build, BuildError, NodeSite, Records, SetRecords, Site};

use rosterlab_engine::{
    Cluster, ClusterView, Command, Membership, NamespaceBelief, NodeId, NodeView, SubClusterView,
};

use self::error::Refusal;
use self::request::Request;

/// What a node answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// This text, after the request and a tab.
    Text(String),
    /// The request changes the cluster: these commands are to be done, in order, and then this text is the answer. Should
    /// one be refused, [`refused`] has the answer.
    Act {
        /// What is to be done.
        commands: Vec<Command>,
        /// The answer when it is done.
        text: String,
    },
    /// Nothing: the reply goes on with the next request. Builds before 7.1 do that with a name that they do not know.
    LeftOut,
}

/// Who is asked, and what is known.
struct Asked<'a> {
    cluster: &'a Cluster,
    view: &'a ClusterView,
    site: &'a Site,
    node: &'a NodeView,
    /// The node's entry in the site.
    here: Option<&'a NodeSite>,
}

impl Asked<'_> {
    /// The sub-cluster that the node believes it is in.
    fn home(&self) -> Option<&SubClusterView> {
        match self.node.belief.membership {
            Membership::SubCluster(place) => self.view.sub_clusters.get(place),
            Membership::Down | Membership::Starting | Membership::Orphan => None,
        }
    }

    /// What the node holds of a namespace.
    fn belief(&self, namespace: usize) -> &NamespaceBelief {
        &self.node.belief.namespaces[namespace]
    }

    fn build(&self) -> Build {
        self.site.build
    }

    fn refuse(&self, refusal: Refusal) -> Reply {
        Reply::Text(refusal.text(self.build()))
    }

    /// The place of the namespace that a request names, if it names one.
    fn namespace(&self, request: &Request<'_>) -> Result<Option<usize>, Refusal> {
        match request.namespace() {
            None => Ok(None),
            Some(name) => {
                self.view.namespace_index(name).map(Some).ok_or(Refusal::UnknownNamespace)
            }
        }
    }
}

/// What a node answers to a request: one line of the info protocol without its end.
///
/// `view` is `cluster.view()`. A node that is down, or that is not there, answers nothing.
#[must_use]
pub fn answer(
    cluster: &Cluster,
    view: &ClusterView,
    site: &Site,
    node: NodeId,
    request: &str,
) -> Reply {
    let here = site.node(node);
    let Some(node) = view.node(node).filter(|node| node.state.is_up()) else {
        return Reply::LeftOut;
    };
    let asked = Asked { cluster, view, site, node, here };
    if request.len() > MAX_REQUEST {
        return asked.refuse(Refusal::BadParameter);
    }
    let request = Request::read(request);
    match reply(&asked, &request) {
        Ok(reply) => reply,
        Err(refusal) => asked.refuse(refusal),
    }
}

fn reply(asked: &Asked<'_>, request: &Request<'_>) -> Result<Reply, Refusal> {
    if first_build(request.name).is_some_and(|first| asked.build() < first) {
        return Ok(error::unrecognized(asked.build()));
    }
    match request.name {
        "recluster" => return Ok(operate::recluster(asked)),
        "revive" => return operate::revive(asked, request),
        "quiesce" => return operate::quiesce(asked, true),
        "quiesce-undo" => return operate::quiesce(asked, false),
        "cluster-stable" => return operate::cluster_stable(asked, request),
        "roster" => return rosters::roster(asked, request),
        "roster-set" => return rosters::roster_set(asked, request),
        "racks" => return rosters::racks(asked, request),
        "get-config" | "config-get" => return config::get(asked, request),
        "set-config" | "config-set" => return config::set(asked, request),
        _ => {}
    }
    let text = client_text(asked, request).or_else(|| operator_text(asked, request));
    Ok(text.map_or_else(|| error::unrecognized(asked.build()), Reply::Text))
}

/// The first build that has a command, for those that not all have \[open\].
fn first_build(name: &str) -> Option<Build> {
    Some(Build(match name {
        "best-practices" => [5, 7, 0, 0],
        "connection" | "user-agent-set" | "user-agents" => [8, 1, 0, 0],
        "release" => [8, 1, 1, 0],
        _ => return None,
    }))
}

/// What client libraries ask.
fn client_text(asked: &Asked<'_>, request: &Request<'_>) -> Option<String> {
    let here = asked.here;
    Some(match request.name {
        "node" | "name" => asked.node.id.to_string(),
        "build" => asked.build().to_string(),
        "partition-generation" => here.map_or(-1, |here| here.partition_generation).to_string(),
        "peers-generation" => here.map_or(0, |here| here.peers_generation).to_string(),
        "rebalance-generation" => here.map_or(0, |here| here.rebalance_generation).to_string(),
        "cluster-name" => asked.site.cluster_name.clone().unwrap_or_else(|| "null".to_owned()),
        "service" | "service-clear-std" => network::service(asked),
        "service-clear-alt" | "service-tls-std" | "service-tls-alt" | "services-alternate" => {
            String::new()
        }
        "peers-clear-std" | "alumni-clear-std" => network::peers(asked, true),
        "peers-clear-alt" | "peers-tls-std" | "peers-tls-alt" | "alumni-tls-std" => {
            network::peers(asked, false)
        }
        "services" | "services-alumni" => network::services(asked),
        "replicas" => replicas::replicas(asked, request),
        "replicas-all" => replicas::replicas_all(asked),
        "replicas-master" => replicas::replicas_master(asked),
        "rack-ids" => rosters::rack_ids(asked),
        "partitions" => rosterlab_engine::PARTITIONS.to_string(),
        "user-agent-set" => "ok".to_owned(),
        _ => return None,
    })
}

/// What operators and their tools ask.
fn operator_text(asked: &Asked<'_>, request: &Request<'_>) -> Option<String> {
    Some(match request.name {
        "status" => "ok".to_owned(),
        "version" => about::version(asked),
        "release" => about::release(asked),
        "edition" => about::EDITION.to_owned(),
        "features" => about::features(asked).to_owned(),
        "digests" => "RIPEMD160".to_owned(),
        "statistics" if request.branch.is_none() => statistics::statistics(asked),
        "namespaces" => namespaces::names(asked),
        "namespace" => namespaces::namespace(asked, request.branch.or(request.params)),
        "sets" => namespaces::sets(asked, request),
        "objects" => namespaces::objects(asked).to_string(),
        "partition-info" => partitions::partition_info(asked),
        "best-practices" => "failed_best_practices=none".to_owned(),
        "connection" => "admin=false".to_owned(),
        "logs" => "0:/var/log/aerospike/aerospike.log".to_owned(),
        "log" if request.branch.or(request.params) == Some("0") => about::log(),
        // There are none of these in the simulation.
        "health-outliers" | "udf-list" | "sindex-list" | "sindex" | "query-show" | "scan-show"
        | "dcs" | "get-dc-config" => String::new(),
        _ => return None,
    })
}
