"""What a dataset says of itself: counts, linksets, and its description as RDF and as JSON-LD."""

from stadsgraaf.metadata.linksets import Linkset, linksets
from stadsgraaf.metadata.profile import Profile
from stadsgraaf.metadata.schemaorg import schema_org
from stadsgraaf.metadata.statistics import Counts, statistics
from stadsgraaf.metadata.whole import description, inherent

__all__ = [
    "Counts",
    "Linkset",
    "Profile",
    "description",
    "inherent",
    "linksets",
    "schema_org",
    "statistics",
]
