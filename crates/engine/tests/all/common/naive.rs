//! A model of several sites, written from the text of domain.md §13 to §15 and not from the engine's `world`: every record by
//! itself, plain lists, and time in steps of [`TICK_MS`]. Clusters are the engine's, through their public interface.

use std::collections::{BTreeMap, BTreeSet};

use rosterlab_engine::world::{
    Refused, RestorePolicy, Rewind, SiteCounts, WorldView, generated_key,
};
use rosterlab_engine::{
    ClientResult, Cluster, ClusterSetup, Command, Digest, Event, EventKind, NodeId, PartitionId,
    ReadMode, Shutdown, Until, fnv1a_64,
};

/// How far time passes at once. Everything that random worlds do falls on such a step.
pub const TICK_MS: u64 = 50;

/// A rule that is left out, to show that it would be missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    Nothing,
    /// What a ship brought is shipped on (against §13.4).
    Forwards,
    /// Before 5.4, the later write wins whatever arrives last (against §13.5).
    LaterWins,
    /// What is sent is the value as it was when it was queued (against §13.3).
    AsQueued,
    /// What was there before a ship is shipped (against §13.2).
    ShipsAll,
    /// A ship that is cut loses what is on its link (against §13.7).
    CutLoses,
    /// Generations travel with values (against §14).
    GenerationsTravel,
    /// Instances notice a new site at once (against §15).
    NoticesAtOnce,
}

/// A value at a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Val {
    write: u64,
    at_ms: u64,
    acknowledged: bool,
    updated_ms: u64,
    source: usize,
    by_xdr: bool,
    generation: u64,
}

struct Site {
    cluster: Cluster,
    /// The node that a client without a wish reaches.
    entry: Option<NodeId>,
    running: BTreeSet<NodeId>,
    /// By the number of the write in the cluster.
    values: BTreeMap<u64, Val>,
    counts: SiteCounts,
    takes_xdr: bool,
    takes_clients: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Ready,
    Held,
    Blocked,
}

/// A record in a queue, with each write that was queued and the nodes that have it.
#[derive(Clone, Debug)]
struct Item {
    key: Digest,
    since_ms: u64,
    serial: u64,
    state: State,
    log: Vec<(u64, BTreeSet<NodeId>)>,
    as_queued: Val,
}

struct Ship {
    from: usize,
    to: usize,
    delay_ms: u64,
    per_s: Option<u64>,
    resolves: bool,
    connected: bool,
    queue: Vec<Item>,
    link: Vec<(u64, Item, Val)>,
    serial: u64,
    free_us: u64,
    to_scan: BTreeMap<PartitionId, u64>,
    rewound: Option<(u64, BTreeSet<Digest>)>,
    shipped: u64,
    abandoned: u64,
    queue_lost: u64,
}

struct Fleet {
    keys: Vec<Digest>,
    endpoint: String,
    /// The site of each instance, and whether it runs.
    instances: Vec<(usize, bool)>,
    reads: u64,
    writes: u64,
    rate: u64,
    next: u64,
    base: (u64, u64),
    paused: bool,
    /// The instance that is down, how long each is, and when it is back.
    roll: Option<(usize, u64, u64)>,
    not_sent: u64,
    done: (u64, u64, u64),
}

pub struct Naive {
    pub now_ms: u64,
    sites: Vec<Site>,
    ships: Vec<Ship>,
    fleets: Vec<Fleet>,
    endpoints: BTreeMap<String, usize>,
    backups: BTreeMap<String, Vec<(Digest, Val)>>,
    /// In the order of first use.
    keys: Vec<Digest>,
    latest: BTreeMap<Digest, u64>,
    writes: u64,
    wrong: Wrong,
}

impl Site {
    /// Sees which nodes run, and which of them a client reaches: a member of the cluster with the highest principal.
    fn look(&mut self) {
        let view = self.cluster.view();
        let is_member = |id: &&NodeId| view.sub_cluster_of(**id) == Some(0);
        let first = view.sub_clusters.first();
        self.entry = first.and_then(|first| first.nodes.iter().find(is_member).copied());
        let running = view.nodes.iter().filter(|node| node.state.is_up());
        self.running = running.map(|node| node.id).collect();
    }
}

