// Where the keys of TLS come from: --keys, else SSLKEYLOGFILE, else what stands beside a capture.
import { statSync } from "node:fs";
import type { Source } from "../capture/source.ts";
import type { KeySource } from "../tls/key-files.ts";

/** @param paths Of --keys. */
export function findKeys(paths: readonly string[], captures: readonly (string | Source)[]): KeySource[] {
  if (paths.length > 0) return paths.map((source) => ({ source, origin: "--keys" }));
  const named = process.env["SSLKEYLOGFILE"] ?? "";
  if (named !== "" && isFile(named)) return [{ source: named, origin: "SSLKEYLOGFILE", optional: true }];
  return captures.flatMap((capture) =>
    typeof capture === "string"
      ? keysBeside(capture).map((source) => ({ source, origin: "beside the capture", optional: true }) as const)
      : [],
  );
}

/** Files of keys that stand beside a capture. */
export function keysBeside(capture: string): string[] {
  const stem = capture.replace(/(?<=[^/])\.(?:pcapng|pcap|cap|snoop)\d*(?:\.(?:gz|zst|lz4|bz2|xz))?$/, "");
  return [...new Set([stem, capture])].flatMap((name) => ENDINGS.map((ending) => `${name}.${ending}`)).filter(isFile);
}

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true;

const ENDINGS = ["keys", "keylog", "sslkeylog"];
