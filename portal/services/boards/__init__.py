"""Boards: pages of people's own, of metrics and cards that they pinned; and the home of each role."""
