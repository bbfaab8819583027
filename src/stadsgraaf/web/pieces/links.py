"""Links to things, and links of a page as its head has them."""

from collections.abc import Iterable

from stadsgraaf.web.cards import Named
from stadsgraaf.web.headers import Link
from stadsgraaf.web.markup import escaped, link

__all__ = ["link_elements", "list_items", "named"]


def named(item: Named) -> str:
    """Something by its name, which leads to it."""
    return link(item.text, item.href)


def list_items(things: Iterable[tuple[Named, str | None]]) -> str:
    """Things with what kind they are of, as items of a list."""
    return "".join(
        [
            f'<li>{link(item.text, item.href)} <span class="tag">{escaped(kind)}</span></li>'
            if kind
            else f"<li>{link(item.text, item.href)}</li>"
            for item, kind in things
        ]
    )


def link_elements(links: Iterable[Link]) -> str:
    """The typed links of a page in its head, each on a line."""
    return "".join([_element(each) for each in links])


def _element(each: Link) -> str:
    more = "".join(
        [
            f' {name}="{escaped(value)}"'
            for name, value in (
                ("type", each.media_type),
                ("hreflang", each.language),
                ("title", each.title),
            )
            if value
        ]
    )
    return f'<link rel="{escaped(each.rel)}" href="{escaped(each.href)}"{more}>\n'
