"""Cached reads for pages: nothing here writes."""
