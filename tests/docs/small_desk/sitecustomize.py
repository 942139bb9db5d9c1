"""Python imports this module when it starts, where its folder is on the path: trainings become small.

So the blocks of the documents run as they stand, in seconds, through the real server and real workers.
"""

from dataclasses import replace

from sac.config import FORECASTERS, PRESETS, FineTuneSettings

for preset in PRESETS.values():
    for algorithm, settings in preset.items():
        preset[algorithm] = replace(settings, updates=4)
for kind, forecaster in FORECASTERS.items():
    FORECASTERS[kind] = replace(forecaster, window=5, hidden=2, epochs=1, batch_size=8192)
FineTuneSettings.__init__.__defaults__ = (4, FineTuneSettings.rate)
