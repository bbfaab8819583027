"""``stadsgraaf validate``."""

import sys
from pathlib import Path

import click

from stadsgraaf.cli.options import DIRECTORY, Steps
from stadsgraaf.dataset import Dataset
from stadsgraaf.errors import UsageError

__all__ = ["validate"]

SEVERITIES = click.Choice(["violation", "warning", "info"])


@click.command()
@DIRECTORY
@click.option(
    "--format",
    "-f",
    "forms",
    multiple=True,
    metavar="FORMAT[=FILE]",
    help="How to report; may be given several times, with a file to write to. Default: text. "
    "There are text, json, github, gitlab, sarif, junit, markdown, html, turtle.",
)
@click.option("--fail-on", type=SEVERITIES, default="violation", help="What gives exit code 1.")
@click.option("--show", type=SEVERITIES, default="warning", help="The least that text shows.")
@click.option("--language", type=click.Choice(["nl", "en"]), default="en", help="Of the text.")
@click.option("--quiet", "-q", is_flag=True, help="Show no progress.")
@click.pass_context
def validate(
    context: click.Context,
    directory: Path,
    forms: tuple[str, ...],
    fail_on: str,
    show: str,
    language: str,
    *,
    quiet: bool,
) -> None:
    """Check Turtle, vocabulary, shapes and queries; say file, line and what to do.

    Exit code 1 when there are violations; warnings alone do not fail, unless --fail-on says so.

    \b
    Examples:
      stadsgraaf validate
      stadsgraaf validate some/folder --fail-on warning
      stadsgraaf validate --format text --format sarif=report.sarif
    """
    from stadsgraaf.validation import Severity
    from stadsgraaf.validation import validate as check
    from stadsgraaf.validation.formats import FORMATS

    wanted = [form.partition("=") for form in forms or ("text",)]
    for name, _, _ in wanted:
        if name not in FORMATS:
            raise UsageError(reason=f"--format {name}: there are {', '.join(FORMATS)}")
    steps = Steps(quiet=quiet)
    report = check(Dataset.load(directory, steps.read), progress=steps)
    for name, _, file in wanted:
        as_text = {"colour": not file and sys.stdout.isatty(), "least": Severity(show)}
        options = {"language": language} | as_text if name == "text" else {}
        text = report.render(name, **options)
        if file:
            Path(file).write_text(text, encoding="utf-8")
        else:
            click.echo(text, nl=not text.endswith("\n"))
    context.exit(1 if report.fails(Severity(fail_on)) else 0)
