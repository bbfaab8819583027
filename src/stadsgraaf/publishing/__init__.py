"""Loading a release into a store of others, all at once for its readers.

::

    engines   which stores there are, and where each takes what
    target    talking to one: queries, updates, graphs
    publish   the steps: stage, check, switch, clean up
"""

from stadsgraaf.publishing.engines import ENGINES, Engine
from stadsgraaf.publishing.publish import publish
from stadsgraaf.publishing.target import Target

__all__ = ["ENGINES", "Engine", "Target", "publish"]
