"""One small file for each compared system, used in a way that its own documentation shows."""
