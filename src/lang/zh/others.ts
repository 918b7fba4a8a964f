// `h2lint compare`, `diff`, `frames`, `record`, and check --follow.
export const others: Readonly<Record<string, string>> = {
  // `compare`
  "no exchange to compare, and no other difference": "没有可以比较的调用，也没有其他差别",
  "no difference": "没有差别",
  "{what}: {exchanges} of {bad} and {good}": "{what}：{bad} 和 {good} 的 {exchanges}",
  "also different, the likelier reasons first": "其他差别，更可能的原因在前",
  "only {name} asks for {path}": "只有 {name} 请求 {path}",
  "found in both: {rules}": "两者都有：{rules}",
  "{name} (connection {connection}, stream {stream})": "{name}（连接 {connection}，流 {stream}）",
  empty: "空",
  "no answer": "没有响应",
  " (on {times} of {n} exchanges)": "（{n} 个调用中有 {times} 个）",
  " against ": " 对 ",

  // `diff`
  new: "新增",
  fixed: "已修复",
  unchanged: "未变",
  "first in {file}: {place}": "首次在 {file}：{place}",
  "{new} new, {fixed} fixed, {unchanged} unchanged": "新增 {new}，已修复 {fixed}，未变 {unchanged}",
  "no finding on either side": "两边都没有问题",

  // `frames`
  conn: "连接",

  // `record`
  "{server} {failure}; further ones are recorded only": "{server} {failure}；以后的连接只记录",
  "refuses the connection": "拒绝连接",
  "is no name that is known": "名称未知",
  "is a name that cannot be looked up now": "名称现在无法解析",
  "does not answer": "没有应答",
  "cannot be reached": "无法到达",
  "does not take a connection ({code})": "不接受连接（{code}）",
  "recording: {from} -> {to}; Ctrl-C ends it": "正在记录：{from} -> {to}；按 Ctrl-C 结束",
  "recording: {from} -> {to}, to {file}; Ctrl-C ends it": "正在记录：{from} -> {to}，写到 {file}；按 Ctrl-C 结束",
  "{n} of them not taken by the server": "其中 {n} 个服务端没有接受",
  "{n} still open": "{n} 个还没有关闭",
  "{bytes} relayed": "转发 {bytes}",
};
