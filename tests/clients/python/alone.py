"""Runs commands of the admin tool against the case study, and gives what they printed as JSON.

For a network namespace of its own (`unshare -rn`): it has loopback alone, and the server is started within it. What the
tool asks of anybody else then fails at once.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from rosterlab import Cluster

SCENARIO = Path(__file__).resolve().parents[3] / "www" / "scenarios" / "case-study.json"


def run(words, steps, commands):
    """Serves, does steps, and runs the tool with each command: `[[status, output], …]`."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    with Cluster(SCENARIO, "--speed", "20") as cluster:
        if steps:
            cluster.do(*steps)
        host, port = cluster.addresses["A101"]
        told = []
        for command in commands:
            words_of_one = [*words, "-h", host, "-p", str(port), "-e", command]
            done = subprocess.run(words_of_one, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=180)
            told.append([done.returncode, done.stdout])
    return told


if __name__ == "__main__":
    asked = json.loads(sys.argv[1])
    os.chdir(asked.pop("folder"))
    print(json.dumps(run(**asked)))
