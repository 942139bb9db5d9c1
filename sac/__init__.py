"""The engine: a plain library, usable from a notebook."""
