// HTTP/2 by Upgrade from HTTP/1.1 (RFC 7540 section 3.2; RFC 9113 dropped it).
import { u16, u32 } from "../bytes.ts";
import type { SettingPair } from "../http2/setting.ts";
import type { Origin } from "../place.ts";
import type { EndReason } from "../tcp/byte-stream.ts";
import { type Http1Head, listOf } from "./http1.ts";

/** A request that names `h2c` or `h2` in Upgrade, and what became of it. */
export class UpgradeOffer {
  readonly request: Http1Head;
  readonly method: string;
  readonly target: string;
  /** Upgrade tokens and Connection options, in lower case. */
  readonly tokens: readonly string[];
  readonly connection: readonly string[];
  /** The values of HTTP2-Settings; empty ones too. */
  readonly settings: readonly string[];
  /** The final answer, or 101; undefined while there is none. */
  response: Http1Head | undefined;
  status = 0;
  /** The server switched to HTTP/2. */
  accepted = false;
  /** The server closed before the client did, without an octet of an answer. */
  closed: { readonly how: EndReason; readonly at: Origin } | undefined = undefined;
  /** Content octets of the request. */
  contentOctets = 0;
  /** Where the request ends in the client's direction, content included; -1 while it goes on. */
  end = -1;

  constructor(request: Http1Head, method: string, target: string) {
    this.request = request;
    this.method = method;
    this.target = target;
    this.tokens = lower(listOf(request, "upgrade"));
    this.connection = lower(listOf(request, "connection"));
    this.settings = request.fields
      .flatMap(([name, value]) => (name === "http2-settings" ? value.split(",") : []))
      .map((s) => s.trim());
  }
}

export const upgradeTokens = (head: Http1Head): string[] => lower(listOf(head, "upgrade"));

/** The settings of an HTTP2-Settings value (RFC 7540 3.2.1).
 *  @returns `alphabet` where it is not base64url without padding, or the wrong number of octets. */
export function http2Settings(value: string): readonly SettingPair[] | "alphabet" | number {
  if (!/^[A-Za-z0-9_-]*$/.test(value) || value.length % 4 === 1) return "alphabet";
  const payload = Buffer.from(value, "base64");
  if (payload.length % 6 !== 0) return payload.length;
  const settings: SettingPair[] = [];
  for (let p = 0; p < payload.length; p += 6) settings.push([u16(payload, p), u32(payload, p + 2)]);
  return settings;
}

const lower = (list: readonly string[]): string[] => list.map((text) => text.toLowerCase());
