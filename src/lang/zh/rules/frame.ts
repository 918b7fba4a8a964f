import type { RuleText } from "../../language.ts";

const onStreamZero = (kind: string): RuleText => ({
  title: `不能在流 0 上发送 ${kind}`,
  messages: { zero: `在流 0 上发送了 ${kind}，而流 0 属于连接` },
  why: `${kind} 属于某一个流；流 0 是连接本身，接收方不知道该把它用在哪里。`,
  fix: "用它所属的流的 ID 发送；ID 为 0 往往是因为没有给字段赋值。",
});

const onStream = (kind: string): RuleText => ({
  title: `${kind} 必须在流 0 上发送`,
  messages: { stream: `在流 {streamId} 上发送了 ${kind}；它属于连接，应在流 0 上` },
  why: `${kind} 针对整个连接。出现在某个流上时，接收方无法判断发送方的意思，只能放弃连接。`,
  fix: "用流 ID 0 发送。",
});

const fixedLength = (kind: string, length: string, section: string): RuleText => ({
  title: `${kind} 的 payload 必须${length}`,
  messages: { length: `${kind} 有 {length} 字节，应${length}` },
  why: `${kind} 各字段的长度是固定的；长度不同，说明发送方写的和接收方要读的不是一回事。`,
  fix: `只写 ${section} 节规定的字段，不多也不少。`,
});

export const frame: Readonly<Record<string, RuleText>> = {
  "frame/too-large": {
    title: "帧不能超过对端的 MAX_FRAME_SIZE",
    messages: { long: "{kind} 有 {length} 字节；对端最多接受 {limit}" },
    why: "接收方按自己通告的 MAX_FRAME_SIZE 分配缓冲区（没有通告时为 16,384 字节）。",
    fix: "把 payload 拆成不超过对端 MAX_FRAME_SIZE 的帧；首部块拆成 HEADERS 和 CONTINUATION。",
  },
  "frame/too-short": {
    title: "帧的长度必须容得下其类型和标志所要求的字段",
    messages: { short: "{kind} 只有 {length} 字节，容不下它的字段（标志 0x{flags}）" },
    why: "标志表明有 Pad Length 或优先级字段，而帧里放不下，所以其余部分无法读取。",
    fix: "清除 PADDED 或 PRIORITY 标志，或者把对应的字段写全。",
  },
  "frame/padding-too-long": {
    title: "填充必须给帧的其余部分留出位置",
    messages: { long: "{kind} 有 {length} 字节，却声称填充有 {padLength} 字节" },
    why: "填充与 payload 一样长时，谁也不知道帧里是什么。",
    fix: "Pad Length 只计填充的字节，必须小于固定字段之后剩下的长度。",
  },
  "frame/padding-nonzero": {
    title: "填充字节必须为 0",
    messages: { nonzero: "{kind} 的填充不全是 0" },
    why: "接收方可以把它当作连接错误；填充里如果是别的缓冲区的内容，还会泄露数据。",
    fix: "用 0 填充。",
  },
  "frame/reserved-bit": {
    title: "帧头的保留位必须为 0",
    messages: { set: "{kind} 的流 ID 的保留位被置 1" },
    why: "接收方必须忽略这一位，所以目前没有问题；但按 32 位读取的实现会看到另一个流。",
    fix: "流 ID 写成 31 位，最高位为 0。",
  },
  "frame/unused-flag": {
    title: "帧类型没有定义的标志应为 0",
    messages: { set: "{kind} 的标志是 0x{flags}，其中有未定义的标志" },
    why: "接收方必须忽略未定义的标志；有的并不忽略（gRPC C-core 会拒绝 SETTINGS 上的这种标志）。",
    fix: "不要设置未定义的标志。为测试对端而有意发送的标志（GREASE）无害。",
  },
  "frame/truncated-at-close": {
    title: "不应在帧的中间关闭",
    messages: { closed: "{side}在一个帧的中间关闭了" },
    why: "进程在写的时候崩溃，或者放弃了 socket；对端会报告意外的文件结束（unexpected EOF）。",
    fix: "查明进程为什么停止：崩溃、超时，或者代理切断了连接。",
  },
  "frame/garbage": {
    title: "前言之后只能是帧",
    messages: { garbage: "应是帧开头的地方却是别的内容（当作帧看：类型未知，{length} 字节）" },
    why: "发送方的帧边界已经错乱，或者有别的东西在往连接里写（HTTP/1 文本、TLS 记录）。",
    fix: "检查前一个帧的长度是否有误，或者是否有两处不加锁地写同一个 socket。",
  },
  "frame/data-on-stream-zero": onStreamZero("DATA"),
  "frame/headers-on-stream-zero": onStreamZero("HEADERS"),
  "frame/priority-on-stream-zero": onStreamZero("PRIORITY"),
  "frame/rst-stream-on-stream-zero": onStreamZero("RST_STREAM"),
  "frame/push-promise-on-stream-zero": onStreamZero("PUSH_PROMISE"),
  "frame/continuation-on-stream-zero": onStreamZero("CONTINUATION"),
  "frame/settings-on-stream": onStream("SETTINGS"),
  "frame/ping-on-stream": onStream("PING"),
  "frame/goaway-on-stream": onStream("GOAWAY"),
  "frame/priority-length": fixedLength("PRIORITY", "为 5 字节", "6.3"),
  "frame/rst-stream-length": fixedLength("RST_STREAM", "为 4 字节", "6.4"),
  "frame/settings-length": {
    title: "SETTINGS 的长度必须是 6 的倍数",
    messages: { length: "SETTINGS 有 {length} 字节，不是 6 的倍数" },
    why: "一个设置占 6 字节；多出来的部分无法读取。",
    fix: "只发送完整的设置：每个是 16 位的 ID 加 32 位的值。",
  },
  "frame/settings-ack-length": {
    title: "SETTINGS 确认必须为空",
    messages: { length: "带 ACK 的 SETTINGS 有 {length} 字节的 payload" },
    why: "确认只表示设置已生效；它本身不带任何设置。",
    fix: "ACK 的长度应为 0。",
  },
  "frame/ping-length": fixedLength("PING", "为 8 字节", "6.7"),
  "frame/goaway-length": fixedLength("GOAWAY", "至少为 8 字节", "6.8"),
  "frame/window-update-length": fixedLength("WINDOW_UPDATE", "为 4 字节", "6.9"),
};
