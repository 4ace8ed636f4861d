"""How pages react: one module for each page at the same path, and the generic ones of the shell, bodies and grids."""

from callbacks import body, discussion, grid, jobs, passport, shell, survey

__all__ = ["body", "discussion", "grid", "jobs", "passport", "shell", "survey"]
