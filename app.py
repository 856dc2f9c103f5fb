"""WSGI entry: `app` for gunicorn, uWSGI and flask. `python app.py` is `gunicorn app:app` from anywhere."""

import gc
import os
import runpy
import sys
from pathlib import Path

from portsip_api import create_app, settings
from portsip_api.ops import jobs, logs

if __name__ == "__main__":
    os.chdir(Path(__file__).resolve().parent)
    sys.argv.insert(1, "app:app")
    runpy.run_module("gunicorn", run_name="__main__")

app = create_app()
logs.configure(settings.current().log_level)
if os.environ.get("FLASK_RUN_FROM_CLI") != "true":
    jobs.start(app)
    gc.freeze()  # all this stays; to look through it for garbage would hold up a request for tens of milliseconds
