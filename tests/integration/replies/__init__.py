"""Replies through a real mailbox."""
