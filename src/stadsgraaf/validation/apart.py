"""Work in a process of its own, beside what this one does meanwhile.

The process is a fork: it sees all that this one has, and gives back what it made, pickled.
"""

import os
import pickle
import signal
import warnings
from collections.abc import Callable
from typing import Any, Generic, TypeVar

__all__ = ["Apart", "fork", "made_of", "pickled"]

Made = TypeVar("Made")


class Apart(Generic[Made]):
    """``beside = Apart(work)``, then other work, then ``beside.result()``."""

    def __init__(self, work: Callable[[], Made]) -> None:
        reading, writing = os.pipe()
        self._process = fork()
        if not self._process:
            os.close(reading)
            _give(work, writing)
        os.close(writing)
        self._pipe, self._ended = os.fdopen(reading, "rb"), False

    def result(self) -> Made:
        """What the work made. Raises what it raised, RuntimeError when its process was ended."""
        with self._pipe:
            content = self._pipe.read()
        self._ended = True
        _, status = os.waitpid(self._process, 0)
        code = os.waitstatus_to_exitcode(status)
        if code:
            reason = signal.Signals(-code).name if code < 0 else f"exit code {code}"
            message = f"a process that validates ended with {reason}"
            raise RuntimeError(message)
        return made_of(content)  # type: ignore[no-any-return]  # it is what the work gives

    def stop(self) -> None:
        """End the work, if it has not: nobody asks for its result any more."""
        if self._ended:
            return
        self._ended = True
        os.kill(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)
        self._pipe.close()


def _give(work: Callable[[], object], writing: int) -> None:
    """Work, write what it made, and end without anything that the parent would have done."""
    code = 1
    try:
        content = pickled(work)
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(content)
        code = 0
    finally:
        os._exit(code)


def fork() -> int:
    """The number of a new process; 0 in that process."""
    with warnings.catch_warnings():
        # the other threads here are those of progress, which the work does not touch
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def pickled(work: Callable[[], object]) -> bytes:
    """What the work made, or what it raised, for `made_of` in another process."""
    try:
        return pickle.dumps((work(), None))
    except Exception as error:  # noqa: BLE001 – the one who asked raises it
        return pickle.dumps((None, error))


def made_of(content: bytes) -> Any:
    """What the work made. Raises what it raised."""
    made, error = pickle.loads(content)  # noqa: S301 – the process is our own
    if error is not None:
        raise error
    return made
