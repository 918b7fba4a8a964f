import type { RuleText } from "../../language.ts";

export const grpc: Readonly<Record<string, RuleText>> = {
  "grpc/method-not-post": {
    title: "gRPC 请求的方法必须是 POST",
    messages: { method: "流 {streamId} 上的 gRPC 请求的方法是 {method}，不是 POST" },
    why: "服务端会返回 405 或 INTERNAL 状态；对其他方法，缓存和代理可能自行应答。",
    fix: "用 gRPC 客户端发起调用；检查是否有代理或探测程序改写了方法。",
  },
  "grpc/bin-not-base64": {
    title: "-bin 字段的值是 base64",
    messages: {
      text: "{side}在流 {streamId} 上发送的 {name} 的值不是 base64",
      raw: "{side}在流 {streamId} 上把原始字节作为 {name} 的值发送，而对端没有表示接受这种形式",
    },
    why: "接收方要解码这个值，解码失败则调用失败。",
    fix: "把二进制值按字节交给库：由库来编码。",
  },
  "grpc/bin-padding": {
    title: "-bin 值中的 base64 发送时不应带填充",
    messages: { padded: "{side}在流 {streamId} 上给 {name} 的 base64 加了填充" },
    why: "接收方两种形式都必须接受；填充只是浪费字节。",
    fix: "不需要处理。",
  },
  "grpc/encoding-unknown": {
    title: "grpc-encoding 必须是对端接受的算法",
    messages: {
      request: "客户端在流 {streamId} 上用 {encoding} 压缩；服务端对该方法接受 {accepted}",
      response: "服务端在流 {streamId} 上用 {encoding} 压缩；客户端接受 {accepted}",
    },
    why: "接收方不支持该算法时，调用以 UNIMPLEMENTED 或 INTERNAL 失败。",
    fix: "从对端 grpc-accept-encoding 列出的算法中选择。",
  },
  "grpc/accept-encoding-missing": {
    title: "不支持某个 grpc-encoding 的服务端必须说明自己接受哪些",
    messages: {
      missing: "服务端在流 {streamId} 上拒绝了 grpc-encoding {encoding}，却没有用 grpc-accept-encoding 说明自己接受什么",
    },
    why: "客户端无从得知可以用什么算法，只会再试同一个。",
    fix: "随状态一起发送 grpc-accept-encoding。",
  },
  "grpc/compressed-without-encoding": {
    title: "压缩的消息需要有 grpc-encoding",
    messages: {
      missing: "流 {streamId} 上{side}的第 {number} 条消息标记为已压缩，但{side}没有发送 grpc-encoding",
      identity: "流 {streamId} 上{side}的第 {number} 条消息标记为已压缩，但{side}的 grpc-encoding 是 identity",
    },
    why: "接收方不知道如何解压：调用以 INTERNAL 失败。",
    fix: "发送 grpc-encoding，或者把压缩标志置 0；检查是否有代理删掉了该字段。",
  },
  "grpc/compressed-flag-invalid": {
    title: "gRPC 消息的第一个字节是 0 或 1",
    messages: { flag: "流 {streamId} 上{side}的第 {number} 条消息以 0x{flag} 开头，而不是取值为 0 或 1 的压缩标志" },
    why: "后面的内容不可能是消息：body 往往根本不是 gRPC，例如错误页或 JSON。",
    fix: "查看 body；检查是否有代理改动了它，或者写入方把消息长度算错了。",
  },
  "grpc/decompress-failed": {
    title: "压缩的消息必须能用它的 grpc-encoding 解压",
    messages: { failed: "流 {streamId} 上{side}的第 {number} 条消息（{length} 字节）无法用 {encoding} 解压" },
    why: "接收方使调用以 INTERNAL 失败。",
    fix: "核对压缩器与 grpc-encoding 中的名字是否一致；每条消息单独压缩。",
  },
  "grpc/truncated-message": {
    title: "任何一方都不能在 gRPC 消息中间结束",
    messages: {
      message: "{side}在第 {number} 条消息中间结束了流 {streamId}：缺少 {missing} 字节",
      prefix: "{side}在第 {number} 条消息的长度前缀中间结束了流 {streamId}：缺少 {missing} 字节",
      status:
        "服务端在第 {number} 条消息中间以 grpc-status {status} 放弃了流 {streamId} 上的调用：缺少 {missing} 字节，有些客户端会报告 INTERNAL 而不是这个状态",
    },
    why: "接收方只拿到消息的一部分：调用以 INTERNAL 失败。",
    fix: "检查写入方是否把长度算错，或者缓冲区还没写完就结束了流。服务端在消息中间放弃调用时可以重置流。",
  },
  "grpc/unfinished-message-reset": {
    title: "流在 gRPC 消息中间被重置",
    messages: { reset: "{side}在{sender}的第 {number} 条消息中间用 {code} 重置了流 {streamId}：缺少 {missing} 字节" },
    why: "这条消息丢失了。取消调用时会这样，写入失败时看起来也是这样。",
    fix: "查明调用为什么被重置。",
  },
  "grpc/message-too-large": {
    title: "gRPC 消息不应超过接收方的上限",
    messages: { large: "流 {streamId} 上{side}的第 {number} 条消息有 {length} 字节；接收方默认最多接受 {limit}" },
    why: "grpc-go、grpc-java、C-core、tonic 和 .NET 等接收方默认以 RESOURCE_EXHAUSTED 拒绝超过 4 MiB 的消息。",
    fix: "改为以流的方式发送较小的消息，或者调高接收方的上限。",
  },
  "grpc/unary-message-count": {
    title: "unary 或 server-streaming 方法的请求只有一条消息",
    messages: {
      none: "客户端没有发送消息就结束了流 {streamId} 上的请求；{method} 是 {kind}，需要一条消息",
      several: "客户端在流 {streamId} 上发送了 {messages} 条消息；{method} 是 {kind}，只要一条消息",
    },
    why: "服务端使调用以 INTERNAL 失败，有的返回 UNIMPLEMENTED。",
    fix: "检查客户端和服务端是否由同一个 .proto 生成：可能某一方已把该方法改成流式。",
  },
  "grpc/unary-response-count": {
    title: "unary 或 client-streaming 方法成功时返回一条消息",
    messages: {
      none: "服务端以 OK 状态结束流 {streamId}，却没有发送消息；{method} 是 {kind}，应返回一条消息",
      several: "服务端在流 {streamId} 上发送了 {messages} 条消息；{method} 是 {kind}，只返回一条消息",
    },
    why: "状态虽是 OK，客户端仍使调用以 INTERNAL 失败。",
    fix: "检查客户端和服务端是否由同一个 .proto 生成，以及是否有 handler 没有给出响应就返回。",
  },
  "grpc/ok-without-message": {
    title: "看起来是 unary 并且成功的调用应有一条响应消息",
    messages: {
      none: "服务端以 OK 状态结束流 {streamId} 上的调用，却没有发送消息：对消息流来说正确，对 unary 调用来说是失败",
    },
    why: "状态虽是 OK，unary 方法的客户端仍以 INTERNAL 失败：grpc-dotnet 报告无法反序列化响应。改写没有内容的响应的代理会把错误变成这样的响应。",
    fix: "如果方法是 unary，就比较服务端发送的内容和经过代理之后的内容。用 --proto 可得知方法的种类：grpc/unary-response-count。",
  },
  "grpc/message-schema": {
    title: "消息应符合方法的 schema",
    messages: { misfit: "流 {streamId} 上{side}的第 {number} 条消息不是 {type}：{field} {reason}" },
    why: "接收方使调用以 INTERNAL 失败，或者把该字段当作未知字段而丢掉。",
    fix: "比较客户端和服务端各自使用的 .proto 文件：某个字段的类型或编号可能变了。",
  },
  "grpc/request-trailers": {
    title: "gRPC 请求不能以 trailers 结束",
    messages: {
      trailers: "客户端用 trailers 结束了流 {streamId} 上的请求；gRPC 请求应以带 END_STREAM 的 DATA 帧结束",
      fields: "客户端用 trailers（{fields}）结束了流 {streamId} 上的请求；gRPC 请求应以带 END_STREAM 的 DATA 帧结束",
    },
    why: "HTTP/2 允许 trailers（RFC 9113 8.1），但 gRPC 请求由 HEADERS、消息和带 END_STREAM 的 DATA 帧组成。grpc-go 服务端把客户端的第二个 HEADERS 一律当作 ID 非法的新流，并断开连接，连接上的其他调用也随之丢失；nginx 也是如此；grpc-java 返回 404。许多其他服务端可以接受。",
    fix: "用带 END_STREAM 的 DATA 结束请求体，必要时发送一个空的 DATA 帧。使用 Volo 时：升级 volo-grpc，0.9.1 受影响。",
  },
  "grpc/request-end-on-headers": {
    title: "gRPC 请求不能在 HEADERS 上就结束",
    messages: { ended: "流 {streamId} 上的 gRPC 请求以 HEADERS 结束：没有消息，DATA 上也没有 END_STREAM" },
    why: "unary 方法收不到消息，以 INTERNAL 失败；流式方法可能把它当作空流。",
    fix: "发送一条消息（哪怕是空消息），并在 DATA 上带 END_STREAM。",
  },
  "grpc/response-content-type": {
    title: "gRPC 响应的 content-type 必须是 application/grpc",
    messages: {
      type: "服务端用 content-type {contentType} 响应流 {streamId} 上的 gRPC 调用",
      missing: "服务端响应流 {streamId} 上的 gRPC 调用时没有 content-type",
    },
    why: "应答的不是 gRPC 服务端：可能是代理的错误页，或者端口、路径不对。客户端报告 UNKNOWN，或者由 HTTP 状态码映射。",
    fix: "查看响应体，以及该地址上监听的是什么；把该路径路由到 gRPC 服务端。",
  },
  "grpc/http-status": {
    title: "gRPC 响应的 HTTP 状态码是 200",
    messages: { status: "流 {streamId} 上的 gRPC 调用得到 :status {status}：客户端报告 {mapped}" },
    why: "调用的状态在 trailers 里。其他 HTTP 状态码通常来自代理：它连不上服务端，或者没有放行；客户端据此自行得出一个状态。",
    fix: "检查中间的代理：它的日志、路由和响应体。",
  },
  "grpc/status-missing": {
    title: "gRPC 响应的最后一个首部块要有 grpc-status",
    messages: {
      trailers: "流 {streamId} 上 gRPC 调用的 trailers 没有 grpc-status",
      only: "流 {streamId} 上的 gRPC 调用只得到一个 HEADERS，其中没有 grpc-status",
    },
    why: "客户端不知道调用的结果：多数报告 UNKNOWN 或 INTERNAL，volo-grpc 0.9.1 当作 OK。",
    fix: "检查是否有代理丢掉了 trailers，或者 handler 不是 gRPC。",
  },
  "grpc/ended-without-trailers": {
    title: "gRPC 响应以 trailers 结束，而不是以 DATA 结束",
    messages: { data: "服务端在流 {streamId} 上用带 END_STREAM 的 DATA 结束了 gRPC 调用：没有 grpc-status" },
    why: "客户端不知道调用的结果：报告 INTERNAL 或 UNKNOWN。",
    fix: "检查是否有代理丢掉了 trailers，或者服务端在写出 trailers 之前就结束了响应。",
  },
  "grpc/status-in-headers": {
    title: "grpc-status 应在最后一个首部块里",
    messages: { early: "服务端在流 {streamId} 的响应 HEADERS 里发送了 grpc-status，而响应还在继续" },
    why: "只有 Trailers-Only（整个响应只有 HEADERS）的响应才在那里带状态。客户端会忽略它，或者认为调用已经结束。",
    fix: "在 trailers 里发送状态，或者在该 HEADERS 上带 END_STREAM。",
  },
  "grpc/status-malformed": {
    title: "grpc-status 是没有前导零的十进制数",
    messages: { malformed: "服务端用 grpc-status {status} 结束了流 {streamId} 上的调用" },
    why: "无论原意是什么，客户端都报告 UNKNOWN。",
    fix: "发送状态码的数字。",
  },
  "grpc/status-unknown-code": {
    title: "grpc-status 的取值是 0 到 16",
    messages: { unknown: "服务端用 grpc-status {status} 结束了流 {streamId} 上的调用" },
    why: "客户端报告 UNKNOWN。",
    fix: "使用已定义的状态码，其余信息放在 message 或 details 里。",
  },
  "grpc/message-percent": {
    title: "grpc-message 是百分号编码的 UTF-8",
    messages: {
      octet: "流 {streamId} 上的 grpc-message 有必须做百分号编码的字节：{text}",
      percent: "流 {streamId} 上的 grpc-message 有一个百分号后面不是两位十六进制数字：{text}",
      "utf-8": "流 {streamId} 上的 grpc-message 解码后不是 UTF-8：{text}",
    },
    why: "客户端不能因此失败，而是原样显示文本，或者用替换字符显示。",
    fix: "对 UTF-8 文本中除 0x20 到 0x24、0x26 到 0x7e 以外的所有字节做百分号编码。",
  },
  "grpc/message-with-ok": {
    title: "OK 状态不需要 grpc-message",
    messages: { message: "服务端在流 {streamId} 上随 OK 状态发送了 grpc-message {text}" },
    why: "客户端会丢弃它：这段文本只是浪费字节。",
    fix: "不需要处理。",
  },
  "grpc/details-mismatch": {
    title: "grpc-status-details-bin 里的状态码应与 grpc-status 相同",
    messages: { differs: "流 {streamId} 上的 grpc-status 是 {status}，而 grpc-status-details-bin 里是 {inner}" },
    why: "应用看到的是哪一个，取决于客户端的库以及它是否读取 details。",
    fix: "两者由同一个 status 生成；检查是否有拦截器只改了状态码。",
  },
  "grpc/client-sends-status": {
    title: "客户端不能发送 grpc-status 或 grpc-message",
    messages: { status: "客户端在流 {streamId} 上发送了 {fields}；只有服务端才报告状态" },
    why: "状态是调用的结果。客户端发送状态，说明它混淆了角色，volo-grpc 0.9.1 就是这样。",
    fix: "使用请求的编码器，而不是响应的编码器。",
  },
  "grpc/early-status-no-rst": {
    title: "在请求结束之前就应答的服务端应让客户端停止发送",
    messages: { early: "服务端提前结束了流 {streamId} 上的调用，却没有发送 RST_STREAM；客户端又发送了 {octets} 字节" },
    why: "客户端继续发送没有人读的数据，这些字节会占用连接的窗口。",
    fix: "在状态之后发送 RST_STREAM(NO_ERROR)。",
  },
  "grpc/status-lost": {
    title: "服务端用状态结束调用，而不是用 RST_STREAM",
    messages: { reset: "服务端已开始响应，又用 {code} 重置了流 {streamId} 上的调用：没有状态" },
    why: "客户端由错误码推出一个状态；服务端原本的意思丢失了。",
    fix: "发送带 grpc-status 的 trailers；检查 handler 是否 panic，或者代理放弃了调用。",
  },
  "grpc/rst-status-map": {
    title: "收到 RST_STREAM 时客户端报告哪个状态",
    messages: { status: "服务端用 {code} 重置了流 {streamId} 上的调用：客户端报告 {status}" },
    why: "应用看到的状态不是服务端发送的，而是客户端由错误码得出的。",
    fix: "去查 RST_STREAM 的原因，而不是在服务端代码里找这个状态。",
  },
  "grpc/deadline-exceeded": {
    title: "调用应在 deadline 之前结束",
    messages: { late: "流 {streamId} 上的调用经过 {took} ms 才结束；它的 grpc-timeout 是 {timeout} ms" },
    why: "已经没有人在等这个响应：工作白做了。",
    fix: "到 deadline 时结束 handler；检查是否有 handler 没有关注自己的 context。",
  },
  "grpc/deadline-ignored": {
    title: "deadline 之后服务端不再发送任何内容",
    messages: { late: "服务端在 {timeout} ms 的 deadline 过去 {late} ms 之后，又在流 {streamId} 上发送了第 {number} 条消息" },
    why: "没有人再读这些内容：handler 不知道调用已经结束。",
    fix: "在 handler 里关注 deadline；检查库是否得知了 deadline。",
  },
  "grpc/deadline-not-enforced": {
    title: "客户端到 deadline 时应放弃调用",
    messages: { open: "流 {streamId} 上的调用持续了 {open} ms；它的 grpc-timeout 是 {timeout} ms，客户端却没有重置它" },
    why: "客户端设了 deadline 却没有遵守：该流仍占用并发流的名额。",
    fix: "检查客户端的定时器是否没有运行，或者代理转发了 timeout 却不执行。",
  },
  "grpc/deadline-missing": {
    title: "调用应有 deadline",
    messages: { missing: "流 {streamId} 上的调用没有 grpc-timeout" },
    why: "没有 deadline，服务端不应答时客户端就一直等下去，并一直占用资源。",
    fix: "给每个调用设置 deadline。",
  },
  "grpc/keepalive-too-frequent": {
    title: "客户端发送 keepalive PING 不能比服务端允许的更频繁",
    messages: {
      frequent:
        "连续 {strikes} 个 PING 与前一个的间隔不到 {interval} s，其间服务端没有发送 DATA 或 HEADERS；默认配置的服务端在第三个时关闭连接",
      counted:
        "服务端以 too_many_pings 关闭之前，客户端在 {time} 内发送了 {pings} 个 PING：不管是 keepalive 还是测量往返时间，也不管其间有没有发送 DATA 或 HEADERS，服务端都可能计数",
    },
    why: "没有另行配置的服务端会发送带 too_many_pings 的 GOAWAY，连接上的所有调用随之结束。",
    fix: "调大客户端的 keepalive 时间，或者在服务端放宽限制（keepalive enforcement policy）。",
  },
  "grpc/too-many-pings-unjustified": {
    title: "只有 PING 确实过多时服务端才发送 too_many_pings",
    messages: {
      few: "服务端在 {pings} 个 PING 之后以 too_many_pings 关闭连接，按默认值其中 {early} 个过早",
      between:
        "服务端在 {pings} 个 PING 之后以 too_many_pings 关闭连接，而其中 {apart} 个与前一个之间它发送过 DATA 或 HEADERS：gRPC 在此之后重新计数",
    },
    why: "服务端比客户端预期的更严格：客户端没有过错，调用却以 UNAVAILABLE 结束。",
    fix: "使服务端的最小间隔与客户端的 keepalive 时间相匹配。如果它发送了 DATA 仍继续计数（有的库这样做过），请更新它。",
  },
  "grpc/keepalive-timeout": {
    title: "PING 没有应答，连接因此被放弃",
    messages: {
      timeout: "{side}发出的 PING 没有得到应答，{waited} s 之后它关闭了连接",
      busy: "{side}发出的 PING 没有得到应答，{waited} s 之后它关闭了连接，而{peer}已经收到它并且一直在发送：应答没有及时到来",
    },
    why: "对端或者中间的网络已经不通，或者太慢：未完成的调用以 UNAVAILABLE 结束。",
    fix: "查看从该 PING 起对端在做什么：进程停住了，防火墙丢掉了连接，或者 DATA 占满了慢速的网络。给 PING 更多时间。",
  },
  "grpc/metadata-too-large": {
    title: "metadata 应低于接收方的上限",
    messages: {
      suggested: "{side}在流 {streamId} 上发送了 {octets} 字节的字段；gRPC 建议的上限是 {limit}",
      announced: "{side}在流 {streamId} 上发送了 {octets} 字节的字段，超过对端的 MAX_HEADER_LIST_SIZE {limit}",
    },
    why: "服务端和代理会以 RESOURCE_EXHAUSTED 或流错误拒绝过大的首部。",
    fix: "把大的值放进消息里；检查不断变长的 token 和 trace。",
  },
  "grpc/goaway-reason": {
    title: "gRPC 服务端为什么发送 GOAWAY",
    messages: { reason: "服务端发送了带 {text} 的 GOAWAY：{reason}" },
    why: "GOAWAY 的 debug data 说明了错误码没有说明的内容。",
    fix: "如果原因在意料之中，不需要处理。",
  },
  "grpc/unavailable-retryable": {
    title: "服务端没有处理的调用可以重新发送",
    messages: {
      goaway: "GOAWAY 结束了 {calls} 个 ID 大于 last stream {lastStreamId} 的调用：它们没有被处理，可以重新发送",
      refused: "服务端拒绝了流 {streamId} 上的调用：它没有被处理，可以重新发送",
    },
    why: "handler 没有执行：即使方法不是幂等的，重试也是安全的，库会自动重试。",
    fix: "客户端会重试的话，不需要处理。",
  },
  "grpc/content-type-missing": {
    title: "gRPC 请求的 content-type 必须是 application/grpc",
    messages: {
      missing: "流 {streamId} 上的请求有 gRPC 字段，却没有 content-type",
      other: "流 {streamId} 上的请求有 gRPC 字段，而 content-type 是 {contentType}",
      plain: "流 {streamId} 上的普通 HTTP 请求由 gRPC 服务端应答：它不是 gRPC 调用",
    },
    why: "gRPC 服务端靠 content-type 识别调用，对其他请求返回 415。",
    fix: "用 gRPC 客户端发起调用；如果是浏览器或健康检查，让它访问别的端口。",
  },
  "grpc/content-type-malformed": {
    title: "content-type 中 application/grpc 之后只能是空、+format 或 ;parameter",
    messages: { malformed: "流 {streamId} 上的请求的 content-type 是 {contentType}" },
    why: "严格比较的服务端返回 415。",
    fix: "发送 application/grpc 或 application/grpc+proto。",
  },
  "grpc/te-missing": {
    title: "gRPC 请求必须带 te: trailers",
    messages: { missing: "流 {streamId} 上的 gRPC 请求没有 te: trailers" },
    why: "这个字段表明沿途的每个代理都会转发 trailers；没有它，有的服务端会拒绝调用。",
    fix: "发送 te: trailers；检查是否有代理把它当作 hop-by-hop 字段删掉了。",
  },
  "grpc/path-form": {
    title: "gRPC 请求的路径是 /service/method",
    messages: { path: "流 {streamId} 上的 gRPC 请求的路径是 {path}，不是 /service/method" },
    why: "服务端按路径找方法：这样的调用以 UNIMPLEMENTED 结束。",
    fix: "查看客户端如何拼出路径，以及是否有代理改写了它。",
  },
  "grpc/authority-missing": {
    title: "gRPC 请求应带 :authority",
    messages: { missing: "流 {streamId} 上的 gRPC 请求没有 :authority" },
    why: "代理按它路由，没有它时有的服务端返回 400。",
    fix: "设置 channel 的 authority。",
  },
  "grpc/timeout-grammar": {
    title: "grpc-timeout 是 1 到 8 位数字加 H M S m u n 之一",
    messages: { malformed: "流 {streamId} 上的请求的 grpc-timeout 是 {timeout}" },
    why: "服务端返回 400 或 INTERNAL，或者无限期等待。",
    fix: "选择合适的单位，使数字不超过 8 位。",
  },
  "grpc/timeout-zero": {
    title: "grpc-timeout 是正数",
    messages: { zero: "流 {streamId} 上的请求的 grpc-timeout 是 {timeout}：调用还没开始就已超时" },
    why: "服务端可能不处理就丢弃调用：客户端得到 DEADLINE_EXCEEDED。",
    fix: "deadline 已过的调用不要发送；检查时间在此之前用在了哪里。",
  },
  "grpc/reserved-metadata": {
    title: "以 grpc- 开头的名字是保留的",
    messages: { reserved: "{side}在流 {streamId} 上发送了字段 {name}：grpc- 开头的名字由 gRPC 自己保留" },
    why: "以后的 gRPC 版本可能赋予该名字含义，许多库会直接丢弃这类字段。",
    fix: "给字段换一个自己的名字。",
  },
  "grpc/metadata-name-invalid": {
    title: "metadata 的名字只能有 0-9、a-z、下划线、连字符和点",
    messages: { name: "{side}在流 {streamId} 上发送了名为 {name} 的字段" },
    why: "库在发送时拒绝这样的名字，收到时可能使调用失败。",
    fix: "使用小写字母、数字、下划线、连字符和点。",
  },
  "grpc/metadata-value-invalid": {
    title: "metadata 的值是可打印 ASCII，名字以 -bin 结尾的除外",
    messages: { value: "{side}在流 {streamId} 上发送的 {name} 的值含有字节 0x{octet}" },
    why: "值是 ASCII 0x20 到 0x7e：遇到其他值，库会丢弃它或者使调用失败。",
    fix: "对值编码，或者给字段换一个以 -bin 结尾的名字：库会用 base64 发送。",
  },
};
