"""Inputs -> cases, one module a format."""
