"""Builds that are killed with SIGKILL at random moments; see ``attacks/test_chaos.py``.

``python killing.py SOURCE ARCHIVE TIMES SEED`` changes the source, builds it in a child process and
kills that after a random part of the time that a build takes. After each it is seen that the
current release is whole. Prints how often the old and how often the new release was current then.
"""

import hashlib
import os
import random
import signal
import sys
import time
from pathlib import Path

from stadsgraaf.archive import Archive
from stadsgraaf.build import build


def change(source: Path, number: int) -> None:
    text = f'<http://e/a> <http://e/number> {number} ; <http://e/name> "A" .\n'
    (source / "a.ttl").write_text(text, encoding="utf-8")


def start(source: Path, output: Path) -> int:
    """Build in a child process; its number."""
    child = os.fork()
    if child == 0:
        build(source, output)
        os._exit(0)
    return child


def build_and_kill(source: Path, output: Path, after: float) -> bool:
    """Whether the build was over before it could be killed."""
    child = start(source, output)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    return not os.WIFSIGNALED(os.waitpid(child, 0)[1])


def check(archive: Archive) -> str:
    release = archive.current()
    assert release is not None
    for name, entry in release.manifest.files.items():
        content = (release.path / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry["sha256"], name
    return release.identifier


def main(source: Path, output: Path, times: int, seed: int) -> None:
    chance = random.Random(seed)
    change(source, 0)
    build(source, output)  # the first one reads what later ones have at hand
    needed = 0.0
    for number in (-1, -2):
        change(source, number)
        begun = time.monotonic()
        os.waitpid(start(source, output), 0)
        needed = max(needed, time.monotonic() - begun)
    archive = Archive(output)
    old = new = over = 0
    for number in range(1, times + 1):
        before = check(archive)
        change(source, number)
        was_over = build_and_kill(source, output, chance.uniform(0, 1.5 * needed))
        over += was_over
        needed *= 0.85 if was_over else 1.1  # the machine may be busier now, or less busy
        old, new = (old + 1, new) if check(archive) == before else (old, new + 1)
    change(source, times + 1)
    build(source, output)
    check(archive)
    left = [path.name for path in archive.releases.iterdir() if len(path.name) != 16]
    assert not left, left
    sys.stdout.write(f"{old} old {new} new {over} over\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
