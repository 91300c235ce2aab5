"""Hostile posts through the whole way: read, judged, mailed, listed, exported, reported."""
