// Sentences that events bring in English, by their forms: the longer before those that they fit as well.
export const phrases: Readonly<Record<string, string>> = {
  // Ends of calls and connections
  "cut off by {how}": "中断，原因是{how}",
  "RST_STREAM {code} by the {side}": "{side}的 RST_STREAM {code}",
  "RST_STREAM by the {side}": "{side}的 RST_STREAM",
  "GOAWAY {code} by the {side}": "{side}的 GOAWAY {code}",
  "FIN by the {side}": "{side}的 FIN",
  "RST by the {side}": "{side}的 RST",
  "{software} refuses {input}": "{software} 拒绝：{input}",

  // What a text stands for
  "it names the error code {codes}": "它写出了错误码 {codes}",
  "a call ended with the status {status}": "调用以状态 {status} 结束",

  // What a log alone suggests
  "the log of the {side} reports {fault} on stream {id} in words of {software} that most often mean {rule}":
    "{side}的日志报告流 {id} 上有{fault}，用的是 {software} 的文字，通常就是指 {rule}",
  "the log of the {side} reports {fault} on stream {id} in words that most often mean {rule}":
    "{side}的日志报告流 {id} 上有{fault}，用的文字通常就是指 {rule}",
  "the log of the {side} reports {fault} in words of {software} that most often mean {rule}":
    "{side}的日志报告有{fault}，用的是 {software} 的文字，通常就是指 {rule}",
  "the log of the {side} reports {fault} in words that most often mean {rule}":
    "{side}的日志报告有{fault}，用的文字通常就是指 {rule}",
  "the log reports {fault} on stream {id} in words of {software} that most often mean {rule}":
    "日志报告流 {id} 上有{fault}，用的是 {software} 的文字，通常就是指 {rule}",
  "the log reports {fault} on stream {id} in words that most often mean {rule}":
    "日志报告流 {id} 上有{fault}，用的文字通常就是指 {rule}",
  "the log reports {fault} in words of {software} that most often mean {rule}":
    "日志报告有{fault}，用的是 {software} 的文字，通常就是指 {rule}",
  "the log reports {fault} in words that most often mean {rule}": "日志报告有{fault}，用的文字通常就是指 {rule}",
  "a failure": "失败",
  "a fault": "错误",
  "an error of the other side": "对端的错误",
  "the {side} was sent an error: {says}": "{side}收到了错误：{says}",

  // Error codes of programs
  "RFC 9113 has no code {code}: it is the program's private one, as Apache httpd sends the errors of its library (this one is a timeout)":
    "RFC 9113 没有错误码 {code}：这是程序自己的错误码，Apache httpd 这样发送其库的错误（这个是超时）",
  "RFC 9113 has no code {code}: it is the program's private one, as Apache httpd sends the errors of its library":
    "RFC 9113 没有错误码 {code}：这是程序自己的错误码，Apache httpd 这样发送其库的错误",
  "RFC 9113 has no code {code}: it is the program's private one": "RFC 9113 没有错误码 {code}：这是程序自己的错误码",

  // TLS
  "the suite {suite} is not supported": "不支持密码套件 {suite}",
  "{version} is not decrypted": "{version} 不能解密",

  // What could not be checked
  "the start of the {side} was not captured": "没有抓到{side}方向的开头",
  "{octets} bytes of the {side} are missing": "{side}方向缺少 {octets} 字节",
};
