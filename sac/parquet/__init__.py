"""Parquet files that the desk did not write in this process: bounded before anything in them is decoded."""

from sac.parquet.reading import Limits, UnreadableTable, read_schema, read_table

__all__ = ["Limits", "UnreadableTable", "read_schema", "read_table"]
