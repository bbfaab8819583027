"""The moments of a timeline: on the drawing, and the same in words."""

from collections.abc import Iterable

from stadsgraaf.web import dates
from stadsgraaf.web.markup import escaped, link
from stadsgraaf.web.site import View
from stadsgraaf.web.timeline import LONGEST, Mark, Moment, Timeline

__all__ = ["events", "marks"]


def marks(line: Timeline) -> str:
    """What is drawn: the years, and each moment on a row."""
    years = "".join(
        [
            f'<line class="tick" x1="{x}" x2="{x}" y1="20" y2="{line.height}"/>'
            f'<text class="year" x="{x + 3}" y="14">{year}</text>'
            for x, year in line.ticks
        ]
    )
    return years + "".join(map(_mark, line.marks))


def _mark(mark: Mark) -> str:
    moment, text = mark.moment, mark.moment.label
    label = escaped(text if len(text) <= LONGEST else text[: LONGEST - 1] + "…")
    doubtful = " doubtful" if moment.doubtful else ""
    inside = ' class="inside"' if mark.inside else ""
    return (
        f'<g class="mark s-{moment.sort}{doubtful}">{_shape(mark)}<text x="{mark.label_x}"'
        f' y="{mark.y + 13}" text-anchor="{mark.anchor}"{inside}>{label}</text></g>\n'
    )


def _shape(mark: Mark) -> str:
    y = mark.y
    if mark.shape == "point":
        return f'<path class="point" d="M{mark.middle} {y}l8 8-8 8-8-8Z"/>'
    width = round(mark.x1 - mark.x0, 1)
    drawn = (
        f'<rect class="{mark.shape}" x="{mark.x0}" y="{y + 1}" width="{width}" height="14" rx="3"/>'
    )
    if mark.open_begin:
        drawn += f'<path class="open" d="M{mark.x0 + 9} {y + 4}l-6 4 6 4"/>'
    if mark.open_end:
        drawn += f'<path class="open" d="M{mark.x1 - 9} {y + 4}l6 4-6 4"/>'
    return drawn


def events(view: View, moments: Iterable[Moment]) -> str:
    """What is told: each moment as an item of a list, those that are many of a kind in one."""
    return "".join([_event(view, moment) for moment in moments])


def _event(view: View, moment: Moment) -> str:
    if moment.members:
        crowd = "".join([f"<li>{link(each.label, each.href)}</li>" for each in moment.members])
        told = (
            f"<details><summary>{escaped(moment.label)}</summary>"
            f'<ul class="crowd">{crowd}</ul></details>'
        )
    else:
        label = moment.label if moment.href else moment.label[:1].upper() + moment.label[1:]
        doubt = f' <span class="tag">{view.t("not_asserted")}</span>' if moment.doubtful else ""
        told = f"<span>{link(label, moment.href)}{doubt}</span>"
    words = moment.words or dates.say(moment.date, view.language)
    time = f'<time datetime="{escaped(moment.date)}">{escaped(words)}</time>'
    return f'<li class="s-{moment.sort}">{time} {told}</li>\n'
