"""Starts `rosterlab serve` for a test and drives it. The standard library is all that it needs."""

import json
import os
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path


class Cluster:
    """A simulated cluster that real clients connect to. It ends with the `with` block."""

    def __init__(self, scenario, *options):
        self._folder = tempfile.TemporaryDirectory()
        ready = Path(self._folder.name) / "ready.json"
        program = os.environ.get("ROSTERLAB_PROGRAM", "rosterlab")
        self._process = subprocess.Popen(
            [program, "serve", str(scenario), "--port-base", "0", "--ready-file", str(ready), *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        try:
            wait_until(lambda: ready.exists() or self._process.poll() is not None, "the cluster is ready")
            if not ready.exists():
                raise RuntimeError("rosterlab serve ended; it said why above")
            told = json.loads(ready.read_text())
        except BaseException:
            self.stop()
            raise
        self.control = told["control"]
        self.addresses = {node["id"]: (node["host"], node["port"]) for node in told["nodes"]}

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.stop()

    def stop(self):
        """Ends the server."""
        self._process.terminate()
        self._process.wait(timeout=30)
        self._folder.cleanup()

    @property
    def hosts(self):
        """The nodes' addresses, for a client's configuration."""
        return list(self.addresses.values())

    def do(self, *steps, until="settled"):
        """Does steps of the scenario format, one after the other. Waits until the cluster has reacted, unless `until` is None."""
        return self._post("/steps", list(steps), until)

    def next(self, until="settled"):
        """Does the scenario's next step."""
        return self._post("/next", None, until)

    def reset(self):
        """Sets the cluster back to its start, without records."""
        return self._post("/reset", None, None)

    def state(self):
        """What the cluster is like now."""
        return self._ask(urllib.request.Request(self.control + "/state"))

    def _post(self, path, body, until):
        url = self.control + path + (f"?until={until}" if until else "")
        data = b"" if body is None else json.dumps(body).encode()
        headers = {} if body is None else {"content-type": "application/json"}
        return self._ask(urllib.request.Request(url, data, headers, method="POST"))

    @staticmethod
    def _ask(request):
        try:
            with urllib.request.urlopen(request, timeout=600) as reply:
                return json.load(reply)
        except urllib.error.HTTPError as error:
            raise RuntimeError(error.read().decode()) from error


def wait_until(holds, what, seconds=30):
    """Waits until a condition holds; fails when it does not within so many seconds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.02)
