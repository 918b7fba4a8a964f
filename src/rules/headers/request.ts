// What a request must say, and how (RFC 9113 section 8.3.1).
import { FieldBit } from "../../fields/field.ts";
import { ValueBit } from "../../fields/value-bit.ts";
import { Observation } from "../../http2/observation.ts";
import type { FieldBlock } from "../../model/field-block.ts";
import { opened } from "../related.ts";
import { defineRule, type Rule } from "../rule.ts";
import { malformedField, malformedRequest } from "../shapes/malformed.ts";
import { type Request, shown } from "../shapes/message.ts";
import { must, mustNot, says, should } from "../shapes/spec.ts";

// 8.3.1: "All HTTP/2 requests MUST include exactly one valid value for the ":method", ":scheme", and ":path" pseudo-header fields, unless
// they are CONNECT requests".
export const missingMethod = missing({
  id: "headers/missing-method",
  name: ":method",
  title: "A request must have :method",
  when: { without: ValueBit.method },
  isMissing: ({ method }) => method === undefined,
  fix: "Set :method; if these are trailers, find out why the request itself was not sent before.",
});

export const missingScheme = missing({
  id: "headers/missing-scheme",
  name: ":scheme",
  title: "A request must have :scheme",
  when: { without: ValueBit.schemeHttp | ValueBit.schemeHttps },
  isMissing: ({ scheme, asksForTunnel }) => scheme === undefined && !asksForTunnel,
  fix: "Set :scheme to https, or to http without TLS; only CONNECT goes without.",
});

export const missingPath = missing({
  id: "headers/missing-path",
  name: ":path",
  title: "A request must have :path",
  when: { without: ValueBit.path },
  isMissing: ({ path, asksForTunnel }) => path === undefined && !asksForTunnel,
  fix: "Set :path, to / if there is none; only CONNECT goes without.",
});

// 8.3.1: "This pseudo-header field MUST NOT be empty for "http" or "https" URIs".
export const emptyPath = malformedRequest({
  id: "headers/empty-path",
  title: "The :path of an http or https request must not be empty",
  spec: [mustNot("8.3.1")],
  messages: { empty: "the request on stream {streamId} has an empty :path" },
  when: { values: ValueBit.pathOdd },
  check({ isWeb, path }, found) {
    if (isWeb && path === "") found("empty");
  },
  why: "A URI without a path has the path /.",
  fix: "Send / (OPTIONS for the whole server: *).",
});

// 8.3.1: ""http" or "https" URIs that do not contain a path component MUST include a value of '/'", and OPTIONS one of '*'.
export const pathForm = malformedRequest({
  id: "headers/path-form",
  title: "The :path of an http or https request must begin with /",
  spec: [must("8.3.1")],
  messages: { form: "the request on stream {streamId} has the :path {path}, which does not begin with /" },
  when: { values: ValueBit.pathOdd },
  check({ isWeb, path = "", method }, found) {
    const isServer = path === "*" && method === "OPTIONS";
    if (isWeb && path !== "" && !path.startsWith("/") && !isServer) found("form", { path: shown(path) });
  },
  why: "Scheme and authority have separate fields. A path without / lets servers differ in what is meant.",
  fix: "Send the path and query only, from / on; * goes with OPTIONS alone.",
});

// RFC 9110 9.1: "method = token".
export const invalidMethod = malformedRequest({
  id: "headers/invalid-method",
  title: "A :method must be a token",
  spec: [says("8.3.1"), says("9.1", 9110)],
  messages: { method: 'the request on stream {streamId} has the :method "{method}", which is not a token' },
  when: { values: ValueBit.methodOdd },
  check({ decoded }, found) {
    const { method } = decoded;
    if (method !== undefined && (method.valueBits & ValueBit.methodOdd) !== 0) found("method", { method: shown(method.value) });
  },
  why: "In HTTP/1, a method with a space or line end would become another request.",
  fix: "Send the method's name and nothing else.",
});

