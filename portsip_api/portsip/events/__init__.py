"""Events over WebSocket: who watches, what is told, and the one process that serves the sockets.

Source: contract `portsip-more.md`, section 5.
"""

from portsip_api.portsip.events.serving import start

__all__ = ["start"]
