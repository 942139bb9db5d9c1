"""Decisions on champions as pages and commands make them."""
