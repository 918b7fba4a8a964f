// Names of frames, flags, codes and settings as logs write them.
import { ErrorCode, errorCodeName } from "../http2/error-code.ts";
import { Flag, type FrameKind, frameKinds, kindOf } from "../http2/frame.ts";
import { settingName } from "../http2/setting.ts";

/** `WINDOW_UPDATE`, `WindowUpdate`, `GoAway`, `Reset`, `GO_AWAY`. */
export function kindNamed(name: string): FrameKind | undefined {
  return KINDS.get(name.toUpperCase().replaceAll("_", "").replaceAll("-", ""));
}

/** The number that a pattern found; undefined where the line, which may be cut, has none. */
export const numberFound = (match: RegExpExecArray | null): number | undefined => {
  const digits = match?.[1];
  return digits === undefined ? undefined : Number(digits);
};

export const kindNumbered = (type: number): FrameKind => kindOf(type);

/** `END_STREAM|END_HEADERS`, `END_HEADERS | END_STREAM`, `ACK`; hexadecimal bits count too. */
export function flagsNamed(text: string): number {
  let flags = 0;
  for (const name of text.split(/[|,\s]+/)) {
    if (/^0x[0-9a-f]{1,2}$/i.test(name)) flags |= Number.parseInt(name, 16);
    else flags |= FLAGS[name.toUpperCase()] ?? 0;
  }
  return flags;
}

/** `PROTOCOL_ERROR`, `PROTOCOL_ERROR(0x01)`, `ErrCode=…` alone, `1`, `0x1`. */
export function codeNamed(text: string): number | undefined {
  const word = /^[A-Z][A-Z0-9_]*/.exec(text)?.[0];
  if (word !== undefined) return CODES.get(word);
  const number = /^(?:0x([0-9a-f]{1,8})|(\d{1,10}))\b/i.exec(text);
  if (number === null) return undefined;
  const code = number[1] === undefined ? Number(number[2]) : Number.parseInt(number[1], 16);
  return code <= 0xffffffff ? code : undefined;
}

/** `INITIAL_WINDOW_SIZE`, `initial_window_size`, `SETTINGS_INITIAL_WINDOW_SIZE(0x04)`. */
export function settingNamed(text: string): number | undefined {
  const word = text
    .toUpperCase()
    .replace(/^SETTINGS_/, "")
    .replace(/\(.*$/, "");
  return SETTINGS.get(word) ?? (/^0X[0-9A-F]{1,4}$/.test(word) ? Number.parseInt(word.slice(2), 16) : undefined);
}

const KINDS: ReadonlyMap<string, FrameKind> = new Map([
  ...frameKinds.map((kind) => [kind.toUpperCase().replaceAll("-", ""), kind] as const),
  ["RESET", "rst-stream"],
  ["GOAWAY", "goaway"],
]);

const FLAGS: Readonly<Record<string, number>> = {
  END_STREAM: Flag.endStream,
  ACK: Flag.ack,
  END_HEADERS: Flag.endHeaders,
  PADDED: Flag.padded,
  PRIORITY: Flag.priority,
};

const CODES: ReadonlyMap<string, number> = new Map(Object.values(ErrorCode).map((code) => [errorCodeName(code), code]));

const SETTINGS: ReadonlyMap<string, number> = new Map([
  ...[1, 2, 3, 4, 5, 6, 8, 9].map((id) => [settingName(id), id] as const),
  ["CONNECT_PROTOCOL_ENABLED", 8],
]);
