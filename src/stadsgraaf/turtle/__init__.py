"""Turtle 1.1, read with the position of every triple, https://www.w3.org/TR/turtle/.

>>> from pathlib import Path
>>> document = read(Path("a.ttl"), text="<http://e/a> <http://e/p> <http://e/b> , 2 .")
>>> [str(triple.object) for triple in document.triples][0]
'<http://e/b>'
>>> document.positions[0][2].column, document.positions[1][2].column
(27, 42)
"""

from stadsgraaf.turtle.document import Position, Positions, TurtleDocument
from stadsgraaf.turtle.reading import MAX_DEPTH, read, undeclared

__all__ = ["MAX_DEPTH", "Position", "Positions", "TurtleDocument", "read", "undeclared"]
