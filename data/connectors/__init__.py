"""Programs elsewhere that the portal talks to, one file each."""
