import type { Stream } from "../model/stream.ts";

/** Whether the exchange is gRPC, by what both sides sent so far (rules.md 3.17). `unknown` while only the answer can tell. */
export function grpcKind(stream: Stream): "yes" | "no" | "unknown" {
  const { request, response } = stream;
  if (isGrpcType(request.contentType)) return "yes";
  const answer = isGrpcType(response.contentType);
  // Not captured, or not readable: the answer's type counts.
  if (!request.known) return answer ? "yes" : "unknown";
  if (isGrpcWeb(request.contentType)) return "no";
  if (request.grpcField) return "yes";
  // `te: trailers` alone is no mark: browsers send it.
  if (request.method === "POST" && request.te === "trailers") return answer ? "yes" : response.known ? "no" : "unknown";
  return "no";
}

/** `application/grpc`, alone or with `+format` or `;parameter`. gRPC-Web is another protocol. */
export function isGrpcType(contentType: string | undefined): boolean {
  return contentType !== undefined && /^application\/grpc(?:$|[+;])/i.test(contentType);
}

const isGrpcWeb = (contentType: string | undefined): boolean =>
  contentType?.toLowerCase().startsWith("application/grpc-web") ?? false;
