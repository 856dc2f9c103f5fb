"""`/rest/my/feed/voicemail` and `/rest/my/mailbox`: a folder of one's mailbox as a feed, and its greeting.

Source: sipXcom REST API, "Voicemail RSS feed" and "Active greeting"; contract `sipxcom-user.md`, section 6.2.
"""

import re
from datetime import UTC, datetime
from typing import Any, Final

from feedgenerator import Enclosure, Rss201rev2Feed
from flask import Response, g, request

from portsip_api.framework.blueprint import current_identity
from portsip_api.pbx.errors import Invalid
from portsip_api.pbx.mailboxes import messages as pbx_messages
from portsip_api.pbx.mailboxes.messages import Message
from portsip_api.pbx.personal import voicemail_preferences
from portsip_api.sipxcom.core.authentication import Access, current_tenant
from portsip_api.sipxcom.core.blueprint import FILE, IGNORED, NOTHING, Resources
from portsip_api.sipxcom.core.styles import OTHER_XML, REST, XML, respond
from portsip_api.sipxcom.my.mailboxes import WAV, known, own_box, shown_id
from portsip_api.store.paging import Slice

voicemail = Resources("voicemail", __name__, REST, "Feeds of one's mailbox, and its greeting")

RSS: Final = "application/rss+xml"
_NEWEST: Final = 100
_DC: Final = "http://purl.org/dc/elements/1.1/"
_GREETINGS: Final = {
    "none": "NONE",
    "standard": "STANDARD",
    "outofoffice": "OUT_OF_OFFICE",
    "extendedabsence": "EXTENDED_ABSENCE",
}
_NO_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@voicemail.route("/rest/my/feed/voicemail/<name:folder>")
@voicemail.allowed(Access.USER)
@voicemail.answers(
    FILE,
    media_types=(RSS, XML, OTHER_XML),
    note=f"RSS 2.0, of the newest {_NEWEST} messages. Links lead to the sound, by the private key where the feed is.",
)
def show_feed(folder: str) -> Response:
    """Show a folder of one's mailbox as a feed."""
    name = known(folder)
    user = current_identity().name.rpartition("@")[0]
    part = Slice(0, _NEWEST, descending=True)
    page = pbx_messages.page(current_tenant(), own_box(user), [name], part)
    base = request.base_url.partition("/feed/voicemail/")[0]
    feed = _Feed(f"Voicemail: {user}", request.url_root, f"Voicemail {name.capitalize()} for {user}")
    for message in page.rows:
        _add(feed, message, f"{base}/redirect/media/{user}/{name}/{shown_id(message)}.wav")
    return respond(feed.writeString("utf-8"), g.media_type)


@voicemail.route("/rest/my/mailbox/<name:user>/preferences/activegreeting/<name:greeting>", methods=["PUT"])
@voicemail.reads(IGNORED)
@voicemail.allowed(Access.USER)
@voicemail.answers(NOTHING, errors=(403,), note=f"One of {', '.join(_GREETINGS)}. A body is not looked at.")
def set_active_greeting(user: str, greeting: str) -> None:
    """Set which greeting one's voicemail plays."""
    own_box(user)
    if greeting.lower() not in _GREETINGS:
        raise Invalid({"greeting": [f"Must be one of {', '.join(_GREETINGS)}."]})
    given = {"greeting": _GREETINGS[greeting.lower()]}
    voicemail_preferences.update(current_tenant(), current_identity().account_id, given)


class _Feed(Rss201rev2Feed):
    """A feed whose items also have the date of Dublin Core."""

    def root_attributes(self) -> dict[str, str]:
        """Return the attributes of the root."""
        return {**super().root_attributes(), "xmlns:dc": _DC}

    def add_item_elements(self, handler: Any, item: Any) -> None:
        """Write the elements of an item."""
        super().add_item_elements(handler, item)
        handler.addQuickElement("dc:date", item["pubdate"].isoformat())


def _add(feed: _Feed, message: Message, link: str) -> None:
    at = datetime.fromtimestamp(int(message.received), UTC)
    caller = message.caller_name or message.caller or "an unknown caller"
    feed.add_item(
        title=_NO_XML.sub("\ufffd", f"{message.subject or 'Voice message'} from {caller}"),
        link=link,
        description=f"{round(message.duration)} seconds received at {at:%H:%M} on {at:%m/%d/%y}",
        pubdate=at,
        unique_id=link,
        enclosures=[Enclosure(link, str(message.size), WAV)],
    )
