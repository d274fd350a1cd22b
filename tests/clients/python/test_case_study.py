"""The published case study, driven from end to end, with a client that counts its errors."""

from aerospike import exception

from partitions import owners, partition_of
from rosterlab import wait_until

# So few that no round has a hundred errors at a node.
KEYS = [("main", "orders", number) for number in range(60)]

UNAVAILABLE = {11, -8}

# After a hundred errors at a node the client does not ask it any more until it tends the cluster again, a second later.
TOO_MANY_ERRORS = -14


class Application:
    """Writes and reads every key, and counts what it is told."""

    def __init__(self, client):
        self.client = client
        self.round = 0
        self.acknowledged = {}

    def go_round(self):
        """Writes and reads each key once. Returns the codes of writes and of reads, by key."""
        self.round += 1
        writes, reads = {}, {}
        for key in KEYS:
            try:
                self.client.put(key, {"round": self.round})
                self.acknowledged[key] = self.round
                writes[key] = 0
            except exception.AerospikeError as error:
                assert not error.in_doubt, f"{key}: {error}"
                writes[key] = error.code
            try:
                bins = self.client.get(key)[2]
                assert bins == {"round": self.acknowledged[key]}, key
                reads[key] = 0
            except exception.AerospikeError as error:
                reads[key] = error.code
        return writes, reads


def nodes_of(client):
    return {node["node_name"] for node in client.get_node_names()}


def check(cluster, application):
    """An error for exactly the keys whose partition nobody serves. Returns how many partitions these are."""
    up = {node["id"] for node in cluster.state()["nodes"] if not node["state"].startswith("down")}
    wait_until(lambda: nodes_of(application.client) == up, f"the client knows {up}")
    # While masters move from node to node, nodes that are asked one after the other tell of different moments.
    served = {}

    def agree_on_the_map():
        served.clear()
        served.update(owners(application.client))
        return len(served) == cluster.state()["served"]["main"]["active"]

    wait_until(agree_on_the_map, "the nodes' maps together have what is served")
    expected = {key for key in KEYS if partition_of(key) not in served}

    def agrees():
        writes, reads = application.go_round()
        failed = {key for key, code in writes.items() if code != 0}
        if TOO_MANY_ERRORS in {*writes.values(), *reads.values()}:
            return False
        for codes in (writes, reads):
            assert set(codes.values()) <= {0, *UNAVAILABLE}, codes
        return failed == expected and failed == {key for key, code in reads.items() if code != 0}

    wait_until(agrees, "errors for exactly the keys of unavailable partitions")
    counts = cluster.state()["served"]["main"]
    assert counts["unavailable"] == 4096 - len(served)
    assert counts["active"] == len(served)
    return counts["unavailable"]


def test_the_case_study_from_end_to_end(cluster, connect):
    client = connect(cluster, read={"max_retries": 0})
    application = Application(client)
    assert check(cluster, application) == 0
    # What the scenario expects is checked by its own steps: an expectation that fails is an error of `next`.
    steps = 0
    counts = []
    while True:
        try:
            done = cluster.next()
        except RuntimeError as end:
            assert "no more steps" in str(end)
            break
        steps += 1
        if any(event["kind"] in ("node-stopped", "node-started") for event in done.get("events", [])):
            counts.append(check(cluster, application))
    assert steps == 16
    # Both racks up; rack B stopped; A102 crashed, back, B102 back, B101 back.
    assert counts == [0, 4096, 4096, 4096, 0]
    assert check(cluster, application) == 0
    state = cluster.state()
    assert state["lostWrites"] == 0
    # Whatever was acknowledged before the outage is there after it.
    for key, value in application.acknowledged.items():
        assert client.get(key)[2] == {"round": value}


def test_when_a_part_is_unavailable_errors_are_for_exactly_its_keys(cluster, connect):
    """The roster is set without rack B before rack A has its copies: a part of the data is lost with the next crash."""
    application = Application(connect(cluster, read={"max_retries": 0}))
    check(cluster, application)
    cluster.do(
        {"do": "stop", "nodes": ["B101", "B102"]},
        {"do": "roster-set", "namespace": "main", "nodes": ["A101@1", "A102@1", "A103@1"]},
        {"do": "recluster"},
    )
    cluster.do({"do": "crash", "nodes": ["A102"]})
    unavailable = check(cluster, application)
    assert 0 < unavailable < 4096
    cluster.do({"do": "start", "nodes": ["A102"]}, until="migrated")
    assert check(cluster, application) == 0


def test_a_rolling_restart_with_quiesce_loses_no_write(cluster, connect):
    client = connect(cluster, read={"max_retries": 0})
    application = Application(client)
    check(cluster, application)
    for node in cluster.addresses:
        cluster.do({"do": "quiesce", "nodes": [node]}, {"do": "recluster"}, until="settled")
        cluster.do({"do": "stop", "nodes": [node]})
        assert check(cluster, application) == 0
        cluster.do({"do": "start", "nodes": [node]}, until="migrated")
        assert check(cluster, application) == 0
    assert cluster.state()["lostWrites"] == 0
