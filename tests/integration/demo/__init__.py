"""The loopback platforms, driven by the real clients."""
