"""rejax's SAC: the whole training of all agents is one JAX program, `vmap` over their seeds."""

from collections.abc import Callable
from typing import Any

import jax
from rejax import SAC
from rejax.algos.algorithm import register_init
from rejax.buffers import Minibatch, ReplayBuffer

from benchmarks.libraries.jax_market import JaxMarket
from sac.agent.environment import PortfolioEnvironment
from sac.config import SACSettings

__all__ = ["sac", "sac_with_replacement"]


class _WithReplacement(ReplayBuffer):  # type: ignore[misc]
    """Draws batches with replacement, as we do; rejax's own costs a random number per stored step."""

    def sample(self, num: int, rng: jax.Array) -> Minibatch:
        rows = jax.random.randint(rng, (num,), 0, self.num_entries)
        return jax.tree.map(lambda column: column[rows], self.data)


class _SACWithReplacement(SAC):  # type: ignore[misc]
    @register_init  # type: ignore[untyped-decorator]
    def initialize_replay_buffer(self, rng: jax.Array) -> dict[str, Any]:
        return {"replay_buffer": _WithReplacement.empty(self.buffer_size, self.obs_space, self.action_space)}


def sac(
    environment: PortfolioEnvironment, settings: SACSettings, chunk: int, tick: Callable[[int], None]
) -> None:
    """As rejax ships it."""
    _train(SAC, environment, settings, chunk, tick)


def sac_with_replacement(
    environment: PortfolioEnvironment, settings: SACSettings, chunk: int, tick: Callable[[int], None]
) -> None:
    """With a replay that draws faster."""
    _train(_SACWithReplacement, environment, settings, chunk, tick)


def _train(
    algorithm: Any,
    environment: PortfolioEnvironment,
    settings: SACSettings,
    chunk: int,
    tick: Callable[[int], None],
) -> None:
    agents = algorithm.create(
        env=JaxMarket(environment),
        hidden_layer_sizes=settings.hidden_sizes,
        learning_rate=settings.critic_lr,
        gamma=settings.gamma,
        polyak=1.0 - settings.tau,
        buffer_size=settings.buffer_size,
        fill_buffer=settings.warmup_steps,
        batch_size=settings.batch_size,
        total_timesteps=chunk,
        eval_freq=chunk,
        skip_initial_evaluation=True,
    ).replace(eval_callback=lambda *_: ())  # nothing is evaluated: time is for training
    state = jax.jit(jax.vmap(agents.init_state))(jax.random.split(jax.random.key(0), environment.agents))
    # What is the same for all agents must stay one number: vmap turns a branch on many into both branches,
    # and every step would copy the replay.
    axes = jax.tree.map(lambda _: 0, state)
    axes = axes.replace(global_step=None, replay_buffer=axes.replay_buffer.replace(index=None, full=None))
    state = jax.tree.map(
        lambda axis, leaf: leaf if axis == 0 else leaf[0], axes, state, is_leaf=lambda axis: axis is None
    )
    train = jax.jit(
        jax.vmap(lambda one: agents.train(train_state=one)[0], in_axes=(axes,), out_axes=axes),
        donate_argnums=0,  # the replay stays where it is
    )
    while True:
        state = jax.block_until_ready(train(state))
        done = int(state.global_step) - settings.warmup_steps
        if done > 0:
            tick(done)