// RFC 3986 3.1: "scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." )".
export const invalidScheme = malformedRequest({
  id: "headers/invalid-scheme",
  title: "A :scheme must be the scheme of a URI",
  spec: [says("8.3.1"), says("3.1", 3986)],
  messages: { scheme: 'the request on stream {streamId} has the :scheme "{scheme}", which is not a scheme' },
  when: { without: ValueBit.schemeHttp | ValueBit.schemeHttps },
  check({ scheme, asksForTunnel }, found) {
    if (scheme !== undefined && !asksForTunnel && !SCHEME.test(scheme)) found("scheme", { scheme: shown(scheme) });
  },
  why: "Servers build a URI from it; text before a second :// is a way to smuggle requests.",
  fix: "Send http or https, without colon and slashes.",
});

export const schemeMismatch = defineRule({
  id: "headers/scheme-mismatch",
  meta: {
    title: "Some servers refuse a :scheme that does not match the connection",
    severity: "info",
    by: "client",
    spec: [says("8.3.1")],
    expect: { scope: "stream", codes: [] },
    needs: ["hpack", "start"],
    decidable: "block",
    messages: { scheme: "the request on stream {streamId} has the :scheme {scheme} on a connection {transport}" },
    docs: {
      why: "It is legal, and typical of a proxy that ends TLS before the server; but some servers refuse it.",
      fix: "Nothing has to be done where the server accepts it; else set the scheme of the connection.",
    },
  },
  when: { observed: Observation.schemeMismatch },
  judge(subject, stream, { connection, report }) {
    const { decoded, streamId } = subject as FieldBlock; // the observation is a block's
    if (connection.flow.exported) return;
    const scheme = shown(decoded?.scheme?.value);
    const transport = connection.protocol.startsWith("h2c") ? "without TLS" : "with TLS";
    report(subject, "scheme", { scheme, transport, streamId }, { related: opened(stream), fold: scheme });
  },
});

// 8.3.1: "Clients that generate HTTP/2 requests directly MUST use the ":authority" pseudo-header field to convey authority information".
// With :protocol it is RFC 8441 that asks for it.
export const authorityMissing = malformedRequest({
  id: "headers/authority-missing",
  title: "An http or https request must name its authority",
  severity: "warning",
  spec: [must("8.3.1"), must("7.2", 9110)],
  optional: true,
  messages: {
    missing: "the request on stream {streamId} has neither :authority nor host",
    empty: "the request on stream {streamId} has an empty {name}",
  },
  when: [{ without: ValueBit.authority }, { values: ValueBit.authorityOdd }],
  check({ isWeb, protocol, decoded }, found) {
    const named = decoded.authority ?? decoded.first(FieldBit.host);
    if (!isWeb || protocol !== undefined) return;
    if (named === undefined) found("missing");
    else if (named.value === "") found("empty", { name: named.name.text });
  },
  why: "A server with more than one host cannot know which one is meant.",
  fix: "Send :authority.",
});

// 8.3.1: "":authority" MUST NOT include the deprecated userinfo subcomponent for "http" or "https" schemed URIs."
export const authorityUserinfo = malformedRequest({
  id: "headers/authority-userinfo",
  title: "The :authority of an http or https request must not hold userinfo",
  spec: [mustNot("8.3.1")],
  messages: { userinfo: "the :authority of the request on stream {streamId} has a user name before {host}" },
  when: { values: ValueBit.authorityOdd },
  check({ isWeb, authority = "" }, found) {
    // What comes before it may be a secret.
    const at = authority.lastIndexOf("@");
    if (isWeb && at >= 0) found("userinfo", { host: shown(authority.slice(at)) });
  },
  why: "A name before @ hides which host is meant, and may carry a password.",
  fix: "Send host and port only; the user goes into authorization.",
});

// RFC 3986 3.2: "authority = [ userinfo "@" ] host [ ":" port ]"; a registered name may hold percent-encoded octets and underscores.
export const authorityInvalid = malformedRequest({
  id: "headers/authority-invalid",
  title: "An :authority must be a host and perhaps a port",
  spec: [must("8.3.1"), says("3.2", 3986)],
  messages: { authority: 'the request on stream {streamId} has the :authority "{authority}", which {fault}' },
  when: { values: ValueBit.authorityOdd },
  check({ authority = "", isWeb, asksForTunnel }, found) {
    const host = authority.slice(authority.lastIndexOf("@") + 1);
    const fault = authority === "" ? undefined : authorityFault(host, isWeb || asksForTunnel);
    // What comes before an @ may be a secret.
    if (fault !== undefined) found("authority", { authority: shown(host), fault });
  },
  why: "Servers build a URI from it, and refuse an invalid one: Go, Node and Rust reset the stream or answer 400.",
  fix: "Send host and port only. A client of a Unix socket sends localhost, or the path percent-encoded.",
});

