"""The track record: decisions that were sealed before prices existed, and what became of them."""

from sac.track.sealed import Kind, SealedWeek, TrackLog, WeekDecision
from sac.track.sealing import seal, seal_missing

__all__ = ["Kind", "SealedWeek", "TrackLog", "WeekDecision", "seal", "seal_missing"]
