"""The questions that a folder asks."""

from pathlib import Path

from stadsgraaf.queries import Query, read_query


def read_queries(folder: Path) -> list[Query]:
    """Every ``*.rq`` directly in the folder, by name."""
    return [read_query(path) for path in sorted(folder.glob("*.rq"))]