impl Naive {
    pub fn new(setups: Vec<ClusterSetup>, wrong: Wrong) -> Self {
        let site = |setup| Site {
            cluster: Cluster::new(setup).unwrap(),
            entry: None,
            running: BTreeSet::new(),
            values: BTreeMap::new(),
            counts: SiteCounts::default(),
            takes_xdr: true,
            takes_clients: true,
        };
        let mut sites: Vec<Site> = setups.into_iter().map(site).collect();
        sites.iter_mut().for_each(Site::look);
        Self {
            now_ms: 0,
            sites,
            ships: Vec::new(),
            fleets: Vec::new(),
            endpoints: BTreeMap::new(),
            backups: BTreeMap::new(),
            keys: Vec::new(),
            latest: BTreeMap::new(),
            writes: 0,
            wrong,
        }
    }

    fn use_key(&mut self, key: Digest) {
        if !self.keys.contains(&key) {
            self.keys.push(key);
        }
    }

    // --- one site

    fn found(&self, site: usize, key: Digest) -> Result<Option<Val>, ClientResult> {
        let on = self.sites[site].entry.ok_or(ClientResult::Unavailable)?;
        let write = self.sites[site].cluster.builds_on("main", key, on)?;
        Ok(write.map(|write| self.sites[site].values[&write]))
    }

    /// The number of the value that a site has: while it cannot be read, of the latest copy on any drive.
    fn has(&self, site: usize, key: Digest) -> u64 {
        if let Ok(value) = self.found(site, key) {
            return value.map_or(0, |value| value.write);
        }
        let copies = self.sites[site].cluster.copies_of_record("main", key);
        let latest = copies.iter().map(|copy| copy.write).max();
        latest.map_or(0, |write| self.sites[site].values[&write].write)
    }

    fn refuse(&mut self, site: usize, result: ClientResult) {
        let no_answer = self.sites[site].entry.is_none();
        let refused = &mut self.sites[site].counts.refused;
        *match result {
            ClientResult::InDoubt => &mut refused.in_doubt,
            ClientResult::StaleRegime => &mut refused.stale_regime,
            _ if no_answer => &mut refused.no_answer,
            _ => &mut refused.unavailable,
        } += 1;
    }

    /// Puts a value into a site's cluster. Returns the nodes that have it if it was committed.
    fn put(
        &mut self,
        site: usize,
        key: Digest,
        value: Val,
    ) -> Result<BTreeSet<NodeId>, ClientResult> {
        let before = self.found(site, key).ok().flatten();
        let at = &mut self.sites[site];
        let command = Command::Write { namespace: "main".into(), key, from: None };
        let events = at.cluster.apply(&command).unwrap();
        let EventKind::Wrote { write, result, .. } = events[0].kind else { panic!("{events:?}") };
        let travels = self.wrong == Wrong::GenerationsTravel && value.by_xdr;
        let generation = if travels {
            value.generation
        } else {
            before.map_or(0, |before| before.generation) + 1
        };
        at.values.insert(write, Val { generation, ..value });
        let copies = at.cluster.copies_of_record("main", key);
        let took = copies.iter().filter(|copy| copy.write == write).map(|copy| copy.node).collect();
        if result != ClientResult::Ok {
            return Err(result);
        }
        if before.is_some_and(|before| before.acknowledged && before.at_ms > value.at_ms) {
            at.counts.overwritten += 1;
        }
        Ok(took)
    }

    fn next_value(&mut self, site: usize) -> Val {
        self.writes += 1;
        Val {
            write: self.writes,
            at_ms: self.now_ms,
            acknowledged: true,
            updated_ms: self.now_ms,
            source: site,
            by_xdr: false,
            generation: 0,
        }
    }

    fn client_writes(&mut self, site: usize, key: Digest, value: Val) -> bool {
        self.use_key(key);
        match self.put(site, key, value) {
            Ok(took) => {
                self.sites[site].counts.acknowledged += 1;
                self.latest.insert(key, value.write);
                self.queue(site, key, self.now_ms, &took, value);
                true
            }
            Err(result) => {
                self.refuse(site, result);
                if let Some(mut last) = self.sites[site].values.last_entry() {
                    last.get_mut().acknowledged = false;
                }
                false
            }
        }
    }

