"""The clause checks: pure functions from a version and its circumstances to findings."""
