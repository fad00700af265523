"""Weekly summaries of the towns."""
