// What the program says when it cannot run, by forms: of wrong options, files that are not there or not readable, configuration. What only
// parts of it have (`--output FILE: cannot be written (no space left on the device)`) is looked for in the same list.
export const misuse: Readonly<Record<string, string>> = {
  "{said} (see h2lint info and h2lint timeline)": "{said}（见 h2lint info 和 h2lint timeline）",
  "{said} (see h2lint {where})": "{said}（见 h2lint {where}）",
  "{said}; did you mean {names}?": "{said}；是否想写 {names}？",

  // The command line
  "{word}: no such file or command": "{word}：没有这个文件或命令",
  "there is no command {word}": "没有命令 {word}",
  "unknown option {word}": "未知选项 {word}",
  "no rule is named {rule}": "没有名为 {rule} 的规则",
  "{place}unknown rule: {rule}": "{place}未知规则：{rule}",
  "{option} needs a value": "{option} 需要一个值",
  "{command} takes no {option}": "{command} 不接受 {option}",
  "{option} takes a whole number": "{option} 需要一个非负整数",
  "{option} takes seconds since the epoch or an ISO 8601 time": "{option} 需要 epoch 秒数或 ISO 8601 时间",
  "{option} takes a size: 200MB, 1g, or a number of megabytes": "{option} 需要一个大小：200MB、1g，或兆字节数",
  "--workers takes a number from 1 to {n}": "--workers 需要 1 到 {n} 的数",
  "--shard takes I/N, 1 to N of at most {n}: 3/8": "--shard 需要 I/N（I 从 1 到 N，N 最大 {n}），例如 3/8",
  "no capture is named": "没有给出抓包文件",
  "no part is named": "没有给出部分文件",
  "--format {format}: {command} writes {formats}": "--format {format}：{command} 可以写出 {formats}",
  "--rule {rule}: expected ID=error|warning|info|off": "--rule {rule}：应为 ID=error|warning|info|off",
  "--output {file}: no format is known by this extension; use FORMAT=FILE":
    "--output {file}：不认识这个扩展名的格式；请用 FORMAT=FILE",
  'Invalid values: Argument: {option}, Given: "{given}", Choices: {choices}': '--{option} 的值 "{given}" 无效；可选：{choices}',
  "Not enough non-option arguments: got {n}, need at least {least}": "参数不够：给出 {n} 个，至少需要 {least} 个",
  "Too many non-option arguments: got {n}, maximum of {most}": "参数过多：给出 {n} 个，最多 {most} 个",
  "Unknown argument: {word}": "未知参数：{word}",
  "Unknown arguments: {words}": "未知参数：{words}",
  "bad arguments": "参数有误",

  // Commands
  "cut needs --connection N": "cut 需要 --connection N",
  "cut needs one --output FILE.pcapng": "cut 需要一个 --output FILE.pcapng",
  "cut takes --connection and --stream only": "cut 只接受 --connection 和 --stream",
  "{file}: cut reads its captures more than once; save it first": "{file}：cut 要多次读取抓包；请先保存成文件",
  "record needs --output FILE.pcapng, or --follow": "record 需要 --output FILE.pcapng 或 --follow",
  "record needs the port of the server: HOST:PORT": "record 需要服务端的端口：HOST:PORT",
  "record would connect to itself": "record 会连接到它自己",
  "record writes one --output FILE.pcapng": "record 只写一个 --output FILE.pcapng",
  "{whose} takes HOST:PORT, as in 127.0.0.1:50051 or [::1]:50051, not {text}":
    "{whose} 需要 HOST:PORT，例如 127.0.0.1:50051 或 [::1]:50051，而不是 {text}",
  "repro needs --stream N, and --connection N where there are several":
    "repro 需要 --stream N，有多个连接时还需要 --connection N",
  "there is no stream {id} on connection {connection} in this capture": "这个抓包的连接 {connection} 上没有流 {id}",
  "there is no stream {id} in this capture": "这个抓包里没有流 {id}",
  "there is no connection {id}: the captures have {n} connections": "没有连接 {id}：抓包里有 {n} 个连接",
  "{file}: there is no HTTP/2 on connection {id} to compare": "{file}：连接 {id} 上没有可以比较的 HTTP/2",
  "{file}: there is no HTTP/2 to compare": "{file}：没有可以比较的 HTTP/2",
  "mcp needs --root FOLDER: the captures that the assistant may read": "mcp 需要 --root FOLDER：助手可以读取的抓包",
  "--root {folder}: no such folder": "--root {folder}：没有这个文件夹",
  "merge writes table, json, ndjson, sarif, junit, github and gitlab, and judges no budgets: parts hold no frames":
    "merge 可以写出 table、json、ndjson、sarif、junit、github 和 gitlab，不判断预算：部分文件里没有帧",
  "--update-baseline needs --baseline FILE": "--update-baseline 需要 --baseline FILE",
  "--update-baseline looks at the whole capture: leave out --connection, --stream and the like":
    "--update-baseline 要看整个抓包：请去掉 --connection、--stream 等选项",
  "--shard writes one part: --output FILE": "--shard 只写一个部分：--output FILE",
  "--shard writes a part, which takes no {option}": "--shard 写出的是部分，不接受 {option}",
  "--shard judges by one thread: it takes no --workers": "--shard 用一个线程检查：不接受 --workers",
  "--shard reads files: what can be read only once has no shares": "--shard 只读文件：只能读一次的输入不能分份",
  "these captures have no shares: {reason}": "这些抓包不能分份：{reason}",
  "{file}: without a capture there are no packets to annotate": "{file}：没有抓包，就没有可以加注释的包",
  "a trace is made of captures, and there is none": "trace 由抓包生成，而这里没有抓包",
  "spans are made of captures, and there is none": "span 由抓包生成，而这里没有抓包",
  "tables are made of captures, and there is none": "表格由抓包生成，而这里没有抓包",

  // What was looked for
  "nothing matches {asked}: there is 1 connection": "没有与 {asked} 相符的内容：共 1 个连接",
  "nothing matches {asked}: there are {n} connections": "没有与 {asked} 相符的内容：共 {n} 个连接",

  // Files
  "{file}: not a capture file ({because})": "{file}：不是抓包文件（{because}）",
  "{file}: neither a capture nor a JSON report of h2lint": "{file}：既不是抓包，也不是 h2lint 的 JSON 报告",
  "{file}: no such file (--update-baseline writes it)": "{file}：没有这个文件（--update-baseline 会写出它）",
  "{file}: no such file (a part of the path is not a directory)": "{file}：没有这个文件（路径中有一段不是目录）",
  "{file}: no such file or folder": "{file}：没有这个文件或文件夹",
  "{file}: no such file": "{file}：没有这个文件",
  "{file}: is a directory": "{file}：是一个目录",
  "{file}: no capture in this folder": "{file}：这个文件夹里没有抓包",
  "{file}: no file matches that is a capture": "{file}：没有匹配的抓包文件",
  "{file}: cannot be read ({because})": "{file}：无法读取（{because}）",
  "{file}: cannot be written ({because})": "{file}：无法写入（{because}）",
  "{file}: is one of the captures": "{file}：是其中一个抓包",
  "{file}: there is no .proto file in this folder": "{file}：这个文件夹里没有 .proto 文件",
  "{file}: too large for a schema": "{file}：太大，不能作为 schema",
  "{file}: too large for a key log": "{file}：太大，不能作为 key log",
  "{file}: neither a TLS key log nor a private key in PEM": "{file}：既不是 TLS key log，也不是 PEM 格式的私钥",
  "{file}: no TLS key log and no private key in this folder": "{file}：这个文件夹里没有 TLS key log，也没有私钥",
  "{file}: is no JSON": "{file}：不是 JSON",
  "{file}: empty file": "{file}：空文件",
  "standard output: cannot be written ({because})": "标准输出：无法写入（{because}）",
};

/** Why a file cannot be written, or is no capture. */
export const reasons: Readonly<Record<string, string>> = {
  "no space left on the device": "设备上没有空间",
  "the quota is used up": "配额已用完",
  "starts with {bytes}: text": "开头是 {bytes}：文本",
  "starts with {bytes}": "开头是 {bytes}",
};
