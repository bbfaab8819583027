"""Answering queries: one small interface, and the stores behind it."""

from stadsgraaf.store.base import Answer, Limits, Question, Store

__all__ = ["Answer", "Limits", "Question", "Store"]
