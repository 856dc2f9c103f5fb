"""Imported by uWSGI's first process (`shared-import` in wsgi.ini) for what it does: see `serving`."""

import os

from portsip_api import settings_file
from portsip_api.ops import serving
from portsip_api.startup import StartupError

serving.prepare()
for _name in ("PBX_BIND", "PBX_WORKERS", "PBX_THREADS"):
    if _name in settings_file.variables() and _name not in os.environ:
        raise StartupError(f"{_name}: uWSGI reads it from the environment, and not from the settings file.")
