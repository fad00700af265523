"""Days off (请假): who is away, who stands in, and what was taken back."""
