"""What things are called by: the properties that name them, and the last part of an IRI."""

import re
from contextlib import suppress
from urllib.parse import unquote

from stadsgraaf.namespaces import well_known
from stadsgraaf.remembering import remembering

__all__ = ["CODES", "LABELS", "OTHER_NAMES", "local_name"]

#: Properties that name a thing, the preferred first.
LABELS = (
    *well_known("skos:prefLabel rdfs:label sh:name dct:title schema:name foaf:name"),
    "http://schema.org/name",
    "http://purl.org/dc/elements/1.1/title",
)

#: Properties that somebody may know a thing by, besides its labels.
OTHER_NAMES = well_known(
    "skos:altLabel skos:hiddenLabel skos:notation dct:identifier dct:alternative"
    " schema:alternateName schema:identifier schema:legalName org:identifier adms:identifier"
)

#: Those of them that are codes: one of them is meant exactly.
CODES = tuple(iri for iri in OTHER_NAMES if re.search("(?i:notation|identifier)$", iri))
#: Last parts of IRIs that are remembered.
_NAMES_REMEMBERED = 4096


@remembering(_NAMES_REMEMBERED)
def local_name(iri: str) -> str:
    """The last part of an IRI, readable: what to show when there is no label.

    >>> local_name("http://example.org/ns#hasMember"), local_name("http://example.org/caf%C3%A9")
    ('has member', 'café')
    """
    tail = re.split(r"[/#:]", iri.rstrip("/#"))[-1] or iri
    with suppress(UnicodeDecodeError):
        plain = unquote(tail, errors="strict")
        tail = plain if plain.isprintable() else tail
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", tail).replace("_", " ").lower() or iri
