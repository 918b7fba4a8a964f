"""Packets of pcap files, and the connections that they are of: no more than is needed to deal packets by connection."""

import gzip
import struct
from typing import Iterator, NamedTuple, Optional, Tuple

ETHERNET, RAW, LINUX_SLL = 1, 101, 113
# What is no TCP segment that can be read here is judged together, wherever it came from.
OTHER = b""


class Packet(NamedTuple):
    number: int
    """From 1."""
    nanoseconds: int
    link_type: int
    wire_length: int
    octets: bytes


def packets(content: bytes, name: str) -> Iterator[Packet]:
    """Raises ValueError for what is no pcap file, compressed by gzip or not."""
    if content[:2] == b"\x1f\x8b":
        content = gzip.decompress(content)
    magic = content[:4]
    orders = {
        b"\xd4\xc3\xb2\xa1": ("<", 1000),
        b"\x4d\x3c\xb2\xa1": ("<", 1),
        b"\xa1\xb2\xc3\xd4": (">", 1000),
        b"\xa1\xb2\x3c\x4d": (">", 1),
    }
    if magic not in orders:
        raise ValueError(f"{name}: no pcap file (convert others: editcap -F pcap)")
    order, unit = orders[magic]
    (link_type,) = struct.unpack_from(order + "I", content, 20)
    head = struct.Struct(order + "IIII")
    at, number, end = 24, 0, len(content)
    while at + 16 <= end:
        seconds, fraction, length, wire_length = head.unpack_from(content, at)
        number += 1
        yield Packet(number, seconds * 10**9 + fraction * unit, link_type & 0xFFFF, wire_length, content[at + 16 : at + 16 + length])
        at += 16 + length


def connection(packet: Packet) -> bytes:
    """Both addresses and ports, the lower first: the same for both directions. OTHER for what is no plain TCP segment."""
    octets = packet.octets
    network = _network(packet)
    if network is None:
        return OTHER
    version, at = network
    try:
        if version == 4:
            if octets[at + 9] != 6 or struct.unpack_from(">H", octets, at + 6)[0] & 0x3FFF:
                return OTHER
            tcp = at + (octets[at] & 15) * 4
            source, target = octets[at + 12 : at + 16], octets[at + 16 : at + 20]
        else:
            if octets[at + 6] != 6:
                return OTHER
            tcp = at + 40
            source, target = octets[at + 8 : at + 24], octets[at + 24 : at + 40]
        if len(octets) < tcp + 4:
            return OTHER
        one, two = source + octets[tcp : tcp + 2], target + octets[tcp + 2 : tcp + 4]
        return min(one, two) + max(one, two)
    except (IndexError, struct.error):
        return OTHER


def address(end: bytes) -> str:
    """As h2lint writes it: `192.0.2.1:443`, `[2001:db8::1]:443`."""
    import ipaddress

    ip, port = ipaddress.ip_address(end[:-2]), int.from_bytes(end[-2:], "big")
    return f"{ip}:{port}" if ip.version == 4 else f"[{ip}]:{port}"


def _network(packet: Packet) -> Optional[Tuple[int, int]]:
    octets = packet.octets
    try:
        if packet.link_type == RAW:
            return octets[0] >> 4, 0
        at = {ETHERNET: 12, LINUX_SLL: 14}.get(packet.link_type)
        if at is None:
            return None
        kind = struct.unpack_from(">H", octets, at)[0]
        while kind in (0x8100, 0x88A8):
            at += 4
            kind = struct.unpack_from(">H", octets, at)[0]
        return {0x0800: (4, at + 2), 0x86DD: (6, at + 2)}.get(kind)
    except (IndexError, struct.error):
        return None


def capture(records) -> Iterator[bytes]:
    """A pcap file of packets of one link type, in nanoseconds."""
    first = True
    for link_type, nanoseconds, wire_length, octets in records:
        if first:
            yield struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262144, link_type)
            first = False
        yield struct.pack("<IIII", nanoseconds // 10**9, nanoseconds % 10**9, len(octets), wire_length) + octets
