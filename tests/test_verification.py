"""No byte of a release changes unnoticed."""

import errno
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from serving import serving

from stadsgraaf.archive import Archive
from stadsgraaf.build import Options, build
from stadsgraaf.cli import main
from stadsgraaf.errors import ReleaseDamaged
from stadsgraaf.release import Release
from stadsgraaf.verification import check, verify, verify_memory

_FLIPS = 300
_TEXT = "".join(
    f'<http://e/{n}> <http://e/p> "text {n}"@nl , [ <http://e/q> {n} ] .\n' for n in range(40)
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    folder = tmp_path_factory.mktemp("verified")
    (folder / "source").mkdir()
    (folder / "source" / "a.ttl").write_text(_TEXT, encoding="utf-8")
    build(folder / "source", folder / "archive")
    return Archive(folder / "archive")


@pytest.fixture
def archive(built: Archive, tmp_path: Path) -> Archive:
    """A copy that may be damaged."""
    shutil.copytree(built.path, tmp_path / "archive", symlinks=True)
    return Archive(tmp_path / "archive")


@pytest.fixture
def release(archive: Archive) -> Release:
    found = archive.current()
    assert found
    return found


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [*map(str, arguments)])


def test_a_release_that_was_built_is_whole(archive: Archive, release: Release) -> None:
    assert not list(verify(release.path))
    result = run("verify", archive.path)
    assert (result.exit_code, result.output) == (0, f"{release.identifier}  whole\n")
    assert run("verify", release.path).exit_code == 0


def test_every_flipped_byte_is_found(release: Release) -> None:
    chance = random.Random(11)
    files = sorted(
        path for path in release.path.rglob("*") if path.is_file() and path.stat().st_size
    )
    positions = [(path, 0) for path in files]
    positions += [(path, path.stat().st_size - 1) for path in files]
    while len(positions) < _FLIPS:
        path = chance.choice(files)
        positions.append((path, chance.randrange(path.stat().st_size)))
    missed = []
    for path, position in positions:
        content = path.read_bytes()
        flipped = bytes([content[position] ^ (1 << chance.randrange(8))])
        path.write_bytes(content[:position] + flipped + content[position + 1 :])
        if not list(verify(release.path)):
            missed.append((path.name, position))
        path.write_bytes(content)
    assert missed == []
    assert not list(verify(release.path))


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def _remove(path: Path) -> None:
    path.unlink()


def _link(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


@pytest.mark.parametrize(
    ("name", "damage", "kind"),
    [
        ("data.nq", _cut, "truncated"),
        ("labels.sqlite", _remove, "missing"),
        ("dumps/dataset.ttl.gz", _remove, "missing"),
        ("manifest.json", _remove, "missing"),
        ("manifest.json", _cut, "changed"),
        ("manifest.sha256", _cut, "changed"),
        ("manifest.sha256", _remove, "missing"),
        ("statistics.json", _link, "missing"),
        ("dumps/more.ttl", lambda path: path.write_text("x"), "extra"),
    ],
)
def test_what_is_cut_off_missing_or_extra_is_named(
    archive: Archive, release: Release, name: str, damage: Callable[[Path], object], kind: str
) -> None:
    damage(release.path / name)
    found = [each for each in verify(release.path) if each.file == name]
    assert [each.kind for each in found] == [kind]
    result = run("verify", archive.path)
    assert result.exit_code == 1
    assert f"{name}: {kind}" in result.output


def test_a_current_release_that_is_not_there_is_found(archive: Archive, release: Release) -> None:
    shutil.rmtree(release.path)
    result = run("verify", archive.path)
    assert result.exit_code == 1
    assert f"{release.identifier}  damaged" in result.output


@pytest.mark.parametrize("command", ["verify", "releases"])
def test_an_archive_that_may_not_be_read_is_not_taken_for_an_empty_one(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "iterdir", refuse)
    result = run(command, archive.path)
    assert result.exit_code == 3
    assert "may not read or write" in result.output


def test_a_release_under_another_name_is_found(release: Release) -> None:
    other = release.path.with_name("0" * 16)
    release.path.rename(other)
    assert [each.kind for each in verify(other)] == ["misnamed"]


def test_a_large_release_is_looked_at_without_reading_it(release: Release) -> None:
    path = release.path / "dumps" / "dataset.nt"
    content = path.read_bytes()
    path.write_bytes(b"X" + content[1:])
    check(release, 10)
    with pytest.raises(ReleaseDamaged, match=r"dumps/dataset.nt: changed"):
        check(release, 1 << 30)
    path.write_bytes(content[1:])
    with pytest.raises(ReleaseDamaged, match=r"dumps/dataset.nt: truncated"):
        check(release, 10)


def test_a_damaged_release_is_not_served(archive: Archive, release: Release) -> None:
    path = release.path / "labels.sqlite"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)
    with pytest.raises(AssertionError, match="the server ended"), serving(archive.path):
        pass


def test_a_copy_of_an_archive_is_a_backup(built: Archive, tmp_path: Path) -> None:
    shutil.copytree(built.path, tmp_path / "backup", symlinks=True)
    restored = Archive(tmp_path / "backup")
    assert run("verify", restored.path).exit_code == 0
    one, two = built.current(), restored.current()
    assert one
    assert two
    assert one.data.read_bytes() == two.data.read_bytes()
    assert restored.kept() == built.kept()


def test_a_damaged_release_is_written_anew_by_force(
    built: Archive, archive: Archive, release: Release
) -> None:
    source = built.path.parent / "source"
    _cut(release.path / "data.nq")
    build(source, archive.path)
    assert list(verify(release.path))
    build(source, archive.path, options=Options(force=True))
    assert not list(verify(release.path))
    assert [path.name for path in archive.releases.iterdir()] == [release.identifier]


def _damage(content: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content)


@pytest.mark.parametrize(
    ("name", "damage", "said"),
    [
        ("history", _cut, "line 1"),
        ("history", _damage(b"2026-01-01T00:00:00Z 0123456789abcdef\nx\n"), "line 2"),
        ("superseded", _damage(b"0123456789abcdef\n"), "line 1"),
        ("suppressed", _damage(b"# note\nno iri\n"), "suppressed:2"),
        ("suppressed", Path.mkdir, "is a folder"),
        ("departed.sqlite", _damage(b"SQLite format 3\0" + b"x" * 4096), "unreadable"),
        ("departed.sqlite", _damage(b""), "no such table"),
    ],
)
def test_what_an_archive_remembers_and_cannot_be_read_is_found(
    archive: Archive, release: Release, name: str, damage: Callable[[Path], object], said: str
) -> None:
    damage(archive.path / name)
    assert [each.file for each in verify_memory(archive)] == [name]
    result = run("verify", archive.path)
    assert result.exit_code == 1
    assert f"{release.identifier}  whole\n" in result.output
    assert f"  {name}: unreadable" in result.output
    assert said in result.output
    assert run("verify", archive.path, "--release", release.identifier).exit_code == 0
