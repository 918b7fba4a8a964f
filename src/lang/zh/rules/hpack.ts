import type { RuleText } from "../../language.ts";

const LOST = "双方为连接维护同一张表：有一个首部块无法解码，之后的都不可信。";

export const hpack: Readonly<Record<string, RuleText>> = {
  "hpack/index-zero": {
    title: "不能使用索引 0",
    messages: { fault: "流 {streamId} 的首部块里有一个字段的索引是 0" },
    why: LOST,
    fix: "静态表从索引 1 开始。",
  },
  "hpack/index-out-of-range": {
    title: "索引必须在静态表和动态表之内",
    messages: {
      fault: "流 {streamId} 的首部块引用了两张表中都没有的条目",
      evicted: "流 {streamId} 的首部块引用了一个已被挤出动态表的条目，该表的大小为 {maximum} 字节",
      outgrown:
        "流 {streamId} 的首部块引用了一个已被挤出动态表的条目，该表的大小为 {maximum} 字节：{peer}允许 {limit}，但{side}没有用大小更新启用更大的表",
    },
    why: LOST,
    fix: "按发送的顺序编码同一连接的首部块，每个连接只用一个编码器；要增大动态表，必须在下一个首部块的开头写大小更新。",
  },
  "hpack/integer-overflow": {
    title: "整数不能超过 32 位",
    messages: { fault: "流 {streamId} 的首部块里有一个过大的整数" },
    why: LOST,
    fix: "检查编码器的前缀长度是否有误。",
  },
  "hpack/string-too-long": {
    title: "字符串必须在首部块之内结束",
    messages: { fault: "流 {streamId} 的首部块里有一个字符串比首部块还长" },
    why: LOST,
    fix: "检查长度是否有误，或者缺少 CONTINUATION。",
  },
  "hpack/block-truncated": {
    title: "首部块必须以完整的表示结束",
    messages: { fault: "流 {streamId} 的首部块在一个表示的中间结束" },
    why: LOST,
    fix: "只在首部块的最后一个帧上设置 END_HEADERS。",
  },
  "hpack/huffman-eos": {
    title: "Huffman 字符串不能含有 EOS",
    messages: { fault: "流 {streamId} 的首部块里有一个 Huffman 字符串含有 EOS" },
    why: LOST,
    fix: "用 EOS 的前几位填充，少于 8 位。",
  },
  "hpack/huffman-padding-long": {
    title: "Huffman 填充必须少于 8 位",
    messages: { fault: "流 {streamId} 的首部块里有一个 Huffman 字符串的填充达到或超过 8 位" },
    why: LOST,
    fix: "只填充到下一个字节。",
  },
  "hpack/huffman-padding-not-eos": {
    title: "Huffman 填充必须是 EOS 的前几位",
    messages: { fault: "流 {streamId} 的首部块里有一个 Huffman 字符串的填充不全是 1" },
    why: LOST,
    fix: "用 1 填充。",
  },
  "hpack/table-size-update-position": {
    title: "动态表大小更新必须在首部块的开头",
    messages: { fault: "流 {streamId} 的首部块在字段之后有动态表大小更新" },
    why: LOST,
    fix: "先写大小更新。",
  },
  "hpack/table-size-update-too-large": {
    title: "动态表大小更新不能超过 HEADER_TABLE_SIZE",
    messages: { fault: "流 {streamId} 的首部块要求的动态表大于对端的 HEADER_TABLE_SIZE" },
    why: LOST,
    fix: "不要超过对端给出的值（没有给出时为 4096）。",
  },
  "hpack/table-size-update-missing": {
    title: "HEADER_TABLE_SIZE 减小之后，下一个首部块必须以大小更新开头",
    messages: {
      held: "流 {streamId} 的首部块没有更新到 {limit}，而{side}已确认这个上限，它的表里有 {held} 字节",
      unused: "流 {streamId} 的首部块没有更新到 {limit}，{side}已确认这个上限；它的表里有 {held} 字节",
    },
    why: "解码器会丢弃编码器仍在引用的条目：此后字段出错，或者连接结束。",
    fix: "编码器应在确认 SETTINGS 之前采用新的 HEADER_TABLE_SIZE，并在下一个首部块写出更新。",
  },
  "hpack/table-size-minimum-missing": {
    title: "HEADER_TABLE_SIZE 先减小又增大时，必须给出最小值",
    messages: {
      minimum:
        "流 {streamId} 的首部块没有给出 {limit}，这是{side}自上一个首部块以来确认过的最小的 HEADER_TABLE_SIZE；之后是 {final}",
    },
    why: "减小时解码器已丢弃条目；再增大也不会恢复它们。",
    fix: "写两个大小更新：自上一个首部块以来的最小值，以及要使用的值。",
  },
  "hpack/table-size-update-excess": {
    title: "首部块开头的大小更新不应超过两个",
    messages: { updates: "流 {streamId} 的首部块以 {updates} 个大小更新开头" },
    why: "一个给出自上一个首部块以来的最小值，一个给出要使用的值；更多只会增加解码器的负担，有的会拒绝。",
    fix: "最多写两个。",
  },
  "hpack/sensitive-indexed": {
    title: "机密不应放进动态表",
    messages: { indexed: "{side}把流 {streamId} 的 {name} 放进了动态表" },
    why: "能在该连接的请求里添加字段并看到其大小的人，可以逐步猜出表中的内容。",
    fix: "把这类字段编码为 never indexed。",
  },
};
