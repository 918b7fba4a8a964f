// Any runner with `describe` and `it` as globals makes tests of it; without one the cases run at once: `node tenant.test.mjs`.
import { getRequest, testRule } from "h2lint/testing";
import { tenantMissing } from "./tenant.mjs";

testRule(tenantMissing, {
  valid: {
    "the field is there": (s) => s.client.headers(1, { fields: { ...getRequest, "x-tenant": "blue" } }),
    "trailers name none": (s) =>
      s.client.headers(1, { fields: { ...getRequest, "x-tenant": "blue" } }).data(1, 5).trailers(1, { "x-checksum": "1" }),
  },
  invalid: {
    "it is not": { frames: (s) => s.client.headers(1), finds: [["missing", 1, { streamId: 1 }]] },
  },
});
