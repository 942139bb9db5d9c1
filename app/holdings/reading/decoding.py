"""From a file's bytes to text: UTF-8, UTF-16 and the Western code page, each told by its bytes."""

import codecs
import re

from app.holdings.reading.preview import HoldingsError

__all__ = ["decoded"]

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8-sig"),
)
_FORMATS = {b"PK": "a spreadsheet or archive", b"%PDF": "a PDF", b"\xd0\xcf\x11\xe0": "an Excel workbook"}
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


def decoded(content: bytes) -> str:
    """A file's text. Raises HoldingsError for what is no text file, naming the remedy."""
    kind = next((name for mark, name in _FORMATS.items() if content.startswith(mark)), None)
    if kind:
        raise HoldingsError([f"The file is {kind}: export or save the holdings as CSV."])
    for encoding in _encodings(content):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _CONTROL.search(text):
            return text
    raise HoldingsError(["The file is not valid text: save the holdings as CSV (UTF-8)."])


def _encodings(content: bytes) -> tuple[str, ...]:
    """What the bytes may be, most certain first."""
    marked = next((encoding for mark, encoding in _MARKS if content.startswith(mark)), None)
    if marked:
        return (marked,)
    if content[1::2].count(0) > len(content) // 4:  # ASCII in two bytes, without a mark
        return ("utf-16-le",)
    if content[::2].count(0) > len(content) // 4:
        return ("utf-16-be",)
    return "utf-8", "cp1252"
