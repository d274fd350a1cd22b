"""Random faults under clients that write and read without pause."""

import json
import random
import threading
import urllib.request

import aerospike
from aerospike import exception

import checker


class Faults:
    """Chooses faults: the same seed chooses the same ones, whatever becomes of them."""

    def __init__(self, seed, nodes):
        self._random = random.Random(seed)
        self._nodes = sorted(nodes)
        self._down = []
        self._is_cut = False

    def next(self):
        """A fault: steps of the scenario format. Operators do `roster`, `recluster` and `repair`."""
        choices = ["roster", "recluster"]
        if len(self._down) < 2:
            choices += ["crash", "stop"]
        if self._down:
            choices += ["start", "start"]
        choices += ["heal", "heal"] if self._is_cut else ["cut"]
        if self._is_cut or self._down:
            choices += ["repair"]
        return getattr(self, "_" + self._random.choice(choices))()

    def pause(self):
        """Simulated seconds until the next one: before the nodes notice it, or long after."""
        return self._random.choice([0.3, 1, 3, 10, 20])

    def _crash(self, how="crash"):
        node = self._random.choice([node for node in self._nodes if node not in self._down])
        self._down.append(node)
        return [{"do": how, "nodes": [node]}]

    def _stop(self):
        return self._crash("stop")

    def _start(self):
        return [{"do": "start", "nodes": [self._down.pop(self._random.randrange(len(self._down)))]}]

    def _cut(self):
        self._is_cut = True
        some = self._random.sample(self._nodes, self._random.randint(1, len(self._nodes) - 1))
        return [{"do": "cut", "between": [some, [node for node in self._nodes if node not in some]]}]

    def _heal(self):
        self._is_cut = False
        return [{"do": "heal"}]

    def _roster(self):
        return [{"do": "roster"}]

    def _recluster(self):
        return [{"do": "recluster"}]

    def _repair(self):
        return self.end()

    def end(self):
        """What makes all well again."""
        down, self._down = self._down, []
        heal = self._heal() if self._is_cut else []
        start = [{"do": "start", "nodes": down}] if down else []
        return [*heal, *start, {"do": "repair"}]


class Operator:
    """Does what operators do, with info commands to the nodes, and with care.

    A roster that leaves out a node which alone has the newest data would be no fault of the cluster's. So it is only changed
    when everything is served and nothing is on its way.
    """

    def __init__(self, cluster, client):
        self._cluster = cluster
        self._client = client
        self.revived = 0

    def do(self, step):
        {"roster": self._roster, "recluster": self._recluster, "repair": self._repair}[step["do"]]()

    def _roster(self):
        state = self._cluster.state()
        served = state["served"]["main"]
        if state["cuts"] or state["migrating"] or state["changing"] or served["active"] < 4096:
            return
        nodes = [f"{node['id']}@{node['rack']}" for node in state["nodes"] if node["state"] == "up"]
        self._tell(f"roster-set:namespace=main;nodes={','.join(nodes)}")
        self._recluster()

    def _recluster(self):
        self._tell("recluster:")

    def _repair(self):
        """All nodes are back and all links are whole. What is still not served has to be accepted as it is."""
        self._cluster.do(until="migrated")
        missing = 4096 - self._cluster.state()["served"]["main"]["active"]
        if missing:
            self.revived += missing
            self._cluster.do({"do": "revive", "namespace": "main"}, {"do": "recluster"}, until="migrated")
        ids = [f"{node['id']}@{node['rack']}" for node in self._cluster.state()["nodes"]]
        self._cluster.do({"do": "roster-set", "namespace": "main", "nodes": ids}, {"do": "recluster"}, until="migrated")

    def _tell(self, command):
        for node in self._cluster.state()["nodes"]:
            if node["state"] != "up":
                continue
            try:
                self._client.info_single_node(command, node["id"])
            except exception.AerospikeError:
                # This client does not know the node just now.
                pass


class Worker(threading.Thread):
    """A client that writes its own keys and reads everybody's, until it is told to end."""

    def __init__(self, number, hosts, keys, seed):
        super().__init__(daemon=True)
        self.history = []
        self.errors = {}
        self.failure = None
        self._number = number
        self._client = aerospike.client({"hosts": hosts, "policies": {"read": {"max_retries": 0}}})
        self._keys = keys
        self._random = random.Random(seed)
        self._values = dict.fromkeys(keys[number], 0)
        self._ends = threading.Event()

    def end(self):
        self._ends.set()
        self.join()
        self._client.close()

    def run(self):
        try:
            while not self._ends.is_set():
                if self._random.random() < 0.5:
                    self._write(self._random.choice(self._keys[self._number]))
                else:
                    self._read(self._random.choice(self._random.choice(self._keys)))
        except BaseException as error:
            self.failure = error

    def _write(self, key):
        self._values[key] += 1
        value = self._values[key]
        try:
            self._client.put(key, {"value": value})
            outcome = checker.ACKNOWLEDGED
        except exception.AerospikeError as error:
            outcome = checker.IN_DOUBT if error.in_doubt else checker.REFUSED
            self._count("write", error)
        self.history.append(checker.Write(self._number, key, value, outcome))

    def _read(self, key):
        try:
            value = self._client.get(key)[2]["value"]
        except exception.RecordNotFound:
            value = None
        except exception.AerospikeError as error:
            self._count("read", error)
            return
        self.history.append(checker.Read(self._number, key, value))

    def _count(self, what, error):
        at = f"{what} {error.code}" + (" in doubt" if error.in_doubt else "")
        self.errors[at] = self.errors.get(at, 0) + 1


class Truth(threading.Thread):
    """Listens to the control's events, and keeps the records, by namespace and digest, of which an acknowledged write was lost."""

    def __init__(self, control):
        super().__init__(daemon=True)
        self.lost = set()
        self.has_missed = False
        self._stream = urllib.request.urlopen(control + "/events")

    def run(self):
        for line in self._stream:
            if line.startswith(b"event: missed"):
                self.has_missed = True
            if line.startswith(b"data: {"):
                event = json.loads(line[len(b"data: ") :])
                if event["kind"] == "write-lost":
                    self.lost.add((event["namespace"], event["digest"]))
