"""One agent in eager PyTorch with a replay in numpy, in CleanRL's style."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn
from torch.distributions import Normal

from sac.agent.environment import PortfolioEnvironment
from sac.agent.unbatched import UnbatchedEnvironment
from sac.config import SACSettings

__all__ = ["sac"]


class _Actor(nn.Module):
    def __init__(self, states: int, actions: int, hidden: tuple[int, int]):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(states, hidden[0]), nn.Linear(hidden[0], hidden[1])
        self.fc_mean, self.fc_logstd = nn.Linear(hidden[1], actions), nn.Linear(hidden[1], actions)

    def get_action(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = self.fc2(self.fc1(x).relu()).relu()
        mean, log_std = self.fc_mean(x), -5 + 0.5 * 7 * (torch.tanh(self.fc_logstd(x)) + 1)
        normal = Normal(mean, log_std.exp(), validate_args=False)
        u = normal.rsample()
        action = torch.tanh(u)
        log_prob = normal.log_prob(u) - torch.log(1 - action.pow(2) + 1e-6)  # type: ignore[no-untyped-call]
        return action, log_prob.sum(1, keepdim=True)


class _SoftQNetwork(nn.Module):
    def __init__(self, states: int, actions: int, hidden: tuple[int, int]):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(states + actions, hidden[0]), nn.Linear(hidden[0], hidden[1])
        self.fc3 = nn.Linear(hidden[1], 1)

    def forward(self, x: Tensor, a: Tensor) -> Tensor:
        x = self.fc2(self.fc1(torch.cat([x, a], 1)).relu()).relu()
        return self.fc3(x)  # type: ignore[no-any-return]


class _Eager:
    """One agent as CleanRL's sac_continuous_action.py writes it, one actor update per critic update."""

    def __init__(self, states: int, actions: int, settings: SACSettings):
        self.settings, sizes = settings, (states, actions, settings.hidden_sizes)
        self.actor = _Actor(*sizes)
        self.qf1, self.qf2, self.qf1_target, self.qf2_target = (_SoftQNetwork(*sizes) for _ in range(4))
        self.qf1_target.load_state_dict(self.qf1.state_dict())
        self.qf2_target.load_state_dict(self.qf2.state_dict())
        self.log_alpha = torch.full((1,), settings.init_alpha).log().requires_grad_()
        self.alpha, self.target_entropy = settings.init_alpha, -float(actions)
        critics = [*self.qf1.parameters(), *self.qf2.parameters()]
        self.q_optimizer = torch.optim.Adam(critics, lr=settings.critic_lr)
        self.actor_optimizer = torch.optim.Adam(self.actor.parameters(), lr=settings.actor_lr)
        self.a_optimizer = torch.optim.Adam([self.log_alpha], lr=settings.alpha_lr)

    def update(self, obs: Tensor, actions: Tensor, rewards: Tensor, next_obs: Tensor) -> None:
        with torch.no_grad():
            next_action, next_log_pi = self.actor.get_action(next_obs)
            qf1_next, qf2_next = (qf(next_obs, next_action) for qf in (self.qf1_target, self.qf2_target))
            next_value = torch.min(qf1_next, qf2_next) - self.alpha * next_log_pi
            target = rewards + self.settings.gamma * next_value.view(-1)
        losses = [nn.functional.mse_loss(qf(obs, actions).view(-1), target) for qf in (self.qf1, self.qf2)]
        self._descend(self.q_optimizer, losses[0] + losses[1])

        pi, log_pi = self.actor.get_action(obs)
        min_qf_pi = torch.min(self.qf1(obs, pi), self.qf2(obs, pi))
        self._descend(self.actor_optimizer, (self.alpha * log_pi - min_qf_pi).mean())

        with torch.no_grad():
            _, log_pi = self.actor.get_action(obs)
        self._descend(self.a_optimizer, (-self.log_alpha.exp() * (log_pi + self.target_entropy)).mean())
        self.alpha = self.log_alpha.exp().item()
        for qf, old in ((self.qf1, self.qf1_target), (self.qf2, self.qf2_target)):
            for param, target_param in zip(qf.parameters(), old.parameters(), strict=True):
                target_param.data.copy_(
                    self.settings.tau * param.data + (1 - self.settings.tau) * target_param.data
                )

    @staticmethod
    def _descend(optimizer: torch.optim.Optimizer, loss: Tensor) -> None:
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()


def sac(
    environment: PortfolioEnvironment, settings: SACSettings, chunk: int, tick: Callable[[int], None]
) -> None:
    """The loop from environment step to update."""
    torch.manual_seed(0)
    rng, world, assets = np.random.default_rng(0), UnbatchedEnvironment(environment), environment.assets
    agent, size = _Eager(world.size, assets, settings), settings.buffer_size
    columns = (world.size, assets, 1, world.size)  # state, action, reward, next state; nothing is terminal
    replay = [np.zeros((size, width), dtype=np.float32) for width in columns]
    state, step = world.reset(), 0
    while True:
        if step < settings.warmup_steps:
            action = rng.uniform(-1.0, 1.0, assets).astype(np.float32)
        else:
            with torch.no_grad():
                action = agent.actor.get_action(torch.as_tensor(state)[None])[0][0].numpy()
        next_state, reward, over = world.step(action)
        row: tuple[np.ndarray | float, ...] = (state, action, reward, next_state)
        for column, value in zip(replay, row, strict=True):
            column[step % size] = value
        state, step = world.reset() if over else next_state, step + 1
        done = step - settings.warmup_steps
        if done > 0:
            rows = rng.integers(0, min(step, size), settings.batch_size)
            obs, actions, rewards, next_obs = (torch.from_numpy(column[rows]) for column in replay)
            agent.update(obs, actions, rewards.view(-1), next_obs)
            if done % chunk == 0:
                tick(done)
