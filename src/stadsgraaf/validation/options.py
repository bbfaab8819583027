"""How to validate."""

from dataclasses import dataclass, field
from pathlib import Path

from pyoxigraph import Quad

from stadsgraaf.dataset import Document
from stadsgraaf.errors import Text
from stadsgraaf.validation.baseline import Baseline
from stadsgraaf.validation.cache import Cache
from stadsgraaf.validation.focusing import Focus
from stadsgraaf.validation.profile import Profile
from stadsgraaf.validation.sources import Sources
from stadsgraaf.validation.standby import Standby

__all__ = ["Options"]


@dataclass(frozen=True)
class Options:
    """How to validate.

    ``engine`` is one of ``shacl.ENGINES``, and ``advanced`` has it evaluate SHACL-AF; ``stages`` are those to run, all when empty;
    ``earlier`` is what there was before a change: what was found there passes;
    ``queries`` are files of queries beside those of the dataset, ``standards`` documents of shapes;
    ``processes`` are how many may work at once; ``released`` is what the last release says, if any;
    ``source`` is the text that evidence points into; ``notices`` tell what is not checked, and why.
    With a ``focus`` SHACL judges no other nodes; the ``cache`` knows what earlier runs found; a
    process on ``standby`` is ready to judge a few things.
    """

    engine: str = "pyshacl"
    advanced: bool = False
    stages: tuple[str, ...] = ()
    queries: tuple[Path, ...] = ()
    profile: Profile = field(default_factory=Profile)
    baseline: Baseline | None = None
    earlier: Sources | None = None
    standards: tuple[Document, ...] = ()
    processes: int = 1
    released: tuple[Quad, ...] | None = None
    source: Path | None = None
    notices: tuple[Text, ...] = ()
    focus: Focus | None = None
    cache: Cache | None = None
    standby: Standby | None = None
