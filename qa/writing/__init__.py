"""A language model writes the answer out; code, not the prompt, decides what of it is shown."""
