"""The SAC implementations that a user could take instead, on our environment: only for measuring speed.

One module per library. Each trainer takes (environment, settings, chunk, tick), trains without end and calls
tick(updates done) about every `chunk` updates; one update per environment step, like ours.
"""
