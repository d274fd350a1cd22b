"""Ten simulated minutes of random faults under several clients, checked afterwards.

ROSTERLAB_SOAK_SEED chooses other faults, ROSTERLAB_SOAK_SECONDS how many simulated seconds they last.
"""

import json
import os
from pathlib import Path

import aerospike
import pytest
from aerospike import exception

import checker
from rosterlab import wait_until
from soak import Faults, Operator, Truth, Worker

SEED = int(os.environ.get("ROSTERLAB_SOAK_SEED", "1"))
SECONDS = int(os.environ.get("ROSTERLAB_SOAK_SECONDS", "600"))
SPEED = 20
WORKERS = 4
CASE_STUDY = Path(__file__).resolve().parents[3] / "www" / "scenarios" / "case-study.json"
NAMESPACES = ["main", "cache"]
KEYS = [
    [(namespace, f"of-{worker}", number) for namespace in NAMESPACES for number in range(20)] for worker in range(WORKERS)
]


@pytest.fixture
def both(tmp_path):
    """The case study's cluster with a namespace of the other kind beside its own."""
    scenario = json.loads(CASE_STUDY.read_text())
    available = {"name": "cache", "replication-factor": 2, "strong-consistency": False}
    scenario["cluster"]["namespaces"].append(available)
    file = tmp_path / "both.json"
    file.write_text(json.dumps(scenario | {"steps": []}))
    return file


def test_the_same_seed_chooses_the_same_faults():
    def some(seed):
        faults = Faults(seed, ["A1", "A2", "B1"])
        return [(faults.next(), faults.pause()) for _ in range(200)]

    assert some(1) == some(1)
    assert some(1) != some(2)
    assert {step["do"] for steps, _ in some(1) for step in steps} == {
        *("crash", "stop", "start", "cut", "heal", "roster", "recluster", "repair")
    }


def test_ten_minutes_of_faults_break_no_promise(serve, connect, both):
    cluster = serve("--speed", str(SPEED), scenario=both)
    truth = Truth(cluster.control)
    truth.start()
    operator = Operator(cluster, connect(cluster))
    faults = Faults(SEED, cluster.addresses)
    workers = [Worker(number, cluster.hosts, KEYS, SEED + number) for number in range(WORKERS)]
    for worker in workers:
        worker.start()
    try:
        now = cluster.state()["timeMs"]
        end = now + SECONDS * 1000
        while now < end:
            for step in faults.next():
                if step["do"] in ("roster", "recluster", "repair"):
                    operator.do(step)
                else:
                    cluster.do(step, until=None)
            due = cluster.state()["timeMs"] + faults.pause() * 1000
            wait_until(lambda: cluster.state()["timeMs"] >= due, "simulated time passes")
            now = cluster.state()["timeMs"]
    finally:
        for worker in workers:
            worker.end()
    for worker in workers:
        assert worker.failure is None, worker.failure

    # All is made well again.
    *steps, repair = faults.end()
    cluster.do(*steps)
    operator.do(repair)
    assert cluster.state()["served"]["main"]["active"] == 4096, cluster.state()["served"]

    client = connect(cluster)
    final = {}
    for key in (key for keys in KEYS for key in keys):
        try:
            final[key] = client.get(key)[2]["value"]
        except exception.RecordNotFound:
            final[key] = None
    assert not truth.has_missed
    lost = {key for key in final if (key[0], bytes(aerospike.calc_digest(*key)).hex()) in truth.lost}
    history = [entry for worker in workers for entry in worker.history]
    assert {key[0] for key in final} == set(NAMESPACES)
    told = {}
    for worker in workers:
        for what, count in worker.errors.items():
            told[what] = told.get(what, 0) + count
    print(f"seed {SEED}: {len(history)} entries, {operator.revived} partitions revived, errors: {told}")
    for namespace in NAMESPACES:
        of = [entry for entry in history if entry.key[0] == namespace]
        held = {key: value for key, value in final.items() if key[0] == namespace}
        gone = {key for key in lost if key[0] == namespace}
        print(f"{namespace}: {len(gone)} of {len(held)} keys lost a write")
        assert checker.check(of, held, gone, is_strong=namespace == "main") == []
        # It was a test: clients were refused and served, and in doubt at times.
        outcomes = {entry.outcome for entry in of if isinstance(entry, checker.Write)}
        assert outcomes == {checker.ACKNOWLEDGED, checker.IN_DOUBT, checker.REFUSED}
        # Most keys were checked. Of what is only available, any number may be lost.
        assert namespace != "main" or len(gone) * 2 < len(held)
