"""`python -m portsip_api.ops.cli`: the two commands that are needed most when the server does not start."""

import sys

from portsip_api import settings
from portsip_api.ops.cli import setup, store
from portsip_api.ops.cli.group import SentenceGroup

try:
    settings.use(settings.load())
except settings.ConfigurationError as error:
    if sys.argv[1:2] != ["check"]:
        sys.exit(str(error))
SentenceGroup("pbx", commands=[setup.check, store.restore], help="Repair what keeps the server from starting.")(
    prog_name="python -m portsip_api.ops.cli"
)
