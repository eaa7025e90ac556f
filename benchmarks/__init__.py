"""Measurements at full size: none runs with the tests."""
