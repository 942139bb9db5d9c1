"""`sac-desk track`."""

import argparse
from dataclasses import asdict
from typing import Any

from app.commands.printing import print_json, print_table, say
from app.decisions.track import standing_line, state_line
from app.formats import moment, signed
from app.settings import Settings, settings
from sac.book import BOOK
from sac.config import VARIANTS
from sac.errors import DeskError
from sac.market import MarketPanel, load_panel
from sac.track.record import Reign, TrackRecord, reigns, track_record

__all__ = ["add"]


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    command = commands.add_parser(
        "track", help="print what the sealed decisions of champions and the book have come to"
    )
    command.set_defaults(command=track)
    command.add_argument("variant", nargs="?", choices=(*VARIANTS, BOOK))
    command.add_argument("--version", metavar="VERSION", help="an earlier champion of the variant")


def track(options: argparse.Namespace) -> None:
    """Print track records. Raises DeskError when the log fails its integrity check."""
    root = settings()
    chosen = _chosen(root, options)
    panel = load_panel(root.data)
    records = [track_record(root.registry, root.track_log, panel, reign) for reign in chosen]
    faults = root.track_log.problems()
    if options.json:
        print_json({"records": [_facts(record) for record in records], "problems": faults})
    else:
        for record in records:
            _print(record, panel)
    if faults:
        raise DeskError(" ".join(faults))


def _chosen(root: Settings, options: argparse.Namespace) -> list[Reign]:
    """The reigns that are asked for: the one named, all of a variant's, or every champion's."""
    if options.variant is None:
        if options.version:
            raise DeskError("Name the variant, too: versions are a variant's.")
        return [
            one for variant in (BOOK, *VARIANTS) for one in reigns(root.registry, variant) if one.champion
        ]
    known = reigns(root.registry, options.variant)
    chosen = [one for one in known if options.version in (None, one.version)]
    if not chosen:
        whom = f"{options.version} was never champion of" if options.version else "There was no champion of"
        raise DeskError(f"{whom} {options.variant}: there is no track record.")
    return chosen


def _print(record: TrackRecord, panel: MarketPanel) -> None:
    reign = record.reign
    time = f"since {moment(reign.since)}" + (f" until {moment(reign.until)}" if reign.until else "")
    say(f"{reign.variant} {reign.version}, champion {time}")
    say(state_line(record, panel))
    if record.standing:
        say(standing_line(record.standing))
    leads = record.scored.lead_of if record.scored else {}
    if record.rows:
        print_table(
            ("no.", "decision", "sealed", "kind", "lead", "note"),
            [
                (
                    str(row.seq),
                    row.decision,
                    moment(row.sealed_at),
                    row.kind,
                    signed(leads.get(row.decision), 2) if row.kind == "prospective" else "",
                    row.note,
                )
                for row in record.rows
            ],
        )
    for decision, reason in record.unsealed:
        say(f"{decision} has no row: {reason}")
    for problem in record.problems:
        say(f"Note: {problem}")


def _facts(record: TrackRecord) -> dict[str, Any]:
    """A record for programs."""
    results, reign = record.scored, record.reign
    return {
        "variant": reign.variant,
        "version": reign.version,
        "champion": reign.champion,
        "since": reign.since,
        "until": reign.until,
        "growth": float(results.champion.wealth[-1]) if results else None,
        "equal_weight_growth": float(results.equal.wealth[-1]) if results else None,
        "standing": asdict(record.standing) if record.standing else None,
        "leads": results.lead_of if results else {},
        "rows": [asdict(row) for row in record.rows],
        "unsealed": dict(record.unsealed),
        "problems": list(record.problems),
    }
