"""What the secrets of extensions and conferences are for: the purposes to which their encryption is bound."""

from typing import Final

SIP_PASSWORD: Final = "extension.password"
WEB_PASSWORD: Final = "extension.web_access_password"
PIN: Final = "extension.voicemail_pin"
WEBPAGE_PASSWORD: Final = "extension.phone_webpage_password"  # of its phone
PURPOSES: Final = (SIP_PASSWORD, WEB_PASSWORD, PIN)
PARTICIPANT_PIN: Final = "conference.participant_pin"
MODERATOR_PIN: Final = "conference.moderator_pin"
