"""How what lies in models/trained was made and measured."""
