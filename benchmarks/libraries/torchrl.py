"""TorchRL's SAC, put together from its own classes as its example does (sota-implementations/sac)."""

import logging
from collections.abc import Callable
from typing import Any

from tensordict.nn import InteractionType, TensorDictModule
from torch import nn, optim
from torchrl._utils import compile_with_warmup, logger
from torchrl.collectors import Collector
from torchrl.data import LazyTensorStorage, TensorDictReplayBuffer
from torchrl.envs import GymWrapper
from torchrl.modules import MLP, NormalParamExtractor, ProbabilisticActor, TanhNormal, ValueOperator
from torchrl.objectives import SACLoss, SoftUpdate, group_optimizers

from sac.agent.environment import PortfolioEnvironment
from sac.agent.gymnasium_env import PortfolioEnv
from sac.agent.unbatched import UnbatchedEnvironment
from sac.config import SACSettings

__all__ = ["sac", "sac_compiled"]

FRAMES = 32  # steps that are collected before as many updates: faster than one by one


def sac(
    environment: PortfolioEnvironment, settings: SACSettings, chunk: int, tick: Callable[[int], None]
) -> None:
    """One agent, eager."""
    _train(environment, settings, chunk, tick, compiled=False)


def sac_compiled(
    environment: PortfolioEnvironment, settings: SACSettings, chunk: int, tick: Callable[[int], None]
) -> None:
    """One agent, policy and update through `torch.compile`, which needs a C++ compiler."""
    _train(environment, settings, chunk, tick, compiled=True)


def _train(
    environment: PortfolioEnvironment,
    settings: SACSettings,
    chunk: int,
    tick: Callable[[int], None],
    compiled: bool,
) -> None:
    logger.setLevel(logging.WARNING)
    world = GymWrapper(PortfolioEnv(UnbatchedEnvironment(environment)))
    actor, update = _agent(world, settings)
    if compiled:
        update = compile_with_warmup(update, warmup=1)
    replay = TensorDictReplayBuffer(
        storage=LazyTensorStorage(settings.buffer_size), batch_size=settings.batch_size
    )
    collector = Collector(
        world,
        actor,
        init_random_frames=-(-settings.warmup_steps // FRAMES) * FRAMES,  # whole batches
        frames_per_batch=FRAMES,
        total_frames=-1,
        compile_policy=compiled,
        auto_register_policy_transforms=False,
    )
    steps = done = 0
    for batch in collector:
        collector.update_policy_weights_()
        replay.extend(batch.reshape(-1))
        steps += FRAMES
        if steps > settings.warmup_steps:
            for _ in range(FRAMES):
                update(replay.sample())
                done += 1
                if done % chunk == 0:
                    tick(done)


def _agent(world: Any, settings: SACSettings) -> tuple[Any, Callable[[Any], Any]]:
    """The policy, and what learns from a batch."""
    sizes = {"num_cells": list(settings.hidden_sizes), "activation_class": nn.ReLU}
    actions, states = world.action_spec.shape[-1], world.observation_spec["observation"].shape[-1]
    body = nn.Sequential(MLP(states, 2 * actions, **sizes), NormalParamExtractor())
    actor = ProbabilisticActor(
        TensorDictModule(body, ["observation"], ["loc", "scale"]),
        in_keys=["loc", "scale"],
        spec=world.action_spec,
        distribution_class=TanhNormal,
        distribution_kwargs={"low": -1.0, "high": 1.0, "tanh_loc": False},
        default_interaction_type=InteractionType.RANDOM,
    )
    critic = ValueOperator(MLP(states + actions, 1, **sizes), in_keys=["action", "observation"])
    loss = SACLoss(actor, critic, num_qvalue_nets=2, loss_function="l2", alpha_init=settings.init_alpha)
    loss.make_value_estimator(gamma=settings.gamma)
    target = SoftUpdate(loss, tau=settings.tau)
    optimizer = group_optimizers(
        optim.Adam(loss.actor_network_params.flatten_keys().values(), lr=settings.actor_lr),
        optim.Adam(loss.qvalue_network_params.flatten_keys().values(), lr=settings.critic_lr),
        optim.Adam([loss.log_alpha], lr=settings.alpha_lr),
    )

    def update(batch: Any) -> Any:
        losses = loss(batch)
        (losses["loss_actor"] + losses["loss_qvalue"] + losses["loss_alpha"]).sum().backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        target.step()
        return losses.detach()

    return actor, update
