"""What spaCy runs, one module a stage, in the order of `assembly.ORDER`."""
