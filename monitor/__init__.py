"""What is done: pipeline, checks, freeze, cases, alerts, daemon, command line, demo."""
