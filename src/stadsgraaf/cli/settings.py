"""``stadsgraaf settings``."""

import os

import click

from stadsgraaf.settings import Settings

__all__ = ["settings"]


@click.command()
def settings() -> None:
    """Print every setting: what is in force, where it came from and what it does.

    \b
    Examples:
      stadsgraaf settings
      STADSGRAAF_PORT=8080 stadsgraaf settings
      stadsgraaf --config site.toml settings
    """
    loaded, given = Settings.load(os.environ), Settings.given(os.environ)
    for setting in Settings.table():
        origin = given[setting.name].origin if setting.name in given else "default"
        value = getattr(loaded, setting.name)
        shown = "…" if setting.is_secret and value else repr(value)
        click.echo(f"{setting.name} = {shown}  ({origin})")
        click.echo(f"    {setting.help}")
