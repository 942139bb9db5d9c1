"""The digest as one HTML page that asks for nothing from elsewhere.

Mail clients keep inline styles and tables, and drop most else: the page is laid out with those alone. Its one
style sheet adds the dark colours, for whoever reads it.
"""

from collections.abc import Iterable, Sequence
from html import escape

from app.digest.cells import amounts, target_table, waiting
from app.digest.content import ChampionWeek, Digest, Ticket
from app.formats import dollars, moment, percent, unbroken
from sac.text import printable

__all__ = ["html", "page", "paragraph"]

_INK, _QUIET, _LINE, _PAPER, _ALERT = "#1b1f24", "#57606a", "#d0d7de", "#ffffff", "#9a3412"
_DARK = {"ink": "#e6e9ee", "quiet": "#a3adb8", "line": "#3a424c", "paper": "#14181d", "alert": "#fdba74"}
_FONT = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_SHEET = f"""
:root {{ color-scheme: light dark; supported-color-schemes: light dark; }}
@media (prefers-color-scheme: dark) {{
  .paper {{ background-color: {_DARK["paper"]} !important; }}
  .ink {{ color: {_DARK["ink"]} !important; }}
  .quiet {{ color: {_DARK["quiet"]} !important; }}
  .alert {{ color: {_DARK["alert"]} !important; }}
  .line {{ border-color: {_DARK["line"]} !important; }}
}}
"""


def html(digest: Digest) -> str:
    """The digest as a self-contained page."""
    parts = [
        _element("h1", f"The week decided on {digest.decision}", "ink", "font-size:20px;margin:0 0 8px"),
        _element("p", digest.state, "ink", "font-size:16px;line-height:1.5;margin:0 0 8px"),
        _list("The run stopped", digest.stopped, alert=True),
        *(_champion(champion) for champion in digest.champions),
        paragraph(digest.no_ticket) if digest.no_ticket else "",
        _list("Challengers that wait for a review", waiting(digest)),
        _list("Data", digest.findings),
        _title("Next decision"),
        paragraph(f"At the close of {digest.next_decision}, traded at the close of {digest.next_fill}."),
        _quiet(f"Composed {moment(digest.composed_at)}. Nothing was traded by the desk."),
    ]
    return page(f"SAC Desk: the week decided on {digest.decision}", "".join(parts))


def page(title: str, body: str) -> str:
    """A page around what is said, which is HTML already."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f"<title>{_shown(title)}</title><style>{_SHEET}</style></head>"
        f'<body class="paper" style="margin:0;padding:0;background-color:{_PAPER}">'
        f'<table role="presentation" class="paper" width="100%" cellpadding="0" cellspacing="0" '
        f'style="background-color:{_PAPER}"><tr><td align="center" style="padding:16px 12px">'
        f'<table role="presentation" width="100%" cellpadding="0" cellspacing="0" '
        f'style="max-width:680px;text-align:left"><tr><td style="{_FONT}">{body}</td></tr></table>'
        "</td></tr></table></body></html>\n"
    )


def paragraph(sentence: str) -> str:
    """One paragraph of text."""
    return _element("p", sentence, "ink", "font-size:14px;line-height:1.5;margin:0 0 6px")


def _champion(champion: ChampionWeek) -> str:
    parts = [
        _title(f"{champion.label}, {champion.version}"),
        paragraph(f"{champion.sealed} Conviction {percent(champion.conviction, 0)}."),
        paragraph(f"Track record: {champion.record}"),
        _list("Before trading", champion.notes),
        _ticket(champion.ticket) if champion.ticket else "",
        _list("What changed", champion.changes),
        _title("Target weights", level=3),
        _table(*target_table(champion, "Agents’ own")) if champion.targets else paragraph("None."),
    ]
    return "".join(parts)


def _ticket(ticket: Ticket) -> str:
    rows = [
        (
            order.side.upper(),
            f"{order.shares:,}",
            order.symbol,
            dollars(order.price, 2),
            dollars(order.amount, 2),
        )
        for order in ticket.orders
    ]
    orders = _table(("Side", "Shares", "Symbol", "Price", "Amount"), rows, words=("Side", "Symbol"))
    return "".join(
        [
            _title("Orders", level=3),
            _quiet(f"For the holdings that were saved {moment(ticket.saved_at)}, at the decision's closes."),
            orders if rows else paragraph("No trades."),
            *map(paragraph, (amounts(ticket), *ticket.notes)),
        ]
    )


def _list(title: str, sentences: Sequence[str], *, alert: bool = False) -> str:
    if not sentences:
        return ""
    kind, colour = ("alert", _ALERT) if alert else ("ink", _INK)
    style = f"font-size:14px;line-height:1.5;margin:0 0 4px;color:{colour}"
    items = "".join(f'<li class="{kind}" style="{style}">{_shown(sentence)}</li>' for sentence in sentences)
    return f'{_title(title, level=3)}<ul style="margin:0 0 8px;padding:0 0 0 20px">{items}</ul>'


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], words: Sequence[str] = ("Symbol",)) -> str:
    """A table whose columns are figures, to the right, but for those of words."""
    sides = ["left" if name in words else "right" for name in head]
    lines = [_row("th", "quiet", _QUIET, head, sides)]
    lines += [_row("td", "ink", _INK, row, sides) for row in rows]
    return (
        '<table width="100%" cellpadding="0" cellspacing="0" '
        f'style="border-collapse:collapse;margin:8px 0 12px">{"".join(lines)}</table>'
    )


def _row(tag: str, kind: str, colour: str, cells: Sequence[str], sides: Sequence[str]) -> str:
    look = (
        f"{_FONT};font-size:14px;padding:5px 6px;border-bottom:1px solid {_LINE};color:{colour};"
        "font-variant-numeric:tabular-nums;font-weight:" + ("600" if tag == "th" else "400")
    )
    shown = "".join(
        f'<{tag} class="{kind} line" align="{side}" style="{look};text-align:{side}">{_shown(cell)}</{tag}>'
        for cell, side in zip(cells, sides, strict=True)
    )
    return f"<tr>{shown}</tr>"


def _title(title: str, level: int = 2) -> str:
    size, above = (17, 24) if level == 2 else (14, 12)
    return _element(f"h{level}", title, "ink", f"font-size:{size}px;margin:{above}px 0 6px")


def _quiet(sentence: str) -> str:
    return _element("p", sentence, "quiet", "font-size:12px;line-height:1.5;margin:0 0 6px")


def _element(tag: str, sentence: str, kind: str, style: str) -> str:
    colour = {"ink": _INK, "quiet": _QUIET}[kind]
    return f'<{tag} class="{kind}" style="{style};color:{colour}">{_shown(sentence)}</{tag}>'


def _shown(words: str) -> str:
    """Text that somebody else may have written, as it is."""
    return escape(printable(unbroken(words)))
