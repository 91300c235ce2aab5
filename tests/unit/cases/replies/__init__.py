"""Decisions by reply."""
