// `h2lint compare`: what one does that the other does not (report/comparison.ts, report/step-difference.ts), by forms.
export const differences: Readonly<Record<string, string>> = {
  "{a} gets no response, {b} one that ends with {end}": "{a} 没有得到响应，{b} 的响应以 {end} 结束",
  "the response to {a} ends with {end}, that to {b} with {other}": "{a} 得到的响应以 {end} 结束，{b} 的以 {other} 结束",
  "{a} ends the {message} with {end}, {b} with {other}": "{a} 的{message}以 {end} 结束，{b} 的以 {other} 结束",
  "{a} sends RST_STREAM {code}, {b} RST_STREAM {other}": "{a} 发送 RST_STREAM {code}，{b} 发送 RST_STREAM {other}",
  "{a} pads {frame}, {b} does not": "{a} 给 {frame} 加了 padding，{b} 没有",
  "{a} sends HEADERS with a priority, {b} without": "{a} 的 HEADERS 带优先级，{b} 的不带",
  "{a} sends no content in the {message}, {b} does": "{a} 的{message}没有内容，{b} 的有",
  "in the {message} only {a} sends {fields}": "在{message}里只有 {a} 发送 {fields}",
  'in the {message} {name} is "{one}" with {a}, "{other}" with {b}':
    '在{message}里，{a} 的 {name} 是 "{one}"，{b} 的是 "{other}"',
  "in the {message} {a} orders {fields}, {b} {others}": "在{message}里，{a} 的顺序是 {fields}，{b} 的是 {others}",
  "in the {message} {a} repeats {fields}": "在{message}里 {a} 重复了 {fields}",
  "{a} sends {frame} in the {message}, {b} does not": "{a} 在{message}里发送 {frame}，{b} 不发送",
  "the answer to {a} begins before its request ends, that to {b} after": "{a} 的响应在请求结束之前开始，{b} 的在之后",
  "the exchange takes {time} with {a}, {other} with {b}": "{a} 的调用用时{time}，{b} 的用时{other}",
  "{a} begins with {protocol}, {b} with {other}": "{a} 以 {protocol} 开始，{b} 以 {other} 开始",
  "{a} sets {setting}, {b} leaves it out": "{a} 设置 {setting}，{b} 没有设置",
  "{a} sets {setting}, {b} {other}": "{a} 设置 {setting}，{b} 设置 {other}",
  "{a} sends {frame}, {b} does not": "{a} 发送 {frame}，{b} 不发送",
  "the server of {name}": "{name} 的服务端",
};

/** Messages, and how they end. */
export const messages: Readonly<Record<string, string>> = {
  request: "请求",
  response: "响应",
  "request's request-trailers": "请求 trailers",
  "response's response-trailers": "响应 trailers",
};

export const ends: Readonly<Record<string, string>> = {
  "nothing at all": "无（什么都没有）",
  "nothing: END_STREAM never comes": "无（没有 END_STREAM）",
  "END_STREAM on an empty DATA frame": "空 DATA 帧上的 END_STREAM",
  "END_STREAM on DATA": "DATA 上的 END_STREAM",
  "END_STREAM on the HEADERS that begin it": "第一个 HEADERS 上的 END_STREAM",
  "HEADERS (END_STREAM) carrying {fields}": "带 {fields} 的 HEADERS（END_STREAM）",
};
