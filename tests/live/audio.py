"""What a phone of the tests hears and says: tones in PCMU over RTP."""

import io
import math
import random
import socket
import struct
import threading
import time
import wave

from tests.live.srtp import Secret

RATE = 8_000
FRAME = 160  # samples, of 20 ms
_PIECE = 8 * FRAME
_BIAS = 0x84


def decode(byte: int) -> int:
    """Return the sample of a byte of PCMU. Source: ITU-T G.711."""
    byte = ~byte & 0xFF
    value = (((byte & 0x0F) << 3) + _BIAS) << ((byte >> 4) & 7)
    return _BIAS - value if byte & 0x80 else value - _BIAS


def encode(sample: int) -> int:
    """Return the byte of PCMU for a sample."""
    sign = 0x80 if sample < 0 else 0
    value = min(abs(sample), 32_635) + _BIAS
    exponent = max(value.bit_length() - 8, 0)
    return ~(sign | (exponent << 4) | ((value >> (exponent + 3)) & 0x0F)) & 0xFF


_SAMPLES = [decode(byte) for byte in range(256)]


def loudness(sound: bytes, hertz: float) -> float:
    """Return how much of a tone is in PCMU sound: 1 where there is nothing else, 0 where there is none of it.

    It is measured in pieces, since a packet that came late lets the tone go on elsewhere in its wave.
    """
    samples = [_SAMPLES[byte] for byte in sound]
    energy = sum(sample * sample for sample in samples)
    pieces = [samples[at : at + _PIECE] for at in range(0, len(samples), _PIECE)]
    return sum(_of_tone(piece, hertz) for piece in pieces) / energy if energy else 0.0


def _of_tone(samples: list[int], hertz: float) -> float:
    """Return the energy of a tone in some samples."""
    angle = 2 * math.pi * hertz / RATE
    real = sum(sample * math.cos(angle * at) for at, sample in enumerate(samples))
    imaginary = sum(sample * math.sin(angle * at) for at, sample in enumerate(samples))
    return 2 * (real * real + imaginary * imaginary) / len(samples)


def wav(hertz: float, seconds: float) -> bytes:
    """A tone as a WAV file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setparams((1, 2, 8000, 0, "NONE", ""))
        values = (int(9_000 * math.sin(2 * math.pi * hertz * at / 8000)) for at in range(int(8000 * seconds)))
        writer.writeframes(b"".join(struct.pack("<h", value) for value in values))
    return file.getvalue()


class Stream:
    """A port of RTP: it keeps what comes in and sends a tone."""

    def __init__(self, hertz: float) -> None:
        """Begin to listen; nothing is sent before `talk_to`."""
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(0.2)
        self._hertz = hertz
        self._heard: list[bytes] = []
        self.keys: list[int] = []  # that came, by the numbers of RFC 4733
        self._asked = 0
        self._ended = threading.Event()
        self._keys = threading.Lock()
        self._address: tuple[str, int] | None = None
        self._sent = 0
        self.own: Secret | None = None  # with which it encrypts
        self.other: Secret | None = None  # with which it decrypts
        self._paused = 0.0  # seconds in which keys were pressed
        self._threads = [threading.Thread(target=self._listen, daemon=True)]
        self._threads[0].start()

    @property
    def port(self) -> int:
        """Where it listens."""
        port: int = self._socket.getsockname()[1]
        return port

    def talk_to(self, address: tuple[str, int]) -> None:
        """Send the tone there until the end."""
        self._address = address
        if len(self._threads) == 1:
            thread = threading.Thread(target=self._talk, args=(address,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def press(self, key: str, milliseconds: int = 120) -> None:
        """Press a key, in the events of RFC 4733 that are sent beside the sound."""
        with self._keys:
            assert self._address is not None
            event, began = "0123456789*#".index(key), random.getrandbits(31)
            for place in range(milliseconds // 20 + 2):
                last = place >= milliseconds // 20 - 1
                head = struct.pack("!BBHII", 0x80, 101 | (0x80 if not place else 0), self._sent & 0xFFFF, began, 4_711)
                self._sent += 1
                told = struct.pack(
                    "!BBH", event, (0x80 if last else 0) | 10, min(place + 1, milliseconds // 20) * FRAME
                )
                self._socket.sendto(head + told, self._address)
                time.sleep(0.02)
            self._paused += (milliseconds // 20 + 2) * 0.02

    def hears(self, hertz: float, within: float = 8.0) -> bool:
        """Tell whether that tone comes within some seconds, or came since it was last asked for one that came."""
        ends = time.monotonic() + within
        at = self._asked
        while time.monotonic() < ends:
            sound = b"".join(self._heard[at : at + 8])
            if len(sound) < 8 * FRAME:
                time.sleep(0.05)
            elif loudness(sound, hertz) > 0.7:
                self._asked = at + 8
                return True
            else:
                at += 2
        return False

    def close(self) -> None:
        """End it."""
        self._ended.set()
        for thread in self._threads:
            thread.join()
        self._socket.close()

    def _listen(self) -> None:
        while not self._ended.is_set():
            try:
                packet = self._socket.recv(2_048)
            except TimeoutError:
                continue
            if self.own is not None:
                packet = self.other.open(packet) if self.other else b""
            if not packet:
                continue
            if packet[1] & 0x7F == 101 and packet[1] & 0x80:  # a key begins; its first packet is marked
                self.keys.append(packet[12])
            if packet[1] & 0x7F == 0:  # PCMU
                self._heard.append(packet[12:])

    def _talk(self, address: tuple[str, int]) -> None:
        angle = 2 * math.pi * self._hertz / RATE
        began, sent = time.monotonic(), 0
        while not self._ended.is_set():
            at = sent * FRAME
            sound = bytes(encode(int(8_000 * math.sin(angle * (at + one)))) for one in range(FRAME))
            with self._keys:  # while a key is pressed, nothing else is sent
                packet = struct.pack("!BBHII", 0x80, 0, self._sent & 0xFFFF, at, 4_711) + sound
                self._socket.sendto(self.own.seal(packet) if self.own else packet, address)
                self._sent += 1
            sent += 1
            time.sleep(max(0.0, began + self._paused + sent * 0.02 - time.monotonic()))
