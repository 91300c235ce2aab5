"""Every step from one schema to the next."""
