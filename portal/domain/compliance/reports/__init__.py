"""Layouts of reports: their fields, where each comes from, how a row is checked and written."""
