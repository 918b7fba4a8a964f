import { it } from "vitest";
import { rules } from "../../src/rules/index.ts";
import { play, grpcRequest } from "../../src/testing.ts";
it("a", () => {
  for (const midway of [true,false]) {
  const p = play((s) => (midway ? s.midway() : s).client.headers(1, { fields: { ...grpcRequest, "a-bin": "\0\x01" } }), { rules });
  console.log(JSON.stringify(p.findings.map(f=>[f.rule,f.message,f.data])), p.unchecked, p.diagnostics.map(d=>d.code));
  const r = play((s) => (midway ? s.midway() : s).client.headers(1, { fields: { ...grpcRequest, "a-bin": "\0\x01" } }), { rules: rules.filter(r=>r.id==="grpc/bin-not-base64"), listeners:[{fields(b){console.log(b.ignored, b.role, b.decoded)}}] });
  console.log(r.unchecked)
  }
});