    /// A client's write, with the number of a value of its own.
    pub fn write(&mut self, site: usize, key: Digest) {
        self.use_key(key);
        if self.sites[site].takes_clients {
            let value = self.next_value(site);
            self.client_writes(site, key, value);
        } else {
            self.sites[site].counts.refused.forbidden += 1;
        }
    }

    /// A client's read. Returns whether it was answered, and whether it was stale.
    pub fn read(&mut self, site: usize, key: Digest) -> (bool, bool) {
        self.use_key(key);
        let mode = ReadMode::Session;
        let command = Command::Read { namespace: "main".into(), key, from: None, mode };
        let events = self.sites[site].cluster.apply(&command).unwrap();
        let EventKind::Read { write, result, .. } = events[0].kind else { panic!("{events:?}") };
        if !matches!(result, ClientResult::Ok | ClientResult::NotFound) {
            self.refuse(site, result);
            return (false, false);
        }
        let seen = write.map_or(0, |write| self.sites[site].values[&write].write);
        let stale = self.latest.get(&key).is_some_and(|latest| *latest > seen);
        self.sites[site].counts.reads += 1;
        self.sites[site].counts.stale += u64::from(stale);
        (true, stale)
    }

    pub fn load(&mut self, site: usize, first: u32, records: u32) {
        let value = self.next_value(site);
        for number in first..first + records {
            let key = generated_key(number);
            self.use_key(key);
            if self.sites[site].takes_clients {
                self.client_writes(site, key, value);
            } else {
                self.sites[site].counts.refused.forbidden += 1;
            }
        }
    }

    pub fn allow(&mut self, site: usize, xdr: bool, clients: bool) {
        (self.sites[site].takes_xdr, self.sites[site].takes_clients) = (xdr, clients);
    }

    /// Does something to a cluster. It is not done if it cannot be.
    pub fn operate(&mut self, site: usize, command: &Command) {
        if let Ok(events) = self.sites[site].cluster.apply(command) {
            self.happened(site, &events);
        }
    }

    fn happened(&mut self, site: usize, events: &[Event]) {
        for event in events {
            match &event.kind {
                EventKind::WriteLost { .. } => self.sites[site].counts.lost += 1,
                EventKind::NodeStopped { node, shutdown, .. } => {
                    let to_device = self.sites[site].cluster.setup().namespaces[0].commit_to_device;
                    let flushed = to_device || *shutdown == Shutdown::Clean;
                    self.node_loses_queue(site, *node, flushed);
                }
                EventKind::DrivesWiped { node, .. } => self.node_is_emptied(site, *node),
                _ => {}
            }
        }
        let quiet = |kind: &EventKind| {
            matches!(
                kind,
                EventKind::Wrote { .. } | EventKind::Read { .. } | EventKind::WriteLost { .. }
            )
        };
        if events.iter().all(|event| quiet(&event.kind)) {
            return;
        }
        self.sites[site].look();
        for ship in 0..self.ships.len() {
            for n in 0..self.ships[ship].queue.len() {
                let Item { state, key, .. } = self.ships[ship].queue[n];
                let at = match state {
                    State::Held => self.ships[ship].from,
                    State::Blocked => self.ships[ship].to,
                    State::Ready => continue,
                };
                let can = self.found(at, key).is_ok()
                    && (state == State::Blocked || self.is_on_a_running_node(ship, n));
                if at == site && can {
                    self.ships[ship].queue[n].state = State::Ready;
                }
            }
            if self.ships[ship].from == site {
                self.scan(ship);
            }
        }
    }

    fn is_on_a_running_node(&self, ship: usize, n: usize) -> bool {
        let Ship { from, queue, .. } = &self.ships[ship];
        let running = &self.sites[*from].running;
        queue[n].log.iter().any(|(_, nodes)| !nodes.is_disjoint(running))
    }

    // --- ships

