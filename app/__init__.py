"""The shell around the engine: pages, jobs, command line."""
