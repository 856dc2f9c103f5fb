"""Imported by uWSGI's first process (`shared-import` in wsgi.ini) for what it does: see `serving`."""

from portsip_api.ops import serving

serving.prepare()