    pub fn ship(
        &mut self,
        from: usize,
        to: usize,
        delay_ms: u64,
        per_s: Option<u64>,
        rewinds: Option<Rewind>,
        resolves: bool,
    ) {
        if self.ships.iter().any(|ship| (ship.from, ship.to) == (from, to)) || from == to {
            return;
        }
        self.ships.push(Ship {
            from,
            to,
            delay_ms,
            per_s,
            resolves,
            connected: true,
            queue: Vec::new(),
            link: Vec::new(),
            serial: 0,
            free_us: 0,
            to_scan: BTreeMap::new(),
            rewound: None,
            shipped: 0,
            abandoned: 0,
            queue_lost: 0,
        });
        let ship = self.ships.len() - 1;
        let all = (self.wrong == Wrong::ShipsAll).then_some(Rewind::All);
        if let Some(back) = rewinds.filter(|_| resolves).or(all) {
            let from_ms = match back {
                Rewind::Back(ms) => self.now_ms.saturating_sub(ms),
                Rewind::All => 0,
            };
            for key in self.keys.clone() {
                if self.found(from, key).is_err() && self.has(from, key) != 0 {
                    let pid = PartitionId::of_digest(&key);
                    self.ships[ship].to_scan.insert(pid, from_ms);
                }
            }
            let queued = self.queue_from(ship, |_| Some(from_ms));
            if !queued.is_empty() {
                self.ships[ship].rewound = Some((from_ms, queued));
            }
        }
    }

    fn queue_from(
        &mut self,
        ship: usize,
        from_ms: impl Fn(PartitionId) -> Option<u64>,
    ) -> BTreeSet<Digest> {
        let from = self.ships[ship].from;
        let mut queued = BTreeSet::new();
        for key in self.keys.clone() {
            let Some(from_ms) = from_ms(PartitionId::of_digest(&key)) else { continue };
            let Ok(Some(value)) = self.found(from, key) else { continue };
            if value.by_xdr || value.updated_ms < from_ms {
                continue;
            }
            let known = self.ships[ship].queue.iter().any(|item| item.key == key);
            let nodes = self.replicas(from, key);
            self.queue_on(ship, key, value.updated_ms, &nodes, value);
            if !known {
                queued.insert(key);
            }
        }
        queued
    }

    /// The replicas of a record's partition and its master, as far as they run.
    fn replicas(&self, site: usize, key: Digest) -> BTreeSet<NodeId> {
        let Site { cluster, entry, .. } = &self.sites[site];
        let view = cluster.view();
        let explained = cluster.explain("main", PartitionId::of_digest(&key), *entry).unwrap();
        let seats = explained.row.iter().filter(|seat| seat.replica_here || seat.working_master);
        let ids: Vec<NodeId> = seats.map(|seat| seat.node).collect();
        let master = explained.row.iter().find(|seat| seat.working_master).map(|seat| seat.node);
        let reached = |id: &NodeId| {
            view.sub_cluster_of(*id) == Some(0) && !master.is_some_and(|of| view.is_cut(of, *id))
        };
        ids.into_iter().filter(reached).collect()
    }

    fn queue(
        &mut self,
        site: usize,
        key: Digest,
        at_ms: u64,
        nodes: &BTreeSet<NodeId>,
        value: Val,
    ) {
        for ship in 0..self.ships.len() {
            if self.ships[ship].from == site {
                self.queue_on(ship, key, at_ms, nodes, value);
            }
        }
    }

    fn queue_on(
        &mut self,
        ship: usize,
        key: Digest,
        at_ms: u64,
        nodes: &BTreeSet<NodeId>,
        as_queued: Val,
    ) {
        let ship = &mut self.ships[ship];
        if let Some(item) = ship.queue.iter_mut().find(|item| item.key == key) {
            item.log.push((at_ms, nodes.clone()));
            return;
        }
        let (serial, log) = (ship.serial, vec![(at_ms, nodes.clone())]);
        ship.serial += 1;
        let state = State::Ready;
        ship.queue.push(Item { key, since_ms: at_ms, serial, state, log, as_queued });
    }

    fn index(&self, from: usize, to: usize) -> Option<usize> {
        self.ships.iter().position(|ship| (ship.from, ship.to) == (from, to))
    }

