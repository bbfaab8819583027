"""The pool's hold on its zygote: starting it, asking for workers, hearing how they ended."""

import asyncio
import contextlib
import json
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any, Final

from stadsgraaf.environment import bare
from stadsgraaf.errors import StoreUnavailable
from stadsgraaf.store.zygote import DIED, FORK, FORKED, KILL, LANE, LOADED, LOST

__all__ = ["Birth", "Spawner"]

_LARGEST: Final = 1 << 16
#: Room for what a worker writes before it has to wait for the pool, in bytes.
_ROOM: Final = 1 << 19
#: Seconds that a zygote gets to take its workers along.
_GRACE: Final = 5.0
#: A second arena, which the thread of a worker has to itself: what loading left free of the first is
#: in shreds. With huge pages there is less to copy at a fork.
_MEMORY: Final = "glibc.malloc.arena_max=2:glibc.malloc.hugetlb=1"


class Birth:
    """A worker that was asked for: its number, when there is one, and how it ended, when it did.

    ``home`` is whose zygote it came from.
    """

    def __init__(self, home: "Spawner", loop: asyncio.AbstractEventLoop) -> None:
        self.home = home
        self.pid: int | None = None
        self.exit: asyncio.Future[int] = loop.create_future()
        self.unwanted = False
        #: What it wrote of errors, the end of it, when it has ended.
        self.said = ""


class Spawner:
    """A zygote process. ``lost`` is called when it is gone without having been closed."""

    def __init__(self, order: Mapping[str, Any], lost: Callable[["Spawner"], None]) -> None:
        self._order = order
        self._lost = lost
        self._loop = asyncio.get_running_loop()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._loaded: asyncio.Future[None] = self._loop.create_future()
        self._expected: list[Birth] = []
        self._living: dict[int, Birth] = {}

    @property
    def data(self) -> Any:
        """Where its data are."""
        return self._order["data"]

    @property
    def _has_loaded(self) -> bool:
        return self._loaded.done() and not self._loaded.cancelled()

    @property
    def pid(self) -> int | None:
        """Number of the zygote's process."""
        return self._process.pid if self._process else None

    async def start(self) -> None:
        """Start the zygote and wait until it has the data.

        Raises StoreUnavailable when it cannot read them.
        """
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = _run(theirs)
        ours.send(json.dumps(self._order).encode("ascii"))
        ours.setblocking(False)
        self._control = ours
        self._loop.add_reader(ours.fileno(), self._hear)
        await self._loaded

    def _hear(self) -> None:
        assert self._control  # noqa: S101 – the reader is there as long as the socket is
        try:
            message = self._control.recv(_LARGEST)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            message = b""
        if not message:
            self._end()
            return
        self._understand(message[:1], json.loads(message[1:]))

    def _understand(self, kind: bytes, what: Any) -> None:
        if kind == LOADED and not self._loaded.done():
            self._loaded.set_result(None)
        elif kind == LOST and not self._loaded.done():
            self._loaded.set_exception(StoreUnavailable(reason=what))
        elif kind == FORKED:
            self._born(self._expected.pop(0), what)
        elif kind == DIED:
            child, status, said = what
            birth = self._living.pop(child)
            birth.said = said
            if not birth.exit.done():
                birth.exit.set_result(status)

    def _born(self, birth: Birth, pid: int) -> None:
        if pid < 0:
            if not birth.exit.done():
                birth.exit.set_result(pid)
            return
        birth.pid = pid
        self._living[pid] = birth
        if birth.unwanted:
            self.kill(birth)

    def fork(self) -> tuple[socket.socket, Birth]:
        """Ask for a worker: our end of its socket, and what becomes of it.

        Raises StoreUnavailable when the zygote is gone.
        """
        return self._fork(FORK, socket.SOCK_STREAM)

    def fork_for_lane(self, blackboard: int) -> tuple[socket.socket, Birth]:
        """Ask for a worker that answers connections itself; else as `fork`, with a socket of messages."""
        return self._fork(LANE, socket.SOCK_SEQPACKET, blackboard)

    def _fork(self, kind: bytes, type_: int, *given: int) -> tuple[socket.socket, Birth]:
        ours, theirs = socket.socketpair(socket.AF_UNIX, type_)
        birth = Birth(self, self._loop)
        with theirs:
            for end in (ours, theirs):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _ROOM)
            ours.setblocking(False)
            try:
                if self._control is None:
                    raise ConnectionError
                socket.send_fds(self._control, [kind], [theirs.fileno(), *given])
            except OSError:
                ours.close()
                raise StoreUnavailable(reason="its process is gone") from None
        self._expected.append(birth)
        return ours, birth

    def kill(self, birth: Birth) -> None:
        """Kill a worker, now or as soon as it is there."""
        birth.unwanted = True
        if birth.pid in self._living and self._control:
            with contextlib.suppress(OSError):
                self._control.send(KILL + str(birth.pid).encode("ascii"))

    def _end(self) -> None:
        """The zygote is gone, and its workers with it."""
        self._hang_up()
        for birth in (*self._expected, *self._living.values()):
            if not birth.exit.done():
                birth.exit.cancel()
        self._expected.clear()
        self._living.clear()
        if not self._loaded.done():
            self._loaded.set_exception(StoreUnavailable(reason="its process ended while loading"))
        else:
            self._lost(self)

    def _hang_up(self) -> None:
        if self._control:
            self._loop.remove_reader(self._control.fileno())
            self._control.close()
            self._control = None

    async def close(self) -> None:
        """Hang up, and wait until the zygote and all its workers are gone."""
        self._hang_up()
        if self._process:
            if not self._has_loaded:
                self._process.kill()  # it would finish that first, and has no workers yet
            await self._loop.run_in_executor(None, _wait, self._process)


def _run(control: socket.socket) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "stadsgraaf.store.zygote", str(control.fileno())],
        pass_fds=[control.fileno()],
        stdin=subprocess.DEVNULL,
        env=bare("PATH", "LANG", "TMPDIR", GLIBC_TUNABLES=_MEMORY),
        # Ctrl+C is for us: we stop it in good order. It stays in our session, for Linux shares processors
        # out among sessions first, and priorities count within each: its slow workers give way to us.
        process_group=0,
    )


def _wait(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(_GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
