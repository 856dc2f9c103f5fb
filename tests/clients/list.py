"""Lists the extensions by clients of both documents: `python list.py URL TOKEN NAME PASSWORD`."""

import json
import sys

from portsip_client import AuthenticatedClient
from portsip_client.api.extensions import list_extensions
from sipxcom_client import Client
from sipxcom_client.api.users import list_users

url, token, name, password = sys.argv[1:]

extensions = list_extensions.sync(client=AuthenticatedClient(base_url=url, token=token))
numbers = [one.extension_number for one in extensions.extensions]

client = Client(base_url=url, headers={"Accept": "application/json"}, httpx_args={"auth": (name, password)})
users = list_users.sync(client=client)
names = [one.user_name for one in users.user.users]

print(json.dumps([numbers, names]))
