// Statuses and error codes that say by themselves why a request failed.
import type { ReactionObject } from "./event.ts";

/** What a status of HTTP says (RFC 9110 15.5, 15.6, RFC 6585, and what proxies and load balancers have added); undefined: it may be
 *  anything. */
export const statusMeaning = (status: number): string | undefined => STATUSES.get(status);

/** The same of a status of gRPC. */
export const grpcMeaning = (status: number): string | undefined => GRPC.get(status);

/** The same of an answer: by its status, or by its error code. */
export function meaningOf({
  kind,
  status,
  errorCode,
}: Pick<ReactionObject, "kind" | "status" | "errorCode">): string | undefined {
  if (kind === "status") return status === undefined ? undefined : STATUSES.get(status);
  return errorCode === undefined ? undefined : (CODES.get(errorCode) ?? unknownCode(errorCode));
}

// Written as a number where RFC 9113 has no name for it.
function unknownCode(code: string): string | undefined {
  if (!code.startsWith("0x")) return undefined;
  const number = Number(code);
  const apr =
    number >= APR && number < APR + 100
      ? `, as Apache httpd sends the errors of its library${number === APR + 7 ? " (this one is a timeout)" : ""}`
      : "";
  return `RFC 9113 has no code ${number}: it is the program's private one${apr}`;
}

// APR_OS_START_STATUS with APR_UTIL_START_STATUS, where its errors begin.
const APR = 70_000;

const STATUSES: ReadonlyMap<number, string> = new Map([
  [401, "the request has no credentials that are good for this"],
  [403, "the request is understood and refused"],
  [404, "this server, or the proxy before it, has nothing at that path"],
  [405, "this method is not taken at that path"],
  [407, "a proxy on the way wants credentials"],
  [408, "the request was not complete in the time that the server waits"],
  [411, "the server wants a content-length"],
  [413, "the content is larger than the server takes"],
  [414, "the path is longer than the server takes"],
  [415, "the server does not take this content-type, or this content-encoding"],
  [421, "this server does not answer for that authority and scheme: the connection was used for another host"],
  [429, "the client asked too often"],
  [431, "the header fields of the request are larger, or more, than the server takes"],
  [460, "the client closed the connection before the load balancer's idle timeout (AWS)"],
  [463, "x-forwarded-for has more addresses than the load balancer takes (AWS)"],
  [464, "the protocol version of the request does not fit the target group's: gRPC, HTTP/2 or HTTP/1.1 (AWS)"],
  [494, "a header field is larger than nginx takes"],
  [495, "the client's certificate is not good (nginx)"],
  [496, "the server wants a client certificate (nginx)"],
  [497, "HTTP without TLS was sent to an HTTPS port (nginx)"],
  [499, "the client gave up before nginx had an answer"],
  [500, "the server failed inside"],
  [502, "a proxy got no valid answer from the server behind it"],
  [503, "the server, or the proxy before it, cannot serve this now: overload, or no healthy server behind the proxy"],
  [504, "a proxy waited for the server behind it as long as it may"],
  [505, "the server does not take this version of HTTP for that"],
  [520, "the origin gave an answer that Cloudflare cannot read"],
  [521, "the origin refused Cloudflare's connection"],
  [522, "the origin did not take Cloudflare's connection in time"],
  [523, "Cloudflare cannot reach the origin"],
  [524, "the origin did not answer in the time that Cloudflare waits"],
  [525, "the TLS handshake between Cloudflare and the origin failed"],
  [526, "the origin's certificate is not good for Cloudflare"],
]);

const GRPC: ReadonlyMap<number, string> = new Map([
  [4, "the server found the deadline to be over"],
  [5, "what was asked for is not there"],
  [7, "the caller may not do this"],
  [8, "a quota is used up, or a message is larger than the server takes"],
  [12, "the server has no such method, or not what the call needs: compare the path, and the encoding"],
  [14, "the server, or what it needs, cannot be reached now"],
  [16, "the call has no credentials that are good for this"],
]);

const CODES: ReadonlyMap<string, string> = new Map([
  ["HTTP_1_1_REQUIRED", "it wants this over HTTP/1.1, as some servers do for client certificates, NTLM or WebSocket"],
  ["INADEQUATE_SECURITY", "the version or suite of TLS is too weak for it"],
]);
