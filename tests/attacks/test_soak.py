"""A short soak; ``make soak`` is the long one, which CI runs too."""

import json
import subprocess
import sys
from pathlib import Path


def test_mixed_traffic_with_attackers_switches_and_kills_breaks_no_promise() -> None:
    tests = Path(__file__).parent.parent
    options = ["--seconds=6", "--switches=2", "--kill-every=1", "--body-timeout=1"]
    done = subprocess.run(
        [sys.executable, "soak.py", *options],
        cwd=tests,
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    figures = json.loads(done.stdout)
    assert figures["light requests"]["200"] > 50
    assert sum(figures["attacks"].values()) > 0
    assert figures["release switches"] == 2
    assert figures["workers killed"] > 0
    assert figures["slow clients cut off"] > 0
