"""A PBX management server that speaks the REST APIs of PortSIP PBX and of sipXcom over one SQLite store."""

from flask import Flask, Response, request

from portsip_api import file_replies, ops, portsip, settings, sipxcom
from portsip_api.ops.serving import load_settings
from portsip_api.startup import open_store

__version__ = "0.1.0"


def create_app(configuration: settings.Settings | None = None) -> Flask:
    """Return the application: settings, store, faces, and what runs beside requests.

    Raises StartupError, which is a SystemExit with one sentence, when the server cannot start.
    """
    settings.use(configuration or load_settings())
    app = Flask(__name__, static_folder=None)
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    app.config["MAX_CONTENT_LENGTH"] = settings.current().max_body
    open_store()
    portsip.register(app, __version__)
    sipxcom.register(app, __version__)
    ops.register(app)
    app.before_request(file_replies.drop_unreadable_dates)

    @app.errorhandler(Exception)
    def answer(error: Exception) -> Response:
        """Say what went wrong in the dialect of the face that was asked."""
        face = sipxcom if request.path.startswith(f"{sipxcom.PREFIX}/") else portsip
        response: Response = face.answer(error)
        if response.status_code >= 500:
            app.extensions["pbx-failures"](error, response.status_code)
        return response

    return app
