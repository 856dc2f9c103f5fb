"""What of the clients is not everywhere."""

from tests.contract.dialects.users_clients import has_php

collect_ignore = [] if has_php() else ["test_php.py"]
