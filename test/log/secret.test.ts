import { describe, expect, it } from "vitest";
import { masked } from "../../src/log/secret.ts";
import { reading } from "./logging.ts";

describe("credentials", () => {
  it.each([
    ["[:path: /a, authorization: Bearer abc.def, te: trailers]", "[:path: /a, authorization: <masked>, te: trailers]"],
    ['field "cookie" = "a=b; c=d"', 'field "cookie" = "<masked>"'],
    ["[('authorization', 'Basic dXNlcjpwYXNz'), ('x', 'y')]", "[('authorization', '<masked>'), ('x', 'y')]"],
    ["set-cookie: id=1", "set-cookie: <masked>"],
    ["auth-bin: AAEC", "auth-bin: <masked>"],
    ["sent Bearer eyJhbGciOi.eyJzdWIi.x to it", "sent Bearer <masked> to it"],
    ["received an illegal stream id: 1", "received an illegal stream id: 1"],
  ])("%s", (text, shown) => expect(masked(text)).toBe(shown));

  it("are not in the lines that are shown", async () => {
    const { frames } = await reading(
      "[id: 0x1, L:/127.0.0.1:1 - R:/127.0.0.1:2] INBOUND HEADERS: streamId=1 headers=H[:path: /a, authorization: Bearer abc] padding=0 endStream=false",
    );
    expect(frames[0]!.text).not.toContain("abc");
    expect(frames[0]!.frame.fields).toContainEqual(["authorization", "Bearer abc"]);
  });
});
