"""The town, its servers and its story."""
