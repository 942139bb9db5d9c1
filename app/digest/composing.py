"""A week's digest from what the data root holds: sealed rows, records, holdings, challengers and findings."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import numpy as np
import pandas as pd

from app.access.roles import LOCAL
from app.decisions.case import case_of
from app.digest.changes import changes
from app.digest.content import ChampionWeek, Digest, Order, Target, Ticket, Waiting
from app.digest.saying import record_line, state
from app.formats import moment
from app.holdings.plan import Plan, planned
from app.holdings.saved import SavedHoldings, load
from app.settings import Settings, notifying
from sac.book import BOOK, decider_of, last_choice, subject_label
from sac.config import VARIANTS
from sac.errors import ArtifactError, DataError, DeskError
from sac.market import MarketPanel, load_panel, trading_weeks
from sac.market.findings import signal_findings
from sac.promotion.state import pending_review, state_of
from sac.track import SealedWeek

__all__ = ["digest_of"]

_WHEN = {"prospective": "before its prices existed", "late": "late, so it does not count as live"}


def digest_of(
    root: Settings,
    week: str,
    *,
    stopped: Sequence[str] = (),
    findings: Sequence[str] = (),
    now: datetime | None = None,
) -> Digest:
    """Compose the digest of the week that was decided on a session, `week`: ISO text.

    stopped: why the weekly run stopped; findings: what it noticed beside what is read here. Nothing is
    decided or sealed: champions without a sealed row for the week are not in it, and a part that cannot be
    read is a finding. now: UTC, the machine's clock by default.
    """
    noticed = list(findings)
    panel = _panel(root, noticed)
    fill, end, following = _sessions(week, panel)
    saved, no_ticket = _holdings(root)
    at = now or datetime.now(UTC)
    champions = tuple(_champions(root, week, panel, saved, noticed, pd.Timestamp(at)))
    if not champions or any(champion.ticket for champion in champions):
        no_ticket = ""
    noticed += _signals(root, panel)
    waiting = tuple(_waiting(root, noticed))
    return Digest(
        decision=week,
        fill=fill,
        end=end,
        composed_at=at,
        state=state(stopped, champions, fill, demo=bool(panel and panel.provenance.source == "sample")),
        stopped=tuple(stopped),
        champions=champions,
        no_ticket=no_ticket,
        waiting=waiting,
        findings=tuple(dict.fromkeys(noticed)),
        next_decision=end,
        next_fill=following,
    )


def _panel(root: Settings, noticed: list[str]) -> MarketPanel | None:
    try:
        return load_panel(root.data)
    except DataError as refusal:
        noticed.append(str(refusal))
        return None


def _sessions(week: str, panel: MarketPanel | None) -> tuple[str, str, str]:
    """Where a decision trades, the last session of that week, and where the next decision trades."""
    closures = panel.provenance.closures if panel else ()
    day = np.datetime64(week)
    this = trading_weeks(day, day, closures)
    end = this.ends[-1]
    return str(this.fills[-1]), str(end), str(trading_weeks(end, end, closures).fills[-1])


def _holdings(root: Settings) -> tuple[SavedHoldings | None, str]:
    """The holdings that the orders start from, and why there are no orders without them."""
    person = notifying().holdings_of or LOCAL.name
    try:
        saved = load(root.data, person)
    except DeskError as refusal:
        return None, f"No orders: {refusal}"
    return saved, "" if saved else f"No orders: {person} saved no holdings on the page Weights."


def _champions(
    root: Settings,
    week: str,
    panel: MarketPanel | None,
    saved: SavedHoldings | None,
    noticed: list[str],
    now: pd.Timestamp,
) -> Iterator[ChampionWeek]:
    """What the book and each champion decided, as it was sealed; orders are the book's where there is one."""
    log, registry = root.track_log, root.registry
    noticed += log.problems()
    book = last_choice(registry)
    names = {BOOK: book.version if book else None}
    names |= {variant: state_of(registry, variant).champion for variant in VARIANTS}
    for subject, name in names.items():
        rows = log.rows(subject)
        sealed = [row for row in rows if (row.version, row.decision) == (name, week)]
        if not name or not sealed:
            continue
        row, notes = sealed[-1], [note for note in (sealed[0].note,) if note]
        if len(sealed) > 1:
            notes.append("Asked again on other data, or for another choice: these are the later targets.")
        before = [one for one in rows if one.decision < week and one.weights and one.kind != "restated"]
        plan = None
        try:
            if subject == BOOK or book is None:
                plan = _plan(root, row, panel, saved)
        except DeskError as refusal:
            notes.append(f"No orders: {refusal}")
        if plan:
            notes += _warnings(plan, now)
        yield ChampionWeek(
            label=subject_label(subject),
            version=name,
            sealed=f"Sealed {moment(sealed[0].sealed_at)}, {_WHEN[sealed[0].kind]}.",
            conviction=row.conviction,
            targets=_targets(row, before[-1] if before else None),
            changes=changes(row, before[-1] if before else None) if row.weights else (),
            record=record_line(root, subject, panel),
            ticket=_ticket(plan, saved) if plan and saved else None,
            notes=tuple(notes),
        )


