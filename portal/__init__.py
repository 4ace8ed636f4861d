"""Enerscope: analytics and monitoring for an energy trading desk."""

VERSION = "0.1.0"
