"""The application as it is shipped, and beside its operations the floor's routes: `gunicorn bench.app:app`.

With BENCH_FORGET no reply is kept, so that each costs what it does when it is asked for the first time.
"""

import gc
import os

from bench import floor
from portsip_api import create_app, settings
from portsip_api.ops import jobs, logs, memory
from portsip_api.portsip.core import revisions

memory.share_free_memory()
app = create_app()
floor.register(app)
logs.configure(settings.current().log_level)
jobs.start(app)
if "BENCH_FORGET" in os.environ:
    revisions.REPLIES.most_bytes = 0
gc.freeze()
