"""What the server says of itself: one event, one line; for people, or as JSON for machines.

Nothing that a client sent can begin a line or pass for one of ours: control characters are
escaped. There are no addresses of clients in it, and no words of theirs unless the settings say so.
"""

import json
import logging
import sys
import traceback
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


class _Formatter(logging.Formatter):
    """What both have in common: where faults came from, and their words only when they may be said.

    A fault that nobody expected may have anything in its words, also what a client asked.
    """

    def __init__(self, *, says_words: bool = False) -> None:
        super().__init__()
        self._says_words = says_words

    def formatException(self, ei: Any) -> str:  # noqa: N802 – the name in logging
        """Part of `logging.Formatter`."""
        return super().formatException(ei) if self._says_words else _places(ei[1])


def _places(error: BaseException | None) -> str:
    """A trace without words, of an error and of what led to it."""
    traces: list[str] = []
    while error:
        places = "".join(traceback.format_tb(error.__traceback__))
        traces.insert(0, f"Traceback (most recent call last):\n{places}{type(error).__name__}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n".join(traces)


class JsonFormatter(_Formatter):
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


class ConsoleFormatter(_Formatter):
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


_FORMATTERS: Final[Mapping[str, type[_Formatter]]] = {
    "console": ConsoleFormatter,
    "json": JsonFormatter,
}


def configure(settings: Settings, stream: TextIO | None = None) -> None:
    """Have everything that is logged said on a stream, by default stderr, as the settings want."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_FORMATTERS[settings.log_format](says_words=settings.log_queries))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("stadsgraaf").setLevel(settings.log_level.upper())
