import type { RuleText } from "../../language.ts";

const IDLE = "idle 流上没有请求：接收方无法处理这个帧，会认为对端有问题。";
const OVER = "流对双方都已结束。";

export const stream: Readonly<Record<string, RuleText>> = {
  "stream/data-on-idle": {
    title: "不能在 idle 流上发送 DATA",
    messages: { idle: "在没有打开的流 {streamId} 上发送了 DATA" },
    why: IDLE,
    fix: "先发送 HEADERS；检查是否有 DATA 先于所属流的 HEADERS 写出。",
  },
  "stream/rst-on-idle": {
    title: "不能在 idle 流上发送 RST_STREAM",
    messages: {
      idle: "在没有打开的流 {streamId} 上发送了 RST_STREAM",
      priority: "在 idle 的流 {streamId} 上发送了 RST_STREAM，以应答一个使它依赖自己的 PRIORITY",
    },
    why: IDLE,
    fix: "只重置已打开的流；在写出 HEADERS 之前就取消的流不需要任何帧。",
  },
  "stream/window-update-on-idle": {
    title: "不能在 idle 流上发送 WINDOW_UPDATE",
    messages: { idle: "在没有打开的流 {streamId} 上发送了 WINDOW_UPDATE" },
    why: IDLE,
    fix: "只给已打开的流增加窗口；要让新流都有更大的窗口，用 INITIAL_WINDOW_SIZE。",
  },
  "stream/frame-on-reserved-server": {
    title: "在自己承诺（promise）的流上，服务端必须先发送 HEADERS",
    messages: { reserved: "在流 {streamId} 上发送了 {kind}，该流已被承诺，但还没有响应 HEADERS" },
    why: "reserved 流以响应的 HEADERS 打开；在此之前只能有 RST_STREAM 和 PRIORITY。",
    fix: "先发送响应的 HEADERS。",
  },
  "stream/frame-on-reserved-client": {
    title: "客户端不能在服务端承诺的流上发送消息",
    messages: { reserved: "客户端在服务端承诺的流 {streamId} 上发送了 {kind}" },
    why: "推送流只承载响应；它的请求已在 PUSH_PROMISE 里。",
    fix: "自己打开一个流，或者重置这个流。",
  },
  "stream/client-data-on-pushed": {
    title: "客户端不能在推送流上发送 DATA 或 HEADERS",
    messages: { pushed: "客户端在推送流 {streamId} 上发送了 {kind}" },
    why: "对客户端来说，推送流从一开始就是 half-closed。",
    fix: "自己打开一个流。",
  },
  "stream/data-after-end-stream": {
    title: "END_STREAM 之后不能再有 DATA",
    messages: { ended: "{side}结束流 {streamId} 之后，又在上面发送了 {length} 字节的 DATA" },
    why: "接收方已把消息交给应用；之后的内容不属于任何消息。",
    fix: "只在最后一个帧上设置 END_STREAM；检查是否有两处在写同一个 body。",
  },
  "stream/headers-after-end-stream": {
    title: "END_STREAM 之后不能再有 HEADERS",
    messages: { ended: "{side}结束流 {streamId} 之后，又在上面发送了 HEADERS" },
    why: "消息已经结束。trailers 应自己带 END_STREAM，而不是跟在它后面。",
    fix: "后面还有 trailers 时，不要在最后一个 DATA 上设置 END_STREAM。",
  },
  "stream/data-on-closed": {
    title: "不能在已关闭的流上发送 DATA",
    messages: {
      closed: "在双方都已结束的流 {streamId} 上发送了 {length} 字节的 DATA",
      skipped: "在流 {streamId} 上发送了 {length} 字节的 DATA，而{side}打开 ID 更大的流时它就已关闭",
    },
    why: "流对双方都已结束；它的状态可能已被清除，而这些字节仍占用连接的窗口。",
    fix: "发送 END_STREAM 之后停止写入，每个请求使用自己的 ID。",
  },
  "stream/headers-on-closed": {
    title: "不能在已关闭的流上发送 HEADERS",
    messages: { closed: "在双方都已结束的流 {streamId} 上发送了 HEADERS" },
    why: OVER,
    fix: "使用新的流；trailers 要在 END_STREAM 之前或与它一起发送。",
  },
  "stream/window-update-on-closed": {
    title: "在已关闭的流上发送 WINDOW_UPDATE 没有用处",
    messages: { closed: "{side}在流 {streamId} 上发送了 WINDOW_UPDATE，而它已知道该流已关闭" },
    why: "接收方在一段时间内会忽略它；之后可能当作错误。",
    fix: "消息完整之后，只给连接增加窗口。",
  },
  "stream/frame-after-own-rst": {
    title: "发送 RST_STREAM 之后，在该流上只能发送 PRIORITY",
    messages: { reset: "{side}重置流 {streamId} 之后，又在上面发送了 {kind}" },
    why: "接收方会忘记已重置的流；之后的帧看起来像是发在已关闭的流上。",
    fix: "重置流时，丢弃该流排队中的内容。",
  },
  "stream/frame-after-peer-rst": {
    title: "处理了对端的 RST_STREAM 之后，在该流上只能发送 PRIORITY",
    messages: { reset: "{side}已处理对端的 RST_STREAM，却仍在流 {streamId} 上发送了 {kind}" },
    why: "帧在途中属于正常情况；但这些帧是在应答了更晚的帧之后发送的，所以当时已知道流被重置。",
    fix: "读到 RST_STREAM 时，丢弃该流排队中的内容。",
  },
  "stream/rst-repeated": {
    title: "一个流只应重置一次",
    messages: { again: "在流 {streamId} 上第二次发送 RST_STREAM，其间没有对端的帧" },
    why: "它会计入对重置次数的限制；已经忘记这个流的接收方还可能因此结束整个连接。",
    fix: "记住流已被重置。",
  },
  "stream/rst-in-response-to-rst": {
    title: "不能用 RST_STREAM 应答 RST_STREAM",
    messages: { answer: "{side}已处理对端的 RST_STREAM，又在流 {streamId} 上发送了 RST_STREAM" },
    why: "双方都这样做会形成循环。",
    fix: "读到 RST_STREAM 时，直接关闭流，不作应答。",
  },
  "stream/rst-no-error-early": {
    title: "RST_STREAM(NO_ERROR) 之前响应必须完整",
    messages: {
      early: "服务端还没有结束响应，就用 NO_ERROR 重置了流 {streamId}",
      cut: "服务端用 NO_ERROR 重置了流 {streamId}，当时只发送了 content-length 声明的 {declared} 字节中的 {sent} 字节",
    },
    why: "NO_ERROR 要求客户端停止发送请求并使用响应，而响应并不完整。",
    fix: "先发送 END_STREAM，或者用能说明问题的错误码重置。",
  },
  "stream/concurrency-exceeded": {
    title: "打开的流不能超过对端的 MAX_CONCURRENT_STREAMS",
    messages: { exceeded: "{side}打开流 {streamId} 时还有 {active} 个流未结束；它确认过的上限是 {limit}" },
    why: "上限用来保护接收方；超出的流会被拒绝，或者连接被关闭。",
    fix: "达到上限时让请求排队，或者另开一个连接。",
  },
  "stream/refused-after-processing": {
    title: "开始响应之后不能再发送 REFUSED_STREAM",
    messages: { begun: "服务端已开始响应，又用 {code} 重置了流 {streamId}" },
    why: "REFUSED_STREAM 保证请求没有被处理，客户端可以重新发送；而这里已经处理。",
    fix: "handler 执行过之后，使用 CANCEL 或 INTERNAL_ERROR。",
  },
  "stream/refused-retry-storm": {
    title: "被拒绝的请求不应立即反复重发",
    messages: { storm: "{method} {path} 在 {seconds} s 内被拒绝 {times} 次，每次都立即重发" },
    why: "服务端因为太忙才拒绝；反复重发使它更忙。",
    fix: "每次重发之前等待更长时间，或者另开一个连接。",
  },
};
