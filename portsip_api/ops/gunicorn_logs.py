"""gunicorn's own messages, as lines of the same log and without a word of what a client sent."""

import logging
import os
import re
from typing import Any

from gunicorn.glogging import Logger

from portsip_api.ops.logs import JsonFormatter

# What a worker says about a request stands behind a colon or in an argument: the raw request line, a header, an address
# with its query. The process id, the other thing that stands there, is told by every line.
_DETAIL = re.compile(r": | \(pid| with pid|%")


class JsonLogger(Logger):
    """The logger of gunicorn's master and workers."""

    def setup(self, cfg: Any) -> None:
        """Make gunicorn's handlers write JSON."""
        super().setup(cfg)
        master = os.getpid()

        def shorten(record: logging.LogRecord) -> bool:
            if os.getpid() != master:
                record.msg, record.args = _DETAIL.split(str(record.msg))[0].strip(), ()
            return bool(record.msg)

        for handler in self.error_log.handlers:
            handler.setFormatter(JsonFormatter())
            handler.addFilter(shorten)
