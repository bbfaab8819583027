"""Serving: pages, data and queries over HTTP."""
