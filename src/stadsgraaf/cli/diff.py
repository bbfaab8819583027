"""``stadsgraaf diff``."""

import sys
from collections.abc import Mapping, Sequence

import click

from stadsgraaf.cli.options import language_option, outputs
from stadsgraaf.errors import Text, UsageError
from stadsgraaf.namespaces import PREFIXES, expand

__all__ = ["diff"]


@click.command()
@click.argument("old", default="HEAD", required=False)
@click.argument("new", default=".", required=False)
@click.option(
    "--format",
    "-f",
    "forms",
    multiple=True,
    metavar="FORMAT[=FILE]",
    help="How to tell: text, markdown, json or patch; may be given several times, with a file to "
    "write to. Default: text.",
)
@click.option(
    "--allow",
    multiple=True,
    metavar="IRI",
    help="A thing whose breaking changes are meant, as IRI or CURIE; may be given several times.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["breaking", "any", "none"]),
    default="breaking",
    help="What gives exit code 1. Default: breaking changes that no new version declares.",
)
@language_option("Of labels, words.")
@click.pass_context
def diff(
    context: click.Context,
    old: str,
    new: str,
    *,
    forms: tuple[str, ...],
    allow: tuple[str, ...],
    fail_on: str,
    language: str,
) -> None:
    """Say what changed between two datasets, by thing, and what of it breaks those who use them.

    OLD and NEW are files, folders, releases, or git revisions (v1.0, HEAD~2, main:data/x.ttl);
    default: the last commit and the folder here. Blank nodes may have other names. Removed terms
    and IRIs, narrower domains and ranges, and stricter shapes are breaking changes: they ask for a
    new major version (of the ontology, concept scheme or dataset), and fail until it is declared.

    \b
    Examples:
      stadsgraaf diff
      stadsgraaf diff v1.0 v1.1 --format markdown=changes.md
      stadsgraaf diff old.ttl new.ttl --format patch
      stadsgraaf diff origin/main . --allow sg:oldTerm
    """
    from stadsgraaf.comparison import compare
    from stadsgraaf.comparison.formats import FORMATS
    from stadsgraaf.revisions import read_side
    from stadsgraaf.validation.sources import gather

    wanted = outputs(forms, FORMATS)
    before, after = (read_side(each, lambda path: gather([path]).dataset) for each in (old, new))
    if bool(before.roles) != bool(after.roles):
        before, after = before.written(), after.written()
    prefixes = {**PREFIXES, **before.prefixes, **after.prefixes}
    alone = before.is_file or after.is_file
    found = compare(
        before.quads(merged=alone),
        after.quads(merged=alone),
        prefixes=prefixes,
        base_iri=after.base_iri or before.base_iri,
        allowed=_allowed(allow, prefixes),
    )
    for name, file in wanted:
        colour = {"colour": not file and sys.stdout.isatty()} if name == "text" else {}
        told = FORMATS[name](found, language, **colour)
        if file:
            file.write_text(told, encoding="utf-8")
        else:
            click.echo(told, nl=False)
    fails = {"breaking": bool(found.undeclared), "any": bool(found.difference), "none": False}
    context.exit(1 if fails[fail_on] else 0)


def _allowed(names: Sequence[str], prefixes: Mapping[str, str]) -> list[str]:
    """The IRIs of terms that may break, given as CURIEs. Raises UsageError for an unknown prefix."""
    try:
        return [expand(each, prefixes) for each in names]
    except KeyError as error:
        unknown = error.args[0]
        raise UsageError(
            reason=Text(f"--allow: {unknown}: is unknown.", f"--allow: {unknown}: is onbekend.")
        ) from None
