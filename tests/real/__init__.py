"""Connectors against real servers from packages; `make test-real`."""
