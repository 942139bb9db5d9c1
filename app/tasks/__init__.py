"""Kinds of jobs, each beside its work."""
