// Chinese, as engineers write it: protocol terms stay English, or have their usual words.
import type { Catalogue } from "../language.ts";
import { diagnostics } from "./diagnostics.ts";
import { answers, explain, units } from "./explain.ts";
import { explanations } from "./explanations.ts";
import { help } from "./help.ts";
import { others } from "./others.ts";
import { page } from "./page.ts";
import { phrases } from "./phrases.ts";
import { abuse } from "./rules/abuse.ts";
import { continuation } from "./rules/continuation.ts";
import { ext } from "./rules/ext.ts";
import { flow } from "./rules/flow.ts";
import { frame } from "./rules/frame.ts";
import { goaway } from "./rules/goaway.ts";
import { grpc } from "./rules/grpc.ts";
import { headers } from "./rules/headers.ts";
import { health } from "./rules/health.ts";
import { hpack } from "./rules/hpack.ts";
import { ping } from "./rules/ping.ts";
import { preface } from "./rules/preface.ts";
import { priority } from "./rules/priority.ts";
import { push } from "./rules/push.ts";
import { settings } from "./rules/settings.ts";
import { stream } from "./rules/stream.ts";
import { streamId } from "./rules/stream-id.ts";
import { tls } from "./rules/tls.ts";
import { upgrade } from "./rules/upgrade.ts";
import { sayings } from "./sayings.ts";
import { story } from "./story.ts";
import { tablePhrases, tables } from "./tables.ts";
import { texts } from "./texts.ts";
import { values } from "./values.ts";

export const zh: Catalogue = {
  tag: "zh-CN",
  stop: "。",
  nouns: {
    ...units,
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
    frame: "{n} 个帧",
    stream: "{n} 个流",
    field: "{n} 个字段",
    "field block": "{n} 个首部块",
    finding: "{n} 个问题",
    "more finding": "另有 {n} 个问题",
    "other connection": "其他 {n} 个连接",
    budget: "{n} 个预算",
    exchange: "{n} 个调用",
    time: "{n} 次",
    secret: "{n} 个密钥",
    capture: "{n} 个抓包",
    attempt: "{n} 次连接尝试",
    "HTTP/2 connection": "{n} 个 HTTP/2 连接",
    "more connection": "另有 {n} 个连接",
  },
  texts: { ...texts, ...story, ...explanations, ...sayings, ...explain, ...tables, ...page, ...help, ...others },
  phrases: { ...tablePhrases, ...answers, ...phrases, ...diagnostics },
  values,
  rules: {
    ...{ ...preface, ...upgrade, ...frame, ...continuation, ...settings, ...streamId, ...stream, ...goaway, ...ping, ...hpack },
    ...{ ...flow, ...headers, ...push, ...priority, ...ext, ...tls, ...grpc, ...abuse, ...health },
  },
};
