"""Each order is counted once, whatever happens in the middle of it."""

from concurrent.futures import ThreadPoolExecutor

from counters import count, read
from orders import TryLater
from rosterlab import wait_until

COUNTERS = range(12)


def count_all(client, orders):
    """Tries to count orders at all counters; returns those that have to wait."""
    waiting = []
    for counter, order in orders:
        try:
            count(client, counter, order)
        except TryLater:
            waiting.append((counter, order))
    return waiting


def test_an_order_is_counted_once_although_its_write_was_in_doubt(cluster, client):
    orders = [(counter, order) for counter in COUNTERS for order in range(6)]
    assert count_all(client, orders[::2]) == []
    # Half of the nodes are lost in the middle of writes: what replicas do not confirm is in doubt.
    cluster.do({"do": "crash", "nodes": ["B101", "B102"]}, until=None)
    waiting = count_all(client, orders)
    wait_until(lambda: not count_all(client, waiting), "every order is counted")
    # Whoever is not sure tries all of them again.
    assert count_all(client, orders) == []
    for counter in COUNTERS:
        _, number, counted = read(client, ("main", "counters", counter))
        assert (number, sorted(counted)) == (6, list(range(6)))


def test_two_who_count_at_the_same_time_count_everything_once(cluster, client):
    def worker(orders):
        return [count(client, "together", order) for order in orders]

    with ThreadPoolExecutor() as pool:
        # Each order is counted by two of the four.
        for done in [pool.submit(worker, range(first, first + 20)) for first in (0, 0, 10, 10)]:
            done.result(timeout=60)
    _, number, counted = read(client, ("main", "counters", "together"))
    assert (number, sorted(counted)) == (30, list(range(30)))
