"""What is asked of one enterprise beside the rules, whose turn it is, and the visits that count."""
