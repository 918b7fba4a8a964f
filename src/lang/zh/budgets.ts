// What a configuration asserts, what was seen of it, and why that is not certain (report/budget.ts), by forms: the longer before those that
// they fit as well.
export const budgets: Readonly<Record<string, string>> = {
  // Asserted
  "no field section of more than {n} bytes": "首部不超过 {n} 字节",
  "only {methods} is called": "只调用 {methods}",
  "{measure} of {method} at most {time}": "{method} 的 {measure} 不超过 {time}",
  "no call of {method} ends badly": "{method} 没有失败的调用",
  "at most {n} calls of {method} ends badly": "{method} 最多 {n} 个调用失败",
  "at most {n} calls of {method} end badly": "{method} 最多 {n} 个调用失败",
  "no call of {method}": "没有 {method} 的调用",
  "at most {n} calls of {method}": "{method} 最多 {n} 个调用",
  "no finding of {rule}": "没有 {rule} 的问题",
  "at most {n} findings of {rule}": "{rule} 最多 {n} 个问题",
  "at most {n} finding of {rule}": "{rule} 最多 {n} 个问题",
  "no HTTP/2 connection": "没有 HTTP/2 连接",
  "at most {n} HTTP/2 connections": "最多 {n} 个 HTTP/2 连接",
  "no {frame} but {codes}": "除 {codes} 外没有 {frame}",
  "no GOAWAY": "没有 GOAWAY",
  "no RST_STREAM": "没有 RST_STREAM",

  // Seen
  none: "没有",
  "none of {n} calls": "{n} 个调用都没有",
  "no call that ended": "没有结束的调用",
  "no field section": "没有首部",
  "{over} of {n} calls took longer, {most} may; the slowest took {time}":
    "{n} 个调用中有 {over} 个更慢（允许 {most} 个）；最慢用时 {time}",
  "{over} of {n} calls took longer; the slowest took {time}": "{n} 个调用中有 {over} 个更慢；最慢用时 {time}",
  "{n} calls, the slowest took {time}": "{n} 个调用，最慢用时 {time}",
  "{over} of {n} field sections, the largest has {size} bytes": "{n} 个首部中有 {over} 个，最大的有 {size} 字节",
  "{over} of {n} field section, the largest has {size} bytes": "{n} 个首部中有 {over} 个，有 {size} 字节",
  "{n} field section, the largest has {size} bytes": "{n} 个首部，有 {size} 字节",
  "{n} field sections, the largest has {size} bytes": "{n} 个首部，最大的有 {size} 字节",
  "{over} of {n} calls: {names}": "{n} 个调用中有 {over} 个：{names}",
  "{over} of {n} {frame}: {names}": "{n} 个 {frame} 中有 {over} 个：{names}",
  "{n} findings: {names}": "{n} 个问题：{names}",
  "{n} finding: {names}": "{n} 个问题：{names}",
  "{n} HTTP/2 connections": "{n} 个 HTTP/2 连接",
  "{n} calls": "{n} 个调用",
  "{n} GOAWAY": "{n} 个 GOAWAY",
  "{n} RST_STREAM": "{n} 个 RST_STREAM",

  // Where
  "{n} bytes": "{n} 字节",

  // Not certain
  "the method of {n} calls is not known": "{n} 个调用的方法未知",
  "what was seen is not certain": "看到的内容不确定",
  "there is no HTTP/2 in the capture": "抓包里没有 HTTP/2",
  "something could not be checked": "有些内容无法检查",
};
