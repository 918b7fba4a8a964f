// Apache httpd's mod_http2: on the wire as nghttp2.
import type { Software } from "../software.ts";
import { nghttp2 } from "./nghttp2.ts";

export const apache: Software = { name: "Apache httpd", basis: nghttp2, product: /^Apache(?:\/(\S+))?(?: |$)/ };
