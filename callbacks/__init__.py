"""How pages react: one module for each page at the same path, and the generic ones of the shell, bodies and grids."""

from callbacks import body, grid, jobs, passport, shell

__all__ = ["body", "grid", "jobs", "passport", "shell"]
