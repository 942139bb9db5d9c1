"""Holdings as brokers export them, and as people paste or type them."""

from app.holdings.reading.preview import MEANINGS, Answers, Entry, HoldingsError, LeftOut, Preview
from app.holdings.reading.reader import LARGEST_FILE, from_file, from_rows, from_text

__all__ = [
    "LARGEST_FILE",
    "MEANINGS",
    "Answers",
    "Entry",
    "HoldingsError",
    "LeftOut",
    "Preview",
    "from_file",
    "from_rows",
    "from_text",
]
