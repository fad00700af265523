"""The roster: who is who in a jurisdiction, and who answers for what."""
