"""What is owned, what it is worth, and why that changed, for pages, jobs and the command line."""
