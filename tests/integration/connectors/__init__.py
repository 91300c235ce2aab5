"""Tests of `connectors` against real servers on loopback."""
