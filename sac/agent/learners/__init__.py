"""Learners: SAC and PPO, their optimiser, replay and learning curve."""
