"""Benchmarks: how fast the portal is, each figure beside a baseline of the same run. See docs/performance.md."""
