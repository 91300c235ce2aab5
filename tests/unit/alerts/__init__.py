"""Tests of the mails: what they say, how they look, and that hostile text stays harmless."""
