"""Vocabularies that users bring -> their names: one module a format."""
