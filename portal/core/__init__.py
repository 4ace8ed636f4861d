"""The bottom floor: standard library, numpy types and pydantic only."""
