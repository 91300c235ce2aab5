"""The scripts that the Makefile calls."""
