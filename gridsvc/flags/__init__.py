"""Evidence flags: what speaks against a record, for a person to judge. A hint, never a verdict."""
