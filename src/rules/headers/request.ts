// What a request must say, and how (RFC 9113 section 8.3.1).
import { FieldBit } from "../../fields/field.ts";
import { Observation } from "../../http2/observation.ts";
import type { FieldBlock } from "../../model/field-block.ts";
import { opened } from "../related.ts";
import { defineRule, type Rule } from "../rule.ts";

export const missingMethod = missing(
  "headers/missing-method",
  Observation.methodMissing,
  ":method",
  "A request must have :method",
  "Set :method; for trailers look why the request itself was not sent before.",
);

export const missingScheme = missing(
  "headers/missing-scheme",
  Observation.schemeMissing,
  ":scheme",
  "A request must have :scheme",
  "Set :scheme to https, or to http without TLS; only CONNECT goes without.",
);

export const missingPath = missing(
  "headers/missing-path",
  Observation.pathMissing,
  ":path",
  "A request must have :path",
  "Set :path, to / if there is none; only CONNECT goes without.",
);

export const emptyPath = defineRule({
  id: "headers/empty-path",
  meta: {
    title: "The :path of an http or https request must not be empty",
    severity: "error",
    by: "client",
    spec: [{ rfc: 9113, section: "8.3.1", level: "MUST NOT" }],
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"], malformed: true },
    needs: ["hpack"],
    decidable: "block",
    messages: { empty: "the request on stream {streamId} has an empty :path" },
    docs: { why: "A URI without a path has the path /.", fix: "Send / (OPTIONS for the whole server: *)." },
  },
  when: { observed: Observation.pathEmpty },
  judge: (block, stream, { report }) => report(block, "empty", { streamId: block.streamId }, { related: opened(stream) }),
});

export const pathForm = defineRule({
  id: "headers/path-form",
  meta: {
    title: "The :path of an http or https request must begin with /",
    severity: "error",
    by: "client",
    spec: [{ rfc: 9113, section: "8.3.1", level: "MUST" }],
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"], malformed: true },
    needs: ["hpack"],
    decidable: "block",
    messages: { form: "the request on stream {streamId} has the :path {path}, which does not begin with /" },
    docs: {
      why: "Scheme and authority stand in fields of their own. A path without / lets servers differ in what is meant.",
      fix: "Send the path and query only, from / on; * goes with OPTIONS alone.",
    },
  },
  when: { observed: Observation.pathForm },
  judge(block, stream, { report }) {
    const path = (decodedOf(block)?.path?.value ?? "").slice(0, SHOWN);
    report(block, "form", { path, streamId: block.streamId }, { related: opened(stream) });
  },
});

export const invalidMethod = defineRule({
  id: "headers/invalid-method",
  meta: {
    title: "A :method must be a token",
    severity: "error",
    by: "client",
    spec: [
      { rfc: 9113, section: "8.3.1" },
      { rfc: 9110, section: "9.1" },
    ],
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"], malformed: true },
    needs: ["hpack"],
    decidable: "block",
    messages: { method: 'the request on stream {streamId} has the :method "{method}", which is no token' },
    docs: {
      why: "Written down for HTTP/1 a method with a space or line end becomes another request.",
      fix: "Send the method's name and nothing else.",
    },
  },
  when: { observed: Observation.methodInvalid },
  judge(block, stream, { report }) {
    const method = (decodedOf(block)?.method?.value ?? "").slice(0, SHOWN);
    report(block, "method", { method, streamId: block.streamId }, { related: opened(stream) });
  },
});

export const invalidScheme = defineRule({
  id: "headers/invalid-scheme",
  meta: {
    title: "A :scheme must be the scheme of a URI",
    severity: "error",
    by: "client",
    spec: [
      { rfc: 9113, section: "8.3.1" },
      { rfc: 3986, section: "3.1" },
    ],
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"], malformed: true },
    needs: ["hpack"],
    decidable: "block",
    messages: { scheme: 'the request on stream {streamId} has the :scheme "{scheme}", which can be none' },
    docs: {
      why: "Servers build a URI from it; what stands in front of another :// is how requests are smuggled.",
      fix: "Send http or https, without colon and slashes.",
    },
  },
  when: { observed: Observation.schemeInvalid },
  judge(block, stream, { report }) {
    const scheme = (decodedOf(block)?.scheme?.value ?? "").slice(0, SHOWN);
    report(block, "scheme", { scheme, streamId: block.streamId }, { related: opened(stream) });
  },
});

