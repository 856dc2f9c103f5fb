"""What the first process of a server does before its workers start.

Whatever keeps the server from starting is found here, so that it ends with one sentence and a status instead of
starting workers that fail one after the other.
"""

import atexit
import os
import shutil
import tempfile

from portsip_api import settings, settings_file
from portsip_api.ops.metrics import FOLDER_VARIABLE
from portsip_api.startup import StartupError, open_store
from portsip_api.store import database
from portsip_api.store.files import keep_private


def load_settings() -> settings.Settings:
    """Return the settings of the environment and the settings file. Raises StartupError."""
    try:
        return settings.load(settings_file.variables())
    except settings.ConfigurationError as error:
        raise StartupError(str(error)) from error


def prepare() -> None:
    """Bring the store up to date, leave it closed for the workers to open, and make the folder of their metrics.

    Raises StartupError.
    """
    keep_private()
    os.environ.pop(FOLDER_VARIABLE, None)  # one from outside is neither fresh nor ours to remove
    settings.use(load_settings())
    open_store(before_workers=True)
    database.db.close()
    try:
        os.environ[FOLDER_VARIABLE] = folder = tempfile.mkdtemp(prefix="pbx-metrics-")
    except OSError as error:
        raise StartupError("There is no folder in which temporary files can be written.") from error
    owner = os.getpid()

    def remove() -> None:
        if os.getpid() == owner:  # a forked worker ends through here too
            shutil.rmtree(folder, ignore_errors=True)

    atexit.register(remove)
