"""Agent: Soft Actor-Critic for many agents at once, and the committee that decides."""

from sac.agent.committee import Committee, WalkForward, members_of
from sac.agent.ensemble import (
    PRODUCTION,
    Ensemble,
    Fold,
    evaluation_folds,
    evaluation_steps,
    selection_fold,
    train_ensemble,
)
from sac.agent.fine_tuning import Block, fine_tune_ensemble, fine_tuning_blocks, joined
from sac.agent.ppo import PPOLearner
from sac.agent.scaler import FEATURES, PortfolioScaler
from sac.agent.soft_actor_critic import SACLearner, SoftActorCritic

__all__ = [
    "FEATURES",
    "PRODUCTION",
    "Block",
    "Committee",
    "Ensemble",
    "Fold",
    "PPOLearner",
    "PortfolioScaler",
    "SACLearner",
    "SoftActorCritic",
    "WalkForward",
    "evaluation_folds",
    "evaluation_steps",
    "fine_tune_ensemble",
    "fine_tuning_blocks",
    "joined",
    "members_of",
    "selection_fold",
    "train_ensemble",
]
