"""Messages between the processes of a run: JSON objects over a socket, their length before them.

JSON and nothing else: what a worker says is data, never code.
"""

import json
import socket
import struct
from typing import Any

_LENGTH = struct.Struct("!Q")

Message = dict[str, Any]


def send(channel: socket.socket, message: Message) -> None:
    """Send a message.

    Raises:
        OSError: the other side is gone.
    """
    body = json.dumps(message).encode()
    channel.sendall(_LENGTH.pack(len(body)) + body)


def receive(channel: socket.socket) -> Message | None:
    """Wait for a message; None where the other side is gone."""
    head = _exactly(channel, _LENGTH.size)
    body = None if head is None else _exactly(channel, _LENGTH.unpack(head)[0])
    return None if body is None else json.loads(body)


def _exactly(channel: socket.socket, size: int) -> bytes | None:
    parts: list[bytes] = []
    while size:
        try:
            part = channel.recv(min(size, 1 << 20))
        except OSError:
            return None
        if not part:
            return None
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
