"""What a process that is started gets of the environment."""

import subprocess
import sys

import pytest

from stadsgraaf.environment import bare


def test_a_process_finds_the_same_modules_and_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STADSGRAAF_ADMIN_TOKEN", "secret")
    code = "import os, stadsgraaf; print(stadsgraaf.__version__, sorted(os.environ))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=bare()
    )
    assert "PYTHONPATH" in done.stdout
    assert "STADSGRAAF" not in done.stdout


def test_only_what_is_named_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "nl_NL.UTF-8")
    assert "LANG" not in bare()
    assert bare("LANG", "NO_SUCH_VARIABLE", EXTRA="1").keys() == {"LANG", "PYTHONPATH", "EXTRA"}
