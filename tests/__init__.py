"""Tests of Enerscope; each lies at the path of what it tests."""
