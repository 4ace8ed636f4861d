"""Compliance: running the rules, cases, onboarding, reports, deadlines, privacy."""
