"""Pure functions and frozen dataclasses: what the numbers mean. No input or output, no clock, no settings."""
