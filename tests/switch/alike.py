"""Documents without what differs from run to run."""

import re


def anywhere(text: str) -> str:
    """Return a text with the engine's folder in no place of this machine."""
    return re.sub(r"(?<=[:\"= !])/[^\"^ !]*/switch/", "/switch/", text)


def alike(document: str) -> str:
    """Return a document without the place of the engine's folder and the ids of rows and files."""
    document = re.sub(r"outbound_redirect_fatal=true|sip_redirect_context=[^,\]]*", "REDIRECT", document)
    # Whose call it is has a test of its own; it stands in every document.
    document = re.sub(r'<action application="export" data="nolocal:pbx_party=[^"]*" />', "", document)
    document = document.replace('<action application="export" data="nolocal:process_cdr=false" />', "")
    # So have that an account may be kept, and its ways to emergency numbers, which are there whenever it is asked for.
    document = document.replace(' cacheable="true"', "")
    document = re.sub(r'<variable name="pbx_emergency_[^>]*/>', "", document)
    document = anywhere(document)
    document = re.sub(r"audio~[0-9a-f]{32}\.wav", "audio~ID.wav", document)
    document = re.sub(r"\b(t\d+)-g\d+\b", r"\1-gID", document)
    document = re.sub(r"(mailbox~message~[^~]*~[a-z]+~)[0-9]+", r"\1ID", document)
    document = re.sub(r"(?<=room~)(\d+)~\d+~([^~]*)~[0-9a-f-]{36}", r"\1~ID~\2~ID", document)
    document = re.sub(r'(pin" value=")[^"]*', r"\1PIN", document)
    return re.sub(r"message~(\d+)~\d+~", r"message~\1~ID~", document)
