"""A simulated cluster for each test, and a client that knows it."""

from pathlib import Path

import aerospike
import pytest

from rosterlab import Cluster

CASE_STUDY = Path(__file__).with_name("case-study.json")


@pytest.fixture
def cluster():
    # Simulated time passes twenty times as fast, so no test waits long for the cluster to react.
    with Cluster(CASE_STUDY, "--speed", "20") as cluster:
        yield cluster


@pytest.fixture
def client(cluster):
    client = aerospike.client({"hosts": cluster.hosts})
    yield client
    client.close()
