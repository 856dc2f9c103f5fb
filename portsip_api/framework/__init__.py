"""What the APIs share: the declaration of operations, their documents, files as replies. It knows no dialect."""
