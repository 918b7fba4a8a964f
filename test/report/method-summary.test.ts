import { expect, it } from "vitest";
import type { ExchangeObject } from "../../src/report/exchange.ts";
import { methodOf } from "../../src/report/method-summary.ts";

it("names no query of a path, which may hold credentials, whether it was read or inferred", () => {
  const http = { protocol: "http", method: "GET" } as ExchangeObject;
  expect(methodOf({ ...http, path: "/cb?access_token=s3cret" })).toBe("GET /cb");
  const pathInferred = { path: "/cb?access_token=s3cret", score: 0.9, because: "a log names it" };
  expect(methodOf({ ...http, pathInferred })).toBe("~/cb");
});
