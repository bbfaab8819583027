"""Parts of pages that are written as text: nothing that data say gets out of its place."""

from html.parser import HTMLParser

import pytest

from stadsgraaf.web.cards import Card, Named, Passage
from stadsgraaf.web.contests import Contest
from stadsgraaf.web.diagram import Branch, Node, diagram
from stadsgraaf.web.headers import Link
from stadsgraaf.web.markup import encode
from stadsgraaf.web.pieces.around import neighbours
from stadsgraaf.web.pieces.claims import claim, contest
from stadsgraaf.web.pieces.links import link_elements, list_items, named
from stadsgraaf.web.pieces.times import events, marks
from stadsgraaf.web.pieces.values import inline
from stadsgraaf.web.timeline import Moment, timeline
from stadsgraaf.web.values import Fact, Value
from stadsgraaf.web.words import WORDS

EVIL = "\"'><script>alert(1)</script><i onclick=x>"


class Words:
    """What pieces ask of a view."""

    language = "en"

    def t(self, key: str, **values: object) -> str:
        return WORDS[key].say("en").format(**values)

    def number(self, value: int) -> str:
        return str(value)


class Reader(HTMLParser):
    """Reads elements, their attributes, and whether all of them are closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.names: set[str] = set()
        self.said: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.names |= {name for name, _ in attrs}
        if tag != "link":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.names |= {name for name, _ in attrs}

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.said.append(data)


NAME = Named(EVIL, f"/doc/{EVIL}", "urn:x")
CARD = Card(
    iri="urn:c",
    href=f"/doc/{EVIL}",
    text=EVIL,
    modality=NAME,
    forces=(NAME,),
    denied=True,
    asserted=False,
    date=EVIL,
    date_machine=EVIL,
    voices=((("holder", "speaker"), (NAME, NAME)),),
    passages=(Passage(NAME, 1, 2, None, f"/x{EVIL}"),),
    documents=(),
    against=((NAME, True),),
)
LINE = timeline(
    [
        Moment(EVIL, "2018", f"/{EVIL}", "own", EVIL, doubtful=True),
        Moment(EVIL, "../2019", None, "own", EVIL, members=(Moment(EVIL, "2018", None),)),
    ]
)
assert LINE
FACT = Fact(EVIL, (Value("text", EVIL, language=EVIL, datatype=EVIL, cut=True),))
KINDS = [
    Value("thing", EVIL, f"/{EVIL}"),
    Value("outward", EVIL, f"https://{EVIL}"),
    *(Value(kind, EVIL, machine=EVIL) for kind in ("text", "number", "date", "place", "code")),
    Value("parts", EVIL, f"/{EVIL}", parts=(FACT,)),
    Value("list", "", items=(Value("code", EVIL),), cut=True),
]


@pytest.mark.parametrize(
    "written",
    [
        named(NAME),
        list_items([(NAME, EVIL), (NAME, None)]),
        link_elements([Link(f"/{EVIL}", "alternate", EVIL, EVIL, EVIL)]),
        marks(LINE),
        events(Words(), LINE.moments),  # type: ignore[arg-type]  # the words are all that it asks
        neighbours(diagram([Branch(EVIL, [Node(EVIL, f"/{EVIL}")])], [])),
        claim(Words(), CARD),  # type: ignore[arg-type]  # as above
        contest(Words(), Contest(CARD, ((CARD, True), (CARD, False)))),  # type: ignore[arg-type]  # as above
        *(inline(Words(), value) for value in KINDS),  # type: ignore[arg-type]  # as above
    ],
)
def test_what_data_say_is_text_wherever_a_piece_shows_it(written: str) -> None:
    read = Reader(written)
    assert "script" not in read.elements
    assert "i" not in read.elements
    assert "onclick" not in read.names
    assert read.open == []
    assert any("<script>alert(1)" in said for said in read.said) or "link" in read.elements


def test_who_holds_says_and_reports_a_claim_is_named_once() -> None:
    def voiced(*words: str) -> str:
        voices = ((words, (Named("Ada"),)),)
        card = Card(**{**vars(CARD), "voices": voices})
        return claim(Words(), card)  # type: ignore[arg-type]  # the words are all that it asks

    said = {n: WORDS[n].say("en") for n in ("holder", "speaker", "voice", "and")}
    assert f"<dt>{said['holder']}</dt> <dd>Ada</dd>" in voiced("holder")
    both = f"{said['holder']} {said['and']} {said['speaker'].lower()}"
    assert f"<dt>{both}</dt> <dd>Ada</dd>" in voiced("holder", "speaker")
    assert f"<dt>{said['voice']}</dt>" in voiced("holder", "speaker", "reporter")


@pytest.mark.parametrize(
    "character", ["\x00", "\x1f", "\x7f", "\x85", "\ufdd0", "\ufffe", "\uffff"]
)
def test_no_character_that_html_cannot_carry_goes_out(character: str) -> None:
    assert encode(f"é {character} ï") == "é \ufffd ï".encode()


@pytest.mark.parametrize("text", ["a\tb\nc\r", "é \xa0 ·", "ﷲ \ufffd 🏙"])
def test_other_characters_go_out_as_they_are(text: str) -> None:
    assert encode(text) == text.encode()
