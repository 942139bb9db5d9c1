"""Agent: Soft Actor-Critic for many agents at once, and the committee that decides."""

from sac.agent.committee import Committee, WalkForward
from sac.agent.ensemble import Ensemble, Evaluation, train_ensemble
from sac.agent.fine_tuning import Block, fine_tune_ensemble, fine_tuning_blocks
from sac.agent.folds import PRODUCTION, Fold, evaluation_folds, evaluation_steps, selection_fold
from sac.agent.learners.direct import DirectLearner
from sac.agent.learners.ppo import PPOLearner
from sac.agent.learners.sac import SACLearner, SoftActorCritic
from sac.agent.scaler import FEATURES, PortfolioScaler
from sac.agent.states import joined, members_of

__all__ = [
    "FEATURES",
    "PRODUCTION",
    "Block",
    "Committee",
    "DirectLearner",
    "Ensemble",
    "Evaluation",
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
