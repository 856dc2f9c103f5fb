"""`pbx`, which is `python -m portsip_api`: the command line."""

from flask.cli import ScriptInfo

from portsip_api import create_app
from portsip_api.ops.cli import pbx
from portsip_api.store.files import keep_private


def main() -> None:
    """Run the command that the arguments of the process name. An application is made for those that need one."""
    keep_private()
    pbx(prog_name="pbx", obj=ScriptInfo(create_app=create_app))


if __name__ == "__main__":
    main()
