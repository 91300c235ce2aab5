"""What the Clerk is told: urgent mails, the morning digest, the outbox and its transport."""
