"""Where settings come from: flags, else the environment, else a file, else the defaults.

The file is TOML, https://toml.io, with the names of the settings as its keys::

    port = 8080
    public_url = "https://data.example.org"

It is the one that ``STADSGRAAF_CONFIG`` (or ``stadsgraaf --config``) names, else
``stadsgraaf.toml`` in the working folder, if that is there.
"""

import difflib
import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from stadsgraaf.errors import NoSuchPath, UsageError

__all__ = ["ENVIRONMENT_PREFIX", "Given", "Setting", "given"]

#: ``port`` is set in the environment as ``STADSGRAAF_PORT``.
ENVIRONMENT_PREFIX: Final = "STADSGRAAF_"

_FILE: Final = ENVIRONMENT_PREFIX + "CONFIG"
_USUAL_FILE: Final = "stadsgraaf.toml"
#: Variables that begin like settings and are none: this file's, and where the tests look.
_OTHERS: Final = frozenset(
    (
        _FILE,
        *(
            ENVIRONMENT_PREFIX + name
            for name in ("CHROMIUM", "NO_CACHE", "SHACL_SUITE", "SHARED", "STANDARDS")
        ),
    )
)
_WORDS: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


@dataclass(frozen=True)
class Setting:
    """One row of the table, for help and documentation.

    A number is at least ``least`` and at most ``most``, a word one of ``choices`` or of a ``form``: a
    pattern, and how it is called.
    """

    name: str
    default: object
    help: str
    is_secret: bool = False
    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()
    form: tuple[str, str] | None = None

    @property
    def variable(self) -> str:
        """Its name in the environment."""
        return ENVIRONMENT_PREFIX + self.name.upper()

    def checked(self, value: object, where: str) -> object:
        """A value of the setting's own type. Raises UsageError, which says where it stands."""
        kind = type(self.default)
        shown = "…" if self.is_secret else repr(value)
        try:
            found = _converted(value, kind)
        except (ValueError, TypeError, KeyError):
            reason = f"{where}={shown} is not a valid {kind.__name__}"
            raise UsageError(reason=reason) from None
        if isinstance(found, int | float) and not self._fits(found):
            raise UsageError(reason=f"{where}={shown} is not {self._range}")
        if self.choices and found not in self.choices:
            raise UsageError(reason=f"{where}={shown} is none of: {', '.join(self.choices)}")
        if self.form and found and not re.fullmatch(self.form[0], str(found)):
            raise UsageError(reason=f"{where}={shown} is not {self.form[1]}")
        return found

    def _fits(self, number: float) -> bool:
        low = float("-inf") if self.least is None else self.least
        return low <= number <= (float("inf") if self.most is None else self.most)

    @property
    def _range(self) -> str:
        return f"{self.least} or more" if self.most is None else f"from {self.least} to {self.most}"


@dataclass(frozen=True)
class Given:
    """A value and where it came from."""

    value: object
    origin: str


def _converted(value: object, kind: type) -> object:
    if kind is float and not math.isfinite(float(str(value))):
        raise ValueError
    if kind is bool:
        return value if isinstance(value, bool) else _WORDS[str(value).lower()]
    if isinstance(value, str) or type(value) is kind:
        return kind(value)
    if kind is float and type(value) is int:
        return float(value)
    raise TypeError


def given(
    table: Mapping[str, Setting],
    environ: Mapping[str, str],
    flags: Mapping[str, object] | None = None,
) -> dict[str, Given]:
    """What is set, by name, and where.

    Raises NoSuchPath for a file that was named and is not there, UsageError for a file that is not
    TOML, a name that is no setting, and a value that cannot be.
    """
    found = _from_file(table, environ)
    for name, text in environ.items():
        if name.startswith(ENVIRONMENT_PREFIX) and name not in _OTHERS:
            setting = _known(table, name.removeprefix(ENVIRONMENT_PREFIX).lower(), name)
            found[setting.name] = Given(setting.checked(text, name), name)
    for name, value in (flags or {}).items():
        if value is not None:
            option = "--" + name.replace("_", "-")
            found[name] = Given(table[name].checked(value, option), option)
    return found


def _known(table: Mapping[str, Setting], name: str, where: str) -> Setting:
    if name not in table:
        near = difflib.get_close_matches(name, table, 1)
        hint = f": did you mean {near[0]}?" if near else ""
        raise UsageError(reason=f"{where} is not a setting{hint}")
    return table[name]


def _from_file(table: Mapping[str, Setting], environ: Mapping[str, str]) -> dict[str, Given]:
    named = environ.get(_FILE)
    path = Path(named or _USUAL_FILE)
    if not path.is_file():
        if named:
            raise NoSuchPath(path=named)
        return {}
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(reason=f"{path} is not TOML: {error}") from None
    found = {}
    for name, value in content.items():
        setting = _known(table, name, f"{path}: {name}")
        found[name] = Given(setting.checked(value, f"{path}: {name}"), str(path))
    return found
