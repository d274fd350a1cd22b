"""What a client is told while nodes and links fail, by the Python client. Its session reads and writes are the default."""

import itertools

import aerospike
import pytest
from aerospike import exception

from partitions import owners, partition_of
from rosterlab import wait_until
from speeds import FAST, STILL

SESSION = aerospike.POLICY_READ_MODE_SC_SESSION
LINEARIZE = aerospike.POLICY_READ_MODE_SC_LINEARIZE
ALLOW_REPLICA = aerospike.POLICY_READ_MODE_SC_ALLOW_REPLICA
ALLOW_UNAVAILABLE = aerospike.POLICY_READ_MODE_SC_ALLOW_UNAVAILABLE

# As the case study goes: a rack is stopped, then a node of the other one is lost.
RACK_B = ["B101", "B102"]
KEYS = [("main", "orders", number) for number in range(60)]


def fill(client, keys=KEYS):
    for key in keys:
        client.put(key, {"n": key[2]})


def mode(read_mode):
    return {"read_mode_sc": read_mode}


def unavailable(cluster, client):
    """Makes every partition unavailable: two of five nodes are left."""
    cluster.do({"do": "stop", "nodes": RACK_B})
    cluster.do({"do": "crash", "nodes": ["A102"]})
    assert cluster.state()["served"]["main"]["unavailable"] == 4096
    known = {cluster.addresses[node] for node in ["A101", "A103"]}
    wait_until(lambda: set(client.get_nodes()) == known, "the client knows which nodes are left")


# What a client says of a partition that nobody serves: the node that it knew as the owner refuses (11), or that node is gone
# and the client knows no other (-8).
REFUSED = {11, -8}


def code_of(command):
    """The code that a command fails with; 0 when it succeeds."""
    try:
        command()
    except exception.AerospikeError as error:
        return error.code
    return 0


def nodes_of(client):
    return {node["node_name"] for node in client.get_node_names()}


def masters_by_key(client, keys=KEYS):
    masters = owners(client)
    return {key: masters[partition_of(key)] for key in keys}


def test_every_way_to_read_sees_what_was_written(cluster, client):
    fill(client)
    for read_mode, key in itertools.product([SESSION, LINEARIZE, ALLOW_REPLICA, ALLOW_UNAVAILABLE], KEYS):
        assert client.get(key, policy=mode(read_mode))[2] == {"n": key[2]}


def test_of_an_unavailable_partition_only_one_mode_reads(cluster, client):
    fill(client)
    unavailable(cluster, client)
    for read_mode in [SESSION, LINEARIZE, ALLOW_REPLICA]:
        # Without retries, so that the client does not find the errors too many and stop asking (-14).
        policy = mode(read_mode) | {"max_retries": 0}
        codes = [code_of(lambda: client.get(key, policy=policy)) for key in KEYS[:20]]
        assert 11 in codes and set(codes) <= REFUSED
    # What a node still has can be read there.
    read = {}
    for key in KEYS:
        try:
            read[key] = client.get(key, policy=mode(ALLOW_UNAVAILABLE) | {"max_retries": 0})[2]
        except exception.AerospikeError as error:
            assert error.code in {2, *REFUSED}, error
    assert read
    assert read == {key: {"n": key[2]} for key in read}


def test_a_batch_of_unavailable_partitions_says_so_in_each_row(cluster, client):
    fill(client)
    unavailable(cluster, client)
    rows = client.batch_read(KEYS).batch_records
    results = {row.result for row in rows}
    assert 11 in results and results <= REFUSED
    assert not any(row.in_doubt for row in rows)


