// Fields and lines that stories begin with.

/** The fields of a plain request. */
export const getRequest = { ":method": "GET", ":scheme": "http", ":authority": "h2.test", ":path": "/" } as const;
/** The fields of a response with status 200. */
export const okResponse = { ":status": "200" } as const;
/** The fields of a gRPC request. */
export const grpcRequest = {
  ":method": "POST",
  ":scheme": "http",
  ":authority": "h2.test",
  ":path": "/a.B/C",
  "content-type": "application/grpc",
  te: "trailers",
} as const;
/** The lines of a request that offers h2c (RFC 7540 3.2), with one setting. */
export const h2cRequest = [
  "GET / HTTP/1.1",
  "Host: h2.test",
  "Connection: Upgrade, HTTP2-Settings",
  "Upgrade: h2c",
  "HTTP2-Settings: AAMAAABk",
] as const;
/** The answer in HTTP/1.1 that takes the upgrade. */
export const switching = ["HTTP/1.1 101 Switching Protocols", "Connection: Upgrade", "Upgrade: h2c"] as const;
/** The fields of a gRPC response, without its trailers. */
export const grpcResponse = { ":status": "200", "content-type": "application/grpc" } as const;
