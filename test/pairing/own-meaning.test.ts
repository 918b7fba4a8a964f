// A status that names its reason answers that, and nothing else that is wrong beside it. What goes on is answered while it goes on.
import { describe, expect, it } from "vitest";
import { Clock } from "../../src/capture/clock.ts";
import { EventBuilder } from "../../src/report/event-builder.ts";
import { tell } from "../../src/report/story.ts";
import { rules } from "../../src/rules/index.ts";
import { type Played, play } from "../../src/testing/play.ts";
import { getRequest, grpcRequest, type Story } from "../../src/testing.ts";

const answeredWith = (status: string, fields: Readonly<Record<string, string>>): Played =>
  play(
    (s) => s.client.headers(1, { endStream: true, fields }).server.headers(1, { endStream: true, fields: { ":status": status } }),
    {
      rules,
    },
  );

const teWrong = { ...getRequest, te: "gzip" };

/** Rules that the answer is said to be about. */
const answered = ({ pairs }: Played): string[] =>
  pairs
    .filter(({ confidence }) => confidence === "exact" || confidence === "likely")
    .map(({ finding }) => finding.rule)
    .filter((rule) => rule.startsWith("headers/") || rule.startsWith("grpc/content"));

describe("a status with a meaning of its own", () => {
  it.each(["401", "403", "408", "411", "413", "414", "415", "421", "429", "431"])("%s is not about te", (status) =>
    expect(answered(answeredWith(status, teWrong))).toEqual([]),
  );

  it("400 is", () => expect(answered(answeredWith("400", teWrong))).toEqual(["headers/te-not-trailers"]));

  it("411 and 413 are about content-length", () => {
    const lengthWrong = { ...getRequest, "content-length": "5x" };
    for (const status of ["411", "413"])
      expect(answered(answeredWith(status, lengthWrong))).toContain("headers/content-length-invalid");
    expect(answered(answeredWith("431", lengthWrong))).toEqual([]);
  });

  it("431 is told by itself, with the size that was sent", () => {
    const story: Story = (s) =>
      s.client
        .headers(1, { endStream: true, fields: { ...grpcRequest, te: "trailers", "x-token": "a".repeat(9000) } })
        .server.headers(1, { endStream: true, fields: { ":status": "431" } });
    const [one] = play(story, { rules }).unexplained;
    const { cause } = tell({ unexplained: new EventBuilder(new Clock(), ["a"], rules).unexplained(one!) }, new Map(), undefined);
    expect(cause).toMatch(
      /^The server sent :status 431 \(packet \d+\)\. That status says why by itself: the header fields of the request are larger, or more, than the server takes; its field block has 9,\d\d\d bytes as it was sent\.$/,
    );
  });
});

describe("431", () => {
  const explanation = (fields: number): string | undefined => {
    const more = Object.fromEntries(Array.from({ length: fields - 4 }, (_, i) => [`x-${i}`, "a"]));
    return answeredWith("431", { ...getRequest, ...more }).unexplained[0]?.explanation;
  };

  it("says how many fields there are, and that this is more than many take", () =>
    expect(explanation(120)).toMatch(
      /^the request has 120 fields, which count \d+ bytes, and Envoy, Apache httpd and Tomcat take 100 /,
    ));

  it("of fewer says no more than that", () =>
    expect(explanation(100)).toMatch(/^the request has 100 fields, which count \d+ bytes$/));
});

describe("a flood", () => {
  const resets =
    (wait: number): Story =>
    (s) => {
      for (let id = 1; id < 2101; id += 2) s.client.headers(id, { endStream: true }).rst(id, 8);
      s.client.wait(wait).server.goaway(2099, 2).close();
    };
  const joined = (wait: number) =>
    play(resets(wait), { rules }).pairs.find(({ finding }) => finding.rule === "abuse/rapid-reset")?.confidence;

  it("is answered while it goes on, seconds after it was one", () => expect(joined(0)).toBe("likely"));

  it("is not what is answered long after", () => expect(joined(60_000)).not.toBe("likely"));
});
