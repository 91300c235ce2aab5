"""Loopback platforms and a small town's story, for `clerkwatch demo` and the tests."""
