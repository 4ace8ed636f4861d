"""The reports, one module each; :func:`portal.domain.compliance.reports.layout.layouts` imports them all."""