    pub fn unship(&mut self, from: usize, to: usize) {
        if let Some(ship) = self.index(from, to) {
            self.ships.remove(ship);
        }
    }

    pub fn connect(&mut self, from: usize, to: usize, on: bool) {
        let Some(ship) = self.index(from, to) else { return };
        let was_on = std::mem::replace(&mut self.ships[ship].connected, on);
        if was_on && !on {
            let link = std::mem::take(&mut self.ships[ship].link);
            if self.wrong != Wrong::CutLoses {
                for (_, item, _) in link {
                    self.put_back(ship, item, State::Ready);
                }
            }
        }
    }

    fn put_back(&mut self, index: usize, item: Item, state: State) {
        let is_gone = item.log.iter().all(|(_, nodes)| nodes.is_empty());
        let ship = &mut self.ships[index];
        let later = ship.queue.iter_mut().find(|later| later.key == item.key);
        match later {
            Some(later) if !is_gone => {
                later.log.extend(item.log);
                (later.since_ms, later.serial) = (item.since_ms, item.serial);
            }
            Some(_) => {}
            None if is_gone => self.is_gone(index, item.key, item.since_ms),
            None => ship.queue.push(Item { state, ..item }),
        }
    }

    fn is_gone(&mut self, ship: usize, key: Digest, since_ms: u64) {
        let ship = &mut self.ships[ship];
        ship.is_through(key);
        if ship.resolves {
            let from_ms = ship.to_scan.entry(PartitionId::of_digest(&key)).or_insert(since_ms);
            *from_ms = since_ms.min(*from_ms);
        } else {
            ship.queue_lost += 1;
        }
    }

    fn node_is_emptied(&mut self, site: usize, node: NodeId) {
        self.lose_queue(site, node, |_| false);
    }

    fn node_loses_queue(&mut self, site: usize, node: NodeId, flushed: bool) {
        let now_ms = self.now_ms;
        self.lose_queue(site, node, |at_ms| flushed || at_ms + 1_000 <= now_ms);
    }

    fn lose_queue(&mut self, site: usize, node: NodeId, keeps: impl Fn(u64) -> bool) {
        for index in 0..self.ships.len() {
            let ship = &mut self.ships[index];
            if ship.from != site {
                continue;
            }
            let on_drives = !ship.resolves;
            let lose = |item: &mut Item| {
                let lost = item.log.iter_mut().filter(|(at_ms, _)| !(on_drives && keeps(*at_ms)));
                lost.for_each(|(_, nodes)| {
                    nodes.remove(&node);
                });
            };
            ship.queue.iter_mut().for_each(lose);
            ship.link.iter_mut().for_each(|(_, item, _)| lose(item));
            let is_gone = |item: &Item| item.log.iter().all(|(_, nodes)| nodes.is_empty());
            let (gone, kept) = std::mem::take(&mut ship.queue).into_iter().partition(is_gone);
            ship.queue = kept;
            let gone: Vec<Item> = gone;
            for item in gone {
                self.is_gone(index, item.key, item.since_ms);
            }
        }
    }

    fn scan(&mut self, ship: usize) {
        let from = self.ships[ship].from;
        let Some(here) = self.sites[from].cluster.view().sub_clusters.first().cloned() else {
            return;
        };
        let keys = self.keys.clone();
        let can = |pid: PartitionId| {
            let of_pid = |key: &&Digest| PartitionId::of_digest(key) == pid;
            !here.namespaces[0].cells[pid.index()].migrating
                && keys.iter().filter(of_pid).any(|key| self.found(from, *key).is_ok())
        };
        let to_scan = self.ships[ship].to_scan.clone();
        let now: BTreeMap<PartitionId, u64> =
            to_scan.into_iter().filter(|(pid, _)| can(*pid)).collect();
        self.ships[ship].to_scan.retain(|pid, _| !now.contains_key(pid));
        self.queue_from(ship, |pid| now.get(&pid).copied());
    }

