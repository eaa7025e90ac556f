"""Fuzzing by coverage (atheris): none runs with the tests."""
