"""The shell around the engine: pages, jobs, command line."""

import sys

if sys.platform == "win32":  # every door comes through here, before anything that needs POSIX file locks
    sys.exit("error: SAC Desk runs on Linux and macOS; on Windows start it inside WSL2")
