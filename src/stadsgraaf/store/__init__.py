"""Answering queries: one small interface, and the stores behind it.

::

    base        the interface: Question, Limits, Answer, Store
    evaluation  answering one question with pyoxigraph: lexer, precheck, binding, diagnosis, output
    embedded    in this process
    pool        in worker processes that can be killed: zygote, sandbox, wire
    remote      another store instead: asked by origin, in a portable text, read by the workers
    door        the way to other endpoints, for what a query calls in SERVICE: service, allowed
"""

from stadsgraaf.store.base import Answer, Chunks, Limits, Question, Store

__all__ = ["Answer", "Chunks", "Limits", "Question", "Store"]
