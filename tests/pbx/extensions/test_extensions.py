"""Extensions without HTTP: what only concurrent requests can meet."""

import pytest

from portsip_api.pbx.errors import NotFound
from portsip_api.pbx.extensions import extensions
from tests.crm import SIP_PASSWORD, WEB_PASSWORD


@pytest.mark.usefixtures("configure")
def test_a_tenant_may_be_gone_by_the_time_of_the_write() -> None:
    passwords = {"password": SIP_PASSWORD, "web_access_password": WEB_PASSWORD}
    with pytest.raises(NotFound, match="no such tenant"):
        extensions.create(99, {"extension_number": "1000", **passwords})
