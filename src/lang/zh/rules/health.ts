import type { RuleText } from "../../language.ts";

export const health: Readonly<Record<string, RuleText>> = {
  "health/hol-by-window": {
    title: "没有被读取的流不应堵住其他的流",
    messages: {
      held: "流 {streamId} 没有被{holder}读取，占用了连接窗口的 {octets} 字节，{streams} 因此等待了 {ms} ms",
    },
    why: "一个流上没有读取的字节用完了连接的窗口，其他的流就都不能前进。",
    fix: "使连接窗口大于各个流窗口的总和，或者字节一到达就归还连接窗口。",
  },
  "health/connection-window-leak": {
    title: "被重置的流用掉的连接窗口应归还",
    messages: {
      leaks: "在 {sent} 字节的 DATA 中，{holder}没有归还 {octets} 字节的连接窗口；其间重置了 {resets} 个流，平均每个 {each} 字节",
    },
    why: "每个被重置的流都带走一部分连接窗口；最后所有的流都停住。",
    fix: "把被重置的流的 DATA 也算作已消费，并在流 0 上为它们发送 WINDOW_UPDATE。",
  },
  "health/flow-stall-stream": {
    title: "流不应等待 WINDOW_UPDATE",
    messages: {
      stalled:
        "{sender}有 {ms} ms 不能在流 {streamId} 上发送：发送 {octets} 字节之后窗口用完，直到{holder}发送 WINDOW_UPDATE +{increment}",
      never:
        "最后 {ms} ms 里，{sender}不能在流 {streamId} 上发送：发送 {octets} 字节之后窗口用完，此后{holder}没有发送 WINDOW_UPDATE{padding}",
    },
    why: "接收方没有读取该流，或者归还窗口太晚；发送方只能等待。",
    fix: "body 一到达就读取；窗口用掉一半时发送 WINDOW_UPDATE；通告更大的 INITIAL_WINDOW_SIZE。",
  },
  "health/flow-stall-connection": {
    title: "连接不应等待 WINDOW_UPDATE",
    messages: {
      stalled:
        "{sender}有 {ms} ms 不能发送 DATA：连接窗口用完，直到{holder}发送 WINDOW_UPDATE +{increment}；等待的流：{streams}{victims}",
      never:
        "最后 {ms} ms 里，{sender}不能发送 DATA：连接窗口用完，{holder}没有发送 WINDOW_UPDATE；等待的流：{streams}{victims}{gone}",
    },
    why: "没有连接窗口，该连接的所有流都停住，接收方已准备好的流也一样。",
    fix: "字节一到达就归还连接窗口，不要等应用读取，被重置的流也一样；把连接窗口调到 65535 以上。",
  },
  "health/window-too-small": {
    title: "窗口应容得下一个往返能传输的数据",
    messages: {
      stream:
        "流 {streamId} 在 {ms} ms 里的速率是 {rate} 字节/s，它的窗口 {window} 字节在 {rtt} ms 的往返时间下最多允许 {ceiling} 字节/s",
      connection:
        "连接在 {ms} ms 里的速率是 {rate} 字节/s，它的窗口 {window} 字节在 {rtt} ms 的往返时间下最多允许 {ceiling} 字节/s",
    },
    why: "不管网络多快，发送方每个往返都要等待 WINDOW_UPDATE。",
    fix: "窗口至少要等于带宽乘以往返时间，或者随测得的乘积增大。",
  },
  "health/tcp-zero-window": {
    title: "应读取自己的 socket",
    messages: {
      closed: "{side}有 {ms} ms 通告 TCP 窗口为 0：它没有读取 socket，所有的流都在等待",
      never: "最后 {ms} ms 里，{side}通告 TCP 窗口为 0：它没有读取 socket，所有的流都在等待",
    },
    why: "HTTP/2 的流控使一个慢的流不会堵住其他的流；而在这里 TCP 把它们全部堵住，PING 和 RST_STREAM 也不例外。",
    fix: "不管应用在做什么，帧一到达就读取；通告的窗口不要超过可用的内存。",
  },
  "health/deadline-nearly-used": {
    title: "调用应离 deadline 留有余地",
    messages: { used: "流 {streamId} 用了 {ms} ms，是它的 grpc-timeout {timeout} ms 的 {share} %" },
    why: "负载再高一点，这样的调用就会以 DEADLINE_EXCEEDED 失败。",
    fix: "使调用更快，或者给它更多时间。",
  },
  "health/error-status": {
    title: "请求不应以错误状态结束",
    messages: {
      http: "流 {streamId} 在 {ms} ms 之后得到 :status {status}",
      grpc: '流 {streamId} 在 {ms} ms 之后得到 grpc-status {status}（{name}）："{text}"',
    },
    why: "调用失败了。UNKNOWN、INTERNAL、UNAVAILABLE、DATA_LOSS，以及 502 到 504，说明服务或者通往服务的路上有故障。",
    fix: "查看服务端当时的日志，或者给出该应答的代理的日志。",
  },
  "health/slow-first-byte": {
    title: "请求之后，响应应很快开始",
    messages: { slow: "流 {streamId} 的响应在{what}之后 {ms} ms 才开始" },
    why: "客户端在等待服务端处理，或者等待服务端自己所调用的下游。",
    fix: "查明 handler 在这段时间里做了什么。响应可以在内容确定之前就开始。",
  },
  "health/slow-finish": {
    title: "响应开始之后应很快结束",
    messages: { slow: "流 {streamId} 的响应从 HEADERS 到结束用了 {ms} ms，共 {octets} 字节" },
    why: "服务端或者网络输出内容较慢；客户端的窗口是打开的。",
    fix: "查明 handler 在写的时候在等待什么。",
  },
  "health/stream-unfinished": {
    title: "流应结束，或者被重置",
    messages: {
      idle: "流 {streamId} 在最后 {seconds} s 里没有帧，既没有结束，也没有被重置：应由{actor}继续；这样的流有 {count} 个（{streams}）",
    },
    why: "可能是 long poll 或 watch；也可能是谁都不会去结束的调用，它占用内存，也计入 MAX_CONCURRENT_STREAMS。",
    fix: "给调用设置 deadline，每个流都要结束或重置。",
  },
  "health/stream-killed-by-close": {
    title: "还有未结束的流时，不应关闭连接",
    messages: {
      killed: "{side}关闭了连接（{how}），当时还有未结束的流：{streams}（共 {count} 个）",
      waited:
        "客户端关闭了连接（{how}），当时还有未结束的流：{streams}（共 {count} 个）；它在流 {streamId} 上等待服务端的帧已有 {seconds} s",
    },
    why: "这些流上的调用会失败，而且无从得知它们是否已生效。",
    fix: "先完成未结束的流：发送 GOAWAY(NO_ERROR)，等待，再关闭。",
  },
  "health/unanswered-ping": {
    title: "PING 应很快得到应答",
    messages: {
      late: "{side}过了 {ms} ms 才应答 PING（{owner}）",
      never: "{side}收到 {count} 个 PING 没有应答；到结束时，第一个（{owner}）已等待 {ms} ms",
    },
    why: "PING 已被对端的 TCP 确认，应答却迟迟不来，只能是该端点繁忙或卡住；keepalive 会因此关闭连接。",
    fix: "查明是什么堵住了该端点的事件循环，或者它的写线程。",
  },
  "health/unanswered-settings": {
    title: "SETTINGS 应很快得到确认",
    messages: {
      late: "{side}过了 {ms} ms 才确认 SETTINGS",
      never: "{side}收到 {count} 个 SETTINGS 没有确认；到结束时，第一个已等待 {ms} ms",
    },
    why: "在确认之前，SETTINGS 的发送方不能依赖它们，可以用 SETTINGS_TIMEOUT 关闭连接。",
    fix: "读到 SETTINGS 就确认；查明是什么堵住了该端点。",
  },
  "health/goaway-lost-streams": {
    title: "大于 GOAWAY 的 last stream 的流应重新发送",
    messages: {
      lost: "大于服务端的 GOAWAY({code}) 的 last stream {lastStreamId} 的流：{streams}（共 {count} 个）；可以重新发送",
    },
    why: "服务端没有处理它们，所以不管内容是什么，在另一个连接上重发都是安全的。",
    fix: "重试这些流。服务端如果先预告（last stream 为 2147483647），就不会丢失任何流。",
  },
  "health/refused-streams": {
    title: "服务端不应被迫拒绝流",
    messages: {
      refused: "服务端拒绝了流 {streamId}，当时另有 {others} 个未结束的流；它的上限：{limit}",
      within:
        "服务端拒绝了流 {streamId}，当时另有 {others} 个未结束的流，而它的上限是 {limit}：它的计数方式与 RFC 9113 不同，或者另有原因",
      early:
        "服务端拒绝了流 {streamId}；客户端发送它的时候，服务端的 SETTINGS（{setting} {value}）还不可能到达；这样发送是合法的，请求可以重发",
      content:
        "服务端拒绝了流 {streamId}；客户端发送它的内容的时候，服务端的 SETTINGS 还不可能到达，nginx 会这样拒绝；这样发送是合法的，请求可以重发",
    },
    why: "服务端过载、正在退出，或者收到的流超出它的处理能力；客户端可以重发这些请求。",
    fix: "如实通告 MAX_CONCURRENT_STREAMS，使客户端等待，或者另开连接。",
  },
  "health/concurrency-limited": {
    title: "请求不应在 MAX_CONCURRENT_STREAMS 后面排队",
    messages: { limited: "客户端达到了 {limit} 个流的上限，有 {times} 次一个流刚关闭就打开了另一个" },
    why: "客户端里还有更多请求在等待，抓包里看不到，服务端的日志里也没有这段等待。",
    fix: "调高 MAX_CONCURRENT_STREAMS，或者再用一个连接。",
  },
  "health/goaway-abandoned": {
    title: "客户端应等待 GOAWAY 保留的流",
    messages: {
      closed:
        "服务端的 GOAWAY(NO_ERROR) 之后 {ms} ms，客户端关闭了连接（{how}），而它保留的 {count} 个流还没有得到响应：{streams}",
      reset:
        "客户端重置了服务端的 GOAWAY(NO_ERROR) 所保留、响应还没有结束的 {count} 个流（{streams}），并在它之后 {ms} ms 关闭了连接（{how}）",
    },
    why: "GOAWAY(NO_ERROR) 只表示该连接不再接受新的流：不大于 last stream 的流，服务端会继续处理。这些调用失败了，但可能已经生效。",
    fix: "不再在该连接上发送新的请求，等它最后一个流结束再关闭。GOAWAY(NO_ERROR) 不是错误。",
  },
  "health/idle-close-race": {
    title: "不应在连接正要被使用时关闭它",
    messages: {
      crossed: "服务端 {ms} ms 没有发送任何内容，之后它的 {how} 与流 {streamId} 上的请求在途中交错",
      delivered: "服务端的 FIN 已到达 {ms} ms，客户端才在流 {streamId} 上发送请求",
    },
    why: "请求丢失了，尽管发送时连接看起来是好的；只有请求允许重复执行，重发才安全。",
    fix: "让客户端先于服务端关闭空闲的连接；服务端关闭之前，提前一段时间发送 GOAWAY(NO_ERROR)。",
  },
  "health/reconnect-loop": {
    title: "连接不应刚建立就结束",
    messages: {
      loop: "{seconds} s 内连续有 {count} 个到 {server} 的连接刚开始就结束，没有一个请求得到响应；最后一个的结束方式：{how}",
    },
    why: "客户端不等待就一再重试，而每次出的错都一样。",
    fix: "查明其中第一个是怎样结束的；让客户端在两次尝试之间等待得更久。",
  },
  "health/half-open": {
    title: "一方已关闭的连接不应继续使用很久",
    messages: { goes: "{side}发送了 FIN，{peer}之后又继续发送消息 {seconds} s" },
    why: "发送 FIN 之后仍在读取的端点很少：这些字节多半没有人收到。",
    fix: "对端关闭时，等还在等待响应的流结束，就关闭连接。",
  },
  "health/tcp-reset-with-data": {
    title: "还有未读取的输入时，不应 reset 连接",
    messages: { reset: "{side} reset 了 TCP，在对端最后的 {octets} 字节之后没有再发送任何帧：其中可能有未读取的{lost}" },
    why: "还有未读取的输入就关闭，TCP 会发送 RST，对端的 TCP 可能因此丢弃已收到的内容：包括 GOAWAY。",
    fix: "先关闭发送方向，读到对端关闭为止，再关闭。",
  },
  "health/late-frames-after-rst": {
    title: "RST_STREAM 之后，该流上的帧应很快停止",
    messages: {
      late: "RST_STREAM 已到达，{side}仍在流 {streamId} 上发送了 {kind}（{octets} 字节）；两者相隔 {ms} ms",
    },
    why: "它们是浪费：对端会丢弃。在读到 RST_STREAM 之前，这样发送是合法的。",
    fix: "只有几个则不需要处理；否则先读取帧，再写出更多的 DATA。",
  },
  "health/receiver-overreaction": {
    title: "对合法的内容不应报错",
    messages: {
      crossed: "{side}对流 {streamId} 上的 {kind} 的反应是 {answer}，但{side}重置该流时，那些内容已在途中",
      lawful:
        "{side}收到{input}之后（流 {streamId}）用 {answer} 放弃，而那是合法的（RFC 9113，{section}）；它收到的其他内容也没有违规",
      limit: "{side}收到{input}之后（流 {streamId}）用 {answer} 放弃；那是合法的，但超过了{limit}；它收到的其他内容没有违规",
      budget:
        "{side}用 {answer} 拒绝了流 {streamId}（该连接的第 {count} 个请求），但没有规则发现泛滥：{side}给一个连接的额度已用完（Node 计算内存 maxSessionMemory，也计算尚未释放的流）",
      resets:
        "{side}因为 RST_STREAM 帧用 {answer} 放弃，而其中 {own} 个是它自己发送的，对端发送了 {theirs} 个：它把自己的也算在内",
      strict:
        "{side}对流 {streamId} 上的 {kind} 的反应是 {answer}，但其中没有任何内容违反 RFC 9113：{rule} 说明可能所指的内容{known}",
    },
    why: "对端没有做错什么，却失去了一个流，或者整个连接连同上面的所有调用。",
    fix: "RFC 9113 允许忽略的就忽略；在一段时间内记住哪些流被重置过，丢弃之后到达的内容。合法的内容达到上限时，调高上限，或者少发送一些。",
  },
  "health/peer-unreachable": {
    title: "对端的 TCP 应有应答",
    messages: {
      silent:
        "从包 {packet} 起，{side}（{address}）没有任何应答：同样的字节在 {seconds} s 内发送了 {count} 次，没有 TCP 确认；之前连接空闲了 {idle} s",
    },
    why: "对端已失效，或者途中的路由器、防火墙、NAT 已丢失该连接的状态：TCP 会一直重传，直到放弃。",
    fix: "检查对端主机是否正常，路径是否畅通；连接空闲时用 keepalive PING 保持路径，并设置 TCP_USER_TIMEOUT 以便更早发现。",
  },
  "health/idle-timeout": {
    title: "使用中的流或连接不应被空闲超时中断",
    messages: {
      reset: "流 {streamId} 上 {seconds} s 没有帧，之后{side}用 {code} 重置了它：是{side}的空闲超时，或者它那里的代理的空闲超时",
      answered:
        "流 {streamId} 上 {seconds} s 没有帧，之后{side}用 :status {status} 响应了它：是{side}的超时，或者它那里的代理的超时",
      closed:
        "{seconds} s 没有帧之后，{side}关闭了连接（{how}），当时还有 {streams} 个未结束的流：是{side}的空闲超时，或者它那里的代理的空闲超时",
    },
    why: "负载均衡和代理会放弃没有动静的流和连接，不管它们的错误码怎样写；而安静的流是合法的。",
    fix: "调高该路由的空闲超时，或者更早发送些内容：对连接用 gRPC keepalive PING，对流用消息。",
  },
  "health/stale-connection": {
    title: "空闲过的连接在下一个请求时应还存在",
    messages: {
      reset:
        "连接空闲 {seconds} s 之后，TCP 以 RST 应答了流 {streamId} 上的请求：服务端，或者途中的防火墙、NAT、负载均衡已丢失该连接",
    },
    why: "负载均衡和防火墙会丢弃没有动静的连接（Azure 是 4 分钟，AWS 是 350 s），而且不通知任何一方。下一个请求就会失败。",
    fix: "比它更频繁地发送 keepalive PING，没有调用时也发送；或者让客户端更早关闭空闲的连接。",
  },
  "health/request-stalled": {
    title: "请求不应在内容中间停住",
    messages: {
      message:
        "客户端在流 {streamId} 的请求中间停住：第 {number} 条消息还缺 {missing} 字节，之后的 {seconds} s 里请求没有任何后续，直到服务端放弃",
      content:
        "客户端在流 {streamId} 的请求中间停住：{length} 字节内容只到达 {octets} 字节，之后的 {seconds} s 里请求没有任何后续，直到服务端放弃",
    },
    why: "服务端只等待有限的时间：Kestrel 要求每秒 240 字节（MinRequestBodyDataRate），其他服务端对整个请求计时。",
    fix: "查明客户端写入时在等待什么：它自己的数据来源、会缓冲的代理、已断开的网络。如果请求本来就慢，就调高服务端的上限。",
  },
  "health/connect-refused": {
    title: "通告了 ENABLE_CONNECT_PROTOCOL 的服务端应接受这种请求",
    messages: {
      status:
        "服务端对流 {streamId} 上用于 WebSocket 的 CONNECT 请求的响应是 :status {status}，而它的 SETTINGS 通告了 ENABLE_CONNECT_PROTOCOL",
      reset:
        "服务端用 {code} 重置了流 {streamId} 上用于 WebSocket 的 CONNECT 请求，而它的 SETTINGS 通告了 ENABLE_CONNECT_PROTOCOL",
    },
    why: "服务端一通告该设置，浏览器就这样打开 WebSocket，并且不会退回 HTTP/1.1。往往是服务端的库通告了它，而 handler 或者代理后面的服务端只认识 HTTP/1.1 的 upgrade。",
    fix: "不要通告该设置（Go：GODEBUG=http2xconnect=0），或者使带 :protocol 的 CONNECT 一直到达应用。",
  },
  "health/request-cancelled": {
    title: "请求应在客户端放弃之前得到响应",
    messages: {
      waited: "客户端等待 {ms} ms 之后取消了流 {streamId}，当时已收到 {octets} 字节",
      stopped:
        "客户端在 {ms} ms 之后取消了流 {streamId}：服务端最后 {quiet} ms 没有在上面发送任何内容，停在 {length} 字节中的第 {octets} 字节，而窗口还容得下 {room} 字节",
      unsent:
        "客户端在 {ms} ms 之后取消了流 {streamId}：它自己最后 {quiet} ms 没有在上面发送任何内容，停在 {length} 字节中的第 {octets} 字节，而窗口还容得下 {room} 字节",
      deadline: "客户端在 {ms} ms 之后取消了流 {streamId}，正好到它的 grpc-timeout {timeout} ms，当时已收到 {octets} 字节",
      answered:
        "完整的响应（{answer}）到达 {ms} ms 之后，客户端取消了流 {streamId}：它没有结束请求，而服务端已不再等待请求的其余部分",
    },
    why: "多半是客户端超时，或者用户不再等待。",
    fix: "查明服务端在这段时间里做了什么。已有完整响应的客户端应立即结束或重置请求。",
  },
  "health/reset-after-response": {
    title: "响应完整之后，服务端应以 NO_ERROR 重置余下的请求",
    messages: {
      cancel:
        "服务端发送完整的响应（{answer}）之后，在客户端结束请求之前，用 CANCEL 重置了流 {streamId}；只有 NO_ERROR 才能使响应有效",
    },
    why: "RFC 9113 允许服务端这样停止请求，并且禁止客户端丢弃响应；而 CANCEL 之后客户端可以丢弃。gRPC 的调用方就会看到 CANCELLED，而不是那个状态。",
    fix: "发送 RST_STREAM(NO_ERROR)。代理应原样传递错误码。",
  },
  "health/server-reset": {
    title: "服务端应响应请求，而不是重置它",
    messages: {
      reset: "服务端用 {code} 重置了流 {streamId}：{meaning}",
      response: "服务端开始响应（:status {status}，{octets} 字节内容）之后用 {code} 重置了流 {streamId}：它截断了自己的响应",
      deadline: "服务端在 {ms} ms 之后用 {code} 重置了流 {streamId}，正好到它的 grpc-timeout {timeout} ms",
    },
    why: "请求失败，又没有状态，客户端无法得知原因。被截断的响应对它没有用处。",
    fix: "查看服务端当时的日志；如果它是代理，也查看它后面的服务端的日志。知道哪里出错的服务端应发送状态。",
  },
  "health/goaway": {
    title: "GOAWAY 说明连接为什么结束",
    messages: {
      plain: "{side}发送了 GOAWAY({code})，last stream 是 {lastStreamId}",
      text: '{side}发送了 GOAWAY({code})，last stream 是 {lastStreamId}："{text}"',
    },
    why: "NO_ERROR 表示该方要离开：重启，或者达到时长或空闲的上限。其他错误码表示它认为对端的帧有错。",
    fix: "NO_ERROR 不需要处理；否则查看它之前的帧。",
  },
  "health/request-limit": {
    title: "每个连接的请求数上限不应使请求丢失",
    messages: {
      limit: "服务端在第 {count} 个请求时发送了 GOAWAY(NO_ERROR)：它每个连接接受 {count} 个请求（nginx：keepalive_requests）",
      lost: "服务端在第 {count} 个请求时发送了 GOAWAY(NO_ERROR)：它每个连接接受 {count} 个请求（nginx：keepalive_requests）；流 {streams} 与它在途中交错，没有被处理，可以重发",
    },
    why: "与 GOAWAY 交错的请求，客户端不重发就会丢失；不另开连接的客户端会失败。",
    fix: "让客户端把大于 last stream 的请求在另一个连接上重试；调高服务端的上限。",
  },
  "health/graceful-shutdown": {
    title: "优雅关闭应完成它保留的流",
    messages: {
      done: "服务端预告了关闭，{ms} ms 后给出 last stream {lastStreamId}，再过 {closeMs} ms 关闭",
      open: "服务端预告了关闭，{ms} ms 后给出 last stream {lastStreamId}",
      cut: "服务端预告了关闭{reason}，{ms} ms 后给出 last stream {lastStreamId}，再过 {closeMs} ms 关闭，中断了它保留的流：{streams}",
    },
    why: "不大于 last stream 的流已被接受；中断之后，无从得知它们是否已生效。",
    fix: "关闭连接之前，给未结束的流留出所需的时间。",
  },
  "health/one-stream-per-connection": {
    title: "客户端应在一个连接上发送多个请求",
    messages: { single: "从 {client} 到 {server} 的 {count} 个连接，每个只有一个请求" },
    why: "每个请求都要承担一次 TCP 握手、TLS、SETTINGS，以及空的 HPACK 表。",
    fix: "在进程的整个生命周期里共用一个客户端或 channel。",
  },
  "health/small-data-frames": {
    title: "内容应放在有一定大小的帧里传输",
    messages: { small: "在不止一个帧的消息里，{side}发送了 {frames} 个 DATA 帧，平均每个 {mean} 字节" },
    why: "每个帧都要多出 9 个字节，还要接收方循环一次；往往还多一个包。",
    fix: "通过缓冲区写；在消息结束时或必须发出时再 flush。",
  },
  "health/no-compression-gain": {
    title: "字段经过 HPACK 应变小",
    messages: { gainless: "{side}的 {blocks} 个首部块占用了其名字和值字节数的 {share} %" },
    why: "每个请求的大多数字段都相同：使用动态表，每个字段只需一个字节。",
    fix: "使用动态表：通告大于 0 的 HEADER_TABLE_SIZE，让编码器索引重复的字段。",
  },
};
