import type { RuleText } from "../../language.ts";

const HOLDS = "每个这样的响应都白白占用服务端内存里的一个流、一个 handler 和整个响应。";

export const abuse: Readonly<Record<string, RuleText>> = {
  "abuse/rapid-reset": {
    title: "客户端不应打开流只为了重置它",
    messages: {
      rapid:
        "客户端在 {time} 内重置了 {count} 个还没有响应的流，每个都在 HEADERS 之后 {within} 之内，任意 {window} 内最多 {peak} 个：占它打开的流的 {share} %",
    },
    why: "被重置的流不再计入 MAX_CONCURRENT_STREAMS，但服务端可能仍在处理：两个帧就能换来一个请求的开销。",
    fix: "如果是自己的客户端，确实需要响应时才发送请求。服务端应限制重置的次数，超出时用 ENHANCE_YOUR_CALM 关闭。",
  },
  "abuse/many-resets": {
    title: "客户端重置的流不应多于服务端允许的数量",
    messages: {
      many: "客户端重置了 {count} 个流，任意 {window} 内最多 {peak} 个，服务端因此放弃；服务端不管原因都会计数（Netty 允许 30 s 内 200 个，nghttp2 允许 1,000 个，之后每秒 33 个）",
    },
    why: "Rapid Reset 之后，客户端取消很多调用时，服务端会结束连接，上面的其他调用也随之结束。",
    fix: "减少取消：让短的调用自己结束，搜索和结果流之间留出间隔。否则调高服务端的上限。",
  },
  "abuse/made-you-reset": {
    title: "客户端不应使服务端重置流",
    messages: {
      made: "客户端在 {time} 内用流错误使服务端重置了 {count} 个未结束的流，任意 {window} 内最多 {peak} 个",
    },
    why: "流是服务端自己重置的，所以针对客户端重置的限制不计入；但服务端可能仍在处理请求。",
    fix: "服务端也应计入自己被迫发送的重置，超出时用 ENHANCE_YOUR_CALM 关闭。",
  },
  "abuse/continuation-flood": {
    title: "首部块应较小，并且有结尾",
    messages: {
      flood: "{side}在一个 {octets} 字节的首部块里发送了 {count} 个 CONTINUATION 帧",
      endless: "{side}在一个始终没有结束的首部块里发送了 {count} 个 CONTINUATION 帧，共 {octets} 字节",
    },
    why: "接收方如果收齐首部块才检查，就会耗尽内存，或者一直在解码：对流的限制不起作用。",
    fix: "接收方应限制首部块的帧数和字节数，超出时用 ENHANCE_YOUR_CALM 关闭。",
  },
  "abuse/zero-length-continuation": {
    title: "CONTINUATION 帧不应为空",
    messages: { empty: "{side}在一个首部块里发送了 {count} 个空的 CONTINUATION 帧" },
    why: "首部块不会变大，对大小的限制就不起作用，接收方做的都是无用功。",
    fix: "用对端允许的最大的帧，发送首部块剩下的内容。",
  },
  "abuse/data-dribble": {
    title: "客户端不应一点一点地增加窗口",
    messages: {
      dribble: "在响应等待期间，客户端在 {time} 内分 {count} 次给快用完的窗口各增加 {mean} 字节，任意 {window} 内最多 {peak} 次",
    },
    why: "服务端只能把响应切成几个字节的帧，其余的留在内存里。",
    fix: "一次归还较多的窗口：用掉一半时再归还。",
  },
  "abuse/ping-flood": {
    title: "不应大量发送 PING 帧",
    messages: { flood: "{side}在 {time} 内发送了 {count} 个 PING 帧，任意 {window} 内最多 {peak} 个" },
    why: "每个 PING 都要排队等待应答，几个字节就能占用接收方的内存；比这少得多，服务端就会关闭连接。",
    fix: "keepalive 最多几秒发送一次，同时只有一个 PING。（像带宽探测那样每次有新的 DATA 才发送的 PING 不计入。）",
  },
  "abuse/resource-loop": {
    title: "客户端不应不停地改变优先级",
    messages: {
      flood: "客户端在 {time} 内发送了 {count} 个 PRIORITY 和 PRIORITY_UPDATE 帧，任意 {window} 内最多 {peak} 个",
      again: "客户端在 {time} 内把流 {streamId} 的父流改了 {count} 次，任意 {window} 内最多 {peak} 次",
    },
    why: "每次改变都可能使服务端重建流的依赖树，代价远大于这个帧本身。",
    fix: "对用户来说优先级确实变了才发送。服务端可以忽略 PRIORITY（RFC 9113 已弃用它）。",
  },
  "abuse/reset-flood": {
    title: "客户端不应发送服务端只能重置的请求",
    messages: {
      flood: "客户端在 {time} 内用 malformed 请求打开了 {count} 个流，每个都被服务端重置，任意 {window} 内最多 {peak} 个",
    },
    why: "每一个都使服务端多排队一个 RST_STREAM；客户端如果不读取，队列就会增长。",
    fix: "查明请求为什么是 malformed：各个流上的问题会说明。",
  },
  "abuse/settings-flood": {
    title: "不应大量发送 SETTINGS 帧",
    messages: { flood: "{side}在 {time} 内发送了 {count} 个 SETTINGS 帧，任意 {window} 内最多 {peak} 个" },
    why: "每个 SETTINGS 帧都要排队等待确认，还可能使接收方遍历所有的流。",
    fix: "设置只通告一次，有变化时才再发送。",
  },
  "abuse/settings-many-entries": {
    title: "SETTINGS 帧不应有很多条目",
    messages: { many: "{side}发送了一个有 {count} 个条目的 SETTINGS 帧；{most} 个已足够" },
    why: "接收方逐个处理条目，大量这样的帧使接收方付出的代价远大于发送方。",
    fix: "每个设置只发送一次。接收方应拒绝更长的列表。",
  },
  "abuse/empty-header-names": {
    title: "字段名不应为空",
    messages: { empty: "{side}的一个首部块里有 {count} 个没有名字的字段" },
    why: "接收方如果为每个字段分配内存，却只按字节数计算，就永远达不到上限。",
    fix: "接收方应拒绝空的名字，并且每个字段另计 32 字节以上。",
  },
  "abuse/internal-buffering": {
    title: "客户端继续请求，就应读取自己的 socket",
    messages: {
      buffering:
        "客户端的 TCP 窗口为 0 的 {time} 里，它发送了 {count} 个请求，而 HTTP/2 窗口是每个流 {stream} 字节、整个连接 {connection} 字节",
    },
    why: "HTTP/2 允许服务端写出整个响应，TCP 却发不出去：它们会占满服务端的内存。",
    fix: "用一个从不等待应用的线程读取 socket，由 HTTP/2 窗口来限制服务端。",
  },
  "abuse/empty-frames": {
    title: "不应大量发送没有内容的帧",
    messages: {
      flood:
        "{side}在 {time} 内发送了 {count} 个没有内容的帧（不带 END_STREAM 的 DATA，空的 HEADERS、CONTINUATION 或 PUSH_PROMISE），任意 {window} 内最多 {peak} 个",
    },
    why: "每个帧都要接收方处理，却不占用流控窗口，没有什么能使发送方慢下来。",
    fix: "缓冲区为空时不要写 DATA 帧，除非用它结束流。",
  },
  "abuse/hpack-bomb": {
    title: "首部块解码后不应无限膨胀",
    messages: { bomb: "{side}的首部块中有 {octets} 字节，解码后是 {size} 字节的字段，膨胀到 {times} 倍" },
    why: "在动态表里放一个很长的字段，每次引用只需一个字节，就能占满接收方的内存。",
    fix: "接收方应通告 MAX_HEADER_LIST_SIZE，超出时不再解码到内存里。",
  },
  "abuse/header-count-bomb": {
    title: "首部块不应有成千上万个字段",
    messages: { many: "{side}的一个首部块里有 {count} 个字段" },
    why: "每个字段使接收方付出的代价远大于它的字节数，拆开的 cookie 还要逐个拼回去。",
    fix: "接收方应限制字段的个数，而不只是大小。",
  },
  "abuse/zero-window-stall": {
    title: "客户端应为自己请求的响应打开窗口",
    messages: { stall: "有 {count} 个响应等待窗口的第一个字节，每个都超过 {wait}" },
    why: HOLDS,
    fix: "发送请求时就打开窗口。服务端应放弃没有进展的响应。",
  },
  "abuse/slow-read": {
    title: "客户端应读取自己请求的响应",
    messages: {
      slow: "客户端在 {time} 内只接收了 {count} 个响应的 {octets} 字节：它们的窗口已用完，而 TCP 窗口是打开的",
    },
    why: "每个响应都占用服务端内存里的一个流、一个 handler 和该响应。",
    fix: "不需要的就重置。服务端应放弃没有进展的响应。",
  },
  "abuse/slow-headers": {
    title: "首部块和连接前言应一次发完",
    messages: {
      block: "客户端用了 {time} 才发完流 {streamId} 的首部块",
      preface: "客户端用了 {time} 才发完连接前言",
    },
    why: "这期间不能发送别的内容，而服务端要保留连接和已收到的部分首部块。",
    fix: "一次写出首部块。服务端应为它设置超时。",
  },
  "abuse/slow-post": {
    title: "客户端应发送它声明过的内容",
    messages: {
      slow: "窗口是打开的，content-length 也表示还有内容，客户端在 {time} 内却只发送了 {count} 个请求的 {octets} 字节内容",
    },
    why: "每个请求都占用一个流和一个等待内容的 handler。",
    fix: "内容准备好之后再发送请求。服务端应为内容设置超时。",
  },
  "abuse/max-streams-hold": {
    title: "客户端不应占住几乎所有的流而不使用",
    messages: { hold: "客户端占住了 {limit} 个流中的 {count} 个，{time} 内双方都没有在上面发送帧" },
    why: "服务端要保留每个流的资源，还可能认为该连接繁忙。",
    fix: "如果这些调用本来就是要等待的，调高 MAX_CONCURRENT_STREAMS；否则查明是谁没有结束它们。",
  },
  "abuse/priority-cycle": {
    title: "PRIORITY 帧不应构成环或很深的树",
    messages: {
      cycle: "客户端有 {count} 次使流互相依赖成环；这个环有 {length} 个流",
      deep: "客户端构成了一条由 {depth} 个流组成的依赖链",
    },
    why: "服务端要移动整棵子树才能打破环，每次改变还要遍历很深的树；有的实现因此崩溃过。",
    fix: "保持树的扁平：只有分组，以及组里的流。服务端可以忽略 PRIORITY（RFC 9113 已弃用它）。",
  },
  "abuse/push-promise-flood": {
    title: "服务端不应承诺客户端不需要的内容",
    messages: {
      flood: "服务端在 {time} 内发送了 {count} 个 PUSH_PROMISE 帧，任意 {window} 内最多 {peak} 个",
      refused: "客户端在 {time} 内拒绝了服务端的 {count} 个承诺",
    },
    why: "不管客户端要不要这个响应，每个承诺都要占用它的一个流，还要解码一个请求。",
    fix: "只推送客户端一定需要的，或者不推送；客户端重置推送流时就停止。",
  },
  "abuse/window-update-flood": {
    title: "不应大量发送增量很小的 WINDOW_UPDATE 帧",
    messages: {
      flood:
        "除了归还收到的 DATA 之外，{side}在 {time} 内还发送了 {count} 个 WINDOW_UPDATE 帧，每个 {mean} 字节，任意 {window} 内最多 {peak} 个",
    },
    why: "它们要接收方处理，却没有任何作用。",
    fix: "一次归还较多的窗口：用掉一半时再归还，而不是每次读取之后。",
  },
  "abuse/goaway-flood": {
    title: "GOAWAY 应只发送一次，优雅关闭时发送两次",
    messages: { flood: "{side}在 {time} 内发送了 {count} 个 GOAWAY 帧，任意 {window} 内最多 {peak} 个" },
    why: "每收到一个，接收方都要查看它的所有流；一直收到的话，为每个保留的内容可能泄漏。",
    fix: "出错时只发送一个 GOAWAY；要关闭时，先发送一个带最大流 ID 的，再发送一个带最后处理的流的。",
  },
  "abuse/goaway-loop": {
    title: "以错误结束的连接不应一再立即重建",
    messages: {
      loop: "{time} 内，{client} 与 {server} 之间有 {count} 个连接以{side}的 GOAWAY({code}) 结束，又立即重新打开",
    },
    why: "错误没有消失，双方只是在原地打转。",
    fix: "查明 GOAWAY 的原因：它对应的问题会说明。每次失败之后，客户端应等待更长的时间。",
  },
  "abuse/stream-churn": {
    title: "客户端不应长时间每秒打开成千上万个流",
    messages: { churn: "客户端在 {time} 内打开了 {count} 个流，任意 {window} 内最多 {peak} 个" },
    why: "每个流使服务端付出的代价远大于打开它的帧，即使同时打开的并不多。",
    fix: "把多项合并到一个调用里，或者使用消息流；把负载分散到更多的连接上。",
  },
  "abuse/connection-churn": {
    title: "客户端应在一个连接上发送多个请求",
    messages: { churn: "{address} 在 {window} 内打开了 {count} 个 HTTP/2 连接，每个连接上最多只有一个流" },
    why: "每个连接都使服务端多一次握手、SETTINGS 和 HPACK 表，客户端的每个请求都要多一个或几个往返。",
    fix: "保持一个连接，每个请求打开一个流。",
  },
  "abuse/header-list-size-trap": {
    title: "MAX_HEADER_LIST_SIZE 应容得下一条消息",
    messages: {
      trap: "{side}通告 MAX_HEADER_LIST_SIZE = {value}，几乎没有消息放得下，对端的反应是 {answer}",
    },
    why: "遵守该上限的对端在写消息的中途失败，有的实现不会释放已写了一半的内容。",
    fix: "通告自己能接受的大小，至少几 KB，或者不通告。",
  },
  "abuse/table-size-churn": {
    title: "HPACK 表的大小不应不停地改变",
    messages: {
      updates: "{side}在 {time} 内改变了 {count} 次 HPACK 表的大小，任意 {window} 内最多 {peak} 次",
      setting: "{side}在 {time} 内改变了 {count} 次 HEADER_TABLE_SIZE",
    },
    why: "每次改变都会丢弃条目，还可能使接收方复制整张表；对压缩没有好处。",
    fix: "连接开始时选定表的大小，只选一次。",
  },
  "abuse/unknown-frame-flood": {
    title: "未知类型的帧应很少",
    messages: {
      flood: "{side}在 {time} 内发送了 {count} 个未知类型的帧，任意 {window} 内最多 {peak} 个",
      octets: "{side}在 {time} 内用 {count} 个未知类型的帧发送了 {octets} 字节",
    },
    why: "接收方必须读取并丢弃它们，而没有窗口限制它们。",
    fix: "为使接收方保持兼容（GREASE）可以发送几个，不要大量发送。",
  },
  "abuse/padding-waste": {
    title: "DATA 的大部分不应是填充",
    messages: { waste: "{side}在 {count} 个流上的 {octets} 字节 DATA 中，{share} % 是填充" },
    why: "填充要占用窗口，还要读取再丢弃：接收方白白花费带宽。",
    fix: "只填充长度需要保密的帧，而不是全部。",
  },
  "abuse/rate-refused": {
    title: "使对端付出代价的帧，不应快过对端允许的速度",
    messages: { many: "{side}在最后的 {seconds} s 内发送了 {count} 个 {kind} 帧，对端要求它放慢" },
    why: "HTTP/2 没有规定具体的数字；各个服务端有自己的上限，超出就放弃连接。",
    fix: "少发送一些，或者调高服务端对这种帧的上限。",
  },
};
