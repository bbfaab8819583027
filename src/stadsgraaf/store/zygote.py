"""The zygote: a small process that holds the data and forks workers, and does nothing else.

Run as ``python -m stadsgraaf.store.zygote DESCRIPTOR``, where the descriptor is a socket to the
pool. It has one thread, so that forking is safe, and it owns the workers: it kills them when asked,
tells how they ended, and takes them along when the pool is gone.
"""

import contextlib
import gc
import json
import os
import select
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Final

from stadsgraaf.store import lane_worker, sandbox, worker
from stadsgraaf.store.evaluation import Engine
from stadsgraaf.store.remote import RemoteEngine
from stadsgraaf.store.worker import Opened

__all__ = ["DIED", "FORK", "FORKED", "KILL", "LANE", "LOADED", "LOST", "main"]

#: From the pool: a letter, then the number of a process; FORK comes with a socket, LANE with that and a
#: blackboard, for a worker that answers connections itself.
FORK: Final = b"F"
LANE: Final = b"A"
KILL: Final = b"K"
#: To the pool: a letter, then JSON.
LOADED: Final = b"R"
LOST: Final = b"X"
FORKED: Final = b"P"
DIED: Final = b"D"

_LARGEST = 1 << 20
#: Where a process writes errors, and how many bytes of them are passed on.
_ERRORS: Final = 2
_WORDS: Final = 2048
#: The engine opens the files of a store when it needs them, so that nothing else keeps it in.
_UNCONFINED = "a store on the disk needs seccomp, which this machine does not have"


def main(descriptor: int) -> None:
    """Load what the pool says, then serve it."""
    control = socket.socket(fileno=descriptor)
    try:
        with _giving_way():
            opened = _load(json.loads(control.recv(_LARGEST)))
    except (OSError, SyntaxError, ValueError) as error:
        _tell(control, LOST, str(error))
        return
    gc.disable()
    gc.collect()
    gc.freeze()
    _tell(control, LOADED, None)
    _Nursery(control, opened).run()


@contextlib.contextmanager
def _giving_way() -> Iterator[None]:
    """Loading is long work that others, who may be answering meanwhile, are not to wait for."""
    with contextlib.suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    yield
    with contextlib.suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


def _load(order: dict[str, object]) -> Opened:
    """What gives a worker its engine: one that all share, or one of its own.

    A store on the disk has threads, which a fork would leave behind; it opens in milliseconds, so
    each worker does that itself, and here a child that sees whether it can be. Without data the
    engine asks another store.
    """
    data = order.pop("data")
    if data is None:
        return partial(RemoteEngine, **order)  # type: ignore[arg-type]  # the pool names its parameters
    path = Path(str(data))
    load = partial(Engine.load, path, **order)  # type: ignore[arg-type]  # the pool names its parameters
    if path.is_dir():
        _try(load)
        return load
    engine = load()
    return lambda: engine


def _try(load: Opened) -> None:
    """Open a store in a child, confined as a worker is. Raises OSError when it cannot be."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if not sandbox.deny_system_calls():
                raise OSError(_UNCONFINED)  # noqa: TRY301 – told like any other
            load()
        except BaseException as error:  # noqa: BLE001 – whatever it is, the parent tells it
            os.write(theirs, str(error).encode())
        os._exit(0)
    os.close(theirs)
    with open(ours, "rb") as trouble:  # noqa: PTH123 – a descriptor
        found = trouble.read()
    os.waitpid(child, 0)
    if found:
        raise OSError(found.decode())


def _tell(control: socket.socket, kind: bytes, what: object) -> None:
    with contextlib.suppress(OSError):  # the pool is gone; the next read says so too
        control.send(kind + json.dumps(what).encode("ascii"))


def _notebook() -> int:
    """What a worker may write errors to."""
    is_linux = sys.platform == "linux"
    return os.memfd_create("errors") if is_linux else os.open(os.devnull, os.O_RDWR)


def _last_words(notebook: int) -> str:
    """The end of what a worker wrote, which is gone then."""
    begin = max(0, os.fstat(notebook).st_size - _WORDS)
    said = os.pread(notebook, _WORDS, begin)
    os.close(notebook)
    return said.decode("utf-8", "replace")


class _Nursery:
    """The workers that live."""

    def __init__(self, control: socket.socket, opened: Opened) -> None:
        self._control = control
        self._opened = opened
        #: By number, and what each leaves its last words in.
        self._living: dict[int, int] = {}
        self._woken, self._wake = os.pipe()
        os.set_blocking(self._woken, False)
        os.set_blocking(self._wake, False)
        signal.set_wakeup_fd(self._wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def run(self) -> None:
        """Until the pool hangs up."""
        poll = select.poll()
        for descriptor in (self._control.fileno(), self._woken):
            poll.register(descriptor, select.POLLIN)
        open_ = True
        while open_:
            for descriptor, _ in poll.poll():
                if descriptor == self._woken:
                    self._reap()
                else:
                    open_ = self._obey()
        self._end()

    def _obey(self) -> bool:
        try:
            message, descriptors, _, _ = socket.recv_fds(self._control, 64, 2)
        except ConnectionResetError:  # the pool hung up before it had read everything
            return False
        if not message:
            return False
        if message[:1] == FORK:
            self._fork(worker.run, descriptors)
        elif message[:1] == LANE:
            self._fork(lane_worker.run, descriptors)
        elif message[:1] == KILL and int(message[1:]) in self._living:
            os.kill(int(message[1:]), signal.SIGKILL)
        return True

    def _fork(self, run: Callable[..., None], descriptors: list[int]) -> None:
        zygote = os.getpid()
        words = _notebook()
        try:
            child = os.fork()
        except OSError:  # no memory or no process left: the pool sees its socket close
            child = -1
        if child == 0:
            signal.set_wakeup_fd(-1)
            os.dup2(words, _ERRORS)
            run(*descriptors, self._opened, zygote)
        for each in descriptors:
            os.close(each)
        if child > 0:
            self._living[child] = words
        else:
            os.close(words)
        _tell(self._control, FORKED, child)

    def _reap(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(self._woken, 4096)
        while self._living:
            try:
                child, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if child == 0:
                return
            how, said = os.waitstatus_to_exitcode(status), _last_words(self._living.pop(child))
            _tell(self._control, DIED, [child, how, said])

    def _end(self) -> None:
        for child in self._living:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        for child in self._living:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(child, 0)


if __name__ == "__main__":
    main(int(sys.argv[1]))
    os._exit(0)  # giving the data back piece by piece would take long
