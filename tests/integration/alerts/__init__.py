"""Tests of delivery, against a real SMTP server on loopback."""
