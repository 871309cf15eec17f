"""One small file for each compared system, in the way that its own documentation shows first."""
