// Apache httpd's mod_http2: on the wire as nghttp2.
import type { Software } from "../software.ts";
import { nghttp2 } from "./nghttp2.ts";

export const apache: Software = {
  name: "Apache httpd",
  lines: [
    {
      name: "httpd.goaway",
      side: "server",
      has: "AH03069: ",
      text: /AH03069: (?:h2_)?session\((?<conn>\d+(?:-\d+)?)[^)]*\): .{0,100}?sent GOAWAY, err=(?<code>\d{1,10}), msg=(?<reason>.*)/,
      tells: "sent",
    },
    {
      name: "httpd.header",
      side: "server",
      has: "AH03456: ",
      text: /AH03456: h2_stream\((?<conn>\d+-\d+)-(?<stream>\d{1,10})[^)]*\): invalid header '(?<reason>.*)'/,
      tells: "fault",
      rules: ["headers/*"],
    },
  ],
  basis: nghttp2,
  product: /^Apache(?:\/(\S+))?(?: |$)/,
};
