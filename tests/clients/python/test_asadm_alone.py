"""The admin tool, unmodified, where it could look at more than the nodes: archives, `summary`, `health`, `collectinfo`.

For nodes on loopback the tool takes itself to be on the server: these commands look at the machine, and collectinfo asks the
cloud's metadata address. So each test has a network namespace of its own with loopback alone, and no archive of the tool is
kept. ROSTERLAB_ASADM and ROSTERLAB_ASADM_PYTHON are those of test_asadm.py.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

import alone
from test_asadm import PYTHON, SOURCES

NAMESPACE = ["unshare", "--map-root-user", "--net"]


def can_be_alone():
    try:
        return subprocess.run([*NAMESPACE, "ip", "link", "set", "lo", "up"], capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


pytestmark = [
    pytest.mark.skipif(not SOURCES, reason="ROSTERLAB_ASADM does not say where asadm's sources are"),
    pytest.mark.skipif(bool(SOURCES) and not can_be_alone(), reason="no network namespace can be made here"),
]

RACK_B = ["B101", "B102"]
OUTAGE = [{"do": "stop", "nodes": RACK_B}, {"do": "crash", "nodes": ["A102"]}]


@pytest.fixture
def tool(tmp_path):
    """How the tool is run: an empty home, and nothing else of whoever runs the test."""
    return {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}


@pytest.fixture
def against(tool):
    """Runs commands of the tool against a cluster in a namespace of their own: `against(steps, "summary")`."""

    def run(steps, *commands):
        asked = {"folder": SOURCES, "words": [PYTHON, "asadm.py", "--timeout", "30"], "steps": steps, "commands": commands}
        env = tool | {
            "ROSTERLAB_PROGRAM": os.environ["ROSTERLAB_PROGRAM"],
            "PYTHONPATH": str(Path(alone.__file__).parents[1] / "examples"),
        }
        words = [*NAMESPACE, sys.executable, alone.__file__, json.dumps(asked)]
        done = subprocess.run(words, env=env, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout)
        assert [status for status, _ in told] == [0] * len(commands), told
        assert not any("Traceback" in said for _, said in told), told
        return [said for _, said in told]

    return run


@pytest.fixture
def archive(tmp_path):
    """An archive of ours, unpacked: `archive(5)` is a folder with the case study after five steps."""

    def make(step):
        packed = tmp_path / "archive.tgz"
        words = [os.environ["ROSTERLAB_PROGRAM"], "collectinfo", str(alone.SCENARIO), "--step", str(step)]
        subprocess.run([*words, "--out", str(packed)], check=True, stdout=subprocess.DEVNULL)
        with tarfile.open(packed) as files:
            files.extractall(tmp_path / "archive", filter="data")
        (folder,) = (tmp_path / "archive").iterdir()
        return folder

    return make


@pytest.fixture
def opened(tool):
    """What the tool prints of an archive: `opened(folder, "info network")`."""

    def run(archive, command):
        words = [*NAMESPACE, PYTHON, "asadm.py", "-cf", str(archive), "-e", command]
        done = subprocess.run(words, cwd=SOURCES, env=tool, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr, done.stderr
        assert "ERROR" not in done.stdout, done.stdout
        return done.stdout

    return run


def sections(folder):
    """What our console printed, by the command's name, without the line that names it."""
    (log,) = folder.glob("*_ascollectinfo.log")
    parts = [part.split("\n", 1) for part in log.read_text().split("\n====ASCOLLECTINFO====\n")[1:]]
    return {name: said for name, said in parts}


def compared(text):
    """Lines of tables, without the time (of a roster the tool says when it is asked) and without the mark of the node that
    was connected to, for an archive has none."""
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", "NOW", text).replace("@127.", "127.").replace("|@", "|")
    lines = [re.sub(r"[ ~]+", " ", line).strip() for line in text.splitlines()]
    lines = [re.sub(r" ?\| ?", "|", line) for line in lines if line and not line.startswith("Config_file: ")]
    return sorted(lines)


def test_an_archive_says_what_the_console_says(archive, opened):
    folder = archive(5)
    said = sections(folder)
    for command in ["info network", "info namespace", "show roster", "show racks", "show pmap", "show best-practices"]:
        assert compared(said[command.split()[-1]]) == compared(opened(folder, command)), command


def test_an_archive_has_the_counts_of_the_outage(archive, opened):
    folder = archive(5)
    (line,) = [line for line in opened(folder, "show stat like unavailable").splitlines() if line.startswith("unavailable_p")]
    assert [cell.strip() for cell in line.split("|")[1:]] == ["4096"] * 4
    strong = opened(folder, "show config namespace like strong")
    assert re.search(r"^strong-consistency +(\|true +){4}$", strong, re.M), strong
    summary = opened(folder, "summary")
    assert re.search(r"^Cluster Size +\|4 *$", summary, re.M) and re.search(r"^OS Version +\|-- *$", summary, re.M), summary
    health = opened(folder, "health")
    assert "Non-zero unavailable partitions" in health and "Roster misconfigured" in health, health


def test_a_packed_archive_is_opened_too(archive, opened, tmp_path):
    archive(0)
    assert len(re.findall(r"^\*?127\.0\.0\.1:300\d", opened(tmp_path / "archive.tgz", "info network"), re.M)) == 5


def test_summary_and_health_of_a_cluster_in_an_outage(against):
    summary, health = against(OUTAGE, "summary", "health")
    assert re.search(r"^Cluster Size +\|2 *$", summary, re.M), summary
    assert re.search(r"^Server Version +\|E-7\.1\.0\.0 *$", summary, re.M), summary
    assert re.search(r"^Devices Total +\|2 *$", summary, re.M), summary
    assert "Non-zero unavailable partitions" in health and "Roster misconfigured" in health, health
    assert "Nodes equal to replication factor" in health, health


# What differs from moment to moment and from network to network, and what one archive has and not the other.
OTHERWISE = [
    ("statistics", "service", "uptime"),
    ("statistics", "service", "client_connections"),
    ("config", "network", "service.port"),
    ("meta_data", "ip"),
    ("meta_data", "endpoints"),
    ("meta_data", "services"),
    ("meta_data", "node_names"),
    # The tool makes an outlier of an empty list, and knows no error from an empty value.
    ("meta_data", "health"),
    ("meta_data", "release"),
    ("histogram",),
    ("pmap",),
]


def data(folder):
    """What an archive has of each node, by its id, without what may differ."""
    (file,) = folder.glob("*_ascinfo.json")
    (snapshot,) = json.loads(file.read_text()).values()
    (nodes,) = snapshot.values()
    found = {}
    for node in nodes.values():
        told = node["as_stat"]
        found[told["meta_data"]["node_id"]] = told
        for *path, last in OTHERWISE:
            part = told
            for name in path:
                part = part[name]
            part.pop(last, None)
    return found


def test_the_tool_collects_what_we_collect(against, archive):
    (said,) = against([], "collectinfo")
    packed = Path(re.search(r"Please provide file (\S+\.tgz)", said)[1])
    folder = packed.with_suffix("")
    try:
        collected = data(folder)
    finally:
        # It has much of this machine in it.
        packed.unlink()
        shutil.rmtree(folder)
    ours = data(archive(0))
    assert sorted(collected) == sorted(ours) == ["A101", "A102", "A103", "B101", "B102"]
    for node, told in collected.items():
        assert ours[node] == told
