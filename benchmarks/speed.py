"""How many agent-updates does a CPU-second buy, environment step included: ours and what users could take.

python -m benchmarks.speed [--parts libraries scaling memory] [--rounds 5] [--updates 600]
Imports, warm-up and compiling are not in the speed. All contenders live at once, in some 10 GB.
"""

import argparse
import dataclasses
import itertools
import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from benchmarks.rounds import BLOCK, SGEMM, Contender, Measurement, measure
from sac.config import SIGNALS, SACSettings

FOLDS = 3  # of a full training: two evaluation years and production


@dataclass(frozen=True)
class Layer:
    """A product of a network: `times` rows per state. Data needs no gradient, the action only the actor's."""

    inputs: int
    outputs: int
    times: int = 1
    data: int = 0  # how many of the inputs are data
    action: int = 0  # how many depend on the action alone

    def products(self, inputs: int) -> int:
        """Multiply-adds with that many of the inputs."""
        return self.times * inputs * self.outputs


def networks(settings: SACSettings, stocks: int) -> tuple[list[Layer], list[Layer]]:
    """Products of the actor and of both critics for one state."""
    first, second = settings.hidden_sizes
    assets, own = stocks + 1, len(SIGNALS) + 2  # a stock's signals, forecast and weight
    state = own * stocks + 1
    if settings.network == "mlp":
        actor = [Layer(state, first, data=state), Layer(first, second), Layer(second, 2 * assets)]
        critics = [
            Layer(state + assets, first, 2, state, assets),
            Layer(first, second, 2),
            Layer(second, 1, 2),
        ]
        return actor, critics
    context = own + 1  # the stocks' mean and CASH's weight
    actor = [
        Layer(own, first, stocks, own),
        Layer(context, first, 1, context),
        Layer(first, second, stocks),
        Layer(second, 2, stocks + 1),
    ]
    critics = [  # each sees, per asset, the action and the weight that it leads to
        Layer(own + 2, first, 2 * stocks, own, 2),
        Layer(context + 4, first, 2, context, 4),
        Layer(first, second, 2 * stocks),
        Layer(second, 1, 2),
    ]
    return actor, critics


def update_flop(settings: SACSettings, stocks: int) -> int:
    """Floating-point operations in the products of one agent's update; nothing else is counted."""
    total = 0
    actor, critics = networks(settings, stocks)
    for layer in actor:  # next actions, actions, and the gradients of weights and hidden layers
        total += 3 * layer.products(layer.inputs) + layer.products(layer.inputs - layer.data)
    for layer in critics:
        hidden = layer.inputs - layer.data - layer.action
        total += 3 * layer.products(layer.inputs)  # targets, values of stored and of new actions
        total += layer.products(layer.inputs) + layer.products(hidden)  # the critics' gradients
        total += layer.products(hidden + layer.action)  # the actor's, through the critics
    return 2 * total * settings.batch_weeks(stocks)


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Markdown."""
    return "\n".join(f"| {' | '.join(row)} |" for row in [columns, ["---"] * len(columns), *rows])


MACHINE = Contender(f"sgemm {SGEMM}³", trainer="sgemm")
SB3 = Contender("stable-baselines3", "stable_baselines3.sac", needs="stable_baselines3")
LIBRARIES = [
    SB3,
    Contender("SBX (JAX)", "sbx.sac", needs="sbx"),
    Contender("eager loop, CleanRL's style", "eager.sac"),
    Contender("skrl", "skrl.sac", needs="skrl"),
    Contender("TorchRL", "torchrl.sac", needs="torchrl"),
    Contender("TorchRL, torch.compile", "torchrl.sac_compiled", needs="torchrl"),
    *(Contender("rejax (JAX, vmap)", "rejax.sac", agents=n, needs="rejax") for n in (1, 15, 64)),
    *(
        Contender("rejax, draws with replacement", "rejax.sac_with_replacement", agents=n, needs="rejax")
        for n in (15, 64)
    ),
]
OURS = [Contender("SAC Desk", preset="plan", agents=agents) for agents in (1, 4, 15, 32, 64)]
OURS += [Contender("SAC Desk", preset="desk", agents=agents) for agents in (1, 15)]


def limit(machine: Measurement) -> tuple[float, str]:
    """The machine's sgemm FLOP per CPU-second, and a line that says so."""
    flop = [2 * SGEMM**3 * rate for rate in machine.rates]
    text = f"{min(flop) / 1e9:.1f}–{max(flop) / 1e9:.1f} in {len(flop)} rounds"
    return statistics.median(flop), f"sgemm, one thread: {statistics.median(flop) / 1e9:.1f} GFLOP/s ({text})"


