"""Sounds and the files that hold them: audio, greetings, prompts.

Every room above may use it; whose a greeting is, it is told as an id.
"""
