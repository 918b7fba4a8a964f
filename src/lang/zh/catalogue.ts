// Chinese, as engineers write it: protocol terms stay English, or have their usual words.
import type { Catalogue } from "../language.ts";
import { explanations } from "./explanations.ts";
import { flow } from "./rules/flow.ts";
import { goaway } from "./rules/goaway.ts";
import { grpc } from "./rules/grpc.ts";
import { headers } from "./rules/headers.ts";
import { hpack } from "./rules/hpack.ts";
import { ping } from "./rules/ping.ts";
import { stream } from "./rules/stream.ts";
import { texts } from "./texts.ts";

const SIDES = { client: "客户端", server: "服务端" };

export const zh: Catalogue = {
  stop: "。",
  nouns: {
    packet: "{n} 个包",
    line: "{n} 行",
    "more line": "另有 {n} 行",
    connection: "{n} 个连接",
    "HTTP/2 frame": "{n} 个 HTTP/2 帧",
    call: "{n} 个调用",
    byte: "{n} 字节",
    message: "{n} 条消息",
    error: "{n} 个错误",
    warning: "{n} 个警告",
    answer: "{n} 个反应",
  },
  texts: { ...texts, ...explanations },
  values: {
    what: { "the connection": "连接" },
    side: SIDES,
    sender: SIDES,
    holder: SIDES,
    owner: SIDES,
    peer: SIDES,
    actor: SIDES,
  },
  rules: { ...goaway, ...ping, ...hpack, ...stream, ...flow, ...headers, ...grpc },
};
