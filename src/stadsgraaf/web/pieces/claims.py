"""One claim as a card. Serif: words of people; sans: words of the graph."""

from collections.abc import Sequence

from stadsgraaf.web.cards import Card, Passage
from stadsgraaf.web.contests import Contest
from stadsgraaf.web.markup import escaped, link
from stadsgraaf.web.pieces.links import named
from stadsgraaf.web.site import View

__all__ = ["badges", "claim", "contest", "evidence", "voices"]

#: Who holds, says and reports it may be one.
_ALL_VOICES = 3


def badges(view: View, card: Card) -> str:
    """How firmly it is said, and whether anything is said against it."""
    found = ""
    if card.modality:
        sure = "sure" if card.asserted else "unsure"
        found = f'<span class="badge {sure}">{escaped(card.modality.text)}</span>'
    for force in card.forces:
        found += f' <span class="badge force">{escaped(force.text)}</span>'
    if card.denied:
        found += f' <span class="badge denied">{view.t("denied")}</span>'
    if card.against:
        found += f' <span class="flag">{view.t("contested")}</span>'
    return f'<p class="badges">{found}</p>'


def evidence(view: View, card: Card) -> str:
    """Where it stands: the passages, else the documents."""
    if card.passages:
        return "; ".join([_passage(view, each) for each in card.passages])
    return "; ".join([named(each) for each in card.documents]) or view.t("no_evidence")


def _passage(view: View, each: Passage) -> str:
    document = named(each.document)
    if each.start is None or each.end is None:
        return document
    words = view.t("characters", start=view.number(each.start), end=view.number(each.end))
    return f"{document}, {link(words, each.reader)}"


def voices(view: View, card: Card) -> str:
    """Who says it and when, and where that stands."""
    found = [
        f"<div><dt>{_roles(view, words)}</dt> <dd>{', '.join(map(named, people))}</dd></div>"
        for words, people in card.voices
    ]
    if card.date:
        time = f'<time datetime="{escaped(card.date_machine or "")}">{escaped(card.date)}</time>'
        found.append(f"<div><dt>{view.t('when')}</dt> <dd>{time}</dd></div>")
    found.append(f"<div><dt>{view.t('stands_in')}</dt> <dd>{evidence(view, card)}</dd></div>")
    return f'<dl class="prov">{"".join(found)}</dl>'


def _roles(view: View, words: Sequence[str]) -> str:
    if len(words) == _ALL_VOICES:
        return view.t("voice")
    said = [view.t(word) if not at else view.t(word).lower() for at, word in enumerate(words)]
    return f" {view.t('and')} ".join([", ".join(said[:-1]), said[-1]] if said[1:] else said)


def claim(view: View, card: Card, level: str = "h3") -> str:
    """The claim, headed at a level."""
    sort = f"{'' if card.asserted else ' unsure'}{' contested' if card.against else ''}"
    return (
        f'<article class="claim{sort}">\n{badges(view, card)}\n'
        f'<{level} class="said">{link(card.text, card.href)}</{level}>\n'
        f"{voices(view, card)}\n</article>"
    )


def contest(view: View, item: Contest, level: str = "h3") -> str:
    """A claim beside what does not go together with it."""
    others = "".join(
        [
            f'<p class="between">{view.t("contradiction" if contradiction else "tension")}</p>\n'
            f"{claim(view, card, level)}\n"
            for card, contradiction in item.against
        ]
    )
    return (
        f'<div class="contest">\n<div class="one">{claim(view, item.card, level)}</div>\n'
        f'<div class="others">{others}</div>\n</div>'
    )
