"""Rows: what users do for themselves."""

from typing import Any

from tests.contract.sipxcom.row import Row, unsupported
from tests.crm import WEB_PASSWORD

_PASTED = "The page repeats what it says of schedules; the system had PUT alone."
_UNITE = "The page prints /my/faxprefs once more; what it describes is this."
_NOON = {"scheduledDay": 7, "start": {"hrs": 12, "min": 0}, "end": {"hrs": 13, "min": 0}}
_RING = {"expiration": 30, "type": "If no response", "enabled": True, "number": "201"}
_FORWARD = (
    "<call-sequence><rings><ring><expiration>30</expiration><type>At the same time</type><enabled>true</enabled>"
    "<number>201</number></ring></rings><expiration>20</expiration><withVoicemail>true</withVoicemail></call-sequence>"
)


def _row(number: int, uri: str, method: str, path: str, status: int = 200, body: Any = None, **more: Any) -> Row:
    return Row(number, uri, method, path, status, body, user=True, **more)


def _refused(number: int, uri: str, path: str, *methods: str, **more: Any) -> list[Row]:
    return unsupported(number, uri, path, *methods, user=True, **more)


def _sequences() -> list[Row]:
    forward, sequence = "/my/forward", "/my/callfwd"
    return [
        _row(99, forward, "PUT", "rest/my/forward", body=_FORWARD),
        _row(99, forward, "GET", "rest/my/forward", has=("<type>At the same time</type>",)),
        *_refused(99, forward, "rest/my/forward", "POST", "DELETE"),
        _row(100, sequence, "PUT", "rest/my/callfwd", body={"rings": [_RING], "expiration": 20}),
        _row(100, sequence, "GET", "rest/my/callfwd", has=('"type":"If no response"', '"scheduleId":null')),
        _row(100, sequence, "GET", "rest/callfwd", has=('"type":"If no response"',)),
        *_refused(100, sequence, "rest/my/callfwd", "POST", "DELETE"),
    ]


def _schedules() -> list[Row]:
    every, one, path = "/my/callfwdschedule", "/my/callfwdsched/{id}", "rest/my/callfwdsched/{own_schedule}"
    named = "As the page says: no id is specified."
    made: dict[str, Any] = {"name": "Sat", "periods": [_NOON]}
    return [
        _row(101, every, "POST", "rest/my/callfwdschedule", body=made, why="The page calls it unsupported."),
        _row(101, every, "GET", "rest/my/callfwdschedule", has=('"scheduledDay":7', '"name":"Sat"')),
        _row(101, every, "POST", "rest/my/callfwdsched", 422, made, why="A name is given once."),
        _row(101, every, "PUT", "rest/my/callfwdschedule", 403, why=named),
        _row(101, every, "DELETE", "rest/my/callfwdsched", 403, supported=False, why=named),
        _row(102, one, "PUT", path, body={"name": "Later", "periods": [_NOON]}),
        _row(102, one, "GET", path, has=('"scheduleId":{own_schedule}', '"name":"Later"')),
        _row(102, one, "GET", "rest/my/callfwdsched/{schedule}", 404, why="A general one is nobody's own."),
        _row(102, one, "POST", path, body=made | {"name": "Sun"}, supported=False, why="The system made one more."),
        _row(102, one, "DELETE", path),
    ]


def _log_in() -> list[Row]:
    pin, password = "/my/voicemail/pin/{pin}", "/my/portal/password/{password}"
    rows = [
        _row(104, pin, "PUT", "rest/my/voicemail/pin/4711"),
        _row(104, pin, "PUT", "rest/my/voicemail/pin/123", 400, has=("at least 4 characters",)),
        *(
            _row(104, pin, method, "rest/my/voicemail/pin/4711", 405, supported=False, why=_PASTED)
            for method in _OTHERS
        ),
        _row(154, password, "PUT", f"rest/my/portal/password/{WEB_PASSWORD}"),
        _row(154, password, "PUT", "rest/my/portal/password/1234567", 400, has=("at least 8 characters",)),
        *_refused(154, password, f"rest/my/portal/password/{WEB_PASSWORD}", *_OTHERS),
    ]
    for number, name, has, why in (
        (156, "time", ("M",), ""),
        (157, "logindetails", ("<userName>200</userName>", "<sipPassword>"), ""),
        (158, "logindetailsunite", ("<im-locations/>",), _UNITE),
        (159, "keepalive", (), ""),
    ):
        rows.append(_row(number, f"/my/{name}", "GET", f"rest/my/{name}", has=has, why=why))
        rows += _refused(number, f"/my/{name}", f"rest/my/{name}", "PUT", "POST", "DELETE")
    return rows


