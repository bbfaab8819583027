"""``stadsgraaf fmt``."""

import os
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import click

from stadsgraaf.errors import SyntaxFault, Text, UsageError, of_the_machine

__all__ = ["fmt"]

_STDIN = Path("-")
#: Of a file that is changed, and of one that would be.
_VERBS = ("formatted", "would be formatted")


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))
@click.option("--check", is_flag=True, help="Change nothing; exit code 1 when a file would change.")
@click.option("--diff", is_flag=True, help="Change nothing; print what would change.")
@click.option("--quiet", "-q", is_flag=True, help="Name no files that change.")
@click.pass_context
def fmt(
    context: click.Context, paths: tuple[Path, ...], *, check: bool, diff: bool, quiet: bool
) -> None:
    """Format Turtle: one layout, every comment and the order kept.

    PATHS are files and folders, default the folder here; - formats stdin to stdout. A file is
    replaced only when it says the same afterwards. Exit code 1 when a file has syntax errors, or
    with --check or --diff when one would change.

    \b
    Examples:
      stadsgraaf fmt
      stadsgraaf fmt --check data ontology
      stadsgraaf fmt --diff data/claims/roles.ttl
      cat some.ttl | stadsgraaf fmt -
    """
    from stadsgraaf.formatting import format_texts, write

    if _STDIN in paths and len(paths) > 1:
        raise UsageError(
            reason=Text("- stands for stdin, alone.", "- staat voor stdin, en staat alleen.")
        )
    from_stdin = _STDIN in paths
    texts, faults = _from_stdin() if from_stdin else _read(paths or (Path(),))
    dry = check or diff
    done = Counter[str]()
    for name, formatted in format_texts(texts).items():
        if formatted.fault:
            done["left"] += 1
            click.echo(f"{name}: left as it is: {formatted.fault.en}", err=True)
        if from_stdin and not dry:
            click.echo(formatted.after, nl=False)
            continue
        done["changed"] += formatted.changed
        if diff:
            click.echo(formatted.diff(name), nl=False)
        elif formatted.changed and not check:
            write(Path(name), formatted.after)
        if formatted.changed and not quiet:
            click.echo(f"{name}:{formatted.line}: {_VERBS[dry]}", err=True)
    for fault in faults:
        click.echo(fault.detail(), err=True)
    broken = len({fault.members["file"] for fault in faults})
    if not (quiet or from_stdin):
        total, left = len(texts) + broken, done["left"] + broken
        click.echo(f"{total} files, {done['changed']} {_VERBS[dry]}, {left} left as is", err=True)
    context.exit(1 if faults or (dry and done["changed"]) else 0)


def _read(paths: tuple[Path, ...]) -> tuple[dict[str, str], list[SyntaxFault]]:
    """Texts by path, and the faults of those that are not Turtle; a link to another is that one."""
    from stadsgraaf import turtle
    from stadsgraaf.folder import turtle_files

    texts: dict[str, str] = {}
    faults: list[SyntaxFault] = []
    found: dict[str, Path] = {}
    for file in (file for given in paths for file in turtle_files(given)):
        found.setdefault(os.path.realpath(file), file)
    for path in found.values():
        try:
            document = turtle.read(path, base_iri=path.absolute().as_uri())
        except OSError as error:
            faults.append(_unread(path, error))
            continue
        faults += document.faults
        if not document.faults:
            texts[str(path)] = ("\ufeff" if document.marked else "") + document.text
    return texts, faults


def _unread(path: Path, error: OSError) -> SyntaxFault:
    """A file that cannot be opened: the others are formatted all the same."""
    reason = of_the_machine(error)
    said = (
        Text(reason.detail("en"), reason.detail("nl")) if reason else Text(str(error), str(error))
    )
    return SyntaxFault(file=str(path), line=1, column=1, reason=said, rule="serialisation")


def _from_stdin() -> tuple[Mapping[str, str], list[SyntaxFault]]:
    from stadsgraaf import turtle

    try:
        text = sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(reason=Text("stdin is not UTF-8.", "stdin is geen UTF-8.")) from error
    document = turtle.read(Path("<stdin>"), text=text, base_iri="file:///")
    return ({} if document.faults else {"<stdin>": text}), document.faults
