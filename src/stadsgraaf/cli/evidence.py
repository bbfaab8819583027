"""``stadsgraaf evidence``."""

from collections.abc import Mapping
from pathlib import Path

import click

from stadsgraaf.cli.options import DIRECTORY, language_option
from stadsgraaf.copies import explain
from stadsgraaf.coverage import cover
from stadsgraaf.dataset import Dataset
from stadsgraaf.errors import EvidenceMismatch
from stadsgraaf.evidence import Evidence, SourceText, check_evidence
from stadsgraaf.namespaces import shorten

__all__ = ["evidence"]


@click.command()
@DIRECTORY
@click.option(
    "--source",
    type=click.Path(path_type=Path),
    required=True,
    envvar="STADSGRAAF_ARTICLE",
    help="The text that the evidence points into (UTF-8).",
)
@language_option("Of the claims.")
@click.option("--gaps", is_flag=True, help="Print the stretches of the text that no claim covers.")
@click.option("--quiet", "-q", is_flag=True, help="Print only what does not match.")
@click.pass_context
def evidence(
    context: click.Context,
    directory: Path,
    source: Path,
    language: str,
    *,
    gaps: bool,
    quiet: bool,
) -> None:
    """Recompute the digest of every passage and print each claim beside its passage.

    The last line says how much of the text the passages cover. Exit code 1 when a digest, an offset
    or the source itself does not match, then with what seems to have happened to it, or when the
    data cannot be read; 2 when there is no such file.

    \b
    Examples:
      stadsgraaf evidence --source article.txt
      stadsgraaf evidence --source article.txt --quiet
      stadsgraaf evidence --source article.txt --quiet --gaps
    """
    dataset = Dataset.load(directory)
    dataset.refuse_faults()
    text = SourceText.read(source)
    found = check_evidence(dataset.asserted, text)
    _print_passages(found, text, dataset.prefixes, language, quiet=quiet)
    for fault in found.faults:
        click.echo(f"MISMATCH {fault}", err=True)
    if not found.passages:
        raise EvidenceMismatch(reason="the dataset points at no passage")
    for hint in explain(text, found, found.digests):
        click.echo(f"{source}: {hint}", err=True)
    covered = cover(found.passages, text)
    for start, end in covered.gaps if gaps else ():
        click.echo(f"no claim [{start}:{end}] “{text.text[start:end]}”")
    right = len(found.passages) - len(found.mismatches)
    click.echo(f"{right} of {len(found.passages)} passages match {source}", err=True)
    if found.holds:
        click.echo(
            f"they cover {covered.covered} of {covered.characters} characters ({covered.share:.1%}); "
            f"stretches without a claim: {len(covered.gaps)}",
            err=True,
        )
    context.exit(0 if found.holds else 1)


def _print_passages(
    found: Evidence, text: SourceText, prefixes: Mapping[str, str], language: str, *, quiet: bool
) -> None:
    """Print each claim beside its passage; when ``quiet`` only those that do not match."""
    wrong = set(map(id, found.mismatches))
    for passage in found.passages:
        if quiet and id(passage) not in wrong:
            continue
        mark = "MISMATCH" if id(passage) in wrong else "ok"
        name = shorten(passage.claim, prefixes)
        click.echo(f"{name} [{passage.start}:{passage.end}] {mark}")
        click.echo(f"    {passage.label('nl' if language == 'nl' else 'en')}")
        click.echo(f"    “{passage.words(text)}”")
