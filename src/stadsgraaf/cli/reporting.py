"""Writing a report of validation, to files and to stdout."""

import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stadsgraaf.cli.options import reader_may_leave
from stadsgraaf.errors import Language

if TYPE_CHECKING:
    from stadsgraaf.validation import Report

__all__ = ["write_report"]


def write_report(
    report: "Report", wanted: Sequence[tuple[str, Path | None]], language: Language, show: str
) -> bool:
    """Write the report in each format. Returns whether one of them failed."""
    from stadsgraaf.validation import Severity
    from stadsgraaf.validation.changes import changed_lines
    from stadsgraaf.validation.formats import FORMATS

    broken = False
    for name, path in wanted:
        # JSON and Turtle hold both languages
        options: dict[str, object] = {} if name in {"json", "turtle"} else {"language": language}
        if name == "text":
            options |= {"colour": not path and _colourful(), "least": Severity(show)}
        elif name == "github":
            options["changed"] = changed_lines()
            _summarise(report, language)
        try:
            text = FORMATS[name](report, **options)
        except Exception:  # noqa: BLE001 – the other formats must come all the same
            click.echo(f"{name}: {traceback.format_exc()}", err=True)
            broken = True
            continue
        if path is not None:
            path.write_text(text, encoding="utf-8")
        else:
            with reader_may_leave():
                click.echo(text, nl=not text.endswith("\n"))
    return broken


def _summarise(report: "Report", language: Language) -> None:
    """Add the whole report to the summary of a GitHub job, below what other steps wrote."""
    file = os.environ.get("GITHUB_STEP_SUMMARY")
    if file:
        with Path(file).open("a", encoding="utf-8") as summary:
            summary.write(report.render("markdown", language=language))


def _colourful() -> bool:
    """Whether to use colour, https://no-color.org/ and https://force-color.org/."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or sys.stdout.isatty()
