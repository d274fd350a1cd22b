"""What the tests share: servers and clients that end with their test."""

import os
from contextlib import ExitStack
from pathlib import Path

import aerospike
import pytest

from rosterlab import Cluster
from speeds import FAST

SCENARIOS = Path(__file__).resolve().parents[3] / "www" / "scenarios"

assert "ROSTERLAB_PROGRAM" in os.environ, "cargo xtask clients sets ROSTERLAB_PROGRAM to the program's path"


@pytest.fixture
def ends():
    """What ends with the test."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def serve(ends):
    """Serves a scenario of the project: `serve(*options, scenario="case-study.json")`."""

    def start(*options, scenario="case-study.json"):
        return ends.enter_context(Cluster(SCENARIOS / scenario, *options))

    return start


@pytest.fixture
def cluster(serve):
    """The cluster of the case study, where time passes fast."""
    return serve(*FAST)


@pytest.fixture
def connect(ends):
    """Connects a client: `connect(cluster, read={…}, write={…})` with its default policies."""

    def start(cluster, hosts=None, **policies):
        client = aerospike.client({"hosts": hosts or cluster.hosts, "policies": policies})
        ends.callback(client.close)
        return client

    return start


@pytest.fixture
def client(cluster, connect):
    """A client of `cluster`."""
    return connect(cluster)
