"""States of agents: nested builtins whose tensors lead with the agents; what does not, they share."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

__all__ = ["joined", "members_of"]


def members_of(state: Any, rows: slice | list[int]) -> Any:
    """Some agents' part: every tensor with an agent dimension is cut, the rest kept."""
    if isinstance(state, dict):
        return {name: members_of(value, rows) for name, value in state.items()}
    if isinstance(state, list):
        return [members_of(value, rows) for value in state]
    return state[rows].clone() if isinstance(state, Tensor) and state.ndim else state


def joined(states: Sequence[Any]) -> Any:
    """Several states as one, in their order. ValueError where what they share, a step count, differs."""
    first = states[0]
    if isinstance(first, dict):
        return {name: joined([state[name] for state in states]) for name in first}
    if isinstance(first, list):
        return [joined(parts) for parts in zip(*states, strict=True)]
    if isinstance(first, Tensor) and first.ndim:
        return torch.cat(list(states))
    for state in states:
        if state != first:
            raise ValueError(f"agents that stopped at {first} and {state} cannot go on together")
    return first
