"""What a face in front of a store of others has to know of it, asked of the store itself.

::

    asking   the questions, within bounds, and what was left out
    survey   the release that comes of it: names, counts and graphs, without the data
"""

from stadsgraaf.surveying.asking import Surveyor
from stadsgraaf.surveying.survey import survey

__all__ = ["Surveyor", "survey"]
