"""Footnote beside other systems: the same work through each, in turn, on one machine. See README.md here."""
