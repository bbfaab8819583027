"""Shapes that come from elsewhere: of application profiles by name, or of any file.

https://geonovum.github.io/DCAT-AP-NL30/ https://docs.geostandaarden.nl/nl-sbb/nl-sbb/

A profile is named, its shapes are found in a folder that the user has: they are not ours to ship.
What conforms has no violation; these profiles give recommendations the severities of SHACL.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from pyoxigraph import NamedNode

from stadsgraaf.dataset import Document
from stadsgraaf.errors import NoSuchPath, UsageError
from stadsgraaf.validation import serialisations

__all__ = ["FOLDER", "PROFILES", "named", "shape_files"]

#: The environment variable that says where the folders of the profiles are.
FOLDER = "STADSGRAAF_STANDARDS"
#: Files of each profile, below that folder. The shapes for ranges of DCAT-AP are left out: they ask
#: for the code lists of the European Union in the data.
PROFILES: Mapping[str, tuple[str, ...]] = {
    "nl-sbb": ("nl-sbb/skos-ap-nl.ttl",),
    "dcat-ap-nl": (
        "dcat-ap/shapes.ttl",
        "dcat-ap/shapes_recommended.ttl",
        "dcat-ap-nl/dcat-ap-nl-SHACL.ttl",
        "dcat-ap-nl/dcat-ap-nl-SHACL-aanbevolen.ttl",
    ),
}


def named(name: str, environ: Mapping[str, str]) -> list[Path]:
    """The files of a profile. Raises UsageError when nobody says where they are, NoSuchPath when not there.

    Raises KeyError for a profile that is not known.
    """
    files = PROFILES[name]
    folder = environ.get(FOLDER)
    if not folder:
        reason = f"--profile {name}: set {FOLDER} to the folder with {', '.join(files)}"
        raise UsageError(reason=reason)
    return [Path(folder, file) for file in files]


def shape_files(paths: Sequence[Path]) -> tuple[Document, ...]:
    """Files of shapes, or the files in folders of them. Raises NoSuchPath for one that is not there."""
    found: list[Document] = []
    for path in paths:
        if not path.exists():
            raise NoSuchPath(path=str(path))
        files = sorted(path.rglob("*.ttl")) if path.is_dir() else [path]
        for file in files:
            place = file.absolute()
            read = serialisations.read(file, base_iri=place.as_uri(), blank_prefix=f"s{len(found)}")
            found.append(Document(place, NamedNode(place.as_uri()), "shapes", read))
    return tuple(found)
