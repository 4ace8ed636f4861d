"""The door of jobs in production: Celery over Redis."""
