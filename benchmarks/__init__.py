"""Measurements: what `make bench` prints, and the town they are taken in."""
