"""Sessions as real clients hold them, over a socket: each kind with its own forms, reading replies as it reads them."""
