import type { RuleText } from "../../language.ts";

export const tls: Readonly<Record<string, RuleText>> = {
  "tls/version": {
    title: "HTTP/2 必须使用 TLS 1.2 或更高版本",
    messages: { old: "服务端用 {version} 选择了 h2" },
    why: "更低的版本已不安全，HTTP/2 客户端可以拒绝连接。",
    fix: "关闭 TLS 1.2 以下的版本，或者只在 1.2 及以上提供 h2。",
  },
  "tls/cipher-prohibited": {
    title: "TLS 1.2 上的 HTTP/2 不应使用 RFC 9113 附录 A 中的套件",
    messages: { suite: "服务端为 h2 选择了 {suite}" },
    why: "客户端可以用 INADEQUATE_SECURITY 拒绝连接：该套件没有前向保密，或者不是 AEAD。",
    fix: "优先使用带 AES-GCM 或 ChaCha20-Poly1305 的 ECDHE 套件，或者使用 TLS 1.3。",
  },
  "tls/compression": {
    title: "HTTP/2 必须关闭 TLS 压缩",
    messages: { method: "服务端选择了 TLS 压缩（方法 {method}）" },
    why: "压缩后的长度会泄露机密。",
    fix: "选择 null 方法。",
  },
  "tls/renegotiation": {
    title: "HTTP/2 中不能进行 TLS 1.2 重协商",
    messages: { begun: "{side}发起了 TLS 重协商" },
    why: "前后的流与重协商没有先后关系，无从得知它保护的是哪些流。",
    fix: "在第一次握手时认证客户端，或者另用一个连接。",
  },
  "tls/post-handshake-auth": {
    title: "TLS 1.3 握手之后，服务端不能再要求证书",
    messages: { asked: "服务端在握手之后发送了 CertificateRequest" },
    why: "无从得知是为哪个流要求的。",
    fix: "在第一次握手时要求，或者另用一个连接。",
  },
  "tls/dh-too-small": {
    title: "TLS 1.2 的临时密钥至少要有 2048 位（DHE）或 224 位（ECDHE）",
    messages: { bits: "服务端的 {kind} 密钥是 {bits} 位，小于 {least} 位" },
    why: "客户端可以用 INADEQUATE_SECURITY 拒绝连接。",
    fix: "配置 2048 位或更大的 group，或者使用 X25519、P-256。",
  },
  "tls/inadequate-security-wrong": {
    title: "INADEQUATE_SECURITY 只用于达不到 HTTP/2 要求的 TLS",
    messages: { fine: "{side}用 INADEQUATE_SECURITY 放弃了连接，但 {version} 加 {suite} 已满足 HTTP/2 的全部要求" },
    why: "该连接使用的版本不低于 TLS 1.2，套件也不在 RFC 9113 附录 A 中，对端无法知道要改什么。",
    fix: "按 RFC 的列表判断，而不是按自己的列表。",
  },
  "tls/alpn-missing": {
    title: "在 TLS 上使用 HTTP/2，客户端必须通过 ALPN 提出 h2",
    messages: { none: "客户端在 TLS 内使用 HTTP/2，但它的 ClientHello 没有 ALPN" },
    why: "prior knowledge 方式的 HTTP/2 只用于没有 TLS 的连接；没有协商出协议时，服务端可以使用 HTTP/1.1。",
    fix: "在 ALPN 扩展中提出 h2。",
  },
  "tls/alpn-h2c": {
    title: "ALPN 中不能出现 h2c",
    messages: { offered: "客户端通过 ALPN 提出 h2c", chosen: "服务端通过 ALPN 选择了 h2c" },
    why: "这个名字表示不带 TLS 的 HTTP/2。服务端不会选择它，连接就退回 HTTP/1.1。",
    fix: "提出 h2。",
  },
  "tls/alpn-mismatch": {
    title: "ALPN 选择了 h2 才使用 HTTP/2，选择了 h2 就要使用 HTTP/2",
    messages: {
      other: "使用的是 HTTP/2，但服务端通过 ALPN 选择了 {alpn}",
      nothing: "使用的是 HTTP/2，但服务端没有通过 ALPN 选择任何协议，尽管客户端提出了 h2",
    },
    why: "按握手判断协议的一方（例如代理）会把该连接当成别的协议。",
    fix: "要使用 HTTP/2，就通过 ALPN 选择 h2。",
  },
  "tls/sni-missing": {
    title: "客户端必须在 ClientHello 中给出服务端的名字",
    messages: { absent: "客户端请求的是 {host}，但它的 ClientHello 没有 server_name" },
    why: "有多个名字的服务端会给出另一个名字的证书，或者拒绝握手。",
    fix: "把 TLS 的 server name 设为 URI 中的主机。",
  },
  "tls/authority-not-in-cert": {
    title: "请求的主机名应在服务端的证书里",
    messages: { other: "流 {streamId} 上的请求针对 {host}，而服务端的证书针对 {names}" },
    why: "服务端没有证明它可以代表这个名字；它可以返回 421（Misdirected Request）。",
    fix: "与被请求的主机另建连接，或者把它的名字加进证书。",
  },
  "tls/alpn-no-overlap": {
    title: "客户端和服务端没有共同的协议",
    messages: { refused: "{side}用 no_application_protocol 拒绝了握手：对端提出的是 {offered}" },
    why: "常见的情形是：gRPC 客户端只提出 h2，而服务端或代理只有 HTTP/1.1。",
    fix: "在服务端或它前面的代理上启用 HTTP/2。",
  },
  "tls/alert": {
    title: "fatal 的 alert 中断 TLS 连接，close_notify 正常结束 TLS 连接",
    messages: {
      fatal: "{side}用 alert {name}（{number}）结束了 TLS",
      cut: "{side}没有发送 close_notify 就关闭了 TCP，而它还有 {count} 条消息没有结束",
    },
    why: "alert 的名字说明发送方不接受什么：证书、版本、名字。没有 close_notify，就分不清对端是发完了，还是有人在中途截断；只有确实截断了内容时才会报告。",
    fix: "按 alert 的名字改正，多数时候要改的是对端；先关闭 TLS，再关闭 TCP。",
  },
  "tls/early-data-unsafe": {
    title: "early data 中的请求必须使用安全的方法",
    messages: { method: "客户端在流 {streamId} 上以 early data 发送了 {method}" },
    why: "看到过 early data 的人都可以重放它：服务端可能执行两次。服务端可以返回 425（Too Early）。",
    fix: "方法不安全，或者不知道是否安全时，等握手完成再发送。",
  },
  "tls/early-data-nondefault": {
    title: "early data 必须遵守服务端设置的初始值",
    messages: {
      size: "early data 中有一个 {length} 字节的帧；SETTINGS_MAX_FRAME_SIZE 的初始值是 16384",
      window: "early data 中有 {octets} 字节的 DATA；连接窗口的初始值是 65535",
    },
    why: "服务端的 SETTINGS 不可能在它之前到达：服务端在别的连接上允许过的，在这里不算数。",
    fix: "收到服务端的 SETTINGS 之前，遵守初始值。",
  },
};
