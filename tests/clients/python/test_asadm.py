"""The admin tool, unmodified, through the case study. It is in no package registry, so its sources are wanted:

ROSTERLAB_ASADM is the folder of its sources, with the folder of schemas beside them that README.md names, and
ROSTERLAB_ASADM_PYTHON a Python that has its packages. Only commands that ask nobody but the nodes are run;
test_asadm_alone.py has the others.
"""

import os
import re
import subprocess
import urllib.request

import pytest

SOURCES = os.environ.get("ROSTERLAB_ASADM")
PYTHON = os.environ.get("ROSTERLAB_ASADM_PYTHON", "python3")

pytestmark = pytest.mark.skipif(not SOURCES, reason="ROSTERLAB_ASADM does not say where asadm's sources are")

RACK_A = ["A101", "A102", "A103"]
RACK_B = ["B101", "B102"]


@pytest.fixture
def asadm(cluster, tmp_path):
    """Runs a command of the tool by way of a node: `asadm("show roster", to="A101")`."""

    def run(command, to="A101", enable=False):
        host, port = cluster.addresses[to]
        words = [PYTHON, "asadm.py", "-h", host, "-p", str(port), *(["--enable"] if enable else []), "-e", command]
        # An empty home: no configuration of whoever runs the test.
        env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(words, cwd=SOURCES, env=env, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr, done.stderr
        assert "ERROR" not in done.stdout, done.stdout
        return done.stdout

    return run


@pytest.fixture
def console(cluster):
    """What the project's own console prints for the same command: `console("show roster")`."""

    def run(command, to="A101", enable=False):
        lines = f"enable\n{command}" if enable else command
        url = f"{cluster.control}/admin?node={to}"
        with urllib.request.urlopen(urllib.request.Request(url, lines.encode(), method="POST")) as reply:
            return reply.read().decode()

    return run


def compared(text):
    """Text without what differs from moment to moment: the time, how long nodes run, and how many connections there are.

    The real tool orders the rows of some tables as nodes happen to answer, so lines are compared in an order of their own.
    """
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", "NOW", text)
    text = re.sub(r"\| *\d+\|\d\d:\d\d:\d\d", "|CONNECTIONS|UPTIME", text)
    lines = [line.rstrip() for line in text.splitlines()]
    return sorted(line for line in lines if line and not line.startswith(("Seed: ", "Config_file: ")))


READS = [
    "info network",
    "info namespace",
    "show roster",
    "show racks",
    "show pmap",
    "show stat like unavailable",
    'show stat like "dead|unavailable"',
    "show best-practices",
]


def test_the_console_prints_what_the_admin_tool_prints(cluster, asadm, console):
    # The console keeps a session with each node, which remembers nodes that are gone. The tool's sessions are always new.
    def check_all(to):
        for command in READS:
            assert compared(console(command, to)) == compared(asadm(command, to)), command

    check_all(to="A101")
    cluster.do({"do": "stop", "nodes": RACK_B}, until="migrated")
    cluster.do({"do": "crash", "nodes": ["A102"]}, until="migrated")
    check_all(to="A103")
    cluster.do({"do": "start", "nodes": ["A102", *RACK_B]}, until="migrated")
    cluster.do({"do": "cut", "between": [RACK_A, RACK_B]}, until="migrated")
    check_all(to="B101")


@pytest.mark.parametrize(
    # Not those that ask a question: with -e nobody can answer it.
    "command",
    [
        "manage roster stage observed ns main",
        "manage recluster",
        "manage revive ns main",
        "manage quiesce with {address}",
        "manage quiesce undo with {address}",
    ],
)
def test_the_console_answers_what_the_admin_tool_answers(cluster, asadm, console, command):
    host, port = cluster.addresses["A102"]
    command = command.format(address=f"{host}:{port}")
    assert compared(console(command, enable=True)) == compared(asadm(command, enable=True))


def rows(table):
    """The rows of a table, each as its cells. Rows of the head, of groups and of sums have an empty node."""
    found = [[cell.strip() for cell in line.split("|")] for line in table.splitlines() if "|" in line]
    return [row for row in found if re.search(r"localhost:\d+", "|".join(row))]


def column(table, place):
    return [row[place] for row in rows(table)]


def partitions(table):
    """The sums of primaries and secondaries, and what each node says is unavailable and dead."""
    told = [[int(cell) for cell in row[3:]] for row in rows(table)]
    assert "--" not in table, table
    sums = [sum(row[0] for row in told), sum(row[1] for row in told)]
    return sums, {row[2] for row in told}, {row[3] for row in told}


def test_the_case_study_with_the_admin_tool(cluster, asadm):
    everything = "B102@2,B101@2,A103@1,A102@1,A101@1"
    table = asadm("info network")
    assert len(rows(table)) == 5
    assert set(column(table, 3)) == {"E-7.1.0.0"}
    assert set(column(table, 5)) == {"5"}
    assert set(column(table, 7)) == {"True"}
    assert set(column(table, 8)) == {"B102"}
    table = asadm("show roster")
    assert [set(column(table, place)) for place in (3, 4, 5)] == [{everything}] * 3
    assert "A103,A102,A101" in asadm("show racks") and "B102,B101" in asadm("show racks")
    assert partitions(asadm("show pmap")) == ([4096, 4096], {0}, {0})
    assert set(column(asadm("show best-practices"), 1)) == {"ok"}
    assert "main" in asadm("info namespace")

    cluster.do({"do": "stop", "nodes": RACK_B}, until="migrated")
    table = asadm("show roster")
    assert [set(column(table, place)) for place in (3, 4, 5)] == [{everything}, {everything}, {"A103@1,A102@1,A101@1"}]
    assert partitions(asadm("show pmap")) == ([4096, 4096], {0}, {0})

    cluster.do({"do": "crash", "nodes": ["A102"]})
    assert len(rows(asadm("info network"))) == 2
    assert partitions(asadm("show pmap"))[1:] == ({4096}, {0})
    told = asadm("show stat like unavailable")
    (line,) = [line for line in told.splitlines() if line.startswith("unavailable_partitions")]
    assert [cell.strip() for cell in line.split("|")[1:]] == ["4096", "4096"]

    cluster.do({"do": "start", "nodes": ["A102"]})
    assert partitions(asadm("show pmap"))[1] == {4096}
    cluster.do({"do": "start", "nodes": RACK_B}, until="migrated")
    assert len(rows(asadm("info network"))) == 5
    assert partitions(asadm("show pmap")) == ([4096, 4096], {0}, {0})


def test_a_roster_is_staged_and_brought_into_force(cluster, asadm):
    cluster.do({"do": "stop", "nodes": RACK_B}, until="migrated")
    smaller = "A103@1,A102@1,A101@1"
    assert "Pending roster now contains observed nodes" in asadm("manage roster stage observed ns main", enable=True)
    assert set(column(asadm("show roster"), 4)) == {smaller}
    assert "Successfully started recluster" in asadm("manage recluster", enable=True)
    cluster.do(until="settled")
    table = asadm("show roster")
    assert [set(column(table, place)) for place in (3, 4, 5)] == [{smaller}] * 3
    # Now a node less is no outage: two of three.
    cluster.do({"do": "crash", "nodes": ["A102"]})
    assert partitions(asadm("show pmap")) == ([4096, 4096], {0}, {0})


def test_nodes_are_quiesced_and_revived(cluster, asadm):
    _, port = cluster.addresses["A101"]
    assert column(asadm(f"manage quiesce with 127.0.0.1:{port}", enable=True), 1) == ["ok"]
    asadm("manage recluster", enable=True)
    cluster.do(until="settled")
    (quiesced,) = [node["id"] for node in cluster.state()["nodes"] if node["quiesced"]]
    assert quiesced == "A101"
    primaries = {row[1].strip("@*"): row[3] for row in rows(asadm("show pmap"))}
    assert primaries[f"localhost:{port}"] == "0"
    assert column(asadm(f"manage quiesce undo with 127.0.0.1:{port}", enable=True), 1) == ["ok"]
    asadm("manage recluster", enable=True)
    cluster.do(until="settled")
    assert not any(node["quiesced"] for node in cluster.state()["nodes"])
    assert set(column(asadm("manage revive ns main", enable=True), 1)) == {"ok"}


def test_each_side_of_a_cut_tells_of_itself(cluster, asadm):
    cluster.do({"do": "cut", "between": [RACK_A, RACK_B]})
    assert len(rows(asadm("info network", to="A101"))) == 3
    assert len(rows(asadm("info network", to="B101"))) == 2
    assert partitions(asadm("show pmap", to="A101"))[1] == {0}
    assert partitions(asadm("show pmap", to="B101"))[1] == {4096}
