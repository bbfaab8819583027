"""A walk along every link of a site: what is reached, what is missing, which anchors are not there."""

import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from visiting import BROWSER, Client, Page, Reply

#: Attributes that lead somewhere, by element; of an SVG image too.
_LEADING: Final = {
    "a": ("href",),
    "link": ("href",),
    "img": ("src",),
    "image": ("href", "xlink:href"),
    "script": ("src",),
    "form": ("action",),
    "use": ("href",),
}
_SUFFIX: Final = re.compile(r"\.\w{1,8}\Z")


def leads_of(page: Page) -> list[str]:
    """Every address on this site that a page leads to or loads, with its fragment."""
    found = [
        attributes[name]
        for tag, attributes in page.elements
        for name in _LEADING.get(tag, ())
        if name in attributes
    ]
    return [each for each in found if each.startswith(("/", "#")) and not each.startswith("//")]


def alike(address: str) -> str:
    """What addresses of one kind have in common: how they begin, their suffix and parameters."""
    parts = urlsplit(address)
    names = "&".join(name for name, _ in parse_qsl(parts.query, keep_blank_values=True))
    suffix = _SUFFIX.search(parts.path)
    start = parts.path.rpartition("/")[0] or parts.path
    return f"{start} {suffix[0] if suffix else ''} {names}"


@dataclass
class Crawl:
    """What is within reach of a page, breadth first.

    Of addresses that are `alike` only ``most_alike`` are asked, of questions in SPARQL that are only
    ``most_questions``, of combinations of facets those of one; what is in the ``other`` language not
    at all, nor what is in no language and was ``known`` before. ``dead`` are addresses that are not
    there, ``unanchored`` links to a part that a page lacks; both say on which page they stand.
    """

    client: Client
    start: str
    most_alike: int = 1_000_000
    most_questions: int = 1_000_000
    other: str = ""
    known: set[str] = field(default_factory=set)
    dead: list[str] = field(default_factory=list)
    unanchored: list[str] = field(default_factory=list)
    _anchors: dict[str, frozenset[str]] = field(default_factory=dict)
    _fragments: dict[tuple[str, str], str] = field(default_factory=dict)

    def pages(self) -> Iterator[tuple[str, Reply]]:
        """Everything that is reached, with its address; faults are noted on the way."""
        waiting, seen = deque([self.start]), {self.start: ""}
        asked = Counter[str]()
        while waiting:
            address = waiting.popleft()
            reply = self.client.get(address, accept=BROWSER)
            if reply.status >= 400:
                self.dead.append(f"{reply.status} {address} on {seen[address]}")
            yield address, reply
            if 300 <= reply.status < 400:
                leads = [reply.headers["location"]]
            else:
                leads = self._read(address, reply)
            for lead in leads:
                target, _, fragment = lead.partition("#")
                target = target or address
                if fragment:
                    self._fragments.setdefault((target, unquote(fragment)), address)
                kind = alike(target)
                if target in seen or target.count("where=") > 1 or not self._goes(target):
                    continue
                asked[kind] += 1
                most = self.most_questions if "query=" in target else self.most_alike
                if asked[kind] <= min(most, self.most_alike):
                    seen[target] = address
                    waiting.append(target)
        self.known.update(seen)
        self._check_fragments()

    def _goes(self, target: str) -> bool:
        """Whether it is of this language, or of none: the other language is another walk."""
        return target not in self.known and target.split("/")[1] != self.other

    def _read(self, address: str, reply: Reply) -> list[str]:
        if not reply.headers.get("content-type", "").startswith("text/html"):
            return []
        page = reply.page
        self._anchors[address] = frozenset(each["id"] for _, each in page.elements if "id" in each)
        return leads_of(page)

    def _check_fragments(self) -> None:
        for (target, fragment), source in self._fragments.items():
            if target in self._anchors and fragment not in self._anchors[target]:
                self.unanchored.append(f"{target}#{fragment} on {source}")
