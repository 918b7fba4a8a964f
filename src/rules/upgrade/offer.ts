// The request that offers HTTP/2 by Upgrade, and its answer (RFC 7540 sections 3.2 and 3.2.1). Judged where the server refuses, too.
import { listOf } from "../../detect/http1.ts";
import { http2Settings, upgradeTokens } from "../../detect/upgrade.ts";
import { FrameRef } from "../../model/frame-ref.ts";
import { MS } from "../../time.ts";
import { defineRule } from "../rule.ts";
import { must, mustNot, says } from "../shapes/spec.ts";

export const settingsHeaderCount = defineRule({
  id: "upgrade/settings-header-count",
  meta: {
    title: "A request that offers h2c must have exactly one HTTP2-Settings field",
    severity: "error",
    by: "client",
    spec: [must("3.2", 7540), must("3.2.1", 7540)],
    expect: { scope: "connection", codes: [] },
    needs: ["start"],
    decidable: "payload",
    messages: {
      none: "the request offers h2c without HTTP2-Settings",
      several: "the request offers h2c with {count} HTTP2-Settings values",
    },
    docs: {
      why: "The field is the client's first SETTINGS. A server must not upgrade without it, or with more than one.",
      fix: "Send one HTTP2-Settings field with the payload of a SETTINGS frame as base64url without padding.",
    },
  },
  upgrade(offer, { report }) {
    if (!offer.tokens.includes("h2c")) return;
    const request = FrameRef.ofHttp1(offer.request, "client");
    if (offer.settings.length === 0) report(request, "none", {});
    else if (offer.settings.length > 1) report(request, "several", { count: offer.settings.length });
  },
});

// RFC 7540 3.2: a server without HTTP/2 "can respond to the request as though the Upgrade header field were absent".
export const unanswered = defineRule({
  id: "upgrade/unanswered",
  meta: {
    title: "A server should answer a request that offers h2c, with or without HTTP/2",
    severity: "warning",
    by: "server",
    spec: [says("3.2", 7540), { rfc: 9110, section: "7.8" }],
    expect: { scope: "connection", codes: [], ignore: true, none: true },
    needs: ["start2", "no-gap2"],
    decidable: "payload",
    messages: {
      closed:
        'the server closed ({how}) {ms} ms after "{line}", which offers h2c, without sending a byte: some servers close on any Upgrade that they do not know',
    },
    docs: {
      why: "The caller sees a connection that ended, as `header parser received no bytes` of the JDK's client, which asks for h2c in its first request without TLS. Node's server closes so where a listener for upgrades is attached that takes WebSocket only.",
      fix: "Let the server ignore an Upgrade that it does not know, or let the client speak HTTP/1.1 only, or HTTP/2 with prior knowledge.",
    },
  },
  upgrade({ closed, request, tokens }, { report }) {
    if (closed === undefined || !tokens.includes("h2c")) return;
    const { how, at } = closed;
    // The request crossed a close that was about something else.
    if (at.acked >= 0 && at.acked <= request.last.offset) return;
    const ms = Math.round(Math.max(at.time - request.last.time, 0) / MS);
    report(FrameRef.close("server", at), "closed", { how: how.toUpperCase(), ms, line: request.line.slice(0, 100) });
  },
});

export const settingsHeaderNotHop = defineRule({
  id: "upgrade/settings-header-not-hop",
  meta: {
    title: "HTTP2-Settings must be named in Connection",
    severity: "error",
    by: "client",
    spec: [must("3.2.1", 7540)],
    expect: { scope: "connection", codes: [] },
    needs: ["start"],
    decidable: "payload",
    messages: { missing: 'HTTP2-Settings is not named in Connection ("{options}")' },
    docs: {
      why: "The settings are for the next hop only. A proxy that does not know the field would pass them on.",
      fix: 'Send "Connection: Upgrade, HTTP2-Settings".',
    },
  },
  upgrade(offer, { report }) {
    if (!offer.tokens.includes("h2c") || offer.settings.length === 0 || offer.connection.includes("http2-settings")) return;
    report(FrameRef.ofHttp1(offer.request, "client"), "missing", { options: offer.connection.join(", ") });
  },
});

export const settingsInvalid = defineRule({
  id: "upgrade/settings-invalid",
  meta: {
    title: "HTTP2-Settings must be a SETTINGS payload in base64url without padding",
    severity: "error",
    by: "client",
    spec: [says("3.2.1", 7540)],
    expect: { scope: "connection", codes: [] },
    needs: ["start"],
    decidable: "payload",
    messages: {
      encoding: 'HTTP2-Settings "{value}" is not base64url without padding',
      length: "HTTP2-Settings has {octets} bytes, not a multiple of 6",
    },
    docs: {
      why: "The server cannot read the client's settings; the request is malformed.",
      fix: "Encode the payload of a SETTINGS frame, six bytes a setting, with - and _ and without = at the end.",
    },
  },
  upgrade(offer, { report }) {
    const [value] = offer.settings;
    if (!offer.tokens.includes("h2c") || offer.settings.length !== 1 || value === undefined) return;
    const settings = http2Settings(value);
    const request = FrameRef.ofHttp1(offer.request, "client");
    if (settings === "alphabet") report(request, "encoding", { value: value.slice(0, 100) });
    else if (typeof settings === "number") report(request, "length", { octets: settings });
  },
});

export const settingsInResponse = defineRule({
  id: "upgrade/settings-in-response",
  meta: {
    title: "A server must not send HTTP2-Settings",
    severity: "error",
    by: "server",
    spec: [mustNot("3.2.1", 7540)],
    expect: { scope: "connection", codes: [] },
    needs: ["start2"],
    decidable: "payload",
    messages: { sent: "the answer {status} has an HTTP2-Settings field" },
    docs: {
      why: "The server's settings come in its SETTINGS frame. A client may take the field for its own, sent back.",
      fix: "Do not copy the request's fields into the answer.",
    },
  },
  upgrade({ response, status }, { report }) {
    if (response === undefined || !response.fields.some(([name]) => name === "http2-settings")) return;
    report(FrameRef.ofHttp1(response, "server"), "sent", { status });
  },
});

export const h2Token = defineRule({
  id: "upgrade/h2-token",
  meta: {
    title: "Upgrade over cleartext must not name h2",
    severity: "error",
    by: "either",
    spec: [says("3.1", 7540), says("3.2", 7540)],
    expect: { scope: "connection", codes: [], ignore: true },
    needs: ["start"],
    decidable: "payload",
    messages: {
      offered: 'the client offers "{tokens}" in Upgrade, over cleartext',
      chosen: 'the server switches to "{tokens}", over cleartext',
      advertised: 'the server names "{tokens}" in Upgrade, over cleartext',
    },
    docs: {
      why: "The name h2 means HTTP/2 over TLS, chosen with ALPN. A server must ignore the token in Upgrade.",
      fix: "Use h2c for cleartext, and ALPN for TLS.",
    },
  },
  upgrade(offer, { report }) {
    if (offer.tokens.includes("h2")) {
      report(FrameRef.ofHttp1(offer.request, "client"), "offered", { tokens: offer.tokens.join(", ") });
    }
    if (offer.response === undefined) return;
    const tokens = upgradeTokens(offer.response);
    if (!tokens.includes("h2")) return;
    const answer = FrameRef.ofHttp1(offer.response, "server");
    const named = { tokens: listOf(offer.response, "upgrade").join(", ") };
    if (offer.status === 101) report(answer, "chosen", named);
    // RFC 7540 3.1 says what the name stands for, not that a server may not tell of it.
    else report(answer, "advertised", named, { severity: "warning" });
  },
});
