"""``stadsgraaf releases``, ``rollback``, ``verify`` and ``suppress``."""

from collections.abc import Sequence
from contextlib import suppress as suppress_error
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stadsgraaf.archive import Archive
from stadsgraaf.cli.options import DIRECTORY, OUTPUT, cache_for
from stadsgraaf.errors import NoSuchPath, NoSuchRelease, ReleaseDamaged

if TYPE_CHECKING:
    from stadsgraaf.verification import Damage

__all__ = ["releases", "rollback", "suppress", "verify"]


@click.command()
@DIRECTORY
@OUTPUT
def releases(directory: Path, output: Path | None) -> None:
    """List the releases that are kept, the latest first.

    DIRECTORY is an archive (what build --output writes) or a folder that was built. An asterisk
    marks the current release.

    \b
    Examples:
      stadsgraaf releases
      stadsgraaf releases archive
    """
    archive = _archive(directory, output)
    for each in archive.kept():
        mark = "*" if each.identifier == archive.identifier else " "
        try:
            manifest = archive.open(each.identifier).manifest
        except NoSuchRelease:
            said = "damaged, or written by another version"
        else:
            said = f"{manifest.version or '-'}  {manifest.triples} triples"
        click.echo(f"{mark} {each.identifier}  {each.at or '-':20}  {said}")


@click.command()
@DIRECTORY
@OUTPUT
@click.option("--to", "identifier", help="The release; default: the one that was current before.")
def rollback(directory: Path, output: Path | None, identifier: str | None) -> None:
    """Switch back to an earlier release.

    A server that follows the archive serves it without a failed request. What has been suppressed
    since stays suppressed.

    \b
    Examples:
      stadsgraaf rollback archive
      stadsgraaf rollback archive --to 0f3cfc1a5d1a9cb2
    """
    archive = _archive(directory, output)
    from stadsgraaf.redaction import redact

    with archive.locked():
        with suppress_error(ReleaseDamaged):  # one that is left needs not be whole
            redact(archive)
        archive.switch(identifier or _before(archive))
        redact(archive)
    click.echo(archive.releases / (archive.identifier or ""))


def _before(archive: Archive) -> str:
    """The release that was current before the current one."""
    earlier = [each.identifier for each in archive.kept() if each.identifier != archive.identifier]
    if not earlier:
        raise NoSuchRelease(release="before", known=[each.identifier for each in archive.kept()])
    return earlier[0]


@click.command()
@DIRECTORY
@OUTPUT
@click.option("--release", "identifier", help="Only this one; default: all that are kept.")
def verify(directory: Path, output: Path | None, identifier: str | None) -> None:
    """Check every byte of the releases that are kept, and report what has changed.

    Finds changed bytes, and files that are cut off, missing or extra; also damage to history,
    superseded, suppressed and departed.sqlite, which stand beside the releases. DIRECTORY may also
    be one release. Exit code 1 when anything is wrong.

    \b
    Examples:
      stadsgraaf verify archive
      stadsgraaf verify archive --release 0f3cfc1a5d1a9cb2
      stadsgraaf verify backup/releases/0f3cfc1a5d1a9cb2
    """
    from stadsgraaf.verification import verify as find
    from stadsgraaf.verification import verify_memory

    if (directory / "manifest.json").is_file() and not directory.is_symlink():
        folders, beside = [directory.resolve()], []
    else:
        archive = _archive(directory, output)
        folders = [archive.open(identifier).path] if identifier else archive.folders()
        beside = [] if identifier else list(verify_memory(archive))
    damaged = bool(beside)
    for folder in folders:
        found = list(find(folder))
        damaged |= bool(found)
        _show(folder.name, found)
    if beside:
        _show("beside the releases", beside)
    if damaged:
        raise click.exceptions.Exit(1)


def _show(name: str, found: "Sequence[Damage]") -> None:
    """What is wrong with one release, or with what is beside them all."""
    click.echo(f"{name}  {'damaged' if found else 'whole'}")
    for each in found:
        click.echo(f"  {each}")


@click.command()
@click.argument("directory", type=click.Path(path_type=Path))
@click.argument("iris", nargs=-1)
@OUTPUT
@click.option(
    "--name",
    "names",
    multiple=True,
    help="Also report where this name occurs; may be given several times.",
)
def suppress(
    directory: Path, iris: tuple[str, ...], output: Path | None, names: tuple[str, ...]
) -> None:
    """Stop publishing some things, in the next release and in all that are kept.

    The IRIs are added to the archive's list (its file “suppressed”); one that ends with * stands for
    all IRIs that begin with what is before it. Releases that contain them are rewritten without them,
    a server that follows the archive switches at once, and their pages answer 410. Without IRIs the
    list is applied again, for example after a backup is restored.

    Statements about other things stay, even if they name what was removed. For every release you are
    told where those names still occur, as whole words in texts or IRIs, whatever their case and
    accents: labels in any language, and a person's last name. Names of fewer than four letters are
    not searched for. The archive does not remember the names of what was removed; use --name to
    search for one later. Change those texts and build again, or suppress them too.

    \b
    Examples:
      stadsgraaf suppress archive https://example.org/id/person/jansen
      stadsgraaf suppress archive "https://example.org/id/claim/jansen-*"
      stadsgraaf suppress archive
      stadsgraaf suppress archive --name "A. Jansen"
    """
    from stadsgraaf.redaction import redact
    from stadsgraaf.remains import Names, remains, said_of
    from stadsgraaf.suppression import Suppressed

    archive = _archive(directory, output)
    wanted = Names(names)
    with archive.locked():
        archive.suppress(Suppressed.checked(iris).entries)
        count = redact(archive, lambda step: click.echo(f"  {step}", err=True), wanted)
        kept = archive.readable() if wanted else []
        for line in said_of(remains(release, wanted) for release in kept):
            click.echo(line)
    click.echo(f"{len(archive.suppressed.entries)} suppressed, {count} releases written anew")


def _archive(directory: Path, output: Path | None) -> Archive:
    """The archive at a path, or that of the folder there. Raises NoSuchPath when there is none."""
    found = Archive.at(directory) or Archive.at(output or cache_for(directory))
    if found is None:
        raise NoSuchPath(path=str((output or directory) / "current"))
    return found