    fn send(&mut self, ship: usize) {
        loop {
            let Ship { from, connected, free_us, ref queue, .. } = self.ships[ship];
            let ready = (0..queue.len()).filter(|n| queue[*n].state == State::Ready);
            let first = ready.min_by_key(|n| (queue[*n].since_ms, queue[*n].serial));
            let Some(first) = first.filter(|_| connected && free_us <= 1_000 * self.now_ms) else {
                return;
            };
            let key = queue[first].key;
            let on_node = self.is_on_a_running_node(ship, first);
            match self.found(from, key) {
                Ok(value) if on_node => {
                    let now_ms = self.now_ms;
                    let ship = &mut self.ships[ship];
                    let item = ship.queue.remove(first);
                    let Some(mut value) = value else {
                        ship.is_through(key);
                        continue;
                    };
                    if self.wrong == Wrong::AsQueued {
                        value = item.as_queued;
                    }
                    ship.link.push((now_ms + ship.delay_ms, item, value));
                    if let Some(per_s) = ship.per_s {
                        ship.free_us = ship.free_us.max(1_000 * now_ms) + 1_000_000 / per_s;
                    }
                }
                _ => self.ships[ship].queue[first].state = State::Held,
            }
        }
    }

    fn land(&mut self, index: usize) {
        while self.ships[index].link.first().is_some_and(|(at_ms, ..)| *at_ms <= self.now_ms) {
            let (_, item, value) = self.ships[index].link.remove(0);
            let Ship { to, resolves, .. } = self.ships[index];
            let key = item.key;
            if !self.sites[to].takes_xdr {
                self.ships[index].abandoned += 1;
                self.ships[index].is_through(key);
                continue;
            }
            let Ok(there) = self.found(to, key) else {
                self.put_back(index, item, State::Blocked);
                continue;
            };
            let later_wins = resolves || self.wrong == Wrong::LaterWins;
            let rank = |one: Val| (if resolves { one.updated_ms } else { one.at_ms }, one.source);
            if later_wins && there.is_some_and(|there| rank(there) >= rank(value)) {
                self.ships[index].shipped += 1;
                self.ships[index].is_through(key);
                continue;
            }
            let updated_ms = if resolves { value.updated_ms } else { self.now_ms };
            let brought = Val { by_xdr: true, updated_ms, ..value };
            match self.put(to, key, brought) {
                Ok(took) => {
                    self.ships[index].shipped += 1;
                    self.ships[index].is_through(key);
                    if self.wrong == Wrong::Forwards {
                        self.queue(to, key, self.now_ms, &took, brought);
                    }
                }
                Err(_) => self.put_back(index, item, State::Blocked),
            }
        }
    }

    // --- backups

    pub fn back_up(&mut self, site: usize, name: &str) {
        let records =
            self.keys.iter().filter_map(|key| Some((*key, self.found(site, *key).ok()??)));
        let records = records.collect();
        self.backups.insert(name.into(), records);
    }

    pub fn restore(&mut self, site: usize, name: &str, policy: RestorePolicy) {
        for (key, saved) in self.backups.get(name).cloned().unwrap_or_default() {
            let there = self.found(site, key);
            let stays = match (there, policy) {
                (Ok(Some(_)), RestorePolicy::Unique) => true,
                (Ok(Some(there)), RestorePolicy::UnlessNewerGeneration) => {
                    there.generation >= saved.generation
                }
                _ => false,
            };
            if stays {
                continue;
            }
            if !self.sites[site].takes_clients {
                self.sites[site].counts.refused.forbidden += 1;
                continue;
            }
            let restored = Val { updated_ms: self.now_ms, source: site, by_xdr: false, ..saved };
            match self.put(site, key, restored) {
                Ok(took) => self.queue(site, key, self.now_ms, &took, restored),
                Err(result) => self.refuse(site, result),
            }
        }
    }

    // --- fleets

    pub fn repoint(&mut self, endpoint: &str, site: usize) {
        self.endpoints.insert(endpoint.into(), site);
        if self.wrong == Wrong::NoticesAtOnce {
            let moved = self.fleets.iter_mut().filter(|fleet| fleet.endpoint == endpoint);
            moved.for_each(|fleet| fleet.instances.iter_mut().for_each(|one| one.0 = site));
        }
    }

