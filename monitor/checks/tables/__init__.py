"""The trained tables as data: README.md says from what, ``training/`` says how."""
