"""Addresses of things that are no longer published: 301 to what took their place, else 410 Gone.

RFC 9110, section 15.5.11, https://www.rfc-editor.org/rfc/rfc9110#name-410-gone
"""

from dataclasses import replace

from stadsgraaf.departures import Departure
from stadsgraaf.errors import Gone, NoSuchRelease, Text
from stadsgraaf.web.site import View

__all__ = ["as_remembered", "as_the_data_say"]

_SUPPRESSED = Text(
    "it was removed on request, from every release",
    "het is op verzoek verwijderd, uit elke uitgave",
)
_ENDED = Text("the dataset says that it ended", "de dataset zegt dat het is vervallen")


def as_the_data_say(view: View, iri: str) -> str | None:
    """What took the place of a thing of which the dataset says no more than that.

    None when it says more, or nothing. Raises Gone when nothing took its place, or when it may not
    be published, whatever the data say.
    """
    if view.site.archive and view.site.archive.has_suppressed(iri):
        raise Gone(what=iri, reason=_SUPPRESSED)
    said = view.site.release.moved.get(iri)
    if said is None:
        return None
    departure = Departure(iri, **said)
    if departure.replaced_by:
        return departure.replaced_by
    note = departure.note
    reason = Text(
        note.get("en") or note.get("") or _ENDED.en, note.get("nl") or note.get("") or _ENDED.nl
    )
    raise Gone(what=iri, reason=reason)


def as_remembered(view: View, iri: str) -> str | None:
    """What took the place of a thing that was in an earlier release; None when none had it.

    Raises Gone when nothing that is still there took its place.
    """
    archive = view.site.archive
    departure = archive.departures.find(iri) if archive else None
    if archive is None or departure is None:
        return None
    if departure.replaced_by and view.knows(departure.replaced_by):
        return departure.replaced_by
    release = departure.release or ""
    reason = Text(f"it was last in release {release}", f"het stond het laatst in uitgave {release}")
    try:
        archive.open(release)
    except NoSuchRelease:
        raise Gone(what=iri, reason=reason, release=release) from None
    last = replace(view.urls, release=release).of(iri)
    raise Gone(what=iri, reason=reason, release=release, last=last)
