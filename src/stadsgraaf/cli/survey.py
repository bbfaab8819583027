"""``stadsgraaf survey``."""

import asyncio
import os
from pathlib import Path

import click

from stadsgraaf.cli.options import OUTPUT, QUIET, Steps, cache_for_store
from stadsgraaf.settings import Settings

__all__ = ["survey"]


@click.command()
@click.option("--store", help="Address of the store's query endpoint; default: the setting store.")
@OUTPUT
@click.option(
    "--survey-statements",
    type=click.IntRange(1),
    help="Statements to read of each property. Default: the setting survey_statements.",
)
@QUIET
def survey(
    store: str | None, output: Path | None, survey_statements: int | None, *, quiet: bool
) -> None:
    """Collect from a store what `serve --store` needs to know: graphs, counts and names.

    The data stay in the store. `serve --store` without a folder does this itself, and again on
    SIGHUP. Name and password, or a token, are the settings store_user, store_password and
    store_token: set them in the environment.

    \b
    Examples:
      stadsgraaf survey --store http://localhost:7878/query
      stadsgraaf survey --store http://localhost:8890/sparql --survey-statements 1000000
    """
    from stadsgraaf.surveying import survey as make

    flags = {"store": store, "survey_statements": survey_statements}
    settings = Settings.load(os.environ, flags)
    steps = Steps(quiet=quiet)
    try:
        release = asyncio.run(make(settings, output or cache_for_store(settings.store), steps))
    finally:
        steps.end()
    click.echo(release.path)
