"""The SIP engine behind one small interface, `pbx.calls.Switch`. Until one is attached, it is `none`."""

from portsip_api.pbx.calls.placing import Switch
from portsip_api.switch.none import NoSwitch

switch: Switch = NoSwitch()
