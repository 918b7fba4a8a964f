import { defineRule } from "h2lint";

// Every request names its tenant. A field that cannot be known (octets were lost) is no proof that it is missing.
export const tenantMissing = defineRule({
  id: "acme/tenant-missing",
  meta: {
    title: "Every request must name its tenant",
    severity: "error",
    by: "client",
    spec: [{ document: "Acme API guide", section: "Tenants" }],
    expect: { scope: "stream", codes: [] },
    needs: ["hpack"],
    decidable: "block",
    messages: { missing: "the request on stream {streamId} has no x-tenant field" },
    docs: { why: "Without a tenant the gateway sends the request to the default one.", fix: "Set x-tenant on every request." },
  },
  fields(block, _stream, { report }) {
    if (block.role !== "request" || block.decoded === undefined) return;
    const { fields, count } = block.decoded;
    for (let i = 0; i < count; i++) if (fields[i].name.text === "x-tenant") return;
    report(block, "missing", { streamId: block.streamId });
  },
});
