"""How many bytes a connection has carried, by the kernel's own count.

The count is the same whichever of several processes reads and writes, so that it tells how far one of them
had come when it was killed. ``tcp_info`` of https://man7.org/linux/man-pages/man7/tcp.7.html
"""

import fcntl
import socket
import struct
import sys
import termios
from typing import Any, Final, NamedTuple

__all__ = ["Traffic", "traffic"]

#: Places of tcpi_bytes_acked and tcpi_bytes_received, RFC 4898.
_TOTALS: Final = struct.Struct("<QQ" if sys.byteorder == "little" else ">QQ")
_OFFSET: Final = 120
_SIZE: Final = _OFFSET + _TOTALS.size
#: Bytes that nobody has acknowledged, and bytes that nobody has read: SIOCOUTQ and SIOCINQ have the
#: numbers that these have for a terminal, which are others on other machines.
_UNACKNOWLEDGED: Final = termios.TIOCOUTQ
_UNREAD: Final = termios.FIONREAD
#: Bytes may be acknowledged between two looks.
_ATTEMPTS: Final = 16


class Traffic(NamedTuple):
    """What was written to a connection, and what was read from it: by anybody, since it was made."""

    written: int
    read: int


def traffic(connection: Any) -> Traffic | None:
    """The totals of a TCP connection, as `asyncio` shows a socket; None where they cannot be known.

    When the other side has said that it sends no more, that is one byte read.
    """
    try:
        for _ in range(_ATTEMPTS):
            before = _totals(connection)
            counts = _queued(connection, _UNACKNOWLEDGED), _queued(connection, _UNREAD)
            if before == _totals(connection):
                return Traffic(before[0] + counts[0], before[1] - counts[1])
    except (OSError, struct.error):
        pass
    return None


def _totals(connection: Any) -> tuple[int, int]:
    said = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _SIZE)
    acknowledged, received = _TOTALS.unpack_from(said, _OFFSET)
    return acknowledged, received


def _queued(connection: Any, which: int) -> int:
    found = fcntl.ioctl(connection.fileno(), which, struct.pack("i", 0))
    (number,) = struct.unpack("i", found)
    return int(number)
