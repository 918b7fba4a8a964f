import { describe, expect, it } from "vitest";
import { meaningJson, meaningTable } from "../../src/report/meaning.ts";
import { rules } from "../../src/rules/index.ts";

const look = { color: false, quiet: false, width: 80, verbose: false } as const;

function told(text: string): string {
  let all = "";
  meaningTable((part) => (all += part), look, text, rules);
  return all;
}

describe("a message without a capture", () => {
  it("is explained, with the rules that it may be about", () => {
    const text = told("received an illegal stream id: 1");
    expect(text).toMatch(/^"received an illegal stream id: 1"\ngrpc-go/);
    expect(text).toContain("  grpc/request-trailers: A gRPC request must not end with trailers\n");
    expect(text).toMatch(/\nA capture shows what happened: h2lint why CAPTURE --text TEXT\.\n$/);
    expect(text.split("\n").filter((line) => line.length > 80)).toEqual([]);
  });

  it("that nobody knows is not", () => {
    const text = told("quux");
    expect(text).toContain("The text is not known.");
    expect(text).not.toContain("rules that it may be about");
  });

  it("has no octets that a terminal would act on", () => expect(told("\u001b[31mred")).not.toContain("\u001b"));

  it("is JSON of the same kind as that of a capture", () => {
    let all = "";
    meaningJson((part) => (all += part), "too_many_pings");
    const { schema, captures, symptom, others } = JSON.parse(all);
    expect([schema, captures, others]).toEqual(["h2lint-why/1", [], []]);
    expect(symptom.readings[0].rules).toContain("grpc/keepalive-too-frequent");
  });
});
