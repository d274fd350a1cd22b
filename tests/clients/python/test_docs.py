"""docs/emulator.md shows files that tests run. `UPDATE_EXPECT=1` writes them into it anew."""

import os
import re
import shutil
import subprocess
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
GUIDE = ROOT / "docs" / "emulator.md"
SHOWN = re.compile(r"(<!-- file: (?P<file>\S+) -->\n```\w+\n)(?P<text>.*?)(^```\n)", re.DOTALL | re.MULTILINE)


def test_the_guide_shows_the_examples_as_they_are():
    guide = GUIDE.read_text()
    fresh = SHOWN.sub(lambda shown: shown[1] + (ROOT / shown["file"]).read_text() + shown[4], guide)
    if "UPDATE_EXPECT" in os.environ:
        GUIDE.write_text(fresh)
    assert GUIDE.read_text() == fresh
    shown = {Path(shown["file"]).name for shown in SHOWN.finditer(guide)}
    files = (ROOT / "tests/clients/examples").iterdir()
    # The scenario is a link to one of the project's own.
    examples = {file.name for file in files if file.is_file() and not file.is_symlink()}
    assert shown == examples | {"orders.rs"}


def test_every_route_of_the_control_is_in_the_guide(cluster):
    help_text = urllib.request.urlopen(cluster.control + "/").read().decode()
    routes = re.findall(r"^(GET|POST) +(/\w+)", help_text, re.MULTILINE)
    assert len(routes) >= 6
    for method, path in routes:
        assert f"`{method} {path}`" in GUIDE.read_text(), f"{method} {path}"


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
def test_the_example_for_the_shell_runs():
    script = ROOT / "tests/clients/examples/outage.sh"
    done = subprocess.run(
        ["sh", script, ROOT / "www/scenarios/case-study.json"], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "everything is unavailable\n", "")
