// File descriptors octet by octet, as descriptor.proto numbers their fields.

/** A length-delimited field. Only short ones. */
export function field(number: number, content: string | Uint8Array): Buffer {
  const octets = typeof content === "string" ? Buffer.from(content) : content;
  if (octets.length > 16_383 || number > 15) throw new Error("more than this helper writes");
  const length = octets.length < 128 ? [octets.length] : [(octets.length & 0x7f) | 0x80, octets.length >> 7];
  return Buffer.concat([Buffer.of((number << 3) | 2, ...length), octets]);
}

const number = (id: number, value: number): Buffer => Buffer.of(id << 3, value);

/** `service S` with `rpc M(In) returns (stream Out)`, and Unary, Collect and Chat of the other kinds; `In { string a = 1; }` and `Out { int32 b = 1; }`, proto3, package p. */
export function serviceFile(name = "p.proto", imports: readonly string[] = []): Buffer {
  const message = (type: string, name: string, kind: number) =>
    field(
      4,
      Buffer.concat([
        field(1, type),
        field(2, Buffer.concat([field(1, name), number(3, 1), number(4, 1), number(5, kind), field(10, name)])),
      ]),
    );
  const method = (name: string, client: number, server: number) =>
    field(2, Buffer.concat([field(1, name), field(2, ".p.In"), field(3, ".p.Out"), number(5, client), number(6, server)]));
  const methods = [method("M", 0, 1), method("Unary", 0, 0), method("Collect", 1, 0), method("Chat", 1, 1)];
  return Buffer.concat([
    ...[field(1, name), field(2, "p"), ...imports.map((one) => field(3, one))],
    ...[message("In", "a", 9), message("Out", "b", 5)],
    ...[field(6, Buffer.concat([field(1, "S"), ...methods])), field(12, "proto3")],
  ]);
}
