"""A process that gets ready for work while this one still finds out what there is to do.

It is a fork that has imported what takes long. What it is asked, and what it answers, are pickled.
"""

import os
import pickle
import signal
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import BinaryIO, Generic, NoReturn, TypeVar

from stadsgraaf.validation.apart import fork, made_of, pickled

__all__ = ["Asked", "Standby"]

Made = TypeVar("Made")
_LENGTH = 8


class Standby:
    """``standby = Standby(get_ready)``, later ``standby.ask(work, argument).result()``; ``stop()``.

    It gets ready from ``start()`` on, at the latest when it is asked.
    """

    def __init__(self, ready: Callable[[], object]) -> None:
        self._ready, self._process, self.is_free = ready, 0, True

    def start(self) -> None:
        """Begin to get ready, unless it began."""
        if self._process or not self.is_free:
            return
        reading, asking = os.pipe()
        answers, answering = os.pipe()
        self._process = fork()
        if not self._process:
            os.close(asking)
            os.close(answers)
            _serve(self._ready, reading, answering)
        os.close(reading)
        os.close(answering)
        self._asking, self._answers = os.fdopen(asking, "wb"), os.fdopen(answers, "rb")

    def ask(self, work: Callable[..., Made], *arguments: object) -> "Asked[Made]":
        """Begin some work: a function of a module, with arguments that can be pickled."""
        self.start()
        self.is_free = False
        with suppress(BrokenPipeError):
            _put(self._asking, pickle.dumps((work, arguments)))
        return Asked(self)

    def answer(self) -> bytes:
        """What was asked for, pickled; waits for it. Raises RuntimeError when the process ended."""
        content = _get(self._answers)
        if content is None:
            message = "a process that validates ended"
            raise RuntimeError(message)
        self.is_free = True
        return content

    def stop(self) -> None:
        """End the process, if it has not ended."""
        self.is_free = False
        if self._process:
            os.kill(self._process, signal.SIGKILL)
            os.waitpid(self._process, 0)
            self._process = 0
            with suppress(BrokenPipeError):
                self._asking.close()
            self._answers.close()


class Asked(Generic[Made]):
    """Work that goes on in a process on standby."""

    def __init__(self, standby: Standby) -> None:
        self._standby, self._waits = standby, True

    def result(self) -> Made:
        """What the work made. Raises what it raised, RuntimeError when its process was ended."""
        self._waits = False
        return made_of(self._standby.answer())  # type: ignore[no-any-return]  # what the work gives

    def stop(self) -> None:
        """End the work, if it has not ended: nobody asks for its result any more."""
        if self._waits:
            self._waits = False
            self._standby.stop()


def _serve(ready: Callable[[], object], reading: int, answering: int) -> NoReturn:
    """Get ready, and do what is asked until nobody can ask any more."""
    code = 1
    try:
        ready()
        with os.fdopen(reading, "rb") as asked, os.fdopen(answering, "wb") as answers:
            while (content := _get(asked)) is not None:
                _put(answers, pickled(partial(_work, content)))
        code = 0
    finally:
        os._exit(code)


def _work(content: bytes) -> object:
    work, arguments = pickle.loads(content)  # noqa: S301 – the process that asks is our own
    return work(*arguments)


def _put(pipe: BinaryIO, content: bytes) -> None:
    pipe.write(len(content).to_bytes(_LENGTH, "big") + content)
    pipe.flush()


def _get(pipe: BinaryIO) -> bytes | None:
    """The next message; None when there comes no more."""
    length = int.from_bytes(pipe.read(_LENGTH), "big")
    content = pipe.read(length) if length else b""
    return content if length and len(content) == length else None
