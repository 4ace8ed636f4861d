"""Enerscope: analytics and monitoring for an energy trading desk."""
