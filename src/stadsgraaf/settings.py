"""Every setting: name, default, help. One table, passed in, never global.

>>> Settings.load({"STADSGRAAF_PORT": "8080"}, {"host": "::1"}).port
8080
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from stadsgraaf.errors import UsageError

__all__ = ["ENVIRONMENT_PREFIX", "Setting", "Settings"]

#: ``port`` is set in the environment as ``STADSGRAAF_PORT``.
ENVIRONMENT_PREFIX = "STADSGRAAF_"


@dataclass(frozen=True)
class Setting:
    """One row of the table, for help and documentation."""

    name: str
    default: object
    help: str
    is_secret: bool = False


def _setting(default: Any, text: str, *, secret: bool = False) -> Any:
    return field(default=default, repr=not secret, metadata={"help": text, "secret": secret})


@dataclass(frozen=True)
class Settings:
    """What can be set when Stadsgraaf serves. Times are in seconds, sizes in the unit named."""

    host: str = _setting("127.0.0.1", "Address to listen on.")
    port: int = _setting(8000, "Port to listen on.")
    public_url: str = _setting(
        "", "Address that clients see, when a proxy stands in front; else that of the request."
    )
    article: str = _setting("", "Text file of the source that the evidence points into.")
    trusted_proxies: str = _setting(
        "", "Addresses of proxies whose X-Forwarded-For is believed, with commas between."
    )
    security_contact: str = _setting(
        "", "Address to report a weakness to, for security.txt; else the dataset's contact point."
    )
    disk_triples: int = _setting(
        500_000,
        "Triples from which on a build writes a store on disk, which is opened, not loaded.",
    )
    workers: int = _setting(2, "Processes that evaluate queries.")
    slow_workers: int = _setting(4, "Further processes while queries take long.")
    query_timeout: float = _setting(30.0, "Seconds that a query may take.")
    query_memory: int = _setting(1024, "MiB of memory that a query may take beside the data.")
    query_length: int = _setting(65_536, "Bytes that a query may have.")
    query_depth: int = _setting(64, "Levels that a query may nest.")
    body_length: int = _setting(262_144, "Bytes that a request body may have.")
    body_timeout: float = _setting(10.0, "Seconds in which a request must be complete.")
    result_rows: int = _setting(1_000_000, "Solutions or triples that an answer may have.")
    result_length: int = _setting(104_857_600, "Bytes that an answer may have.")
    client_time: float = _setting(
        240.0, "Seconds of evaluation that one client may use per minute; 0 sets no limit."
    )
    queue_length: int = _setting(256, "Queries that may wait for a worker.")
    services: str = _setting(
        "",
        "Endpoints that queries may call in SERVICE, with commas between: an address, "
        "https://host for all of that host, https://*.domain, or name=address, which queries may call "
        "<service:name>; a private IP address or network too, where those may be.",
    )
    service_timeout: float = _setting(20.0, "Seconds in which a service must have answered.")
    service_length: int = _setting(10_485_760, "Bytes that the answer of a service may have.")
    cache_length: int = _setting(67_108_864, "Bytes of answers that are kept for who asks again.")
    keep_releases: int = _setting(
        10, "Releases that stay addressable with ?release=; a build removes older ones."
    )
    verify_size: int = _setting(
        1_073_741_824,
        "Bytes up to which a release is read and compared with its digests before it is served; "
        "of a larger one the names and sizes of its files are.",
    )
    open_releases: int = _setting(2, "Older releases that may be open at once.")
    watch: float = _setting(
        1.0, "Seconds between looks at which release is current; 0: only when told (SIGHUP)."
    )
    page_size: int = _setting(50, "Items on one page of a list.")
    admin_token: str = _setting(
        "",
        "Token that an administrator sends as Authorization: Bearer; without it nobody is one. "
        "Set it in the environment: options are seen by every user of the machine.",
        secret=True,
    )
    shown_query: int = _setting(
        2048, "Characters of a running query that an administrator sees; 0 shows none."
    )

    @classmethod
    def table(cls) -> tuple[Setting, ...]:
        """All settings, in order."""
        return tuple(
            Setting(f.name, f.default, f.metadata["help"], f.metadata["secret"])
            for f in fields(cls)
        )

    @classmethod
    def load(
        cls, environ: Mapping[str, str], flags: Mapping[str, object] | None = None
    ) -> "Settings":
        """Settings from flags, else the environment, else the defaults.

        Raises UsageError for a value that is not of the setting's type.
        """
        given: dict[str, object] = {}
        for setting in cls.table():
            text = environ.get(ENVIRONMENT_PREFIX + setting.name.upper())
            if text is not None:
                given[setting.name] = _parse(setting, text)
        given |= {name: value for name, value in (flags or {}).items() if value is not None}
        return cls(**given)  # type: ignore[arg-type]  # each value was parsed to its default's type

    @property
    def article_path(self) -> Path | None:
        """The source text's path, or None when there is none."""
        return Path(self.article) if self.article else None


def _parse(setting: Setting, text: str) -> object:
    kind: Callable[[str], object] = type(setting.default)
    try:
        return kind(text)
    except ValueError:
        name = ENVIRONMENT_PREFIX + setting.name.upper()
        raise UsageError(
            reason=f"{name}={text!r} is not a valid {type(setting.default).__name__}"
        ) from None
