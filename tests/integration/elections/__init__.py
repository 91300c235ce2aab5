"""What a poll sets going, on a real database."""