def speed_rows(results: Sequence[Measurement], reference: Measurement, peak: float) -> list[list[str]]:
    """Median, range, ratio to the reference, share of the sgemm limit."""
    rows = []
    for result in results:
        if result.problem:
            rows.append([result.problem, *["–"] * 3])
            continue
        share = result.rate * update_flop(result.contender.settings, result.contender.stocks) / peak
        ratio = "–" if reference.problem else f"{result.rate / reference.rate:.2f}×"
        spread = f"{min(result.rates):,.0f}–{max(result.rates):,.0f}"
        rows.append([f"{result.rate:,.0f}", spread, ratio, f"{share:.0%}"])
    return rows


SPEED = ("agent-updates per CPU-second", "range")


def libraries_part(rounds: int, updates: int) -> str:
    """Ours against what users could take."""
    machine, *results = measure([MACHINE, *LIBRARIES, *OURS], rounds, updates)
    peak, line = limit(machine)
    reference = next(result for result in results if result.contender is SB3)
    columns = ["", "network", "agents", *SPEED, "to stable-baselines3", "share of sgemm", "start-up, CPU s"]
    rows = []
    for result, cells in zip(results, speed_rows(results, reference, peak), strict=True):
        contender = result.contender
        begin = [contender.name, contender.settings.network, f"{contender.agents}"]
        rows.append([*begin, *cells, "–" if result.problem else f"{result.start_up:.1f}"])
    flop = [update_flop(Contender("", preset=preset).settings, 15) for preset in ("plan", "desk")]
    limits = f"An update is {flop[0] / 1e6:.1f} MFLOP (mlp) or {flop[1] / 1e6:.1f} (per_stock)"
    limits += f": at most {peak / flop[0]:,.0f} or {peak / flop[1]:,.0f} per CPU-second."
    note = "Start-up: warm-up and, where there is any, compiling; not in the speed."
    return f"{line}. {limits}\n\n{table(columns, rows)}\n\n{note}"


def scaling_part(rounds: int, updates: int) -> str:
    """Ours over stocks, training weeks and members; the ratio is to the first row of each group."""
    groups: dict[str, list[dict[str, Any]]] = {
        "stocks": [{"stocks": n, "agents": 15} for n in (15, 30, 60, 100, 200)],
        "training weeks": [{"weeks": n, "agents": 15} for n in (208, 416, 936, 1560)],
        f"members of {FOLDS} folds": [{"agents": FOLDS * n} for n in (1, 3, 5, 10, 20)],
    }
    rows = []
    for (name, group), preset in itertools.product(groups.items(), ("plan", "desk")):
        contenders = [Contender(name, preset=preset, **changes) for changes in group]
        machine, *results = measure([MACHINE, *contenders], rounds, updates)
        for changes, cells in zip(group, speed_rows(results, results[0], limit(machine)[0]), strict=True):
            value = changes.get("stocks") or changes.get("weeks") or changes["agents"] // FOLDS
            rows.append([preset, name, f"{value:,}", *cells])
    return table(["preset", "over", "", *SPEED, "to the first", "share of sgemm"], rows)


def memory_part(rounds: int, updates: int) -> str:
    """The most each process held with a full replay; `rounds` are not needed here."""
    contenders = [dataclasses.replace(contender, fill_replay=True) for contender in [*LIBRARIES, *OURS]]
    rows = []
    for contender in contenders:  # one at a time: nothing is timed
        (result,) = measure([contender], 0, updates=BLOCK)
        peak = f"{result.first.peak:,.0f}" if result.first else result.problem
        rows.append([contender.name, contender.settings.network, f"{contender.agents}", peak])
    return table(["", "network", "agents", "peak memory, MB"], rows)


PARTS = {"libraries": libraries_part, "scaling": scaling_part, "memory": memory_part}


def main() -> None:
    """Measure what was asked for and print it as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--parts", nargs="+", default=list(PARTS), choices=PARTS)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--updates", type=int, default=600, help="agent-updates in a round, about")
    asked = parser.parse_args()
    if min(asked.rounds, asked.updates) < 1:
        parser.error("--rounds and --updates begin at 1")
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {load} at the start; Python ", end="")
    print(f"{platform.python_version()}, torch {version('torch')}")
    for part in asked.parts:
        print(f"\n## {part.capitalize()}\n\n{PARTS[part](asked.rounds, asked.updates)}", flush=True)


if __name__ == "__main__":
    main()
