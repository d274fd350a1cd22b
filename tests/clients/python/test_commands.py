"""Each command that is served, by the Python client."""

import aerospike
import pytest
from aerospike import exception
from aerospike_helpers import expressions
from aerospike_helpers.operations import hll_operations, list_operations, operations

KEY = ("main", "people", "ada")
BINS = {
    "integer": -7,
    "float": 1.5,
    "text": "grüße",
    "bytes": b"\x00\xff",
    "list": [1, "two", [3]],
    "map": {"a": {"b": 1}},
    "yes": True,
    "place": aerospike.GeoJSON({"type": "Point", "coordinates": [1.5, 2.5]}),
}


def bins_of(client, key=KEY):
    return client.get(key)[2]


def generation_of(client, key=KEY):
    return client.exists(key)[1]["gen"]


def test_a_client_that_knows_one_node_finds_all(cluster, connect):
    client = connect(cluster, hosts=cluster.hosts[:1])
    assert client.is_connected()
    assert {node["node_name"]: (node["address"], node["port"]) for node in client.get_node_names()} == cluster.addresses


def test_a_record_comes_back_as_it_was_written(client):
    client.put(KEY, BINS)
    _, meta, bins = client.get(KEY)
    assert {name: str(value) for name, value in bins.items()} == {name: str(value) for name, value in BINS.items()}
    assert meta == {"gen": 1, "ttl": 0xFFFFFFFF}
    client.put(KEY, {"text": "other", "integer": aerospike.null()})
    bins = bins_of(client)
    assert bins["text"] == "other" and bins["yes"] is True
    assert "integer" not in bins


def test_keys_of_every_kind_are_found(client):
    for key in ["text", 7, b"bytes"]:
        client.put(("main", "people", key), {"kind": type(key).__name__})
        assert bins_of(client, ("main", "people", key)) == {"kind": type(key).__name__}
    # The key is sent beside its digest.
    client.put(("main", None, 1), {"set": "none"}, policy={"key": aerospike.POLICY_KEY_SEND})
    assert bins_of(client, ("main", None, 1)) == {"set": "none"}


def test_policies_of_a_write_are_kept(client):
    with pytest.raises(exception.RecordNotFound):
        client.put(KEY, {"n": 1}, policy={"exists": aerospike.POLICY_EXISTS_UPDATE})
    with pytest.raises(exception.RecordNotFound):
        client.put(KEY, {"n": 1}, policy={"exists": aerospike.POLICY_EXISTS_REPLACE})
    client.put(KEY, {"n": 1, "m": 1}, policy={"exists": aerospike.POLICY_EXISTS_CREATE})
    with pytest.raises(exception.RecordExistsError):
        client.put(KEY, {"n": 2}, policy={"exists": aerospike.POLICY_EXISTS_CREATE})
    client.put(KEY, {"n": 2}, policy={"exists": aerospike.POLICY_EXISTS_UPDATE})
    assert bins_of(client) == {"n": 2, "m": 1}
    client.put(KEY, {"n": 3}, policy={"exists": aerospike.POLICY_EXISTS_REPLACE})
    assert bins_of(client) == {"n": 3}
    client.put(KEY, {"n": 4}, policy={"exists": aerospike.POLICY_EXISTS_CREATE_OR_REPLACE})
    assert bins_of(client) == {"n": 4}
    client.put(KEY, {"n": 5}, policy={"commit_level": aerospike.POLICY_COMMIT_LEVEL_ALL})
    assert bins_of(client) == {"n": 5}


def test_a_write_may_depend_on_the_generation(client):
    client.put(KEY, {"n": 1})
    equal = {"gen": aerospike.POLICY_GEN_EQ}
    client.put(KEY, {"n": 2}, meta={"gen": 1}, policy=equal)
    with pytest.raises(exception.RecordGenerationError):
        client.put(KEY, {"n": 3}, meta={"gen": 1}, policy=equal)
    greater = {"gen": aerospike.POLICY_GEN_GT}
    with pytest.raises(exception.RecordGenerationError):
        client.put(KEY, {"n": 3}, meta={"gen": 2}, policy=greater)
    client.put(KEY, {"n": 4}, meta={"gen": 9}, policy=greater)
    assert bins_of(client) == {"n": 4}


def test_select_reads_some_bins_and_exists_none(client):
    client.put(KEY, {"a": 1, "b": 2, "c": 3})
    assert client.select(KEY, ["a", "c", "d"])[2] == {"a": 1, "c": 3}
    assert client.exists(KEY)[1]["gen"] == 1
    assert client.exists(("main", "people", "nobody"))[1] is None
    with pytest.raises(exception.RecordNotFound):
        client.get(("main", "people", "nobody"))


def test_touch_counts_a_generation_and_changes_no_bin(client):
    client.put(KEY, {"n": 1})
    client.touch(KEY)
    assert generation_of(client) == 2
    assert bins_of(client) == {"n": 1}
    with pytest.raises(exception.RecordNotFound):
        client.touch(("main", "people", "nobody"))


