"""`sac-desk prune` and `delete`: versions that were never champion."""

import argparse

from app.commands.printing import print_json, say
from app.formats import megabytes
from app.settings import settings
from sac.config import VARIANTS
from sac.errors import DeskError
from sac.promotion.retention import expendable, remove


def pruned(options: argparse.Namespace) -> None:
    """List the versions that may go; delete them with --apply."""
    if options.keep < 1:
        raise DeskError("--keep must be 1 or more.")
    registry = settings().registry
    variants = [options.variant] if options.variant else list(VARIANTS)
    doomed = [v for variant in variants for v in expendable(registry, variant, options.keep)]
    if options.apply:
        for version in doomed:
            remove(registry, version.variant, version.name)
    if options.json:
        facts = [{"variant": v.variant, "version": v.name, "bytes": v.size} for v in doomed]
        print_json({"versions": facts, "deleted": options.apply})
        return
    for version in doomed:
        say(f"{version.variant} {version.name}  {megabytes(version.size)}")
    total = megabytes(sum(version.size for version in doomed))
    done = "deleted" if options.apply else "would be deleted; add --apply to do it"
    say(f"{len(doomed)} versions, {total}, {done}.")


def deleted(options: argparse.Namespace) -> None:
    """Delete one version, also one that cannot be read."""
    remove(settings().registry, options.variant, options.version)
    if options.json:
        print_json({"variant": options.variant, "version": options.version, "deleted": True})
        return
    say(f"{options.variant} {options.version} is deleted.")
