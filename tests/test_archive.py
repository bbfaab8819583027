"""An archive holds whole releases, says which is current, and lets one write at a time."""

import subprocess
import sys
from pathlib import Path

import pytest

from stadsgraaf.archive import Archive
from stadsgraaf.build import Options, build
from stadsgraaf.errors import ArchiveLocked, NoSuchRelease, ReleaseShrinks
from stadsgraaf.release import Release

_TEXT = '<http://e/a> <http://e/p> "{}" .\n<http://e/a> <http://e/q> 1 .\n'


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "source").mkdir()
    return tmp_path / "source"


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


def publish(source: Path, archive: Archive, value: object, keep: int = 10) -> Release:
    (source / "a.ttl").write_text(_TEXT.format(value), encoding="utf-8")
    return build(source, archive.path, options=Options(keep=keep))


def test_the_releases_are_listed_last_switched_first(source: Path, archive: Archive) -> None:
    made = [publish(source, archive, value).identifier for value in (1, 2, 1, 3)]
    assert [each.identifier for each in archive.kept()] == [made[3], made[0], made[1]]
    assert all(len(each.at) == len("2026-01-01T00:00:00Z") for each in archive.kept())


def test_only_the_last_releases_are_kept(source: Path, archive: Archive) -> None:
    made = [publish(source, archive, value, keep=2).identifier for value in range(4)]
    assert [each.identifier for each in archive.kept()] == made[:1:-1]
    assert archive.identifier == made[3]


def test_a_release_that_is_not_kept_is_refused_with_those_that_are(
    source: Path, archive: Archive
) -> None:
    made = publish(source, archive, 1)
    for name in ("0" * 16, "../releases", made.identifier[:8], ""):
        with pytest.raises(NoSuchRelease) as refused:
            archive.open(name)
        assert refused.value.members["known"] == [made.identifier]


def test_a_folder_or_its_link_means_the_archive_and_a_release_does_not(
    source: Path, archive: Archive
) -> None:
    made = publish(source, archive, 1)
    assert Archive.at(archive.path) == Archive.at(archive.path / "current") == archive
    assert Archive.at(made.path) is None
    assert Archive.at(source) is None


def test_two_do_not_write_at_once(source: Path, archive: Archive) -> None:
    publish(source, archive, 1)
    code = (
        "import sys, pathlib; from stadsgraaf.archive import Archive\n"
        "with Archive(pathlib.Path(sys.argv[1])).locked(): print('locked', flush=True); input()"
    )
    command = [sys.executable, "-c", code, str(archive.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout
        other.stdout.readline()
        with pytest.raises(ArchiveLocked, match=f"locked by pid {other.pid}"):
            publish(source, archive, 2)
        other.kill()
    assert publish(source, archive, 2).identifier == archive.identifier


def test_what_was_left_half_done_is_removed(source: Path, archive: Archive) -> None:
    publish(source, archive, 1)
    (archive.releases / "new-abc" / "release").mkdir(parents=True)
    (archive.path / ".current-1").symlink_to("nowhere")
    publish(source, archive, 2)
    assert sorted(path.name for path in archive.path.iterdir()) == [
        "current",
        "departed.sqlite",
        "history",
        "lock",
        "releases",
    ]
    assert len(list(archive.releases.iterdir())) == 2


def test_a_release_that_loses_most_of_its_triples_is_asked_about(
    source: Path, archive: Archive
) -> None:
    text = "".join(f"<http://e/a> <http://e/p> {number} .\n" for number in range(5))
    (source / "a.ttl").write_text(text, encoding="utf-8")
    before = build(source, archive.path)
    with pytest.raises(ReleaseShrinks, match="2 triples where the old one has 5"):
        publish(source, archive, 1)
    assert archive.identifier == before.identifier
    assert build(source, archive.path, options=Options(force=True)).manifest.triples == 2
    assert archive.identifier != before.identifier


_BUILD = (
    "import sys, os, pathlib, locale; os.umask(int(sys.argv[3], 8)); "
    "from stadsgraaf.build import build; "
    "print(build(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])).identifier)"
)
_RULE = """#+ summary: What is big
#+ summary@nl: Wat groot is
#+ graph: https://example.org/graph/facts
CONSTRUCT { ?s <https://example.org/def/size> [ <https://example.org/def/is> "big" ] }
WHERE { ?s <https://example.org/def/p> ?o }
"""


def test_the_same_input_gives_the_same_release_whatever_is_around_it(tmp_path: Path) -> None:
    made = set()
    for number, (order, zone, language, mask) in enumerate(
        ((1, "UTC", "C", "022"), (-1, "Pacific/Auckland", "nl_NL.UTF-8", "077"))
    ):
        source = tmp_path / f"place-{number}" / ("x" * (number + 1))
        (source / "data").mkdir(parents=True)
        (source / "queries" / "rules").mkdir(parents=True)
        (source / "queries" / "rules" / "big.rq").write_text(_RULE, encoding="utf-8")
        for name in ("a", "b", "Ä", "c")[::order]:
            (source / "data" / f"{name}.ttl").write_text(
                f"<https://example.org/id/{name}> <https://example.org/def/p> [ a [] ] , 1 , 2 .\n",
                encoding="utf-8",
            )
        environ = {"TZ": zone, "LC_ALL": language, "PYTHONHASHSEED": str(number + 1)}
        done = subprocess.run(
            [sys.executable, "-c", _BUILD, str(source), str(tmp_path / f"out-{number}"), mask],
            capture_output=True,
            text=True,
            check=True,
            env={"PATH": "/usr/bin:/bin", "PYTHONUTF8": "1", **environ},
            cwd=source.parent,
        )
        made.add(done.stdout)
    assert len(made) == 1


@pytest.mark.parametrize("name", ["history", "superseded"])
def test_a_line_about_releases_that_is_damaged_says_nothing(
    source: Path, archive: Archive, name: str
) -> None:
    built = publish(source, archive, 1).identifier
    for damage in (b"\xff\xfe\n", b"x\n", b"too many words here\n", b"2026-01-01T00:00:0"):
        with (archive.path / name).open("ab") as lines:
            lines.write(damage)
        assert [each.identifier for each in archive.kept()] == [built]
        assert archive.open(built).identifier == built


def test_what_is_remembered_of_things_that_went_may_be_damaged(
    source: Path, archive: Archive
) -> None:
    publish(source, archive, 1)
    departed = archive.path / "departed.sqlite"
    for damage in (b"no database, and longer than the header of one" * 9, b""):
        departed.write_bytes(damage)
        assert archive.departures.find("urn:a") is None
        archive.suppress(["urn:nobody"])
        archive.departures.forget(archive.suppressed)
        current = archive.current()
        assert current
        archive.departures.record(current.path, current.path)
        assert archive.departures.find("urn:a") is None
