"""The application: settings, store, APIs, and what runs beside requests."""

from flask import Flask, Response, request

from portsip_api import __version__, engine, ops, portsip, provision, settings, sipxcom, switch
from portsip_api.framework import file_replies, forms, turns
from portsip_api.ops.serving import load_settings
from portsip_api.startup import open_store


def create(configuration: settings.Settings | None, *, make_database: bool) -> Flask:
    """Return it: see `portsip_api.create_app`."""
    settings.use(configuration or load_settings())
    switch.attach(settings.current().switch)
    app = Flask("portsip_api", static_folder=None)
    app.request_class = forms.Request
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    app.config["MAX_CONTENT_LENGTH"] = settings.current().max_body
    if make_database or settings.current().database_path.exists():
        open_store()
    portsip.register(app, __version__)
    sipxcom.register(app, __version__)
    provision.register(app, __version__)
    engine.register(app)
    ops.register(app, __version__)
    app.before_request(file_replies.drop_unreadable_dates)
    app.teardown_request(turns.end)

    @app.errorhandler(Exception)
    def answer(error: Exception) -> Response:
        """Say what went wrong in the dialect of the API that was asked."""
        others = (api for api in (sipxcom, provision, engine) if request.path.startswith(f"{api.PREFIX}/"))
        api = next(others, portsip)
        response: Response = api.answer(error)
        if 500 <= response.status_code < 600:  # above are refusals for which the vendor's page has its own
            app.extensions["pbx-failures"](error, response.status_code)
        return response

    return app
