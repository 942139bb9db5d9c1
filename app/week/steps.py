"""The steps of a weekly run, in their order: each does its work once and says what it did."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from app.decisions.case import case_of
from app.jobs.kind import NoSettings
from app.tasks.refresh import MARKET, REFRESH, FetchedSymbols, refreshable
from app.tasks.training import FINETUNE, FULL, FineTuning, result_of
from app.week.challengers import Due, due_challengers, request_like
from app.week.schedule import read_schedule
from app.week.subjobs import Span, done_by
from app.week.work import Notes, Work
from sac.book import BOOK, subject_label
from sac.config import VARIANTS
from sac.errors import DataError, DeskError, StorageError
from sac.market import read_choice
from sac.promotion.state import pending_review

__all__ = ["STEPS", "Step"]

Step = Callable[[Work, Notes], None]


def refresh(work: Work, notes: Notes) -> None:
    """Bring the market data up to date, as far as there is something to fetch."""
    try:
        choice = read_choice(work.root.data)
    except DataError:
        return  # the checks say why
    if not refreshable(choice):
        what = "The sample never changes" if choice.source == "sample" else "Prices are your own files"
        notes.said.append(f"{what}: nothing was fetched.")
        return
    span: Span = ("prices", 0.0, 0.2)
    job = done_by(work, "refresh", REFRESH, MARKET, NoSettings(), span, share=True)
    result = REFRESH.result_of(job)
    if result is None:
        notes.problems.append(f"The refresh {job.status}: {job.error or 'somebody stopped it.'}")
        return
    for name, part in result.parts.items():
        if isinstance(part, FetchedSymbols):
            counts = f"{len(part.fetched)} fetched, {len(part.kept)} up to date, {len(part.failed)} failed"
            notes.said.append(f"{name.capitalize()}: {counts}.")
        else:
            notes.said.append(f"News: {part.articles:,} articles scored.")
    notes.problems.extend([f"{symbol} was not fetched: {reason}." for symbol, reason in result.failed])
    if result.prices and result.prices.corrected:
        names = "; ".join(f"{symbol} ({years})" for symbol, years in result.prices.corrected.items())
        notes.problems.append(f"Returns of earlier years were corrected: {names}.")


def checks(work: Work, notes: Notes) -> None:
    """Every check of the data; what is refused, or ends before the week, stops it."""
    work.report("data", 0.2, "Checking the data")
    source = work.panel.provenance
    notes.said.append(f"{len(work.panel.symbols)} symbols passed every check, to {source.window_end}.")
    notes.said.extend([f"{one.text}." for one in source.accepted])
    if source.note:
        notes.said.append(source.note)


def forecasters(work: Work, notes: Notes) -> None:
    """Fit the forecaster of a new calendar year where a champion needs one."""
    from sac.inference import (
        with_own_forecasts,  # here: the server reads this module and has no need of torch
    )

    newest = len(work.panel.decisions) - 1
    notes.problems.extend(work.damaged)
    for variant, champion in work.champions.items():
        label = VARIANTS[variant].label
        work.report("forecasts", 0.25, f"Forecasting with {label}")
        with _tolerated(notes, f"{label} has no forecast"):
            with_own_forecasts(champion, work.panel, range(newest, newest + 1), work.root.cache)
            notes.said.append(f"{label} has its forecast.")


def decisions(work: Work, notes: Notes) -> None:
    """Seal what every champion and the book decide, and the weeks since then that nobody sealed."""
    for subject in work.subjects:
        _sealed(work, notes, subject)
    if not work.champions:
        notes.said.append("There is no champion to decide: train a variant first.")


def _sealed(work: Work, notes: Notes, subject: str) -> None:
    from sac.track.sealing import seal_missing  # as above

    root, label = work.root, subject_label(subject)
    work.report("saving", 0.35, f"Sealing the decision of {label}")
    with _tolerated(notes, f"{label} decided nothing"):
        rows = seal_missing(root.track_log, root.registry, work.panel, subject, cache=root.cache)
        for row in rows:
            notes.said.append(f"{label}, {row.decision}: sealed as {row.kind}. {row.note}".rstrip())
        if not rows:
            notes.said.append(f"{label}: sealed before, on the same data.")


def challengers(work: Work, notes: Notes) -> None:
    """Train or fine-tune what is due, one after the other, in the queue with all other trainings."""
    found: list[Due] = []
    with _tolerated(notes, "No challenger was trained"):
        schedule = read_schedule(work.root.data)
        found = due_challengers(work.root, schedule, work.champions, work.week)
    notes.said.extend([one.why for one in found if one.choice == "none"])
    if not found and not notes.problems:
        notes.said.append("No variant is to get a challenger.")
    wanted = [one for one in found if one.choice != "none"]
    for number, due in enumerate(wanted):
        share = 0.5 / len(wanted)
        with _tolerated(notes, f"{VARIANTS[due.variant].label}, {due.choice}"):
            _challenger(work, notes, due, ("agents", 0.4 + share * number, 0.4 + share * (number + 1)))


def _challenger(work: Work, notes: Notes, due: Due, span: Span) -> None:
    variant, what = due.variant, f"{VARIANTS[due.variant].label}, {due.choice}"
    if due.choice == "fine-tune":
        job = done_by(work, f"fine-tune {variant}", FINETUNE, variant, FineTuning(), span, share=False)
    else:
        wanted = request_like(work.champions[variant], work.root.registry, work.jobs)
        job = done_by(work, f"train {variant}", FULL, variant, wanted, span, share=False)
    result = result_of(job)
    if result is None:
        notes.problems.append(f"{what}: {job.status}. {job.error or 'Somebody stopped it.'}")
    else:
        end = "is the champion now" if result.promoted else "is stored"
        notes.said.append(f"{what}: {result.version} {end}. {result.verdict}")
        if result.promoted:  # it is what decides this week's trades
            for subject in (variant, *({BOOK} & {*work.subjects})):
                _sealed(work, notes, subject)


def gate(work: Work, notes: Notes) -> None:
    """The verdict and the evidence of every challenger that is pending review."""
    registry = work.root.registry
    for variant in VARIANTS:
        for version in pending_review(registry, variant):
            label = VARIANTS[variant].label
            work.report("evaluation", 0.92, f"Weighing {version.name} of {label}")
            with _tolerated(notes, f"{label} {version.name} cannot be judged"):
                case = case_of(work.root, variant, version.name)
                verdict = "eligible" if case.gate.passed else "not eligible"
                notes.said.append(f"{label} {version.name} is {verdict}: {case.gate.reason} {case.advice}")
    if not notes.said and not notes.problems:
        notes.said.append("No challenger is pending review.")


@contextmanager
def _tolerated(notes: Notes, what: str) -> Iterator[None]:
    """Note a refusal that is one champion's, so that the others have their week; a disk's is everybody's."""
    try:
        yield
    except StorageError:
        raise
    except DeskError as refused:
        notes.problems.append(f"{what}: {refused}")


STEPS: Mapping[str, Step] = {  # by the name that a week's record keeps, in their order
    "refresh": refresh,
    "checks": checks,
    "forecasters": forecasters,
    "decisions": decisions,
    "challengers": challengers,
    "gate": gate,
}
