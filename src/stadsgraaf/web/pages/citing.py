"""How to cite a thing: as text, BibTeX and CSL-JSON.

https://citeproc-js.readthedocs.io/en/latest/csl-json/markup.html
"""

import json
import re
from typing import Final

from starlette.responses import Response

from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.web.headers import attachment
from stadsgraaf.web.site import Site, View
from stadsgraaf.web.urls import outward

__all__ = ["SUFFIXES", "answer", "citation", "contact"]

SUFFIXES: Final = ("bib", "csl")
_TYPES: Final = {
    "bib": "application/x-bibtex; charset=utf-8",
    "csl": "application/vnd.citationstyles.csl+json",
}
_SPECIAL = str.maketrans({c: "\\" + c for c in "&%$#_{}"} | {"\\": "", "~": "", "^": ""})
_VCARD: Final = PREFIXES["vcard"]


def citation(view: View, iri: str) -> str:
    """The reference as one would write it under a text."""
    manifest = view.site.release.manifest
    version = manifest.version or manifest.digest[:12]
    year = f" ({manifest.modified[:4]})" if manifest.modified else ""
    parts = (
        f"{view.text(manifest.title)}{year}",
        view.label(iri).rstrip("."),
        f"{str(view.t('version')).capitalize()} {version}",
        iri,
    )
    return ". ".join(part for part in parts if part)


def answer(view: View, iri: str, suffix: str) -> Response:
    """The reference in a format for reference managers."""
    content = _bibtex(view, iri) if suffix == "bib" else _csl(view, iri)
    response = view.data(content.encode(), _TYPES[suffix])
    response.headers["Content-Disposition"] = attachment(f"{_key(iri)}.{suffix}")
    view.vary(response)
    return response


def _key(iri: str) -> str:
    return (
        re.sub(r"[^A-Za-z0-9]+", "-", iri.rstrip("/#").rsplit("/", 1)[-1])[:60].strip("-")
        or "thing"
    )


def _bibtex(view: View, iri: str) -> str:
    manifest = view.site.release.manifest
    fields = {
        "title": view.label(iri),
        "booktitle": view.text(manifest.title),
        "year": (manifest.modified or "")[:4],
        "version": manifest.version or manifest.digest[:12],
        "language": view.language,
        "note": f"SHA-256 {manifest.digest}",
    }
    lines = [f"  {name} = {{{_tex(value)}}}," for name, value in fields.items() if value]
    return "\n".join(["@misc{" + _key(iri) + ",", *lines, f"  url = {{{iri}}}", "}", ""])


def _tex(text: str) -> str:
    return " ".join(text.translate(_SPECIAL).split())


def _csl(view: View, iri: str) -> str:
    manifest = view.site.release.manifest
    item: dict[str, object] = {
        "id": iri,
        "type": "entry",
        "title": view.label(iri),
        "container-title": view.text(manifest.title),
        "version": manifest.version or manifest.digest[:12],
        "language": view.language,
        "URL": iri,
    }
    if manifest.modified:
        parts = [int(part) for part in re.findall(r"\d+", manifest.modified)[:3]]
        item["issued"] = {"date-parts": [parts]}
    return json.dumps([item], ensure_ascii=False, indent=1)


async def contact(site: Site) -> str | None:
    """Where the dataset's description says that errors can be reported, read once."""
    return await site.once(_contact)


async def _contact(site: Site) -> str | None:
    dataset = site.release.manifest.dataset
    if dataset is None:
        return None
    query = (
        f"SELECT ?address WHERE {{ <{dataset}> <{PREFIXES['dcat']}contactPoint> ?point ."
        f" ?point <{_VCARD}hasEmail>|<{_VCARD}hasURL> ?address }} ORDER BY ?address LIMIT 1"
    )
    for row in await site.asker.rows(query):
        return outward(row["address"].value)
    return None
