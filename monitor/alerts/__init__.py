"""What the Clerk is told: urgent mails, the morning digest, and the outbox they leave from.

The way of a mail: `gather` (facts from the repository) → `model` (pure: what is said) →
`render` (text and HTML from one model) → `message` (finished bytes) → the outbox in
`storage` → `outbox` (delivery) → `transport` (SMTP).
"""
