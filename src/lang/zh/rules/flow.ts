import type { RuleText } from "../../language.ts";

export const flow: Readonly<Record<string, RuleText>> = {
  "flow/negative-window-data": {
    title: "窗口被降到 0 或以下的发送方，必须等它重新变为正数",
    messages: {
      negative:
        "在流 {streamId} 上发送了 {length} 字节的 DATA，而已确认的 INITIAL_WINDOW_SIZE = {initial} 使它的窗口变为 {window}",
    },
    why: "新的 INITIAL_WINDOW_SIZE 也作用于已打开的流：超出的数据接收方放不下。",
    fix: "收到 SETTINGS 时按差值调整每个流的窗口，允许变为负数，变为正数后再发送。",
  },
  "flow/stream-window-exceeded": {
    title: "DATA 不能超出所属流的窗口",
    messages: { exceeded: "在流 {streamId} 上发送了 {length} 字节的 DATA，而它的窗口是 {window}" },
    why: "接收方按自己的空间设置窗口；超出时它会重置流或关闭连接。",
    fix: "填充和 Pad Length 也要计算在内，INITIAL_WINDOW_SIZE 取自对端的 SETTINGS。",
  },
  "flow/connection-window-exceeded": {
    title: "DATA 不能超出连接的窗口",
    messages: { exceeded: "在流 {streamId} 上发送了 {length} 字节的 DATA；连接的窗口是 {window}" },
    why: "所有流共用它，只有流 0 上的 WINDOW_UPDATE 能增加它；超出时接收方关闭连接。",
    fix: "计算所有流的 DATA，包括已关闭和已重置的流；INITIAL_WINDOW_SIZE 不改变这个窗口。",
  },
  "flow/window-update-zero-stream": {
    title: "流的 WINDOW_UPDATE 至少要增加 1 字节",
    messages: { zero: "流 {streamId} 上的 WINDOW_UPDATE 增加 0 字节" },
    why: "接收方会重置流，请求丢失。",
    fix: "不要发送增量为 0 的 WINDOW_UPDATE。",
  },
  "flow/window-update-zero-connection": {
    title: "连接的 WINDOW_UPDATE 至少要增加 1 字节",
    messages: { zero: "连接的 WINDOW_UPDATE 增加 0 字节" },
    why: "接收方会关闭连接，所有流随之丢失。",
    fix: "不要发送增量为 0 的 WINDOW_UPDATE。",
  },
  "flow/window-update-reserved-bit": {
    title: "窗口增量的保留位必须为 0",
    messages: { set: "流 {streamId} 上的 WINDOW_UPDATE 在增量 {increment} 之前设置了保留位" },
    why: "接收方忽略该位；原意可能是大于 2147483647 的增量，或者负数。",
    fix: "写出之前检查增量：它是 31 位整数，而且不为 0。",
  },
  "flow/stream-window-overflow": {
    title: "WINDOW_UPDATE 不能使流的窗口超过 2147483647",
    messages: { overflow: "WINDOW_UPDATE {increment} 使 {what} 的窗口增加到 {window}" },
    why: "DATA 的发送方用 31 位记录窗口；溢出时它会重置流。",
    fix: "只增加已读取的字节数；要把窗口开大，给初始值留出余地。",
  },
  "flow/connection-window-overflow": {
    title: "WINDOW_UPDATE 不能使连接的窗口超过 2147483647",
    messages: { overflow: "WINDOW_UPDATE {increment} 使 {what} 的窗口增加到 {window}" },
    why: "DATA 的发送方用 31 位记录窗口；溢出时它会关闭连接，所有流随之丢失。",
    fix: "窗口初始为 65535 字节：要开到最大，增加 2147483647 减去这个值。",
  },
};
