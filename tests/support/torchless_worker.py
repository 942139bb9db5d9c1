"""A job's process in which torch cannot be imported: `python tests/support/torchless_worker.py JOB_ID`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.worker import main

WORKER = (sys.executable, __file__)

if __name__ == "__main__":
    sys.modules["torch"] = None
    sys.exit(main(sys.argv[1]))
