"""The squashed Gaussian that actions are drawn from."""

import math

import torch
from torch import Tensor

__all__ = ["START_LOG_STD", "SquashedGaussian", "clamp_log_std", "clamp_log_std_backward"]


START_LOG_STD = -0.5  # of PPO's policy: a fifth of a logit's range at action scale 5


_LOG_STD_RANGE = (-20.0, 2.0)  # of the original plan


_LOG_2 = math.log(2.0)


_LOG_SQRT_2PI = 0.5 * math.log(2.0 * math.pi)


def clamp_log_std(log_std: Tensor) -> Tensor:
    """The original plan's range of the policy's spread."""
    return log_std.clamp(*_LOG_STD_RANGE)


def clamp_log_std_backward(gradient: Tensor, log_std: Tensor) -> Tensor:
    """The gradient where log_std lies inside that range, else 0."""
    return torch.ops.aten.hardtanh_backward(gradient, log_std, *_LOG_STD_RANGE)  # type: ignore[no-any-return]


def _log_two_cosh(u: Tensor) -> Tensor:
    """log(e^u + e^-u), of functions that round a number alike wherever in a tensor it stands.

    torch computes the last few numbers of a tensor another way than the others: softplus differs there, and
    an agent would depend on how many train beside it.
    """
    size = u.abs()
    return size.add_((size * -2.0).exp_().log1p_())


class SquashedGaussian:
    """Actions in (-1, 1) of a tanh-squashed Gaussian policy, reparametrised, and their log densities."""

    def __init__(self, mean: Tensor, log_std: Tensor, noise: Tensor):
        """All (E, B, n+1): a = tanh(u), u = mean + std·noise."""
        self._spread = log_std.exp() * noise
        u = mean + self._spread
        self.action = u.tanh()  # (E, B, n+1)
        # log(1 - tanh(u)^2) = 2·(log 2 - log(e^u + e^-u)) does not underflow (SAC paper, appendix C).
        surprise = torch.addcmul(log_std, noise, noise, value=0.5).sub_(_log_two_cosh(u), alpha=2.0)
        self.log_pi = -(surprise.sum(-1) + u.shape[-1] * (2.0 * _LOG_2 + _LOG_SQRT_2PI))  # (E, B)

    def backward(self, g_action: Tensor, g_log_pi: Tensor) -> tuple[Tensor, Tensor]:
        """Gradients of mean and log_std, from those of the first B' actions (E, B', n+1) and densities.

        da/du = 1 - a^2, and d log pi/du = 2a: the squashing's slope is all that depends on u.
        """
        rows = g_action.shape[1]
        action, spread, g_log_pi = self.action[:, :rows], self._spread[:, :rows], g_log_pi[..., None]
        falling = torch.mul(g_action, action).sub_(g_log_pi, alpha=2.0)
        g_u = torch.addcmul(g_action, action, falling, value=-1.0)
        return g_u, torch.addcmul(-g_log_pi, g_u, spread)
