import type { RuleText } from "../../language.ts";

export const upgrade: Readonly<Record<string, RuleText>> = {
  "upgrade/unanswered": {
    title: "不论是否支持 HTTP/2，服务端都应当应答提出升级到 h2c 的请求",
    messages: {
      closed:
        "服务端在“{line}”（它提出升级到 h2c）之后 {ms} ms 关闭了连接（{how}），没有发送一个字节：有些服务端遇到不认识的 Upgrade 就关闭",
    },
    why: "调用方只看到连接结束，例如 JDK 客户端的 `header parser received no bytes`：不用 TLS 时它在第一个请求里就提出 h2c。Node 的服务端如果挂了只接受 WebSocket 的 upgrade 监听器，就会这样关闭。",
    fix: "让服务端忽略它不认识的 Upgrade；或者让客户端只说 HTTP/1.1，或直接说 HTTP/2（prior knowledge）。",
  },
  "upgrade/settings-header-count": {
    title: "提出升级到 h2c 的请求必须恰好有一个 HTTP2-Settings 字段",
    messages: {
      none: "请求提出升级到 h2c，却没有 HTTP2-Settings",
      several: "请求提出升级到 h2c，却有 {count} 个 HTTP2-Settings 值",
    },
    why: "该字段是客户端的第一个 SETTINGS。没有它，或者不止一个，服务端都不能升级。",
    fix: "只发送一个 HTTP2-Settings 字段，值是 SETTINGS 帧的 payload，用不带填充的 base64url 编码。",
  },
  "upgrade/settings-header-not-hop": {
    title: "Connection 中必须列出 HTTP2-Settings",
    messages: { missing: 'Connection（"{options}"）中没有列出 HTTP2-Settings' },
    why: "这些 SETTINGS 只给下一跳。不认识该字段的代理会把它继续转发。",
    fix: '发送 "Connection: Upgrade, HTTP2-Settings"。',
  },
  "upgrade/settings-invalid": {
    title: "HTTP2-Settings 必须是用不带填充的 base64url 编码的 SETTINGS payload",
    messages: {
      encoding: 'HTTP2-Settings "{value}" 不是不带填充的 base64url',
      length: "HTTP2-Settings 有 {octets} 字节，不是 6 的倍数",
    },
    why: "服务端无法读取客户端的 SETTINGS；请求是 malformed。",
    fix: "编码 SETTINGS 帧的 payload，每个设置 6 字节；使用 - 和 _，末尾不带 =。",
  },
  "upgrade/settings-in-response": {
    title: "服务端不能发送 HTTP2-Settings",
    messages: { sent: "状态码 {status} 的应答带有 HTTP2-Settings 字段" },
    why: "服务端的设置在它的 SETTINGS 帧里。客户端可能把该字段当成自己那个被送了回来。",
    fix: "不要把请求的字段抄到应答里。",
  },
  "upgrade/h2-token": {
    title: "明文连接的 Upgrade 中不能写 h2",
    messages: {
      offered: '客户端在明文连接的 Upgrade 中提出 "{tokens}"',
      chosen: '服务端在明文连接上切换到 "{tokens}"',
      advertised: '服务端在明文连接的 Upgrade 中写了 "{tokens}"',
    },
    why: "h2 这个名字表示通过 ALPN 选定的、TLS 之上的 HTTP/2。服务端必须忽略 Upgrade 中的 h2。",
    fix: "明文用 h2c，TLS 用 ALPN。",
  },
  "upgrade/server-first-frame": {
    title: "101 之后服务端的第一个帧必须是 SETTINGS",
    messages: {
      other: "101 之后服务端的第一个帧是 {kind}，不是 SETTINGS",
      ack: "101 之后服务端的第一个帧是 SETTINGS 确认",
    },
    why: "SETTINGS 就是服务端的连接前言。101 已确认了 HTTP2-Settings，所以在它之前不需要 ACK。",
    fix: "发送 101 应答之后，紧接着发送不带 ACK 标志的 SETTINGS 帧。",
  },
  "upgrade/client-preface-after-101": {
    title: "101 之后客户端必须发送连接前言",
    messages: {
      other: '101 之后客户端发送了 "{text}"，而不是连接前言',
      frame: "101 之后客户端的第一个帧是 {kind}，不是 SETTINGS",
      ack: "101 之后客户端的第一个帧是 SETTINGS 确认",
    },
    why: "服务端已切换到 HTTP/2，等着读前言字符串和 SETTINGS 帧；HTTP2-Settings 不能代替它们。",
    fix: '收到 101 应答后立即发送 "PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n" 和 SETTINGS 帧。',
  },
  "upgrade/stream-one-reused": {
    title: "升级之后客户端不能在流 1 上发送 HEADERS 或 DATA",
    messages: { sent: "客户端在流 1 上发送了 {kind}；该流就是被升级的请求，已随请求结束" },
    why: "被升级的请求就是流 1，客户端一侧已是 half-closed：只差它的响应。",
    fix: "从流 3 开始。",
  },
};
