"""What a service manager is told: that requests are taken, that the server lives, that it stops.

sd_notify(3), https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html
"""

import asyncio
import logging
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Notifier"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Notifier:
    """A line to the service manager, if there is one: ``address`` is "" when there is none.

    ``patience`` is the number of seconds after which the manager takes silence for death; 0 is for
    ever.

    >>> Notifier.of({"NOTIFY_SOCKET": "/run/notify", "WATCHDOG_USEC": "30000000"})
    Notifier(address='/run/notify', patience=30.0)
    """

    address: str = ""
    patience: float = 0.0

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> "Notifier":
        """What the manager said in the environment when it started this process."""
        meant = environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        every = environ.get("WATCHDOG_USEC", "") if meant else ""
        patience = int(every) / 1_000_000 if every.isdecimal() else 0.0
        return cls(environ.get("NOTIFY_SOCKET", ""), patience)

    def tell(self, *lines: str) -> None:
        """Say something, as ``READY=1``. A manager that does not listen is no reason to stop."""
        if not self.address:
            return
        address = "\0" + self.address[1:] if self.address[0] == "@" else self.address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
                line.sendto("\n".join(lines).encode(), address)
        except OSError as error:
            _log.warning("the service manager does not listen", extra={"reason": str(error)})

    async def watch(self) -> None:
        """Say for ever that the loop runs, twice as often as the manager wants to hear it."""
        while self.patience > 0:
            self.tell("WATCHDOG=1")
            await asyncio.sleep(self.patience / 2)