def test_a_write_to_an_unavailable_partition_is_refused_and_not_in_doubt(cluster, client):
    fill(client)
    unavailable(cluster, client)
    refused_key = next(key for key in KEYS if code_of(lambda: client.get(key)) == 11)
    for write in [
        lambda key: client.put(key, {"n": 0}),
        lambda key: client.increment(key, "n", 1),
        lambda key: client.touch(key),
        lambda key: client.remove(key, policy={"durable_delete": True}),
    ]:
        with pytest.raises(exception.ClusterError) as refused:
            write(refused_key)
        assert (refused.value.code, refused.value.in_doubt) == (11, False)
    # All nodes come back: nothing of that happened.
    cluster.do({"do": "start", "nodes": ["A102", *RACK_B]}, until="migrated")
    wait_until(lambda: nodes_of(client) == set(cluster.addresses), "the client knows all nodes")
    for key in KEYS:
        assert client.get(key)[2] == {"n": key[2]}


def test_a_write_with_retries_to_an_unavailable_partition_is_in_doubt_to_this_client(cluster, client):
    unavailable(cluster, client)
    refused_key = next(key for key in KEYS if code_of(lambda: client.get(key)) == 11)
    with pytest.raises(exception.ClusterError) as refused:
        client.put(refused_key, {"n": 0}, policy={"max_retries": 2})
    assert (refused.value.code, refused.value.in_doubt) == (11, True)


def test_a_client_that_connects_late_knows_no_owner(cluster, client, connect):
    unavailable(cluster, client)
    late = connect(cluster, hosts=[cluster.addresses["A101"]])
    with pytest.raises(exception.InvalidNodeError) as refused:
        late.put(KEYS[0], {"n": 0})
    assert (refused.value.code, refused.value.in_doubt) == (-8, False)


def test_a_write_whose_replica_does_not_answer_is_in_doubt(serve, connect):
    cluster = serve(*STILL)
    client = connect(cluster)
    fill(client)
    masters = masters_by_key(client)
    # Nobody notices within the test: the masters of rack A wait for replicas that are gone.
    cluster.do({"do": "crash", "nodes": RACK_B}, until=None)
    outcomes = {}
    for key, master in masters.items():
        with pytest.raises(exception.AerospikeError) as failed:
            client.put(key, {"n": -1})
        outcomes.setdefault(master, set()).add((type(failed.value), failed.value.code, failed.value.in_doubt))
    for node, seen in outcomes.items():
        if node in RACK_B:
            # Nothing was sent, so nothing is in doubt.
            assert seen == {(exception.ConnectionError, -10, False)}, node
        else:
            assert seen == {(exception.TimeoutError, 9, True)}, node
    assert set(outcomes) == set(cluster.addresses)
    # A record in doubt is not read either until it is on a replica. Then it is found: the master did apply it.
    doubted = [key for key, master in masters.items() if master not in RACK_B]
    assert code_of(lambda: client.get(doubted[0])) == 9
    cluster.do({"do": "advance", "seconds": 10}, until=None)
    wait_until(lambda: nodes_of(client) == set(cluster.addresses) - set(RACK_B), "the client drops the rack")
    for key in doubted:
        wait_until(lambda: code_of(lambda: client.get(key)) == 0, f"{key} can be read")
        assert client.get(key)[2] == {"n": -1}


def test_a_write_in_doubt_can_be_a_closed_connection(serve, connect):
    cluster = serve(*STILL, "--in-doubt", "close")
    client = connect(cluster)
    fill(client)
    masters = masters_by_key(client)
    cluster.do({"do": "crash", "nodes": RACK_B}, until=None)
    key = next(key for key in KEYS if masters[key] not in RACK_B)
    with pytest.raises(exception.ConnectionError) as failed:
        client.put(key, {"n": -1})
    assert (failed.value.code, failed.value.in_doubt) == (-10, True)
    cluster.do({"do": "advance", "seconds": 10}, until=None)
    wait_until(lambda: code_of(lambda: client.get(key)) == 0, "the record can be read")
    assert client.get(key)[2] == {"n": -1}


