"""gunicorn, as one would run it in production."""
