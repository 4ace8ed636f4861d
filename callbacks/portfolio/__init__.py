"""Portfolio pages: their bodies, grids and inputs."""
