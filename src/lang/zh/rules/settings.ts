import type { RuleText } from "../../language.ts";

const RANGE = "值超出该设置的范围时，接收方必须关闭连接。";

export const settings: Readonly<Record<string, RuleText>> = {
  "settings/enable-push-value": {
    title: "ENABLE_PUSH 必须是 0 或 1",
    messages: { value: "ENABLE_PUSH 的值是 {value}" },
    why: RANGE,
    fix: "发送 0 表示不接受 server push，或者不发送该设置。",
  },
  "settings/enable-push-from-server": {
    title: "服务端不能通告 ENABLE_PUSH 1",
    messages: { one: "服务端通告了 ENABLE_PUSH = 1；客户端不会推送" },
    why: "只有客户端接收推送，所以也只有客户端能启用。",
    fix: "服务端的 SETTINGS 中不要带 ENABLE_PUSH。",
  },
  "settings/initial-window-size-range": {
    title: "INITIAL_WINDOW_SIZE 不能超过 2147483647",
    messages: { value: "INITIAL_WINDOW_SIZE = {value}；窗口最大是 2147483647" },
    why: "窗口是 31 位的数。",
    fix: "最多通告 2147483647。",
  },
  "settings/initial-window-overflow": {
    title: "INITIAL_WINDOW_SIZE 不能使已打开的流的窗口超过 2147483647",
    messages: { overflow: "INITIAL_WINDOW_SIZE = {value} 使流 {streamId} 的窗口变成 {window}" },
    why: "这个改动作用于所有已打开的流，而这些流的窗口可能已经增大过。",
    fix: "用 WINDOW_UPDATE 或者用该设置来增大窗口，不要两者并用。",
  },
  "settings/max-frame-size-range": {
    title: "MAX_FRAME_SIZE 必须在 16384 和 16777215 之间",
    messages: { value: "MAX_FRAME_SIZE 的值是 {value}" },
    why: RANGE,
    fix: "通告 16384 或更大的值；没有办法要求更小的帧。",
  },
  "settings/ack-missing": {
    title: "SETTINGS 必须得到确认",
    messages: {
      processed: "{side}已应答 SETTINGS 帧之后的内容，却没有确认该 SETTINGS",
      delivered: "{side}已收到 SETTINGS 帧，{seconds} s 内没有确认",
    },
    why: "没有确认，对端永远不知道自己的哪些设置已生效，可以关闭连接。",
    fix: "每个 SETTINGS 帧生效后立即确认。",
  },
  "settings/ack-late": {
    title: "SETTINGS 应立即确认",
    messages: { late: "{side}过了 {ms} ms 才确认 SETTINGS；一个往返最多需要 {roundTrip} ms" },
    why: "在确认之前，对端不能依赖自己的设置；有的会以 SETTINGS_TIMEOUT 关闭连接。",
    fix: "查明是什么让读取方忙不过来。",
  },
  "settings/ack-unexpected": {
    title: "SETTINGS 确认必须对应一个 SETTINGS 帧",
    messages: { unexpected: "{side}确认了还没有到达它的 SETTINGS" },
    why: "对端靠数确认的个数来得知自己的哪些设置已生效。",
    fix: "每个 SETTINGS 帧生效后只确认一次。",
  },
  "settings/duplicate-id": {
    title: "一个 SETTINGS 帧中，每个设置应只出现一次",
    messages: { twice: "{name} 在同一个 SETTINGS 帧里出现不止一次" },
    why: "这是合法的，以最后一个值为准；但 Go 的 net/http 服务端会因此关闭连接。",
    fix: "每个设置只发送一次，除非需要先通告较小的 HEADER_TABLE_SIZE，再通告较大的。",
  },
  "settings/value-applied-early": {
    title: "新的设置从确认之后开始生效",
    messages: {
      early: "流 {streamId} 上 {length} 字节的 DATA 只有按 {name} = {value} 才没有超出窗口，而{side}还没有确认该设置",
    },
    why: "这是允许的，因为值已经到达；它说明了窗口为什么看起来被超出。",
    fix: "先写确认，再写用到该设置的帧。",
  },
  "settings/max-concurrent-zero": {
    title: "服务端只应短时间地不允许任何流",
    messages: { zero: "连接存续期间，服务端有 {seconds} s 不允许任何流" },
    why: "客户端用这个连接什么也做不了，又没有被告知要另开一个。",
    fix: "发送 GOAWAY，而不是 MAX_CONCURRENT_STREAMS = 0。",
  },
  "settings/max-concurrent-small": {
    title: "MAX_CONCURRENT_STREAMS 应为 100 或更大",
    messages: { small: "服务端允许 {value} 个并发的流；建议 100 个或更多" },
    why: "上限过小，请求要互相等待。",
    fix: "通告 100 或更大的值，除非每个流的开销都很大。",
  },
  "settings/enable-connect-value": {
    title: "ENABLE_CONNECT_PROTOCOL 必须是 0 或 1",
    messages: { value: "ENABLE_CONNECT_PROTOCOL 的值是 {value}" },
    why: RANGE,
    fix: "发送 1 表示允许 extended CONNECT，或者不发送该设置。",
  },
  "settings/enable-connect-revoked": {
    title: "ENABLE_CONNECT_PROTOCOL 不能改回 0",
    messages: { revoked: "{side}通告过 1 之后，又通告 ENABLE_CONNECT_PROTOCOL = 0" },
    why: "从第一次通告起，客户端就依赖它。",
    fix: "不要再次发送该设置。",
  },
  "settings/no-rfc7540-priorities-value": {
    title: "NO_RFC7540_PRIORITIES 必须是 0 或 1",
    messages: { value: "NO_RFC7540_PRIORITIES 的值是 {value}" },
    why: RANGE,
    fix: "不使用 RFC 7540 的优先级方案时发送 1，否则不发送。",
  },
  "settings/no-rfc7540-priorities-changed": {
    title: "NO_RFC7540_PRIORITIES 在第一个 SETTINGS 帧之后不能改变",
    messages: { changed: "{side}通告 NO_RFC7540_PRIORITIES = {value}，而在它的第一个 SETTINGS 帧里是 {before}" },
    why: "双方按第一个 SETTINGS 选定优先级方案，只选一次。",
    fix: "在第一个 SETTINGS 帧里发送，或者不发送。",
  },
  "settings/header-table-size-huge": {
    title: "HEADER_TABLE_SIZE 应小于 1 MiB",
    messages: { huge: "HEADER_TABLE_SIZE 的值是 {value}" },
    why: "通告方允许对端为每个连接占用自己这么多内存。",
    fix: "只通告有收益的值：多数情况下是 4096 到 65536 字节。",
  },
  "settings/reset-after-preface": {
    title: "对端正在使用的权限不应在连接中途收回",
    messages: { lowered: "{side}把 {name} 从 {before} 减小到 {value}，当时有 {streams} 个流没有结束" },
    why: "途中的帧是按旧值发送的，所以设置的发送方必须容忍它们；窗口可能变成负数。",
    fix: "在第一个 SETTINGS 帧里通告上限。",
  },
};
