"""The queue of jobs: one subprocess each. It knows no kind of job."""
