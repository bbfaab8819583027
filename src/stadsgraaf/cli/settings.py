"""``stadsgraaf settings``."""

import os

import click

from stadsgraaf.settings import ENVIRONMENT_PREFIX, Settings

__all__ = ["settings"]


@click.command()
def settings() -> None:
    """Print every setting: what is in force, where it came from and what it does.

    \b
    Examples:
      stadsgraaf settings
      STADSGRAAF_PORT=8080 stadsgraaf settings
    """
    loaded = Settings.load(os.environ)
    for setting in Settings.table():
        variable = ENVIRONMENT_PREFIX + setting.name.upper()
        origin = variable if variable in os.environ else "default"
        value = getattr(loaded, setting.name)
        shown = "…" if setting.is_secret and value else repr(value)
        click.echo(f"{setting.name} = {shown}  ({origin})")
        click.echo(f"    {setting.help}")
