"""Text that somebody else wrote, shown as it is: in Markdown, on a terminal, in a log, in a spreadsheet."""

import json
import logging
import re
import traceback
import unicodedata
from collections.abc import Mapping, Sequence
from copy import copy
from typing import Any

import pandas as pd

__all__ = [
    "LogLines",
    "code",
    "csv_of",
    "lost",
    "misfit",
    "plain",
    "printable",
    "said",
    "some_of",
    "trace",
    "value_text",
]

_JOINERS = "\u200c\u200d"  # of letters and of emoji; every other format character can turn a line around
# What Markdown, or Streamlit's, turns into something else after its escapes are gone: only code keeps it.
_LIVELY = re.compile(r"://|www\.|\w@\w|(?<!\d):[\w+-]+:|:[a-z]|--|->|<-|>=|<=|~=", re.IGNORECASE)
_MARKS = re.compile(r"([\\`*\[\]<>$~|])|(?<![^\W_])(_)|(_)(?![^\W_])|(&)(?=#?\w+;)")
_AT_START = re.compile(r"^(?:([#+=-])|(\d{1,9})([.)]))")
_KEPT = re.compile(r"(`[^`\n]+`|\*\*)")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


_KINDS = {  # pydantic's word -> what a file calls it
    "int": "a whole number",
    "float": "a number",
    "string": "text",
    "bool": "true or false",
    "list": "a list",
    "tuple": "a list",
    "dict": "a table",
    "model": "a table",
    "dataclass": "a table",
    "date": "a date",
}


def some_of(names: Sequence[str], most: int = 20) -> str:
    """Names for a sentence: "A, B and 598 more" beyond so many."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def printable(text: str) -> str:
    """One line without control characters: each stands there as its escape, such as \\x1b."""
    return "".join(
        char
        if char.isprintable() or char in _JOINERS or unicodedata.category(char) == "Zs"
        else char.encode("unicode_escape").decode()
        for char in text
    )


def plain(text: str) -> str:
    """Markdown that shows a text as it is: no link, image, icon, formula, tag or second line."""
    words = (code(word) if _LIVELY.search(word) else _escaped(word) for word in printable(text).split(" "))
    return _AT_START.sub(lambda found: rf"{found[2] or ''}\{found[1] or found[3]}", " ".join(words).strip())


def said(sentence: str) -> str:
    """A sentence of the desk that quotes others, as Markdown: its **bold** and its `code` stay, no more."""
    parts = _KEPT.split(sentence.replace("\n", " "))
    kept = (printable(part) if number % 2 else _between(part) for number, part in enumerate(parts))
    return "".join(kept)


def code(text: str) -> str:
    """Markdown that shows a text as code."""
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    room = " " if "`" in text else ""
    return f"{fence}{room}{printable(text)}{room}{fence}"


def csv_of(table: pd.DataFrame, *, index: bool = False) -> str:
    """A table as CSV in which no text is a formula: one that begins like one has an apostrophe before it."""
    quoted = table.map(_unlike_a_formula)
    quoted.columns = quoted.columns.map(_unlike_a_formula)
    if index:
        quoted.index = quoted.index.map(_unlike_a_formula)
    return quoted.to_csv(index=index)


class LogLines(logging.Formatter):
    """A line a record, and below it the trace of an exception, indented: nothing in them forges a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as text."""
        own = copy(record)
        own.exc_text = None  # as another handler wrote it
        return super().format(own)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """Its one line."""
        return printable(super().formatMessage(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
        """Its trace."""
        return _indented(super().formatException(ei))


def value_text(value: object) -> str:
    """A value as its file writes it: "a", [1, 2], true; cut short where it is long."""
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}..."


def misfit(finding: Mapping[str, Any]) -> str:
    """What a finding of pydantic asks for, in the words of a file: lists and tables, no tuples."""
    kind = re.fullmatch(r"(\w+?)_(type|parsing|from_float)", finding["type"])
    if kind and kind[1] in _KINDS:
        return f"it must be {_KINDS[kind[1]]}"
    message = str(finding["msg"]).removeprefix("Value error, ").replace("Input should be", "it must be")
    return re.sub("Tuple|List|Dictionary", lambda word: "It", message)


def lost(error: BaseException) -> str:
    """What became of a connection, in a person's words and without the address."""
    name, reason = type(error).__name__, getattr(error, "strerror", None)
    if reason:
        return str(reason)
    for part, words in (("Timeout", "no answer in time"), ("Connect", "no connection")):
        if part in name:
            return words
    return "the connection broke off"


def trace() -> str:
    """The exception that is being handled, with its stack, indented: nothing in it forges a line of a log."""
    return _indented(traceback.format_exc())


def _indented(text: str) -> str:
    return "\n".join(f"    {printable(line)}" for line in text.split("\n") if line)


def _between(part: str) -> str:
    """`plain` for a part of a sentence, with the spaces at its ends."""
    lead, trail = part[: len(part) - len(part.lstrip(" "))], part[len(part.rstrip(" ")) :]
    return f"{lead}{plain(part)}{trail if part.strip(' ') else ''}"


def _escaped(word: str) -> str:
    return _MARKS.sub(lambda found: f"\\{found[0]}", word)


def _unlike_a_formula(value: object) -> object:
    if not isinstance(value, str) or not value.startswith(_FORMULA):
        return value
    try:
        float(value)
    except ValueError:
        return f"'{value}"
    return value
