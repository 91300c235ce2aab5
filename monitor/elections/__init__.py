"""What a poll sets going: judging again, telling the Clerk, looking at what is older."""
