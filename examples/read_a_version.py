"""What a trained version knows of itself: train one first, with `sac-desk train sac_lstm`.

python examples/read_a_version.py           # the champion of sac_lstm in ./data
python examples/read_a_version.py FOLDER    # of another data root
"""

import sys
from pathlib import Path

from sac.evidence import metrics
from sac.registry import Registry

data = Path(sys.argv[1] if len(sys.argv) > 1 else "data")
version = Registry(data / "models").champion("sac_lstm")
if version is None:
    sys.exit(f"{data} has no champion of sac_lstm: train one with `sac-desk train sac_lstm`")

told, evaluation = version.metadata, version.evaluation()
print(f"{version.name}, {told.kind} training of {told.created_at[:10]} on {told.provenance.source} prices")
print(f"{version.settings.members} agents on {', '.join(version.symbols)}")

figures = metrics(evaluation, version.settings.constraints)
print(
    f"Out of sample {told.evaluation_start} to {told.evaluation_end}, net of costs: CAGR {figures.cagr:+.1%}"
)
for baseline in version.baselines():
    print(f"  {baseline.name}: {metrics(baseline, version.settings.constraints).cagr:+.1%}")
print(told.production.evidence if told.production else "No weeks were held out of its training.")
print(evaluation.weights[-1].round(3))

actor = version.tensors("actor")
print(f"{sum(tensor[0].numel() for tensor in actor.values()):,} parameters in each agent's actor")