export const schemeMismatch = defineRule({
  id: "headers/scheme-mismatch",
  meta: {
    title: "Some servers refuse a :scheme that does not fit the connection",
    severity: "info",
    by: "client",
    spec: [{ rfc: 9113, section: "8.3.1" }],
    expect: { scope: "stream", codes: [] },
    needs: ["hpack", "start"],
    decidable: "block",
    messages: { scheme: "the request on stream {streamId} has the :scheme {scheme} on a connection {transport}" },
    docs: {
      why: "Legal, and what a proxy sends that ends TLS before the server; but some servers refuse it.",
      fix: "Nothing has to be done where the server accepts it; else set the scheme of the connection.",
    },
  },
  when: { observed: Observation.schemeMismatch },
  judge(block, stream, { connection, report }) {
    const scheme = (decodedOf(block)?.scheme?.value ?? "").slice(0, SHOWN);
    const transport = connection.protocol.startsWith("h2c") ? "without TLS" : "with TLS";
    report(block, "scheme", { scheme, transport, streamId: block.streamId }, { related: opened(stream), fold: scheme });
  },
});

export const authorityMissing = defineRule({
  id: "headers/authority-missing",
  meta: {
    title: "An http or https request must name its authority",
    severity: "warning",
    by: "client",
    spec: [
      { rfc: 9113, section: "8.3.1", level: "MUST" },
      { rfc: 9110, section: "7.2", level: "MUST" },
    ],
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"], malformed: true, optional: true },
    needs: ["hpack"],
    decidable: "block",
    messages: {
      missing: "the request on stream {streamId} has neither :authority nor host",
      empty: "the request on stream {streamId} has an empty {name}",
    },
    docs: { why: "A server with more than one host cannot tell which is meant.", fix: "Send :authority." },
  },
  when: { observed: Observation.authorityMissing },
  judge(block, stream, { report }) {
    const decoded = decodedOf(block);
    const found = decoded?.authority ?? decoded?.first(FieldBit.host);
    const { streamId } = block;
    if (found === undefined) report(block, "missing", { streamId }, { related: opened(stream) });
    else report(block, "empty", { name: found.name.text, streamId }, { related: opened(stream) });
  },
});

export const authorityUserinfo = defineRule({
  id: "headers/authority-userinfo",
  meta: {
    title: "The :authority of an http or https request must not hold userinfo",
    severity: "error",
    by: "client",
    spec: [{ rfc: 9113, section: "8.3.1", level: "MUST NOT" }],
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"], malformed: true },
    needs: ["hpack"],
    decidable: "block",
    messages: { userinfo: "the :authority of the request on stream {streamId} has a user name before {host}" },
    docs: {
      why: "A name before @ hides which host is meant, and may carry a password.",
      fix: "Send host and port only; the user goes into authorization.",
    },
  },
  when: { observed: Observation.authorityUserinfo },
  judge(block, stream, { report }) {
    // What comes before it may be a secret.
    const authority = decodedOf(block)?.authority?.value ?? "";
    const host = authority.slice(authority.lastIndexOf("@")).slice(0, SHOWN);
    report(block, "userinfo", { host, streamId: block.streamId }, { related: opened(stream) });
  },
});

