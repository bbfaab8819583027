"""The neighbours of a thing as they are drawn around it."""

from stadsgraaf.web.diagram import Diagram
from stadsgraaf.web.markup import attributes, escaped

__all__ = ["neighbours"]


def neighbours(drawn: Diagram) -> str:
    """The lines to them, the names of the relations, and they themselves."""
    lines, nodes = [], []
    for each in drawn.nodes:
        node = each.node
        if node is None:
            continue
        href = attributes(node.href) if node.href else ""
        x = each.x + (12 if each.anchor == "end" else -12)
        lines.append(f'<path class="s-{node.sort}" d="{each.curve}"/>')
        nodes.append(
            f'<a tabindex="-1" {href}><circle class="s-{node.sort}" cx="{x}"'
            f' cy="{each.y}" r="4.5"/><text x="{each.x}" y="{each.y + 4}"'
            f' text-anchor="{each.anchor}">{escaped(each.label)}</text></a>\n'
        )
    heads = [
        f'<text class="head" x="{each.x}" y="{each.y + 4}" text-anchor="{each.anchor}">'
        f"{escaped(each.label)}</text>"
        for each in drawn.heads
    ]
    return "".join((*lines, *heads, *nodes))