def _preferences() -> list[Row]:
    contact = "<contact-information><firstName>Ann</firstName><lastName>Lee</lastName></contact-information>"
    rows = []
    for number, name, body, has in (
        (105, "vmprefs", {"greeting": "NONE", "emailAttachType": "YES"}, ('"greeting":"NONE"', '"emailFormat":"FULL"')),
        (117, "contact-information", contact, ("<imDisplayName>Ann Lee</imDisplayName>", "<salutation>None<")),
        (118, "im/prefs", {"otpMessage": "On the phone"}, ('"otpMessage":"On the phone"',)),
        (119, "imbot/prefs", {"vmEnd": True}, ('"vmEnd":true', '"confExit":true')),
        (120, "speeddial", {"buttons": [{"label": "B", "number": "201", "blf": True}]}, ('"name":"B=201"',)),
    ):
        rows.append(_row(number, f"/my/{name}", "PUT", f"rest/my/{name}", body=body))
        rows.append(_row(number, f"/my/{name}", "GET", f"rest/my/{name}", has=has))
        rows += _refused(number, f"/my/{name}", f"rest/my/{name}", "POST", "DELETE")
    rows.append(_row(155, "/my/faxprefs", "GET", "rest/my/faxprefs", has=('{"extension":"","did":""}',)))
    return rows + _refused(155, "/my/faxprefs", "rest/my/faxprefs", "PUT", "POST", "DELETE")


def _phonebook() -> list[Row]:
    book, paged, found = "/my/phonebook", "/my/pagedphonebook?start={start-row}&end={end-row}", "/my/search/phonebook"
    one, on_phone = "/my/phonebook/entry/{entryId}", "/my/phonebook/showContactsOnPhone/{value}"
    found += "?query={searchterm}"
    had = "The page calls it unsupported; the system had it."
    entry = "<first-name>Bo</first-name><last-name>Lind</last-name><number>3002</number><contact-information/>"
    google, refused = "/my/phonebook/googleImport", "rest/my/phonebook/googleImport"
    account = {"credentials": {"account": "ana", "password": "secret"}}
    gone = "As the page says of an error of the service, whose log-in is gone."
    card, synced, there = "/my/phonebookentry/{internalid}", "rest/my/phonebookentry/a1", "<pb><vcard>{}</vcard></pb>"
    vcard = there.format("BEGIN:VCARD\nVERSION:3.0\nN:Card;A\nTEL:3004\nEND:VCARD")
    address, size = "rest/my/phonebook/entry/{own_entry}", "<size>"
    return [
        _row(110, book, "POST", "rest/my/phonebook", body=f"<phonebook><entry>{entry}</entry></phonebook>", why=had),
        _row(110, book, "GET", "rest/my/phonebook", has=("<number>3002</number>", "<id>-1</id>", "<number>200<")),
        _row(110, book, "GET", "rest/my/phonebook", has=('"Bo","Lind","3002","",',), accept="text/plain"),
        _row(110, book, "GET", "rest/my/phonebook", has=("N:Lind;Bo;;;\r\n",), accept="text/x-vcard"),
        *_refused(110, book, "rest/my/phonebook", "PUT"),
        _row(111, paged, "GET", "rest/my/pagedphonebook?start=0&end=1", has=(size, "<end-row>1</end-row>")),
        *_refused(111, paged, "rest/my/pagedphonebook?start=0&end=1", "PUT", "POST", "DELETE"),
        _row(112, one, "PUT", address, body={"entry": {"firstName": "A", "lastName": "B", "number": "3"}}),
        _row(112, one, "GET", address, has=("<first-name>A</first-name>",)),
        _row(112, one, "POST", address, body=f"<entry>{entry.replace('3002', '3003')}</entry>"),
        _row(112, one, "POST", address, 747, f"<entry>{entry}</entry>", why="As the page says of duplicates."),
        _row(113, found, "GET", "rest/my/search/phonebook?query=Lind", has=("<number>3003</number>",)),
        *_refused(113, found, "rest/my/search/phonebook?query=Lind", "PUT", "POST", "DELETE"),
        _row(114, card, "PUT", synced, body=vcard),
        _row(114, card, "PUT", synced, body=vcard.replace("3004", "3005"), why="The system made one more."),
        *_refused(114, card, synced, "GET", "POST"),
        _row(114, card, "DELETE", synced),
        _row(114, card, "DELETE", synced, 404, why="As the page says of what is not found."),
        _row(115, on_phone, "PUT", "rest/my/phonebook/showContactsOnPhone/true"),
        *_refused(115, on_phone, "rest/my/phonebook/showContactsOnPhone/true", *_OTHERS),
        _row(116, google, "POST", refused, 744, account, why=gone),
        *_refused(116, google, refused, "GET", "PUT", "DELETE"),
        _row(112, one, "DELETE", address),
        _row(110, book, "DELETE", "rest/my/phonebook", why=had),
    ]


