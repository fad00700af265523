"""A synthetic county, a pure function of a seed: files to import, people, pictures."""
