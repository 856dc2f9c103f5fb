"""The administration of sipXcom: a module per resource."""
