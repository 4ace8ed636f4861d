"""Limits: what they say, how much of them is used, how a proposed one would have fared, and what follows a breach."""
