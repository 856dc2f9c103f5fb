"""`/rest/avatar`: pictures of users.

Source: sipXcom REST API, "Users"; contract `sipxcom-admin.md`, section 5.10; `sipxcom.md`, decisions 2 and 6.
"""

import hashlib
from typing import Final

from flask import Response, request
from werkzeug.datastructures import FileStorage

from portsip_api.framework.turns import Turns
from portsip_api.pbx.extensions import avatars as pbx_avatars
from portsip_api.sipxcom.core.authentication import Access, current_tenant
from portsip_api.sipxcom.core.blueprint import FILE, NOTHING, UPLOAD, Resources
from portsip_api.sipxcom.core.errors import PageStatus
from portsip_api.sipxcom.core.styles import REST

avatars = Resources("avatars", __name__, REST, "Pictures of users")

PNG: Final = "image/png"
FRESH_SECONDS: Final = 60
PICTURES: Final = Turns("pictures", at_once=2)  # one that is decoded may take a hundred megabytes, and more
_MOST_AROUND: Final = 1 << 16  # bytes of a form beside its file


@avatars.route("/rest/avatar/<name:user>")
@avatars.allowed(Access.ANYBODY)
@avatars.answers(FILE, media_types=(PNG,), note="Whoever has no picture has the default one, and so has nobody.")
def show_avatar(user: str) -> Response:
    """Show the picture of the user with that user name or alias."""
    picture = pbx_avatars.show(current_tenant(), user)
    response = Response(picture, mimetype=PNG)
    response.cache_control.public = True
    response.cache_control.max_age = FRESH_SECONDS
    response.set_etag(hashlib.sha256(picture).hexdigest())
    response.make_conditional(request)
    return response


@avatars.route("/rest/avatar/<name:user>", methods=["POST"])
@avatars.reads(UPLOAD)
@avatars.limits(largest=lambda: pbx_avatars.MOST_BYTES + _MOST_AROUND, turns=PICTURES)
@avatars.allowed(Access.OWNER)
@avatars.answers(
    NOTHING,
    errors=(404, 417),
    note="By the user and by administrators. The part may have any name; of the picture the middle is kept, as PNG.",
)
def set_avatar(files: list[FileStorage], user: str) -> None:
    """Give a user a picture."""
    if len(files) != 1:
        raise PageStatus(417, "Exactly one file must be sent.")
    pbx_avatars.replace(current_tenant(), user, files[0].stream.read(pbx_avatars.MOST_BYTES + 1))
