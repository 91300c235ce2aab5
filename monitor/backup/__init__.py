"""Copies of everything that is remembered: made, checked, put off this machine, and restored."""
