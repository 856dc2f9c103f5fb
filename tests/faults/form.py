"""How long the faults take: in short within `make test`, in long within `make faults` (`FAULTS=long`)."""

import os
import shutil

LONG = os.environ.get("FAULTS") == "long"
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
