"""Every setting: name, default, help. One table, passed in, never global.

>>> Settings.load({"STADSGRAAF_PORT": "8080"}, {"host": "::1"}).port
8080
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from stadsgraaf.configuration import ENVIRONMENT_PREFIX, Given, Setting, given

__all__ = ["ENVIRONMENT_PREFIX", "Given", "Setting", "Settings"]


def _setting(
    default: Any,
    text: str,
    *,
    secret: bool = False,
    least: float = 0,
    most: float | None = None,
    choices: tuple[str, ...] = (),
    form: tuple[str, str] | None = None,
) -> Any:
    limits = {"least": least, "most": most, "choices": choices, "form": form, "is_secret": secret}
    return field(default=default, repr=not secret, metadata={"help": text, **limits})


@dataclass(frozen=True)
class Settings:
    """What can be set when Stadsgraaf serves. Times are in seconds, sizes in the unit named."""

    host: str = _setting("127.0.0.1", "Address to listen on.")
    port: int = _setting(8000, "Port to listen on.", least=1, most=65535)
    public_url: str = _setting(
        "",
        "Address that clients see, when a proxy stands in front; else that of the request.",
        form=(
            r"""https?://[^\s<>"'{}|\\^`?#/]+(?:/[^\s<>"'{}|\\^`?#]*)?""",
            "https://host or https://host/path",
        ),
    )
    article: str = _setting("", "Text file of the source that the evidence points into.")
    trusted_proxies: str = _setting(
        "",
        "Addresses or networks of proxies whose X-Forwarded-For, -Proto, -Host and -Prefix are believed, with commas between.",
    )
    security_contact: str = _setting(
        "",
        "Address to report a weakness to, for security.txt; else the dataset's contact point.",
        form=(
            r"[^\s@:]+@[^\s@]+|(?:https://|mailto:|tel:)\S+",
            "an e-mail address, https: or tel:",
        ),
    )
    disk_triples: int = _setting(
        100_000,
        "Triples from which on a build writes a store on disk, which is opened at once.",
    )
    memory_triples: int = _setting(
        1_500_000,
        "Triples up to which what is on disk is loaded into memory too, where queries are faster; the "
        "disk answers meanwhile.",
    )
    workers: int = _setting(2, "Processes that evaluate queries.", least=1, most=1024)
    slow_workers: int = _setting(
        4,
        "Further processes while queries take long; slow queries beyond them end early.",
        most=1024,
    )
    query_timeout: float = _setting(30.0, "Seconds that a query may take.", least=0.001)
    query_memory: int = _setting(1024, "MiB of memory that a query may take beside the data.")
    query_length: int = _setting(65_536, "Bytes that a query may have.")
    query_depth: int = _setting(64, "Levels that a query may nest.")
    body_length: int = _setting(262_144, "Bytes that a request body may have.")
    body_timeout: float = _setting(
        10.0, "Seconds in which the head of a request must be there, and then its body."
    )
    result_rows: int = _setting(1_000_000, "Solutions or triples that an answer may have.")
    result_length: int = _setting(104_857_600, "Bytes that an answer may have.")
    held_length: int = _setting(
        16_777_216,
        "Bytes that an answer may have when patterns of its query multiply: it goes out when all of it is there.",
    )
    client_time: float = _setting(
        240.0, "Seconds of evaluation that one client may use per minute; 0 sets no limit."
    )
    queue_length: int = _setting(256, "Queries that may wait for a worker.")
    store: str = _setting(
        "",
        "Address of the SPARQL endpoint of another store, which is asked instead of the data here; "
        "a name and a password do not belong in it.",
    )
    store_user: str = _setting("", "Name that the store knows this server by (HTTP Basic).")
    store_password: str = _setting(
        "", "Password that goes with it. Set it in the environment or a file.", secret=True
    )
    store_token: str = _setting(
        "",
        "Token that the store is sent as Authorization: Bearer. Set it in the environment or a file.",
        secret=True,
    )
    store_timeout: float = _setting(
        5.0, "Seconds in which the store must take a connection.", least=0.001
    )
    store_connections: int = _setting(8, "Queries that the store gets at once.", least=1)
    store_watch: float = _setting(
        5.0, "Seconds between looks at which release the store has; 0: never."
    )
    survey_statements: int = _setting(
        200_000,
        "Statements of one property that are read of a store that is served without a folder; "
        "things beyond them have no place in search and lists.",
        least=1,
    )
    survey_timeout: float = _setting(
        120.0, "Seconds that one question to such a store may take.", least=0.001
    )
    survey_age: float = _setting(
        3600.0,
        "Seconds after which a store that does not say which release it has is asked anew; 0: never.",
    )
    services: str = _setting(
        "",
        "Endpoints that queries may call in SERVICE, with commas between: an address, "
        "https://host for all of that host, https://*.domain, or name=address, which queries may call "
        "<service:name>; a private IP address or network too, where those may be.",
    )
    service_timeout: float = _setting(20.0, "Seconds in which a service must have answered.")
    service_length: int = _setting(10_485_760, "Bytes that the answer of a service may have.")
    validations: int = _setting(1, "Validations of posted RDF that may run at once; 0 offers none.")
    rdf_length: int = _setting(1_048_576, "Bytes of RDF that may be posted to be validated.")
    cache_length: int = _setting(67_108_864, "Bytes of answers that are kept for who asks again.")
    keep_releases: int = _setting(
        10, "Releases that stay addressable with ?release=; a build removes older ones.", least=1
    )
    verify_size: int = _setting(
        1_073_741_824,
        "Bytes up to which a release is read and compared with its digests before it is served; "
        "of a larger one the names and sizes of its files are.",
    )
    open_releases: int = _setting(2, "Older releases that may be open at once.", least=1)
    watch: float = _setting(
        1.0, "Seconds between looks at which release is current; 0: only when told (SIGHUP)."
    )
    build_timeout: float = _setting(
        3600.0, "Seconds that a build may take when a reload asks for one; 0 sets no limit."
    )
    page_size: int = _setting(50, "Items on one page of a list.", least=1, most=1000)
    grace: float = _setting(
        10.0, "Seconds that answers under way get when the server is told to stop."
    )
    drain_delay: float = _setting(
        0.0, "Seconds between SIGTERM and the end of listening: /ready says 503 meanwhile."
    )
    log_format: str = _setting(
        "console", "Lines for people, or objects for machines.", choices=("console", "json")
    )
    log_level: str = _setting(
        "info", "What is said at least.", choices=("debug", "info", "warning", "error")
    )
    log_requests: str = _setting(
        "errors",
        "Which requests are said: those answered with 5xx, of many at once a part, or all. Never an address of a client.",
        choices=("none", "errors", "all"),
    )
    log_queries: bool = _setting(
        False,
        "Whether the text of queries is said, and the words of faults, which may have it: it may be personal.",
    )
    telemetry: bool = _setting(
        False, "Whether spans go to OpenTelemetry, as OTEL_… variables say; needs stadsgraaf[otel]."
    )
    admin_token: str = _setting(
        "",
        "Token that an administrator sends as Authorization: Bearer; without it nobody is one. "
        "Set it in the environment: options are seen by every user of the machine.",
        secret=True,
    )
    admin_socket: str = _setting(
        "",
        "Where administrators come in, and no more at the public port: the path of a Unix socket, or "
        "host:port. Who reaches it needs a token only if one is set, which other machines do need.",
    )
    shown_query: int = _setting(
        2048, "Characters of a running query that an administrator sees; 0 shows none."
    )

    @classmethod
    def table(cls) -> tuple[Setting, ...]:
        """All settings, in order."""
        return tuple(Setting(f.name, f.default, **f.metadata) for f in fields(cls))

    @classmethod
    def given(
        cls, environ: Mapping[str, str], flags: Mapping[str, object] | None = None
    ) -> dict[str, Given]:
        """What is set, by name, and where. Raises what `load` does."""
        return given({row.name: row for row in cls.table()}, environ, flags)

    @classmethod
    def load(
        cls, environ: Mapping[str, str], flags: Mapping[str, object] | None = None
    ) -> "Settings":
        """Settings from flags, else the environment, else a file, else the defaults.

        Raises UsageError, which says where, for what is no setting and for a value that cannot be;
        NoSuchPath for a file that was named and is not there.
        """
        found = cls.given(environ, flags)
        return cls(**{name: each.value for name, each in found.items()})  # type: ignore[arg-type]  # each value was converted to its default's type

    @property
    def article_path(self) -> Path | None:
        """The source text's path, or None when there is none."""
        return Path(self.article) if self.article else None
