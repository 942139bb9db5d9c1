"""The HTTP interface, on the pages' own port."""
