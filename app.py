"""WSGI entry: `app` for gunicorn, uWSGI and flask. `python app.py` is `gunicorn app:app` from anywhere: `pbx serve`."""

import gc
import os
import runpy
import sys
from pathlib import Path

from portsip_api import create_app, settings
from portsip_api.ops import jobs, logs, memory, network
from portsip_api.portsip import events
from portsip_api.store import files

if __name__ == "__main__":
    os.chdir(Path(__file__).resolve().parent)
    sys.argv.insert(1, "app:app")
    runpy.run_module("gunicorn", run_name="__main__")

files.keep_private()
memory.share_free_memory()
_by_flask = os.environ.get("FLASK_RUN_FROM_CLI") == "true"  # which looks into it for commands, too
app = create_app(make_database=not _by_flask or "run" in sys.argv)
logs.configure(settings.current().log_level)
if not _by_flask:
    jobs.start(app)
    events.start(network.client_address)
    gc.freeze()  # all this stays; to look through it for garbage would hold up a request for tens of milliseconds