def _active_calls() -> list[Row]:
    active = "/my/activecdrs"
    return [
        _row(103, active, "GET", "rest/my/activecdrs", has=("<cdrs/>",), why="No SIP engine is attached."),
        *_refused(103, active, "rest/my/activecdrs", "PUT", "POST", "DELETE"),
    ]


def _mailboxes() -> list[Row]:
    feed, greeting = "/my/feed/voicemail/{folder}", "/my/mailbox/{user}/preferences/activegreeting/{greeting}"
    active = "rest/my/mailbox/200/preferences/activegreeting"
    return [
        _row(106, feed, "GET", "rest/my/feed/voicemail/inbox", has=("<title>Voicemail: 200</title>",)),
        _row(106, feed, "GET", "rest/my/feed/voicemail/trash", 400, has=("context not understood",)),
        *_refused(106, feed, "rest/my/feed/voicemail/inbox", "PUT", "POST", "DELETE"),
        _row(121, greeting, "PUT", f"{active}/outofoffice", body="x"),
        _row(121, greeting, "GET", "rest/my/vmprefs", has=('"greeting":"OUT_OF_OFFICE"',), why="Where it is shown."),
        _row(121, greeting, "PUT", f"{active}/loud", 400, why="The system took it for none."),
        _row(121, greeting, "PUT", f"{active.replace('200', '201')}/none", 403, why="The system asked for no owner."),
        *_refused(121, greeting, f"{active}/none", *_OTHERS),
    ]


def _attendants() -> list[Row]:
    whole, one, none = "/my/voicemail/attendant", "/my/voicemail/operator/{operator}", "/my/voicemail/operator"
    given = {"operator": "419", "overrideLanguage": True, "menu": {"5": "255", "7": "999"}, "language": "en"}
    path, reset = "rest/my/voicemail/attendant", "rest/my/voicemail/operator"
    return [
        _row(107, whole, "PUT", path, body=given),
        _row(107, whole, "GET", path, has=('"operator":"419","menu":{"5":"255","7":"999"}', '"language":"en"')),
        _row(107, whole, "PUT", path, 400, {"menu": {"A": "255"}}, why="The system failed."),
        _row(107, whole, "GET", f"{path}/lang", has=('["en"]',), why="The page lacks it; known clients ask for it."),
        *_refused(107, whole, path, "POST", "DELETE"),
        _row(108, one, "PUT", f"{reset}/201", body="x"),
        _row(108, one, "PUT", f"{reset}/nobody!", 400, why="No number that can be dialled."),
        *_refused(108, one, f"{reset}/201", *_OTHERS),
        _row(109, none, "PUT", reset, body="x"),
        _row(109, none, "PUT", f"{reset}/", body="x", why="The system had it with the slash alone."),
        *_refused(109, none, reset, *_OTHERS),
    ]


_OTHERS = ("GET", "POST", "DELETE")
ROWS = [
    *_sequences(),
    *_active_calls(),
    *_schedules(),
    *_log_in(),
    *_preferences(),
    *_phonebook(),
    *_mailboxes(),
    *_attendants(),
]
