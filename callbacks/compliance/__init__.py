"""How the pages of Compliance react: their bodies, grids and inputs."""
