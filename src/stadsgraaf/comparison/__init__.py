"""What changed between two datasets, by thing; what of it breaks those who use them.

>>> from pyoxigraph import RdfFormat, parse
>>> old = list(parse('<http://e/a> <http://e/p> 1 .', RdfFormat.TURTLE))
>>> new = list(parse('<http://e/a> <http://e/p> 2 .', RdfFormat.TURTLE))
>>> found = compare(old, new)
>>> [(thing.iri, thing.status) for thing in found.things]
[('http://e/a', 'changed')]
"""

from stadsgraaf.comparison.breaking import Breaking
from stadsgraaf.comparison.compare import Breaks, Comparison, compare
from stadsgraaf.comparison.things import PropertyChange, ThingChange
from stadsgraaf.comparison.versions import Bump

__all__ = ["Breaking", "Breaks", "Bump", "Comparison", "PropertyChange", "ThingChange", "compare"]
