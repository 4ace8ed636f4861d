"""Inserts: facts are appended, never updated."""
