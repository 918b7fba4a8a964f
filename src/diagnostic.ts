import type { Place } from "./place.ts";

/** What the capture or h2lint could not do; what an endpoint did wrong is a finding. Neither is thrown. */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly place: Place;
  readonly data: Readonly<Record<string, string | number>>;
}

export type DiagnosticCode = keyof typeof diagnostics;

export type DiagnosticSink = (diagnostic: Diagnostic) => void;

export interface DiagnosticKind {
  /** `info`: good to know; `loss`: something could not be checked; `error`: the capture is damaged. */
  readonly severity: "info" | "loss" | "error";
  readonly source: "capture" | "limit" | "unsupported";
  /** `{name}` holes are filled from `data`. */
  readonly text: string;
}

/** The text of a diagnostic with its data filled in. */
export function diagnosticText(diagnostic: Diagnostic): string {
  return diagnostics[diagnostic.code].text.replace(/\{(\w+)\}/g, (_, name: string) =>
    String(diagnostic.data[name] ?? `{${name}}`),
  );
}

// Declared by their codes alone: what follows would stand in the package's declarations, too.
const known = <Code extends string>(kinds: Record<Code, DiagnosticKind>): Readonly<Record<Code, DiagnosticKind>> => kinds;

export const diagnostics = known({
  "capture/record-length": {
    severity: "error",
    source: "capture",
    text: "a record at file offset {offset} claims {length} bytes; reading went on at {next}",
  },
  "capture/cut-record": {
    severity: "error",
    source: "capture",
    text: "the file ends inside the record at offset {offset}: {missing} bytes missing",
  },
  "capture/bad-block": {
    severity: "error",
    source: "capture",
    text: "the pcapng block at file offset {offset} is damaged: {reason}",
  },
  "capture/damaged-compression": {
    severity: "error",
    source: "capture",
    text: "the {compression} file is damaged or cut at offset {offset}: {reason}; what comes before is read",
  },
  "capture/interrupted": {
    severity: "loss",
    source: "capture",
    text: "reading was ended early, by a signal: the report covers the {packets} packets before that",
  },
  "capture/dropped-packets": {
    severity: "info",
    source: "capture",
    text: "the capture program says that it missed {packets} packets of interface {interface}",
  },
  "capture/bad-packet": {
    severity: "info",
    source: "capture",
    text: "a {layer} header does not fit its packet: {reason} ({packets} of them)",
  },
  "capture/unknown-link-type": {
    severity: "loss",
    source: "unsupported",
    text: "{packets} packets of link type {linkType} ({name}) are not read",
  },
  "capture/not-tcp": { severity: "info", source: "capture", text: "{packets} packets are not TCP: {protocol}" },
  "capture/unread-protocol": { severity: "info", source: "unsupported", text: "{packets} packets of {protocol} are not read" },
  "capture/encrypted-packets": {
    severity: "loss",
    source: "capture",
    text: "{packets} packets are encrypted below TCP: {protocol}",
  },
  "capture/duplicate-packets": {
    severity: "info",
    source: "capture",
    text: "{packets} packets were captured twice, or repeated on their way: the copies were left out",
  },
  "capture/second-sighting": {
    severity: "info",
    source: "capture",
    text: "connection {connection} was captured at a second point, there as {client} -> {server}: the initial sequence numbers of both sides are the same ({clientNumber}, {serverNumber}){apart}; it is reported once",
  },
  "capture/ip-fragment": {
    severity: "loss",
    source: "capture",
    text: "{packets} IP fragments could not be put together: the rest of their datagrams was not captured",
  },
  "capture/ip-fragment-overlap": {
    severity: "error",
    source: "capture",
    text: "{packets} IP fragments contradict others: {outcome}",
  },
  "capture/engine": { severity: "info", source: "unsupported", text: "{text}" },
  "capture/mid-connection": {
    severity: "info",
    source: "capture",
    text: "the start of connection {connection} was not captured: rules that need it are off",
  },
  "capture/roles-contradicted": {
    severity: "info",
    source: "capture",
    text: "it is not certain which side is the client of connection {connection}: field blocks contradict each other, or an earlier guess",
  },
  "capture/lost-segments": {
    severity: "loss",
    source: "capture",
    text: "{octets} bytes from the {from} of connection {connection} are missing ({proof})",
  },
  "capture/cut-packets": {
    severity: "loss",
    source: "capture",
    text: "the snap length cut {octets} bytes from the {from} of connection {connection}",
  },
  "capture/one-direction": {
    severity: "loss",
    source: "capture",
    text: "only the {from} of connection {connection} was captured",
  },
  "capture/not-decrypted": {
    severity: "loss",
    source: "capture",
    text: "connection {connection} is {tls}: {why}; {advice}",
  },
  "capture/partly-decrypted": {
    severity: "loss",
    source: "capture",
    text: "connection {connection} is {tls}, decrypted of the {from} only: {why}; {advice}",
  },
  "capture/tls-handshake-only": {
    severity: "info",
    source: "capture",
    text: "connection {connection} is {tls}: its handshake did not come to application data",
  },
  "capture/tls-not-authentic": {
    severity: "loss",
    source: "capture",
    text: "TLS records from the {from} of connection {connection} do not authenticate: {octets} bytes are left out",
  },
  "capture/tls-borders-lost": {
    severity: "loss",
    source: "capture",
    text: "the borders of TLS records from the {from} of connection {connection} were lost; they are searched",
  },
  "capture/tls-cut-record": {
    severity: "loss",
    source: "capture",
    text: "the {from} of connection {connection} ends inside a TLS record",
  },
  "capture/keys": { severity: "info", source: "capture", text: "{file} ({origin}): TLS keys of {connections} connections" },
  "capture/private-key": { severity: "info", source: "capture", text: "{file} ({origin}): a private key for RSA key exchange" },
  "capture/keys-of-others": {
    severity: "loss",
    source: "capture",
    text: "{file} ({origin}) has no key of these captures: its first client random is {theirs}, the captures' first {ours}",
  },
  "capture/hpack-unknown": {
    severity: "loss",
    source: "capture",
    text: "field blocks from the {from} of connection {connection} cannot be decoded in full from here on: {reason}",
  },
  "capture/frame-borders-lost": {
    severity: "loss",
    source: "capture",
    text: "frame borders from the {from} of connection {connection} are unknown for {octets} bytes",
  },
  "capture/ends-early": {
    severity: "info",
    source: "capture",
    text: "the capture ends before connection {connection} does: {streams} streams are open",
  },
  "capture/conflicting-overlap": {
    severity: "error",
    source: "capture",
    text: "a retransmission from the {from} of connection {connection} carries other bytes; the first ones were kept",
  },
  "limit/open-captures": {
    severity: "loss",
    source: "limit",
    text: "more than {limit} captures overlap in time: of the others packets come too late",
  },
  "limit/comments": {
    severity: "info",
    source: "limit",
    text: "more than {limit} packets have comments: the others are not shown",
  },
  "limit/packet-layers": {
    severity: "loss",
    source: "limit",
    text: "{packets} packets have more than {limit} headers and were not read",
  },
  "limit/ip-fragments": {
    severity: "loss",
    source: "limit",
    text: "{packets} IP fragments were dropped: at most {octets} bytes of {datagrams} datagrams may wait",
  },
  "limit/out-of-order": { severity: "loss", source: "limit", text: "more than {limit} bytes out of order: a gap was declared" },
  "limit/flows": {
    severity: "loss",
    source: "limit",
    text: "more than {limit} open connections: the one longest without a packet was given up",
  },
  "limit/undecided": {
    severity: "loss",
    source: "limit",
    text: "more than {limit} bytes wait for a sign of what their connections speak: one was given up as unknown",
  },
  "limit/tls-early-data": {
    severity: "loss",
    source: "limit",
    text: "early data from the {from} of connection {connection} is more than is kept until it is accepted: {octets} bytes are left out",
  },
  "limit/tls-keys": {
    severity: "loss",
    source: "limit",
    text: "keys of more than {limit} TLS connections: those of {connections} connections were forgotten",
  },
  "limit/frame": {
    severity: "loss",
    source: "limit",
    text: "a frame of {length} bytes is longer than the {limit} that are kept",
  },
  "limit/unfinished-frames": {
    severity: "loss",
    source: "limit",
    text: "more than {limit} bytes of unfinished frames over all connections: one frame was not read",
  },
  "limit/field-block": { severity: "loss", source: "limit", text: "a field block longer than {limit} bytes was not decoded" },
  "limit/streams": {
    severity: "loss",
    source: "limit",
    text: "more than {limit} streams on one connection: the oldest closed ones were forgotten",
  },
  "log/damaged-compression": {
    severity: "loss",
    source: "capture",
    text: "{file}: the {compression} file is damaged or cut at offset {offset}: {reason}; what comes before is read",
  },
  "log/unknown-format": { severity: "loss", source: "unsupported", text: "{file}: none of its {lines} lines has a known format" },
  "log/unknown-lines": { severity: "info", source: "unsupported", text: "{file}: {lines} lines say nothing that is known" },
  "log/not-joined": {
    severity: "info",
    source: "capture",
    text: "{file}: {connections} connections of the log are not in the capture, by their frames and times",
  },
  "log/ambiguous": {
    severity: "info",
    source: "capture",
    text: "{file}: {connections} connections of the log could each be more than one of the capture: their lines are not joined, or as possible only",
  },
  "log/mixed-connections": {
    severity: "info",
    source: "capture",
    text: "{file}: lines of several connections may alternate and nothing distinguishes them: nothing after that can be proven",
  },
  "limit/log-line": {
    severity: "info",
    source: "limit",
    text: "{file}: {lines} lines are longer than {limit} bytes: only their beginnings were read",
  },
  "limit/log-events": {
    severity: "loss",
    source: "limit",
    text: "{file}: more than {limit} relevant lines: the later ones were left out",
  },
  "limit/log-frames": {
    severity: "loss",
    source: "limit",
    text: "more than {limit} frames: logs were not compared with the later ones",
  },
  "limit/log-connections": {
    severity: "loss",
    source: "limit",
    text: "too many connections to compare them all with the logs: {connections} of the logs were left out",
  },
});

/** Whether it is about a log, not about a capture. */
export const isOfLog = (code: string): boolean => code.startsWith("log/") || code.startsWith("limit/log-");
