"""What the secrets of an extension are for: the purposes to which their encryption is bound."""

from typing import Final

SIP_PASSWORD: Final = "extension.password"
WEB_PASSWORD: Final = "extension.web_access_password"
PIN: Final = "extension.voicemail_pin"
PURPOSES: Final = (SIP_PASSWORD, WEB_PASSWORD, PIN)
