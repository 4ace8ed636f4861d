"""The modules that register kinds of jobs; a new area adds its module here."""

from types import ModuleType

AREAS: tuple[ModuleType, ...] = ()  # importing a module registers its kinds
