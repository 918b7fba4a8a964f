// IEEE 802.11 data frames, and the headers that monitors put before them. Not done: aggregates (A-MSDU), fragments, decryption.

import { u16le, u32, u32le } from "../bytes.ts";
import type { Fault, Layer } from "./layer.ts";

const faults = {
  frame: { layer: "IEEE 802.11", reason: "the packet ends inside it" },
  checksum: { layer: "IEEE 802.11", reason: "the radio found its frame check sequence wrong" },
  radiotap: { layer: "radiotap", reason: "the packet ends inside it" },
  prism: { layer: "Prism", reason: "the packet ends inside it" },
  avs: { layer: "AVS", reason: "the packet ends inside it" },
} as const satisfies Record<string, Fault>;

/** IEEE 802.11-2020 9.2.4: frame control, duration, three addresses, sequence control; then what its bits tell. */
export const ieee80211: Layer = (walk, bytes, at, end) => frame(walk, bytes, at, end, false);

type FrameLayer = (...parameters: [...Parameters<Layer>, isPadded: boolean]) => void;

const frame: FrameLayer = (walk, bytes, at, end, isPadded) => {
  if (end - at < 2) return walk.damaged(faults.frame);
  const control = bytes[at]!;
  const flags = bytes[at + 1]!;
  if ((control & 0x0c) !== Frame.data) return walk.notIp("IEEE 802.11 management and control");
  if ((control & Frame.noData) !== 0) return walk.notIp("IEEE 802.11 without data");
  if (end - at < 24) return walk.damaged(faults.frame);
  if ((flags & Frame.protected) !== 0) return walk.encrypted("IEEE 802.11");
  if ((flags & Frame.moreFragments) !== 0 || (bytes[at + 22]! & 0x0f) !== 0) return walk.unread("IEEE 802.11 fragments");
  let header = (flags & Frame.bothSystems) === Frame.bothSystems ? 30 : 24;
  if ((control & Frame.qos) !== 0) {
    if (end - at < header + 2) return walk.damaged(faults.frame);
    if ((bytes[at + header]! & 0x80) !== 0) return walk.unread("IEEE 802.11 A-MSDU");
    header += (flags & Frame.order) !== 0 ? 6 : 2;
  }
  if (isPadded) header = (header + 3) & ~3;
  if (end - at < header) return walk.damaged(faults.frame);
  // Above 802.11 there is 802.2 alone; 100 is its link type.
  walk.link(100, bytes, at + header, end);
};

const Frame = {
  data: 0x08,
  noData: 0x40,
  qos: 0x80,
  bothSystems: 0x03,
  moreFragments: 0x04,
  protected: 0x40,
  order: 0x80,
} as const;

/** https://www.radiotap.org: length and bit maps in little-endian order, then the fields in the order of their bits. */
export const radiotap: Layer = (walk, bytes, at, end) => {
  if (end - at < 8) return walk.damaged(faults.radiotap);
  const length = u16le(bytes, at + 2);
  if (length < 8 || length > end - at) return walk.damaged(faults.radiotap);
  const present = u32le(bytes, at + 4);
  let field = 8;
  for (let map = present; map >= 0x8000_0000; field += 4) {
    if (field + 4 > length) return walk.damaged(faults.radiotap);
    map = u32le(bytes, at + field);
  }
  // Bit 0 is the clock of eight octets, aligned to eight; bit 1 the flags.
  if ((present & 1) !== 0) field = ((field + 7) & ~7) + 8;
  const flags = (present & 2) !== 0 && field < length ? bytes[at + field]! : 0;
  if ((flags & Radiotap.badChecksum) !== 0) return walk.damaged(faults.checksum);
  frame(walk, bytes, at + length, end, (flags & Radiotap.padded) !== 0);
};

const Radiotap = { padded: 0x20, badChecksum: 0x40 } as const;

/** Message code and length in the host's byte order. The drivers write AVS headers under the same link type. */
export const prism: Layer = (walk, bytes, at, end) => {
  if (end - at < 8) return walk.damaged(faults.prism);
  if (u32(bytes, at) >>> 8 === avsMagic) return avs(walk, bytes, at, end);
  const little = u32le(bytes, at + 4);
  const length = little < 0x10000 ? little : u32(bytes, at + 4);
  if (length < 8 || length > end - at) return walk.damaged(faults.prism);
  frame(walk, bytes, at + length, end, false);
};

/** Magic with a version, and the header's length, in network order. */
export const avs: Layer = (walk, bytes, at, end) => {
  if (end - at < 8) return walk.damaged(faults.avs);
  const length = u32(bytes, at + 4);
  if (length < 8 || length > end - at) return walk.damaged(faults.avs);
  frame(walk, bytes, at + length, end, false);
};

/** 80211001, 80211002, ... */
const avsMagic = 0x802110;