    pub fn fleet(
        &mut self,
        endpoint: &str,
        instances: usize,
        keys: u32,
        mix: (u64, u64),
        rate: u64,
    ) {
        let site = self.endpoints[endpoint];
        let keys: Vec<Digest> = (0..keys).map(generated_key).collect();
        for key in &keys {
            self.use_key(*key);
        }
        self.fleets.push(Fleet {
            keys,
            endpoint: endpoint.into(),
            instances: vec![(site, true); instances],
            reads: mix.0,
            writes: mix.1,
            rate,
            next: 0,
            base: (0, self.now_ms),
            paused: false,
            roll: None,
            not_sent: 0,
            done: (0, 0, 0),
        });
    }

    pub fn pause(&mut self, fleet: usize, on: bool) {
        let Some(fleet) = self.fleets.get_mut(fleet).filter(|fleet| fleet.paused != on) else {
            return;
        };
        (fleet.paused, fleet.roll) = (on, None);
        let site = self.endpoints[&fleet.endpoint];
        for instance in &mut fleet.instances {
            *instance = if on { (instance.0, false) } else { (site, true) };
        }
        fleet.base = (fleet.next, self.now_ms);
    }

    pub fn restart(&mut self, fleet: usize, each_ms: u64) {
        let Some(fleet) = self.fleets.get_mut(fleet) else { return };
        if !fleet.paused && fleet.roll.is_none() {
            fleet.instances[0].1 = false;
            fleet.roll = Some((0, each_ms, self.now_ms + each_ms));
        }
    }

    fn work(&mut self, index: usize) {
        if self.fleets[index].paused {
            return;
        }
        let fleet = &mut self.fleets[index];
        while let Some((down, each_ms, back_ms)) = fleet.roll.filter(|roll| roll.2 <= self.now_ms) {
            fleet.instances[down] = (self.endpoints[&fleet.endpoint], true);
            let next = fleet.instances.get_mut(down + 1);
            fleet.roll = next.is_some().then_some((down + 1, each_ms, back_ms + each_ms));
            if let Some(next) = next {
                next.1 = false;
            }
        }
        loop {
            let fleet = &mut self.fleets[index];
            let (number, instances) = (fleet.next, fleet.instances.len() as u64);
            let (first, from_ms) = fleet.base;
            if from_ms + (number - first) * 1_000 / (fleet.rate * instances) > self.now_ms {
                return;
            }
            fleet.next += 1;
            let hash = |number: u64| fnv1a_64(&number.to_le_bytes());
            let key = fleet.keys[usize::try_from(hash(number) % fleet.keys.len() as u64).unwrap()];
            let instance = number % instances;
            let (site, up) = fleet.instances[usize::try_from(instance).unwrap()];
            let all = fleet.reads + fleet.writes;
            let phase = (number / instances).wrapping_add(hash(instance)) % all;
            let writes = (phase + 1) * fleet.writes / all > phase * fleet.writes / all;
            if !up {
                fleet.not_sent += 1;
            } else if !writes {
                let (answered, stale) = self.read(site, key);
                self.fleets[index].done.0 += u64::from(answered);
                self.fleets[index].done.1 += u64::from(stale);
            } else if self.sites[site].takes_clients {
                let value = self.next_value(site);
                let done = self.client_writes(site, key, value);
                self.fleets[index].done.2 += u64::from(done);
            } else {
                self.sites[site].counts.refused.forbidden += 1;
            }
        }
    }

    // --- time

    /// Lets time pass, a whole number of ticks.
    pub fn pass(&mut self, ms: u64) {
        let end_ms = self.now_ms + ms;
        // What is due now, because a command was just done.
        self.do_what_is_due();
        while self.now_ms < end_ms {
            self.now_ms += TICK_MS;
            for site in 0..self.sites.len() {
                let events = self.sites[site].cluster.advance(Until::Time(self.now_ms));
                self.happened(site, &events);
            }
            self.do_what_is_due();
        }
    }

    fn do_what_is_due(&mut self) {
        loop {
            (0..self.ships.len()).for_each(|ship| self.land(ship));
            (0..self.fleets.len()).for_each(|fleet| self.work(fleet));
            (0..self.ships.len()).for_each(|ship| self.send(ship));
            let more =
                |ship: &Ship| ship.link.first().is_some_and(|(at_ms, ..)| *at_ms <= self.now_ms);
            if !self.ships.iter().any(more) {
                return;
            }
        }
    }

