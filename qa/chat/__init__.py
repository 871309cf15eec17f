"""The chat: its page as safe HTML, what the page asks the server for, and what is kept of conversations."""
