"""WSGI entry: `app` for gunicorn, uWSGI and flask; `python app.py` serves on loopback for a quick look."""

from portsip_api import create_app

app = create_app()

if __name__ == "__main__":
    app.run("127.0.0.1", 8899)
