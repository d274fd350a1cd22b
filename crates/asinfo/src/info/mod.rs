//! The info commands, answered as one node of a simulated cluster would.
//!
//! Invariant: a node answers from what it believes itself (domain.md §7), so each side of a split has its own rosters and
//! an orphan answers as an orphan. What is not simulated is the error of the build that is reported, never a made-up
//! success. Not here: the frames around a request (see `wire`), the admin tool (see `admin`).
//!
//! In reading order: `site` (what the network knows), `request`, `error`, then a file for each subject.

mod error;
mod network;
mod operate;
mod replicas;
mod request;
mod rosters;
mod site;

pub use error::refused;
pub use request::MAX_REQUEST;
pub use site::{Build, BuildError, NodeSite, Records, Site};

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
    let here = asked.here;
    let text = match request.name {
        "node" | "name" => asked.node.id.to_string(),
        "build" => asked.build().to_string(),
        "partition-generation" => here.map_or(-1, |here| here.partition_generation).to_string(),
        "peers-generation" => here.map_or(0, |here| here.peers_generation).to_string(),
        "rebalance-generation" => here.map_or(0, |here| here.rebalance_generation).to_string(),
        "cluster-name" => asked.site.cluster_name.clone().unwrap_or_else(|| "null".to_owned()),
        "service" | "service-clear-std" => network::service(asked),
        "service-clear-alt" | "service-tls-std" | "service-tls-alt" => String::new(),
        "peers-clear-std" => network::peers(asked, true),
        "peers-clear-alt" | "peers-tls-std" | "peers-tls-alt" => network::peers(asked, false),
        "services" | "services-alumni" => network::services(asked),
        "alumni-clear-std" => network::peers(asked, true),
        "alumni-tls-std" => network::peers(asked, false),
        "replicas" | "replicas-all" => replicas::replicas(asked, usize::MAX),
        "rack-ids" => rosters::rack_ids(asked),
        "recluster" => return Ok(operate::recluster(asked)),
        _ => return Ok(error::unrecognized(asked.build())),
    };
    Ok(Reply::Text(text))
}