def _plan(
    root: Settings, row: SealedWeek, panel: MarketPanel | None, saved: SavedHoldings | None
) -> Plan | None:
    """The orders of the week for the saved holdings, as the page Weights has them. Raises DeskError."""
    if panel is None or saved is None or not row.weights:
        return None
    if (newest := str(panel.decisions[-1])) != row.decision:
        where = "have gone on to" if newest > row.decision else "end with"
        raise DataError(f"the data {where} {newest}.")
    decider = decider_of(root.registry, row.subject, root.cache)
    return planned(decider, panel, saved.portfolio, len(panel.decisions) - 1) if decider else None


def _warnings(plan: Plan, now: pd.Timestamp) -> Iterator[str]:
    advice = plan.advice
    if plan.over(now):
        yield f"The week ended on {advice.target_week_end}: do not trade these orders."
    elif plan.filled(now):
        yield f"The session of {advice.target_week_start} is over: orders placed now fill at later prices."
    yield from advice.notes


def _targets(row: SealedWeek, before: SealedWeek | None) -> tuple[Target, ...]:
    earlier = before.weights if before else {}
    return tuple(
        Target(name, weight, earlier.get(name), row.agents.get(name, weight))
        for name, weight in row.weights.items()
    )


def _ticket(plan: Plan, saved: SavedHoldings) -> Ticket:
    orders, spelled, notes = plan.orders, plan.holdings.spelled, []
    if orders.skipped:
        notes.append(f"Left out as too small: {', '.join(map(spelled, orders.skipped))}.")
    if plan.holdings.kept:
        notes.append(f"Kept aside: {', '.join(position.symbol for position in plan.holdings.kept)}.")
    lines = [
        Order(
            trade.side,
            trade.shares,
            spelled(trade.symbol),
            trade.price_cents / 100,
            trade.value_cents / 100,
        )
        for trade in orders.trades
    ]
    return Ticket(
        saved_at=saved.saved_at,
        value=orders.value_cents / 100,
        orders=tuple(lines),
        cost=orders.cost_cents / 100,
        cash_after=orders.cash_cents / 100,
        notes=tuple(notes),
    )


def _waiting(root: Settings, noticed: list[str]) -> Iterator[Waiting]:
    """Challengers that are pending review, with the gate's verdict of today."""
    registry = root.registry
    for variant in VARIANTS:
        for version in pending_review(registry, variant):
            label = VARIANTS[variant].label
            try:
                case = case_of(root, variant, version.name)
            except ArtifactError as refusal:
                noticed.append(f"{label} {version.name} cannot be judged: {refusal}")
                continue
            verdict = "ELIGIBLE" if case.gate.passed else "NOT ELIGIBLE"
            yield Waiting(label, version.name, verdict, f"{case.gate.reason} {case.advice}".strip())


def _signals(root: Settings, panel: MarketPanel | None) -> list[str]:
    """What the data's checks found and a person accepted, and what of news and reports is not used."""
    accepted = [f"{one.text}." for one in panel.provenance.accepted] if panel else []
    try:
        return [*accepted, *signal_findings(root.data).counts]
    except DataError as refusal:
        return [*accepted, str(refusal)]
