"""Compliance: the rule engine, its rules and dated parameters, deadlines, screening, identifiers."""
