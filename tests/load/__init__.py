"""Load: fifty signed-in sessions at once, and whether our own metrics say the same as the tool that makes the load."""