def test_after_a_crash_writes_go_on_at_the_other_nodes(cluster, client):
    fill(client)
    cluster.do({"do": "crash", "nodes": ["B102"]})
    wait_until(lambda: nodes_of(client) == set(cluster.addresses) - {"B102"}, "the client drops the node", 10)
    for key in KEYS:
        client.put(key, {"n": key[2] + 1})
        assert client.get(key)[2] == {"n": key[2] + 1}


def test_a_node_that_returns_is_used_again_within_a_tend(cluster, client):
    fill(client)
    cluster.do({"do": "stop", "nodes": ["A103"]})
    wait_until(lambda: nodes_of(client) == set(cluster.addresses) - {"A103"}, "the client drops the node", 10)
    cluster.do({"do": "start", "nodes": ["A103"]}, until="migrated")
    # A client asks each second.
    wait_until(lambda: nodes_of(client) == set(cluster.addresses), "the client takes the node back", 10)
    assert "A103" in masters_by_key(client).values()
    for key in KEYS:
        assert client.get(key)[2] == {"n": key[2]}


def test_a_cut_between_nodes_cuts_no_client_off(cluster, client, connect):
    fill(client)
    cluster.do({"do": "cut", "between": [["A101", "A102", "A103"], RACK_B]})
    assert len(cluster.state()["sub_clusters"]) == 2
    assert {name: told.strip() for name, (_, told) in client.info_all("node").items()} == {
        node: node for node in cluster.addresses
    }
    # Three of five serve everything, and who knew the whole cluster finds them.
    wait_until(lambda: code_of(lambda: fill(client)) == 0, "the client follows the map")
    # Who knows only the other side is told that nothing is available there.
    other = connect(cluster, hosts=[cluster.addresses[node] for node in RACK_B])
    assert nodes_of(other) == set(RACK_B)
    assert {code_of(lambda: other.put(key, {"n": 0})) for key in KEYS} <= REFUSED
    cluster.do({"do": "heal"}, until="migrated")
    wait_until(lambda: nodes_of(other) == set(cluster.addresses), "the other side's client finds all nodes")
    for key in KEYS:
        assert other.get(key)[2] == {"n": key[2]}


def test_an_orphan_refuses_new_clients_after_its_time(cluster, client):
    cluster.do({"do": "cut", "between": [["A101"], ["B102"]]})
    orphans = cluster.state()["orphans"]
    assert len(orphans) == 1
    address = cluster.addresses[orphans[0]]

    def refuses():
        try:
            aerospike.client({"hosts": [address]}).close()
        except exception.AerospikeError:
            return True
        return False

    wait_until(refuses, "no client can connect to the orphan alone")
    cluster.do({"do": "heal"}, until="migrated")
    wait_until(lambda: not refuses(), "clients can connect to it again")


def test_a_setting_back_to_the_start_takes_all_records(cluster, client):
    fill(client)
    cluster.do({"do": "crash", "nodes": RACK_B})
    cluster.reset()
    wait_until(lambda: nodes_of(client) == set(cluster.addresses), "the client knows all nodes")
    assert all(row.result == 2 for row in client.batch_read(KEYS).batch_records)


def test_with_a_rack_cut_off_an_available_namespace_takes_writes_on_both_sides(serve, connect):
    cluster = serve(*FAST, scenario="consistent-or-available.json")
    sides = [["A1", "A2", "A3"], ["B1", "B2", "B3"]]
    cluster.do({"do": "cut", "between": sides})
    clients = [connect(cluster, hosts=[cluster.addresses[node] for node in side]) for side in sides]
    keys = [("cache", None, number) for number in range(20)]
    for side, client in enumerate(clients):
        for key in keys:
            client.put(key, {"side": side})
            assert client.get(key)[2] == {"side": side}
    # Exactly one side serves each key of the consistent namespace: half of the nodes, with the roster-master or not.
    for number in range(20):
        codes = [code_of(lambda: client.put(("orders", None, number), {"n": 1})) for client in clients]
        assert sorted(code == 0 for code in codes) == [False, True], codes
    assert cluster.state()["served"]["cache"]["twice"] == 4096
