"""`/rest/my/privatekey` (ours): the key with which `/rest/private/{key}/…` is `/rest/my/…` of its user.

Source: contract `sipxcom-user.md`, section 1; `sipxcom.md`, decision 2.
"""

from portsip_api.framework.blueprint import current_identity
from portsip_api.pbx.personal import private_keys as pbx_keys
from portsip_api.sipxcom.core.authentication import Access, current_tenant
from portsip_api.sipxcom.core.blueprint import IGNORED, NOTHING, TEXT, Resources
from portsip_api.sipxcom.core.styles import PLAIN, REST

private_keys = Resources("private keys", __name__, REST, "Keys that stand for users in addresses")


@private_keys.route("/rest/my/privatekey", methods=["POST"], by_key=False)
@private_keys.reads(IGNORED)
@private_keys.allowed(Access.USER)
@private_keys.answers(
    TEXT,
    media_types=(PLAIN,),
    note="Shown here and never again. `/rest/private/{key}/…` is `/rest/my/…` without a log-in, but for what sets or "
    "shows a password, a PIN or a key. The key there was is worth nothing from now on.",
)
def rotate_private_key() -> str:
    """Make a new private key of one's own."""
    return pbx_keys.rotate(current_tenant(), current_identity().account_id)


@private_keys.route("/rest/my/privatekey", methods=["DELETE"], by_key=False)
@private_keys.allowed(Access.USER)
@private_keys.answers(NOTHING, errors=(404,))
def revoke_private_key() -> None:
    """Take one's private key back."""
    pbx_keys.revoke(current_tenant(), current_identity().account_id)
