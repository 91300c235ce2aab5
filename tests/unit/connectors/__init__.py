"""Tests of `connectors` without a network."""