    // --- comparing

    /// What differs from a world, in words.
    pub fn differs(
        &self,
        view: &WorldView,
        value: impl Fn(usize, Digest) -> u64,
    ) -> Result<(), String> {
        let on_way = |key: &Digest| {
            self.ships.iter().any(|ship| {
                ship.queue.iter().any(|item| item.key == *key)
                    || ship.link.iter().any(|(_, item, _)| item.key == *key)
            })
        };
        let mut counts: Vec<SiteCounts> = self.sites.iter().map(|site| site.counts).collect();
        let mut diverged = 0;
        for key in &self.keys {
            let has: Vec<u64> = (0..self.sites.len()).map(|site| self.has(site, *key)).collect();
            for (site, has) in has.iter().enumerate() {
                same(&format!("{key:?} at site {site}"), &value(site, *key), has)?;
                counts[site].records += u64::from(*has != 0);
            }
            let some: BTreeSet<u64> = has.iter().copied().filter(|write| *write != 0).collect();
            if !some.is_empty() && !on_way(key) {
                diverged += u64::from(some.len() > 1);
                let lacks = counts.iter_mut().zip(&has).filter(|(_, has)| **has == 0);
                lacks.for_each(|(counts, _)| counts.missing += 1);
            }
        }
        same("diverged", &view.diverged, &diverged)?;
        for (site, counts) in counts.into_iter().enumerate() {
            same(&format!("the counts of site {site}"), &view.sites[site].counts, &counts)?;
        }
        same("the number of ships", &view.ships.len(), &self.ships.len())?;
        for (here, ship) in view.ships.iter().zip(&self.ships) {
            let counts = (
                here.waiting,
                here.lag_ms,
                here.shipped,
                here.abandoned,
                here.queue_lost,
                here.on_link,
            );
            same(&format!("the ship {}", here.way), &counts, &ship.counts(self.now_ms))?;
        }
        for (here, fleet) in view.fleets.iter().zip(&self.fleets) {
            let counts = (here.counts.reads, here.counts.stale, here.counts.writes);
            same("a fleet's counts", &counts, &fleet.done)?;
            same("what a fleet did not send", &here.counts.not_sent, &fleet.not_sent)?;
            let instances: Vec<_> = here.instances.iter().map(|one| (one.site, one.up)).collect();
            same("a fleet's instances", &instances, &fleet.instances)?;
        }
        let refused: u64 = view.sites.iter().map(|site| Refused::all(&site.counts.refused)).sum();
        let of_fleets: u64 = view.fleets.iter().map(|fleet| fleet.counts.refused.all()).sum();
        if of_fleets > refused {
            return Err(format!(
                "fleets were refused {of_fleets} times, and all clients {refused}"
            ));
        }
        Ok(())
    }
}

impl Ship {
    fn is_through(&mut self, key: Digest) {
        if let Some((_, left)) = &mut self.rewound {
            left.remove(&key);
            if left.is_empty() {
                self.rewound = None;
            }
        }
    }

    fn counts(&self, now_ms: u64) -> (u64, u64, u64, u64, u64, u64) {
        let waiting = self.queue.len() + self.link.len();
        let queued = self.queue.iter().map(|item| item.since_ms);
        let sent = self.link.iter().map(|(_, item, _)| item.since_ms);
        let others = self.rewound.iter().map(|(from_ms, _)| *from_ms);
        let oldest_ms =
            queued.chain(sent).chain(others).chain(self.to_scan.values().copied()).min();
        let lag_ms = oldest_ms.map_or(0, |oldest_ms| now_ms - oldest_ms);
        let on_link = self.link.len() as u64;
        (waiting as u64, lag_ms, self.shipped, self.abandoned, self.queue_lost, on_link)
    }
}

/// An error if two things differ.
fn same<T: PartialEq + std::fmt::Debug>(what: &str, world: &T, model: &T) -> Result<(), String> {
    if world == model {
        return Ok(());
    }
    Err(format!("{what}: the world has {world:?}, the model {model:?}"))
}
