"""The steps of FreeSWITCH that plans become, written by a module for each kind of plan."""
