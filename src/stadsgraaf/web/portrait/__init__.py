"""The page of a thing: what is known of it, put in order for people; a module for each part of it."""

from stadsgraaf.web.portrait.graphs import graph_infos
from stadsgraaf.web.portrait.portrait import Portrait, portray

__all__ = ["Portrait", "graph_infos", "portray"]
