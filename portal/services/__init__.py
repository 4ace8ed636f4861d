"""Use cases: each opens a unit of work, checks the right, calls the domain, stores and audits."""
