"""What the server says of itself: one event, one line; for people, or as JSON for machines.

Nothing that a client sent can begin a line or pass for one of ours: control characters are
escaped. There are no addresses of clients in it.
"""

import json
import logging
import sys
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Final, TextIO

from stadsgraaf.settings import Settings

__all__ = ["REQUEST", "ConsoleFormatter", "JsonFormatter", "configure"]

#: Identifier of the request that is being answered, "" outside of one.
REQUEST: Final[ContextVar[str]] = ContextVar("stadsgraaf_request", default="")

#: Characters of one value that are said.
_LONGEST: Final = 2048
#: What every record has; anything else was given with it.
_USUAL: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_ESCAPED: Final = {
    code: f"\\u{code:04x}" for code in (*range(32), *range(127, 160), 0x2028, 0x2029, 0x202E)
}


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    """What a record says beside its message."""
    found = {name: value for name, value in vars(record).items() if name not in _USUAL}
    request = REQUEST.get()
    return {"request": request, **found} if request else found


def _time(record: logging.LogRecord) -> str:
    at = datetime.fromtimestamp(record.created, UTC)
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"


def _cut(value: object) -> object:
    return value[:_LONGEST] if isinstance(value, str) else value


class JsonFormatter(logging.Formatter):
    """One JSON object on a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Part of `logging.Formatter`."""
        said: dict[str, Any] = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "event": _cut(record.getMessage()),
            **{name: _cut(value) for name, value in _fields(record).items()},
        }
        if record.exc_info:
            said["trace"] = self.formatException(record.exc_info)
        return json.dumps(said, ensure_ascii=True, default=str)


class ConsoleFormatter(logging.Formatter):
    """Time, level, message, and the rest as ``name=value``; a trace is indented below it."""

    def format(self, record: logging.LogRecord) -> str:
        """Part of `logging.Formatter`."""
        message = _one_line(str(_cut(record.getMessage())), keep="\n")
        fields = "".join(f" {name}={_value(value)}" for name, value in _fields(record).items())
        line = f"{_time(record)} {record.levelname:7} {message}{fields}"
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return line.replace("\n", "\n    ")


def _one_line(text: str, keep: str = "") -> str:
    return text.translate({code: mark for code, mark in _ESCAPED.items() if chr(code) not in keep})


def _value(value: object) -> str:
    text = _one_line(str(_cut(value)))
    return json.dumps(text, ensure_ascii=False) if " " in text or '"' in text else text


_FORMATTERS: Final[Mapping[str, type[logging.Formatter]]] = {
    "console": ConsoleFormatter,
    "json": JsonFormatter,
}


def configure(settings: Settings, stream: TextIO | None = None) -> None:
    """Have everything that is logged said on a stream, by default stderr, as the settings want."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_FORMATTERS[settings.log_format]())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("stadsgraaf").setLevel(settings.log_level.upper())
