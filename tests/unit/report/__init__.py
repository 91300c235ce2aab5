"""Tests of the committee's paper."""
