// Spans on their way out: those of one service stand together, in pieces, so that nothing grows with the capture.
import { version } from "../../version.ts";
import { Octets } from "./octets.ts";
import { attributes } from "./span.ts";

/** One service that spans are of. */
export interface Service {
  readonly name: string;
  readonly side: "client" | "server" | "h2lint";
}

export class SpanBatches {
  readonly #output: (piece: string | Uint8Array) => void;
  readonly #isLines: boolean;
  readonly #batches = new Map<string, Batch>();
  /** Buffers of batches that are out. */
  readonly #spare: Buffer[] = [];
  #before = "";
  /** Counts what was flushed: batches are to be asked for again. */
  turn = 0;

  /** @param output Gets octets that it may not keep. @param isLines One object a line, as the file exporter of OpenTelemetry writes; else
   *  one document. */
  constructor(output: (piece: string | Uint8Array) => void, isLines: boolean) {
    this.#output = output;
    this.#isLines = isLines;
    if (!isLines) output('{"resourceSpans":[');
  }

  /** Where spans of a service go, until the next turn. */
  of(service: Service): Batch {
    const key = `${service.side} ${service.name}`;
    let batch = this.#batches.get(key);
    if (batch === undefined) {
      batch = new Batch(service, this.#spare.pop());
      this.#batches.set(key, batch);
    }
    return batch;
  }

  /** Write them, if they are enough. */
  settle(): void {
    let length = 0;
    for (const { spans } of this.#batches.values()) length += spans.length;
    if (length > PIECE) this.#flush();
  }

  end(): void {
    this.#flush();
    if (!this.#isLines) this.#output(`${this.#before === "" ? "" : "\n"}]}\n`);
  }

  #flush(): void {
    let isFirst = true;
    for (const { head, spans } of this.#batches.values()) {
      const open = this.#isLines ? (isFirst ? '{"resourceSpans":[' : ",") : `${this.#before}\n`;
      this.#output(`${open}${head}`);
      this.#output(spans.buffer.subarray(0, spans.length));
      this.#output("]}]}");
      this.#before = ",";
      isFirst = false;
      if (this.#spare.length < SPARE) this.#spare.push(spans.buffer);
    }
    if (this.#isLines && !isFirst) this.#output("]}\n");
    this.#batches.clear();
    this.turn++;
  }
}

/** Spans of one service. */
export class Batch {
  readonly head: string;
  readonly spans: Octets;

  constructor({ name, side }: Service, buffer: Buffer | undefined) {
    const resource = attributes({ "service.name": name, "h2lint.side": side });
    const scope = `{"name":"h2lint","version":${JSON.stringify(version)}}`;
    this.head = `{"resource":{"attributes":[${resource}]},"scopeSpans":[{"scope":${scope},"spans":[`;
    this.spans = new Octets(buffer);
  }

  /** One more span begins. */
  next(): Octets {
    const { spans } = this;
    if (spans.length > 0) spans.add(COMMA);
    return spans;
  }
}

const COMMA = Buffer.from(",");
/** Octets of spans that wait. */
const PIECE = 1 << 19;
/** Buffers, of as many octets and as much again. */
const SPARE = 8;
