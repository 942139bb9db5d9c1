"""Promotion: which version is champion, on what grounds, and who said so."""

from sac.promotion.deciding import Policy, Settlement, settle
from sac.promotion.decision_log import Decision, DecisionLog, SealedDecision
from sac.promotion.gate import Gate, gate
from sac.promotion.ledger import Candidate, Ledger, Trial

__all__ = [
    "Candidate",
    "Decision",
    "DecisionLog",
    "Gate",
    "Ledger",
    "Policy",
    "SealedDecision",
    "Settlement",
    "Trial",
    "gate",
    "settle",
]
