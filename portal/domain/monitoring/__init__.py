"""How the portal itself is doing: counts and durations of its jobs."""
