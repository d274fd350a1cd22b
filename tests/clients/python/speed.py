"""How fast `rosterlab serve` is, seen by the Python client: puts and gets a second, and how long each takes.

    ROSTERLAB_PROGRAM=target/release/rosterlab python tests/clients/python/speed.py [PROCESSES] [REQUESTS]

Each process has a client of its own. It measures and judges nothing: docs/performance.md has figures and the machine.
"""

import multiprocessing
import sys
import time
from pathlib import Path

import aerospike

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "examples"))
from rosterlab import Cluster  # noqa: E402  (found through the line before)

SCENARIO = Path(__file__).resolve().parents[3] / "www" / "scenarios" / "case-study.json"
KEYS = 2_000


def work(hosts, requests, process, results):
    """Writes and reads records of its own, and tells how long each request took, in seconds."""
    client = aerospike.client({"hosts": hosts}).connect()
    keys = [("main", "speed", f"{process}-{number}") for number in range(KEYS)]
    for key in keys:
        client.put(key, {"number": 0, "text": "x" * 50})
    took = []
    start = time.perf_counter()
    for number in range(requests):
        before = time.perf_counter()
        key = keys[number // 2 % KEYS]
        if number % 2 == 0:
            client.put(key, {"number": number, "text": "x" * 50})
        else:
            client.get(key)
        took.append(time.perf_counter() - before)
    results.put((requests / (time.perf_counter() - start), took))
    client.close()


def main(processes=2, requests=20_000):
    """Prints one line."""
    with Cluster(SCENARIO) as cluster:
        results = multiprocessing.Queue()
        started = [
            multiprocessing.Process(target=work, args=(cluster.hosts, requests, process, results))
            for process in range(processes)
        ]
        for process in started:
            process.start()
        answers = [results.get() for _ in started]
        for process in started:
            process.join()
    took = sorted(seconds for _, each in answers for seconds in each)
    rate = sum(rate for rate, _ in answers)
    median, late = took[len(took) // 2], took[len(took) * 99 // 100]
    print(f"{processes} clients: {rate:,.0f} requests a second, median {median * 1e3:.3f} ms, p99 {late * 1e3:.2f} ms")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
