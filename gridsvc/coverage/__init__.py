"""Who owes which visits, and what a change of the rules would change."""
