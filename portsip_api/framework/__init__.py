"""What the APIs share: the declaration of operations and what is done with it, files as replies; no dialect."""
