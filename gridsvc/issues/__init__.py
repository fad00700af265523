"""Issues: the ledger of problems, from found to looked back at."""
