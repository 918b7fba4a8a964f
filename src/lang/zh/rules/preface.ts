import type { RuleText } from "../../language.ts";

export const preface: Readonly<Record<string, RuleText>> = {
  "preface/client-magic": {
    title: "客户端的前 24 个字节必须是连接前言（connection preface）",
    messages: {
      other: '客户端以 "{text}" 开头，而不是连接前言',
      http1: '客户端发送了 HTTP/1 请求（"{text}"），而不是连接前言',
    },
    why: "服务端靠连接前言得知后面是 HTTP/2。没有前言，服务端无法知道读到的是什么，只能关闭。",
    fix: '先发送 "PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n"，再发送 SETTINGS。如果客户端说的是 HTTP/1，那它连到了只支持 HTTP/2 的端口。',
  },
  "preface/client-settings-missing": {
    title: "客户端的第一个帧必须是 SETTINGS",
    messages: { other: "客户端的第一个帧是 {kind}，不是 SETTINGS", ack: "客户端的第一个帧是 SETTINGS 确认" },
    why: "SETTINGS 帧（可以为空）是连接前言的一部分；没有它，服务端可以关闭连接。",
    fix: "发送前言字符串之后，紧接着发送一个不带 ACK 标志的 SETTINGS 帧。",
  },
  "preface/server-settings-missing": {
    title: "服务端的第一个帧必须是 SETTINGS",
    messages: { other: "服务端的第一个帧是 {kind}，不是 SETTINGS", ack: "服务端的第一个帧是 SETTINGS 确认" },
    why: "客户端看到服务端的 SETTINGS，才能确定对端支持 HTTP/2。",
    fix: "在任何其他帧之前发送不带 ACK 标志的 SETTINGS 帧，也要在确认客户端的 SETTINGS 之前。",
  },
  "preface/truncated": {
    title: "客户端不应在连接前言中间关闭",
    messages: { closed: "客户端发送连接前言的 {octets} 个字节之后就关闭了" },
    why: "没有向服务端请求任何内容：可能是健康检查、扫描器，或者客户端在建立连接时崩溃。",
    fix: "查明客户端为什么立刻放弃；健康检查应使用 HTTP/2，或者只建立 TCP 连接。",
  },
  "preface/server-spoke-http1": {
    title: "收到 HTTP/2 前言的服务端必须用 HTTP/2 应答",
    messages: { http1: '服务端用 "{text}" 应答了 HTTP/2 前言' },
    why: "该端口只支持 HTTP/1：多半是端口不对，或者代理的这一侧没有启用 HTTP/2。",
    fix: "改连 HTTP/2 的端口，或者在这个端口上启用明文 HTTP/2（h2c，prior knowledge）。",
  },
  "preface/client-spoke-tls": {
    title: "客户端不能对不支持 TLS 的服务端使用 TLS",
    messages: { tls: "客户端以 TLS ClientHello 开头，而服务端说的是不带 TLS 的 {speaks}" },
    why: "该端口是明文的：服务端把握手当成损坏的前言或请求，随即关闭。",
    fix: "把客户端配置为明文（h2c，plaintext credentials），或者把服务端配置为 TLS。",
  },
  "preface/server-spoke-tls": {
    title: "收到明文请求的服务端不能用 TLS 应答",
    messages: { tls: "客户端说的是不带 TLS 的 HTTP/2，服务端却用 {text} 应答" },
    why: "该端口使用 TLS，而客户端没有使用：客户端发送的内容都无法读取。",
    fix: "把客户端配置为 TLS（https，TLS credentials），或者改连不带 TLS 的端口。",
  },
  "preface/server-closed-first": {
    title: "服务端关闭之前必须应答客户端的前言",
    messages: {
      closed:
        "客户端发送前言 {ms} ms 之后，服务端没有发送一个字节就关闭了（{how}）：可能该端口要求 TLS，或者不支持 HTTP/2，或者服务端已崩溃",
    },
    why: "TLS 服务端读到 HTTP/2 前言，找不到 ClientHello，就会关闭；不支持 HTTP/2 的代理和崩溃的进程也是这样。",
    fix: "用 TLS 和 HTTP/1.1 各试一次这个端口；查看服务端当时的日志。",
  },
  "preface/server-spoke-other": {
    title: "服务端必须用 HTTP/2 应答 HTTP/2 前言",
    messages: { other: "客户端说的是 HTTP/2，而服务端说的是 {protocol}" },
    why: "客户端连到了别的服务：端口、地址或者路由不对。",
    fix: "核对客户端配置里的主机和端口，查明在那里监听的是什么。",
  },
  "preface/connection-refused": {
    title: "客户端使用的端口上应有服务端接受连接",
    messages: {
      refused: "{server} 上没有人接受连接：SYN 得到的应答是 RST",
      silent: "{server} 没有应答：客户端在 {seconds} s 内发送了 {count} 个 SYN",
    },
    why: "该端口上没有进程在监听，或者被防火墙挡住。调用方看到 `connection refused` 或者超时。",
    fix: "启动服务端，或者改正主机和端口；如果没有任何应答，检查防火墙、路由和网络策略。",
  },
  "preface/server-silent": {
    title: "服务端收到客户端的前言后应发送 SETTINGS",
    messages: { silent: "服务端确认收到客户端的前言之后，{seconds} s 内没有发送任何内容" },
    why: "TCP 连接已被接受，但没有 HTTP/2 服务端在读：accept 队列已满、进程卡住，或者中间有代理。",
    fix: "查明该端口上监听的是什么，是否过载。",
  },
  "preface/settings-slow": {
    title: "收到对端的前言后应立即发送自己的前言",
    messages: { slow: "对端的前言到达 {ms} ms 之后，{side}才发送第一个 SETTINGS；一个往返需要 {roundTrip} ms" },
    why: "对端要等到 SETTINGS 才知道自己可以做什么；有的实现在此之前不发送请求。",
    fix: "在新连接上首先发送 SETTINGS；检查 accept 队列是否过慢，或者代理是否在等待后端。",
  },
};