// 8.3.1: "A server SHOULD treat a request as malformed if it contains a Host header field that identifies an entity that differs from the
// entity in the ":authority" pseudo-header field."
export const authorityHostMismatch = malformedField({
  id: "headers/authority-host-mismatch",
  title: "The host field must not differ from :authority",
  by: "client",
  spec: [should("8.3.1")],
  optional: true,
  messages: { differs: "the request on stream {streamId} has :authority {authority} and host {host}" },
  when: { bits: FieldBit.host, roles: ["request"] },
  check({ decoded }, found) {
    const authority = decoded.authority?.value;
    const host = decoded.first(FieldBit.host)?.value;
    if (!authority || !host || sameHost(authority, host, decoded.scheme?.value)) return;
    found("differs", { authority: shown(authority), host: shown(host) });
  },
  why: "A proxy may use one and the server behind it the other: this is a way around filters.",
  fix: "Leave host out, or copy :authority.",
});

// RFC 9112 3.2: "A server MUST respond with a 400 (Bad Request) status code to any HTTP/1.1 request message that lacks a Host header field
// and to any request message that contains more than one Host header field line".
export const multipleHost = malformedField({
  id: "headers/multiple-host",
  title: "A request must not have more than one host field",
  by: "client",
  spec: [says("7.2", 9110), must("3.2", 9112)],
  optional: true,
  messages: { hosts: "the request on stream {streamId} has {count} host fields" },
  when: { bits: FieldBit.host, roles: ["request"] },
  check({ decoded }, found) {
    let count = 0;
    for (let i = 0; i < decoded.count; i++) if ((decoded.fields[i]!.bits & FieldBit.host) !== 0) count++;
    if (count > 1) found("hosts", { count });
  },
  why: "Two servers on the way may each use a different one.",
  fix: "Send :authority, and host once or not at all.",
});

// What is wrong with a host and port; undefined: nothing. @param named An empty host is none (RFC 9110 4.2.1).
function authorityFault(text: string, named: boolean): string | undefined {
  if (text.includes("/")) return text.startsWith("/") ? "is a path" : "holds a path";
  if (/[\s\p{Cc}]/u.test(text)) return "holds a space or a control character";
  const literal = /^\[([^\]]*)\](.*)$/.exec(text);
  const [host, rest] = literal === null ? splitPort(text) : [literal[1]!, literal[2]!];
  if (rest !== "" && !/^:\d*$/.test(rest)) return "ends in no port";
  if (literal !== null) return LITERAL.test(host) ? undefined : "has no address between its brackets";
  if (/[[\]]/.test(host)) return "has a bracket out of place";
  if (host.includes(":")) return "has more than one colon; an IPv6 address stands in brackets";
  if (host === "" && named) return "names no host";
  return REGISTERED_NAME.test(host) ? undefined : "holds a character that no host has";
}

function splitPort(text: string): readonly [host: string, rest: string] {
  const colon = text.lastIndexOf(":");
  return colon < 0 ? [text, ""] : [text.slice(0, colon), text.slice(colon)];
}

interface Missing {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly when: { readonly without: number };
  readonly fix: string;
  isMissing(request: Request): boolean;
}

function missing({ id, name, title, when, fix, isMissing }: Missing): Rule {
  return malformedRequest({
    id,
    title,
    spec: [must("8.3.1")],
    messages: { missing: "the request on stream {streamId} has no {name}" },
    when,
    check(request, found) {
      if (isMissing(request)) found("missing", { name });
    },
    why: "A server needs :method, :scheme and :path to know what is requested.",
    fix,
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

const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: "80", https: "443" };
const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*$/;
// RFC 3986 3.2.2: IPv6, with a zone (RFC 6874), or a version to come; a registered name.
const LITERAL = /^(?:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(?:%[\w.~%-]+)?|v[0-9A-Fa-f]+\.[\w.~!$&'()*+,;=:-]+)$/;
const REGISTERED_NAME = /^(?:[\w.~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*$/;