export const authorityHostMismatch = defineRule({
  id: "headers/authority-host-mismatch",
  meta: {
    title: "The host field must not differ from :authority",
    severity: "error",
    by: "client",
    spec: [{ rfc: 9113, section: "8.3.1", level: "SHOULD" }],
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"], malformed: true, optional: true },
    needs: ["hpack"],
    decidable: "block",
    messages: { differs: "the request on stream {streamId} has :authority {authority} and host {host}" },
    docs: {
      why: "A proxy may go by one and the server behind it by the other: that is how filters are passed.",
      fix: "Leave host out, or copy :authority.",
    },
  },
  when: { bits: FieldBit.host, roles: ["request"] },
  judge(subject, stream, { report }) {
    const { decoded } = subject as FieldBlock; // bits are a block's
    const authority = decoded?.authority?.value;
    const host = decoded?.first(FieldBit.host)?.value;
    if (!authority || !host || sameHost(authority, host, decoded?.scheme?.value)) return;
    const data = { authority: authority.slice(0, SHOWN), host: host.slice(0, SHOWN), streamId: subject.streamId };
    report(subject, "differs", data, { related: opened(stream) });
  },
});

export const multipleHost = defineRule({
  id: "headers/multiple-host",
  meta: {
    title: "A request must not have more than one host field",
    severity: "error",
    by: "client",
    spec: [
      { rfc: 9110, section: "7.2" },
      { rfc: 9112, section: "3.2", level: "MUST" },
    ],
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"], malformed: true, optional: true },
    needs: ["hpack"],
    decidable: "block",
    messages: { hosts: "the request on stream {streamId} has {count} host fields" },
    docs: {
      why: "Two servers on the way may each believe another one of them.",
      fix: "Send :authority, and host once or not at all.",
    },
  },
  when: { bits: FieldBit.host, roles: ["request"] },
  judge(subject, stream, { report }) {
    const { decoded } = subject as FieldBlock; // bits are a block's
    let count = 0;
    for (let i = 0; i < decoded!.count; i++) if ((decoded!.fields[i]!.bits & FieldBit.host) !== 0) count++;
    if (count > 1) report(subject, "hosts", { count, streamId: subject.streamId }, { related: opened(stream) });
  },
});

function missing(id: string, observed: Observation, name: string, title: string, fix: string): Rule {
  return defineRule({
    id,
    meta: {
      title,
      severity: "error",
      by: "client",
      spec: [{ rfc: 9113, section: "8.3.1", level: "MUST" }],
      expect: { scope: "stream", codes: ["PROTOCOL_ERROR"], malformed: true },
      needs: ["hpack"],
      decidable: "block",
      messages: { missing: "the request on stream {streamId} has no {name}" },
      docs: { why: "A server needs :method, :scheme and :path to tell what is asked of it.", fix },
    },
    when: { observed },
    judge: (block, stream, { report }) =>
      report(block, "missing", { name, streamId: block.streamId }, { related: opened(stream) }),
  });
}

// RFC 3986 6.2: case apart, the default port apart. Where the scheme has none that is known, a port that only one of them has is no
// difference; nor is the dot of a fully qualified name.
function sameHost(authority: string, host: string, scheme: string | undefined): boolean {
  const a = split(authority);
  const b = split(host);
  if (a.name !== b.name) return false;
  const usual = scheme === undefined ? undefined : DEFAULT_PORTS[scheme.toLowerCase()];
  const [one, two] = [a.port || usual, b.port || usual];
  return one === two || one === undefined || two === undefined;
}

function split(text: string): { readonly name: string; readonly port: string } {
  const host = text.slice(text.lastIndexOf("@") + 1).trim();
  const [, name = host, port = ""] = /^(.*?)(?::0*([0-9]*))?$/.exec(host) ?? [];
  return { name: decodeUnreserved(name).toLowerCase().replace(/\.$/, ""), port };
}

// RFC 3986 6.2.2.2
const decodeUnreserved = (name: string): string =>
  name.replace(/%([2-7][0-9a-f])/gi, (escaped, hex: string) => {
    const char = String.fromCharCode(Number.parseInt(hex, 16));
    return /[\w.~-]/.test(char) ? char : escaped;
  });

const decodedOf = (subject: object): FieldBlock["decoded"] =>
  "decoded" in subject ? (subject as FieldBlock).decoded : undefined;

const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: "80", https: "443" };
// Characters of a value that are shown.
const SHOWN = 80;
