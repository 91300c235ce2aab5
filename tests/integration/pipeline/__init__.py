"""Stories of posts and accounts, from real loopback platforms to cases and mails."""
