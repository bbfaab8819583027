"""Stadsgraaf: publish a folder of Turtle as a SPARQL endpoint and linked-data pages.

The layers, left to right; a module imports only from its left::

    errors settings media namespaces
      <- turtle dataset
      <- metadata queries exports evidence validation release build | store
      <- web
      <- cli
"""

__all__ = ["__version__"]

__version__ = "0.1.0"
