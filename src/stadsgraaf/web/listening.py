"""The sockets that a server takes connections on: the public port, and that of administrators.

>>> Place.of("/run/stadsgraaf/admin.sock"), Place.of("[::1]:9000")
(Place(host='', port=0, path='/run/stadsgraaf/admin.sock'), Place(host='::1', port=9000, path=''))
"""

import errno
import ipaddress
import os
import re
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from stadsgraaf.errors import (
    NoPermission,
    NoSuchPath,
    PortForbidden,
    PortTaken,
    ReadOnly,
    UsageError,
)
from stadsgraaf.settings import Settings

__all__ = ["BACKLOG", "Place", "administration", "listen"]

BACKLOG: Final = 2048
_PORT: Final = re.compile(r"\[?([^\[\]/]+)\]?:([0-9]{1,5})")
_HIGHEST: Final = 65_535
#: Who made the socket, and their group, may ask.
_MASK: Final = 0o117


@dataclass(frozen=True)
class Place:
    """Where to listen: a port of an address, or a path of the file system."""

    host: str = ""
    port: int = 0
    path: str = ""

    @classmethod
    def of(cls, text: str) -> "Place":
        """What a setting says: ``host:port``, or the path of a Unix socket. Raises UsageError."""
        if "/" in text:
            return cls(path=text)
        found = _PORT.fullmatch(text)
        if found is None or not 0 < int(found[2]) <= _HIGHEST:
            reason = f"{text!r} is neither host:port nor the path of a socket, which has a slash"
            raise UsageError(reason=reason)
        return cls(host=found[1], port=int(found[2]))

    @property
    def is_of_this_machine(self) -> bool:
        """Whether only programs of this machine can reach it."""
        if self.path or self.host == "localhost":
            return True
        with suppress(ValueError):
            return ipaddress.ip_address(self.host).is_loopback
        return False


@contextmanager
def listen(place: Place) -> Iterator[socket.socket]:
    """A socket that listens; a path goes when it is closed.

    Raises PortTaken, PortForbidden, NoPermission, ReadOnly, NoSuchPath for a path whose folder is not
    there, and UsageError for what is no address of this machine, or a path where something else is.
    """
    if not place.path:
        with _listen_on(place) as listener:
            yield listener
        return
    path = Path(place.path)
    with _listen_at(path) as listener:
        made = path.stat().st_ino
        try:
            yield listener
        finally:
            with suppress(FileNotFoundError):
                if path.stat().st_ino == made:  # not of a server that came after
                    path.unlink()


def _listen_on(place: Place) -> socket.socket:
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    try:
        return socket.create_server((place.host, place.port), family=family, backlog=BACKLOG)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(host=place.host, port=place.port) from None
        if error.errno == errno.EACCES:
            raise PortForbidden(host=place.host, port=place.port) from None
        reason = f"one cannot listen on {place.host}:{place.port}: {error.strerror or error}"
        raise UsageError(reason=reason) from None


def _listen_at(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX)
    mask = os.umask(_MASK)
    try:
        _clear(path)
        listener.bind(str(path))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise UsageError(
                reason=f"{path} is there already: a file, or the socket of a server that runs"
            ) from None
        if error.errno in (errno.EACCES, errno.EPERM):
            raise NoPermission(path=str(path)) from None
        if error.errno == errno.EROFS:
            raise ReadOnly(path=str(path)) from None
        if error.errno in (errno.ENOENT, errno.ENOTDIR):
            raise NoSuchPath(path=str(path.parent)) from None
        raise UsageError(reason=f"{path}: {error.strerror or error}") from None
    finally:
        os.umask(mask)
    return listener


def _clear(path: Path) -> None:
    """Remove a socket that nobody listens on: a server that was killed leaves it."""
    with suppress(FileNotFoundError, ConnectionRefusedError):
        if not stat.S_ISSOCK(path.stat().st_mode):
            return
        with socket.socket(socket.AF_UNIX) as probe:
            probe.connect(str(path))
        return
    path.unlink(missing_ok=True)


def administration(settings: Settings) -> Place | None:
    """Where administrators are let in, when that is not the public port.

    Raises UsageError for what is no place, and for one that other machines reach without a token.
    """
    if not settings.admin_socket:
        return None
    place = Place.of(settings.admin_socket)
    if not settings.admin_token and not place.is_of_this_machine:
        reason = f"other machines reach admin_socket={settings.admin_socket}: set admin_token too"
        raise UsageError(reason=reason)
    return place
