"""`/provision`: a phone's own files, with the passwords of its lines, whatever people are shown.

A phone that got a file by GET has its credential: those before it end. By HEAD it got none.
"""

from flask import Response, request

from portsip_api.framework.provisioning import PREFIX, own_url
from portsip_api.pbx.devices import credentials
from portsip_api.pbx.devices.profiles import inputs, shared
from portsip_api.provision.blueprint import Access, PhoneOperations, current_phone

files = PhoneOperations("files of phones", __name__, "What phones fetch")


# Phones put a slash between their folder and a name, whether there is one already or not.
@files.route(f"{PREFIX}/<secret>/<name>", aliases=[f"{PREFIX}/<secret>//<name>"])
@files.allowed(Access.URL)
def show_file_by_url(name: str) -> Response:
    """Give a phone one of its files, by the secret in its URL."""
    return _file(name)


@files.route(f"{PREFIX}/<name>", aliases=[f"{PREFIX}//<name>"])
@files.allowed(Access.PASSWORD)
def show_file_by_password(name: str) -> Response:
    """Give a phone one of its files, by its MAC address and provisioning password: one address serves all phones."""
    return _file(name)


def _file(name: str) -> Response:
    phone = current_phone()
    profile = shared.file_of(phone.tenant_id, inputs.of_phone(phone.tenant_id, phone.name, own_url), name)
    if request.method == "GET":
        credentials.note_fetch(phone)
    return Response(profile.content, content_type=profile.media_type)