def test_increment_append_and_prepend(client):
    client.increment(KEY, "n", 5)
    client.increment(KEY, "n", -2)
    client.append(KEY, "text", "b")
    client.append(KEY, "text", "c")
    client.prepend(KEY, "text", "a")
    assert bins_of(client) == {"n": 3, "text": "abc"}
    with pytest.raises(exception.BinIncompatibleType):
        client.increment(KEY, "text", 1)
    with pytest.raises(exception.BinIncompatibleType):
        client.append(KEY, "n", "x")


def test_operate_reads_what_it_wrote(client):
    client.put(KEY, {"n": 1, "text": "a"})
    steps = [operations.increment("n", 4), operations.append("text", "b"), operations.read("n"), operations.read("text")]
    assert client.operate(KEY, steps)[2] == {"n": 5, "text": "ab"}
    steps = [operations.read("n"), operations.increment("n", 1), operations.read("n")]
    assert client.operate_ordered(KEY, steps)[2] == [("n", 5), ("n", 6)]
    assert client.operate(KEY, [operations.read("n"), operations.read("nothing")])[2]["n"] == 6
    assert generation_of(client) == 3


def test_strong_consistency_forbids_a_removal_without_a_tombstone(serve, connect):
    client = connect(serve())
    client.put(KEY, {"n": 1})
    with pytest.raises(exception.ForbiddenError) as refused:
        client.remove(KEY)
    assert not refused.value.in_doubt
    client.remove(KEY, policy={"durable_delete": True})
    assert client.exists(KEY)[1] is None
    with pytest.raises(exception.RecordNotFound):
        client.remove(KEY, policy={"durable_delete": True})
    client.put(KEY, {"m": 2})
    assert bins_of(client) == {"m": 2}


def test_a_setting_allows_removals_without_a_tombstone(serve, connect):
    client = connect(serve("--allow-expunge"))
    client.put(KEY, {"n": 1})
    client.remove(KEY)
    assert client.exists(KEY)[1] is None


@pytest.mark.parametrize("count", [1, 2, 500])
def test_a_batch_is_read_in_its_order(client, count):
    keys = [("main", "people", number) for number in range(count)]
    for number, key in enumerate(keys):
        if number % 3 == 0:
            client.put(key, {"n": number, "m": 0})
    rows = client.batch_read(keys, ["n"]).batch_records
    assert [row.key[2] for row in rows] == list(range(count))
    for number, row in enumerate(rows):
        if number % 3 == 0:
            assert (row.result, row.record[2]) == (0, {"n": number})
        else:
            assert (row.result, row.record) == (2, None)


def test_a_batch_says_which_records_exist(client):
    keys = [("main", "people", number) for number in range(20)]
    for key in keys[:10]:
        client.put(key, {"n": 1})
    rows = client.batch_read(keys, []).batch_records
    assert [row.result for row in rows] == [0] * 10 + [2] * 10


def test_a_namespace_that_is_not_there_is_said_to_be_missing(client):
    with pytest.raises(exception.NamespaceNotFound):
        client.put(("other", "people", 1), {"n": 1})


def test_what_is_not_served_is_refused_with_its_code(cluster, client):
    client.put(KEY, {"list": [1], "n": 1})
    is_large = expressions.GT(expressions.IntBin("n"), expressions.Val(5)).compile()
    for refused in [
        lambda: client.query("main", "people").results(),
        lambda: client.scan("main", "people").results(),
        lambda: client.apply(KEY, "module", "function", []),
        lambda: client.operate(KEY, [list_operations.list_append("list", 2)]),
        lambda: client.operate(KEY, [hll_operations.hll_add("hll", ["a"], 8)]),
        lambda: client.get(KEY, policy={"expressions": is_large}),
        lambda: client.put(KEY, {"n": 2}, policy={"expressions": is_large}),
        lambda: client.put(KEY, {"text": "x" * 1000}, policy={"compress": True}),
        lambda: client.put(KEY, {"n": 2}, policy={"txn": aerospike.Transaction()}),
    ]:
        with pytest.raises(exception.UnsupportedFeature):
            refused()
    for refused in [
        lambda: client.truncate("main", "people", 0),
        lambda: client.index_single_value_create("main", "people", "n", aerospike.INDEX_NUMERIC, "by-n"),
    ]:
        with pytest.raises(exception.InvalidRequest):
            refused()
    with pytest.raises(exception.SecurityNotEnabled):
        client.admin_query_users_info()
    with pytest.raises(exception.RecordTooBig):
        client.put(KEY, {"text": "x" * 2**21})
    assert bins_of(client) == {"list": [1], "n": 1}
    # A client with a user connects: the server has none.
    aerospike.client({"hosts": cluster.hosts, "user": "somebody", "password": "secret"}).close()
