import type { LogFormat } from "./format.ts";
import { curl } from "./formats/curl.ts";
import { goHttp2debug } from "./formats/go-http2debug.ts";
import { grpcCore } from "./formats/grpc-core.ts";
import { jetty } from "./formats/jetty.ts";
import { kestrel } from "./formats/kestrel.ts";
import { modHttp2 } from "./formats/mod-http2.ts";
import { netty } from "./formats/netty.ts";
import { nghttp } from "./formats/nghttp.ts";
import { nginx } from "./formats/nginx.ts";
import { node } from "./formats/node.ts";
import { okhttp } from "./formats/okhttp.ts";
import { pythonHyper } from "./formats/python-hyper.ts";
import { rustH2 } from "./formats/rust-h2.ts";

/** Logs that tell of frames. A file may hold more than one: each line is asked for by itself. grpc-go, grpc-js and others write no
 *  frames, only texts, which the dictionary knows (pairing/software.ts). */
export const formats: readonly LogFormat[] = [
  ...[rustH2, goHttp2debug, nghttp, curl, netty, grpcCore, node],
  ...[nginx, modHttp2, kestrel, pythonHyper, okhttp, jetty],
];
