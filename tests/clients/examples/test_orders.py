"""The application survives the outage of the case study: no order is lost, none is placed twice."""

import pytest

from orders import TryLater, is_placed, place
from rosterlab import wait_until


def try_all(client, numbers):
    """Tries to place orders; returns those that have to wait."""
    waiting = []
    for number in numbers:
        try:
            place(client, number, ["book"])
        except TryLater:
            waiting.append(number)
    return waiting


def test_with_one_rack_down_orders_go_on(cluster, client):
    cluster.do({"do": "stop", "nodes": ["B101", "B102"]})
    # The client follows the cluster's map within a second or two.
    wait_until(lambda: not try_all(client, range(50)), "every order is placed")


def test_an_outage_delays_orders_and_loses_none(cluster, client):
    assert try_all(client, range(50)) == []
    cluster.do({"do": "stop", "nodes": ["B101", "B102"]})
    cluster.do({"do": "crash", "nodes": ["A102"]})
    assert cluster.state()["served"]["main"]["unavailable"] == 4096

    assert try_all(client, range(50, 100)) == list(range(50, 100))
    with pytest.raises(TryLater):
        is_placed(client, 1)

    cluster.do({"do": "start", "nodes": ["A102", "B101", "B102"]}, until="migrated")
    wait_until(lambda: not try_all(client, range(50, 100)), "every order is placed")
    assert all(is_placed(client, number) for number in range(100))
    assert cluster.state()["lostWrites"] == 0


def test_the_whole_case_study_step_by_step(cluster, client):
    unavailable = []
    for _ in range(8):
        cluster.next()
        unavailable.append(cluster.state()["served"]["main"]["unavailable"])
        try_all(client, range(20))
    assert unavailable == [0, 0, 0, 0, 4096, 4096, 4096, 4096]


def test_a_write_in_doubt_is_looked_up(cluster, client):
    assert try_all(client, range(20)) == []
    # Half of the nodes are lost in the middle of writes: nothing is certain until they are missed.
    cluster.do({"do": "crash", "nodes": ["B101", "B102"]}, until=None)
    waiting = try_all(client, range(20, 60))
    wait_until(lambda: not try_all(client, waiting), "every order is placed")
    assert all(is_placed(client, number) for number in range(60))
