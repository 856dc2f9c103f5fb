"""`/api/account`: log-in and the life of a token; `tenants` has the other operations there.

Source: contract, section 2.
"""

from typing import Any, Final

from flask import g, request
from marshmallow import Schema
from marshmallow import fields as ma

from portsip_api import settings
from portsip_api.pbx.access import logins, tokens
from portsip_api.pbx.identity import Role
from portsip_api.pbx.values import Text
from portsip_api.portsip.core.blueprint import EVERYBODY, ResourceBlueprint
from portsip_api.portsip.core.fields import Request, Ruled, described
from portsip_api.portsip.core.replies import SUCCESS, Success

API_VERSION: Final = "9.0"
_LOGIN_ERRORS: Final = ("401.2", "403.5")

accounts = ResourceBlueprint("account", __name__, url_prefix="/api/account", description="Log-in and tokens")
_TYPED: Final = Text(320, 1)  # as typed at a log-in: what cannot be an account's is refused as unknown


class CredentialsRequest(Request):
    """A log-in by name."""

    username = described(_TYPED, "An administrator's or a tenant's name, or `extension_number@sip_domain`.")
    name = described(_TYPED, "The same as `username`, which decides when both are sent.")
    password = described(_TYPED, "For an extension its web access password, not the SIP one.", required=True)
    domain = described(Text(253), "The SIP domain, when an extension's name does not carry it.")

    keys = ("username", "name")


class EmailRequest(Request):
    """A log-in by e-mail."""

    email = described(
        _TYPED,
        "An address that several extensions have means the one whose password is sent: of at most 20, one of each "
        "tenant in turn. If it is the password of several, none is logged in.",
        required=True,
    )
    password = described(_TYPED, "The extension's web access password.", required=True)
    domain = described(Text(253), "Ours: the SIP domain, so that only extensions of that tenant are meant.")


class SipRequest(Request):
    """A softphone's log-in."""

    domain = Ruled(Text(253, 1), required=True)
    extension_number = Ruled(Text(64, 1), required=True)
    sip_password = Ruled(_TYPED, required=True)


class LoginReply(Schema):
    """A token and whose it is."""

    access_token = ma.String(required=True, metadata={"description": "32 upper-case hexadecimal characters."})
    expires = ma.Integer(required=True, metadata={"description": "Seconds until it expires."})
    role = ma.String(required=True, metadata={"enum": [role.value for role in Role]})
    api_version = ma.String(required=True)
    id = ma.Integer(required=True)
    name = ma.String(required=True)
    permissions = ma.List(ma.String(), required=True, metadata={"description": "Always empty: the role says it all."})


class Transport(Schema):
    """A SIP transport."""

    protocol = ma.String(required=True)
    port = ma.Integer(required=True)


class SipLoginReply(Schema):
    """What a softphone needs to register."""

    access_token = ma.String(required=True)
    id = ma.Integer(required=True)
    expires = ma.Integer(required=True)
    api_version = ma.String(required=True)
    transports = ma.List(ma.Nested(Transport), required=True)


class RefreshReply(Schema):
    """The same token and its new life."""

    access_token = ma.String(required=True)
    expires = ma.Integer(required=True)


_LOGIN_EXAMPLE: Final = {
    "access_token": "196ACE20C6F34027895F7F95402BB164",
    "expires": 30,
    "role": "administrator",
    "api_version": API_VERSION,
    "id": 1,
    "name": "admin",
    "permissions": [],
}


@accounts.route("/credentials/verify", methods=["POST"])
@accounts.arguments(CredentialsRequest, example={"username": "admin", "password": "the password that was printed"})
@accounts.allowed()
@accounts.answers(LoginReply, example=_LOGIN_EXAMPLE, errors=_LOGIN_ERRORS)
def verify_credentials(given: dict[str, Any]) -> dict[str, Any]:
    """Log in by name and password."""
    name = given["username"] if "username" in given else given["name"]
    return _logged_in(logins.by_credentials(name, given["password"], given.get("domain", ""), _address()))


@accounts.route("/email/verify", methods=["POST"])
@accounts.arguments(EmailRequest, example={"email": "example@example.com", "password": "123456"})
@accounts.allowed()
@accounts.answers(LoginReply, example=_LOGIN_EXAMPLE | {"role": "extension"}, errors=_LOGIN_ERRORS)
def verify_email(given: dict[str, Any]) -> dict[str, Any]:
    """Log in an extension by its e-mail address and web access password."""
    return _logged_in(logins.by_email(given["email"], given["password"], given.get("domain", ""), _address()))


@accounts.route("/extension/sip/verify", methods=["POST"])
@accounts.arguments(SipRequest, example={"domain": "pbx.local", "extension_number": "1000", "sip_password": "123456"})
@accounts.allowed()
@accounts.answers(SipLoginReply, errors=_LOGIN_ERRORS)
def verify_sip_account(given: dict[str, Any]) -> dict[str, Any]:
    """Log in an extension by its SIP account."""
    login = logins.by_sip(given["domain"], given["extension_number"], given["sip_password"], _address())
    return {
        "access_token": login.token,
        "id": login.identity.account_id,
        "expires": settings.current().token_ttl,
        "api_version": API_VERSION,
        "transports": [{"protocol": name, "port": port} for name, port in settings.current().offered_transports],
    }


@accounts.route("/token/refresh", methods=["POST"])
@accounts.arguments(Request, example={"access_token": "196ACE20C6F34027895F7F95402BB164"})
@accounts.allowed(*EVERYBODY)
@accounts.answers(RefreshReply, example={"access_token": "196ACE20C6F34027895F7F95402BB164", "expires": 30})
def refresh_token(_: dict[str, Any]) -> dict[str, Any]:
    """Restart the life of the access token."""
    return {"access_token": g.token, "expires": tokens.refresh(g.token)}


@accounts.route("/sign_out", methods=["POST"])
@accounts.arguments(Request, example={"access_token": "196ACE20C6F34027895F7F95402BB164"})
@accounts.allowed(*EVERYBODY)
@accounts.answers(Success, example=SUCCESS)
def sign_out(_: dict[str, Any]) -> dict[str, str]:
    """End the access token at once."""
    tokens.sign_out(g.token)
    return SUCCESS


def _logged_in(login: logins.Login) -> dict[str, Any]:
    return {
        "access_token": login.token,
        "expires": settings.current().token_ttl,
        "role": login.identity.role,
        "api_version": API_VERSION,
        "id": login.identity.account_id,
        "name": login.identity.name,
        "permissions": [],
    }


def _address() -> str:
    return request.remote_addr or ""
