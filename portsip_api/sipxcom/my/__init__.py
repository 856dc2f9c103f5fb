"""What users do for themselves: a module per resource below `/rest/my`."""
