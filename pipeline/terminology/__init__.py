"""Concepts, lexicons and the term index."""
