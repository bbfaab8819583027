"""``stadsgraaf validate``."""

from pathlib import Path

import click

from stadsgraaf.cli.options import DIRECTORY, Steps

__all__ = ["validate"]


@click.command()
@DIRECTORY
@click.option("--format", "form", default="text", help="How to report: text, json, github, …")
@click.option("--quiet", "-q", is_flag=True, help="Show no progress.")
@click.pass_context
def validate(context: click.Context, directory: Path, form: str, *, quiet: bool) -> None:
    """Check Turtle, vocabulary, shapes and queries; say file, line and what to do.

    Exit code 1 when there are violations; warnings alone do not fail.

    \b
    Examples:
      stadsgraaf validate
      stadsgraaf validate some/folder --format github
    """
    from stadsgraaf.dataset import Dataset
    from stadsgraaf.validation import validate as check

    report = check(Dataset.load(directory, Steps(quiet=quiet)))
    click.echo(report.render(form))
    context.exit(0 if report.conforms else 1)
