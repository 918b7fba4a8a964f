import type { RuleText } from "../../language.ts";

export const ext: Readonly<Record<string, RuleText>> = {
  "ext/connect-protocol-not-enabled": {
    title: "服务端通告 ENABLE_CONNECT_PROTOCOL 1 之前，客户端不能发送 :protocol",
    messages: { early: "流 {streamId} 上的请求有 :protocol {protocol}，而服务端还没有启用它" },
    why: "不认识 :protocol 的服务端会认为请求是 malformed，或者当作普通的 CONNECT。",
    fix: "等到服务端的 SETTINGS；如果没有通告该设置，就退回 HTTP/1.1。",
  },
  "ext/protocol-without-connect": {
    title: "只有 CONNECT 请求才有 :protocol",
    messages: {
      method: "流 {streamId} 上的 {method} 请求有 :protocol",
      other: "{side}在流 {streamId} 上发送了 :protocol，而且不在请求里",
    },
    why: "它说明 CONNECT 的用途，没有别的含义。",
    fix: "只与 :method CONNECT 一起发送。",
  },
  "ext/connect-protocol-missing-pseudo": {
    title: "带 :protocol 的 CONNECT 请求必须有 :scheme、:path 和 :authority",
    messages: { missing: "流 {streamId} 上用于 {protocol} 的 CONNECT 请求没有 {name}" },
    why: "与普通的 CONNECT 不同，它请求的是服务端上的某个资源，所以必须说明是哪一个。",
    fix: "发送全部的 :method、:scheme、:path、:authority 和 :protocol。",
  },
  "ext/websocket-forbidden-fields": {
    title: "WebSocket 请求不能有 connection、upgrade，也不能用 host 代替 :authority",
    messages: { field: "流 {streamId} 上的 WebSocket 请求有 {name}" },
    why: "它们在 HTTP/1.1 中的作用，这里由 :protocol 和 :authority 承担。",
    fix: "把 HTTP/1.1 的握手转换过来时去掉它们。",
  },
  "ext/websocket-key-fields": {
    title: "HTTP/2 上的 WebSocket 用不到 sec-websocket-key 和 sec-websocket-accept",
    messages: { field: "{side}在流 {streamId} 上发送了 {name}，它在 HTTP/2 上没有意义" },
    why: "在 HTTP/1.1 中它们证明对端支持该协议；这里由 :protocol 来表示。",
    fix: "去掉它们。",
  },
  "ext/websocket-bad-scheme": {
    title: "WebSocket 请求的 :scheme 必须是 http 或 https",
    messages: { scheme: "流 {streamId} 上的 WebSocket 请求的 :scheme 是 {scheme}" },
    why: "这是 HTTP 请求：wss 对应 https，ws 对应 http。",
    fix: "发送 https，没有 TLS 时发送 http。",
  },
  "ext/websocket-abnormal-close": {
    title: "WebSocket 不应以 CANCEL 之外的 RST_STREAM 结束",
    messages: { reset: "{side}用 {code} 重置了流 {streamId} 上的 WebSocket" },
    why: "CANCEL 相当于 TCP 连接被 reset；其他错误码说明 WebSocket 之下出了问题。",
    fix: "用 Close 帧和 END_STREAM 关闭；查明该错误码的含义。",
  },
  "ext/origin-on-stream": {
    title: "ORIGIN 必须在流 0 上发送",
    messages: { stream: "服务端在流 {streamId} 上发送了 ORIGIN" },
    why: "它针对整个连接；在别处，客户端会忽略它。",
    fix: "在流 0 上发送。",
  },
  "ext/origin-on-cleartext": {
    title: "没有 TLS 的连接上，ORIGIN 没有意义",
    messages: { cleartext: "服务端在没有 TLS 的连接上发送了 ORIGIN" },
    why: "只有证书才能证明服务端可以代表某个 origin；客户端会忽略它。",
    fix: "只在 TLS 上发送 ORIGIN。",
  },
  "ext/origin-from-client": {
    title: "客户端不能发送 ORIGIN",
    messages: { client: "客户端发送了 ORIGIN" },
    why: "只有服务端才有 origin；服务端会忽略这个帧。",
    fix: "不要发送。",
  },
  "ext/origin-flags": {
    title: "ORIGIN 的最低四个标志位不能置 1",
    messages: { flags: "服务端发送的 ORIGIN 的标志是 {flags}：客户端会忽略整个帧" },
    why: "这些位留给该帧以后不兼容的形式。",
    fix: "发送时不带标志。",
  },
  "ext/origin-malformed": {
    title: "ORIGIN 必须由完整的条目组成，每个条目是一个 origin",
    messages: {
      length: "ORIGIN 的一个条目声称有 {length} 字节，而只剩下 {left} 字节",
      entry: 'ORIGIN 中有 "{entry}"，不是 origin',
    },
    why: "客户端会忽略读不懂的内容，并另外建立连接。",
    fix: "每个 origin 写成 scheme、:// 和主机，端口不是默认值时加上端口，不带路径。",
  },
  "ext/altsvc-origin-on-stream": {
    title: "在请求的流上发送的 ALTSVC 不能给出 origin",
    messages: { origin: "服务端在流 {streamId} 上为 {origin} 发送了 ALTSVC" },
    why: "在那里 origin 就是请求的 origin；如果另外给出一个，客户端会忽略该帧。",
    fix: "origin 留空，或者在流 0 上发送。",
  },
  "ext/altsvc-empty-origin": {
    title: "在流 0 上发送的 ALTSVC 必须给出 origin",
    messages: { empty: "服务端在流 0 上发送了没有 origin 的 ALTSVC" },
    why: "没有说明替代服务是给谁的；客户端会忽略该帧。",
    fix: "填写 origin。",
  },
  "ext/altsvc-from-client": {
    title: "客户端不能发送 ALTSVC",
    messages: { client: "客户端发送了 ALTSVC" },
    why: "只有服务端才能提供替代服务；服务端会忽略这个帧。",
    fix: "不要发送。",
  },
  "ext/altsvc-malformed": {
    title: "ALTSVC 必须包含 origin 和 Alt-Svc 值",
    messages: {
      length: "服务端发送的 ALTSVC 有 {length} 字节，放不下它的 origin",
      value: '服务端发送的 ALTSVC 的值是 "{value}"，不是 Alt-Svc 值',
    },
    why: "客户端会忽略读不懂的内容。",
    fix: '发送 alt-svc 字段那样的值：clear，或者 h3=":443"; ma=3600 这样的条目。',
  },
};
