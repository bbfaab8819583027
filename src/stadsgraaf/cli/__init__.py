"""The command ``stadsgraaf``: thin commands over the library.

Exit codes: 0 done, 1 findings (violations, mismatches, syntax errors in the data), 2 wrong usage,
3 internal failure, 130 interrupted. A crash never looks like success.
"""

import os
import traceback
from collections.abc import Iterator, MutableMapping
from importlib import import_module
from typing import Any

import click

from stadsgraaf import __version__
from stadsgraaf.cli.options import reader_may_leave, spoken
from stadsgraaf.errors import StadsgraafError, of_the_machine

__all__ = ["main"]

#: What shells say of a process that ended on Ctrl+C.
INTERRUPTED = 130
EXIT_CODES = """\b
Exit codes:
  0  done
  1  findings: violations, mismatches, syntax errors in the data
  2  wrong usage
  3  failure of the machine or the program
  130  interrupted (Ctrl+C); a server ends with 0
"""


#: Commands by name, with the module that each is in.
_MODULES = {
    "serve": "serve",
    "build": "build",
    "validate": "validate",
    "fmt": "fmt",
    "diff": "diff",
    "query": "query",
    "evidence": "evidence",
    "releases": "releases",
    "rollback": "releases",
    "publish": "publish",
    "survey": "survey",
    "verify": "releases",
    "suppress": "releases",
    "settings": "settings",
}


class _Commands(MutableMapping[str, click.Command]):
    """The commands, each imported when it is asked for: none waits for what the others need."""

    def __getitem__(self, name: str) -> click.Command:
        found = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
        assert isinstance(found, click.Command)  # noqa: S101 – the table says so
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(_MODULES)

    def __len__(self) -> int:
        return len(_MODULES)

    def __setitem__(self, name: str, command: click.Command) -> None:
        raise TypeError(name)

    def __delitem__(self, name: str) -> None:
        raise TypeError(name)


class _Group(click.Group):
    """Turns an error into one line and its exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            with reader_may_leave():
                return super().invoke(ctx)
            ctx.exit(0)
        except (click.ClickException, click.exceptions.Exit):
            raise
        except (KeyboardInterrupt, click.Abort):
            # 1 would say that there are findings
            click.echo("stadsgraaf: interrupted", err=True)
            ctx.exit(INTERRUPTED)
        except StadsgraafError as error:
            click.echo(f"stadsgraaf: {error.detail(spoken())}", err=True)
            ctx.exit(error.exit_code)
        except OSError as error:
            fault = of_the_machine(error)
            if fault is None:
                traceback.print_exc()
                ctx.exit(3)
            click.echo(f"stadsgraaf: {fault.detail(spoken())}", err=True)
            ctx.exit(fault.exit_code)
        except Exception:  # noqa: BLE001 – the last line of defence: anything else is exit code 3
            traceback.print_exc()
            ctx.exit(3)


@click.group(
    cls=_Group, epilog=EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, prog_name="stadsgraaf")
@click.option(
    "--config",
    type=click.Path(dir_okay=False),
    help="File with settings (TOML); default: stadsgraaf.toml here, if there is one.",
)
def main(config: str | None) -> None:
    """Publish a folder of Turtle as a SPARQL endpoint and linked-data pages.

    \b
    Examples:
      stadsgraaf serve
      stadsgraaf serve some/folder --port 8080
      stadsgraaf validate
      stadsgraaf query list-network-cities
    """
    if config:
        os.environ["STADSGRAAF_CONFIG"] = config


main.commands = _Commands()
