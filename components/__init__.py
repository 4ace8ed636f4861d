"""Pure functions: values in, Dash tree or figure out. No services, no queries, no Flask."""
