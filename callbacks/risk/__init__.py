"""Risk pages: their bodies, grids and inputs."""
