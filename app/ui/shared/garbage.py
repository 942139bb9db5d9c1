"""What the garbage collector need not look at."""

import gc
import sys

__all__ = ["spare_modules"]

MANY = 30  # newly imported modules that are worth a stop of the whole server

_spared = 0  # modules that were there the last time


def spare_modules() -> None:
    """Take what was imported out of the collector's sight, whenever there is much of it.

    Streamlit has all garbage collected after every look of every page. Modules never are garbage, and the
    collector walks through all of them each time: 85 of the 120 ms that a look at a training took, so that
    20 visitors kept the server busy all the time.
    """
    global _spared
    if len(sys.modules) - _spared < MANY:
        return
    gc.collect()  # what is garbage by now would stay for ever
    gc.freeze()
    _spared = len(sys.modules)
