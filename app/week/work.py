"""What the steps of a weekly run share: the week, its market and its champions."""

from dataclasses import dataclass, field
from functools import cached_property

from app.jobs.queue import Jobs
from app.settings import Settings
from sac.book import BOOK, last_choice
from sac.config import VARIANTS
from sac.errors import ArtifactError, DataError, DeskError
from sac.market import MarketPanel, load_panel
from sac.progress import Progress, Report, Stage
from sac.promotion.state import champion_of
from sac.registry import Version
from sac.threads import one_thread

__all__ = ["Notes", "Situation", "Stopped", "Work"]


class Stopped(DeskError):  # noqa: N818 - what happened, not a fault
    """The week cannot go on; the message is the reason, with the remedy."""


@dataclass(frozen=True)
class Notes:
    """What a step did, and what went wrong without stopping the week: one sentence each."""

    said: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class Situation:
    """A week of a data root, as it is found; each thing is read once."""

    week: str  # decision session, ISO
    root: Settings

    @cached_property
    def panel(self) -> MarketPanel:
        """The market, with the week in it. Raises Stopped where it is refused or ends before."""
        one_thread()
        try:
            panel = load_panel(self.root.data)
        except DataError as refused:
            raise Stopped(f"The data are refused. {refused}") from refused
        if str(panel.decisions[-1]) < self.week:
            source = panel.provenance
            remedy = "Refresh them" if source.source == "yahoo" else "Bring newer files"
            raise Stopped(
                f"The data end on {source.window_end}: the week that was decided on {self.week} is not in "
                f"them. {remedy}, then run the week again."
            )
        return panel

    @property
    def subjects(self) -> list[str]:
        """Whose decisions are sealed: every champion's, by variant, and the book's where one was chosen."""
        chosen = last_choice(self.root.registry)
        return [*self.champions, *([BOOK] if chosen else [])]

    @cached_property
    def champions(self) -> dict[str, Version]:
        """The champions that can be read, by variant."""
        return {variant: one for variant, one in self._champions.items() if isinstance(one, Version)}

    @cached_property
    def damaged(self) -> list[str]:
        """Why a champion cannot be read, one sentence each."""
        return [
            f"The champion of {VARIANTS[variant].label} cannot be read: {one}"
            for variant, one in self._champions.items()
            if isinstance(one, ArtifactError)
        ]

    @cached_property
    def _champions(self) -> dict[str, Version | ArtifactError | None]:
        return {variant: self._champion(variant) for variant in VARIANTS}

    def _champion(self, variant: str) -> Version | ArtifactError | None:
        try:
            return champion_of(self.root.registry, variant)
        except ArtifactError as damage:
            return damage


@dataclass(frozen=True, eq=False)
class Work(Situation):
    """One start of a weekly run."""

    jobs: Jobs
    actor: str
    watch: Report
    round: int  # how often the week had stopped before: what it did then is done anew

    def report(self, stage: Stage, fraction: float, message: str) -> None:
        """Say where the week is. Raises Cancelled when somebody stops it."""
        self.watch(Progress(stage, fraction, message))
