// Spans on their way out: those of one service stand together, in pieces, so that nothing grows with the capture.
import { version } from "../../version.ts";
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
  #length = 0;
  #before = "";

  /** @param output Gets octets that it may not keep. @param isLines One object a line, as the file exporter of OpenTelemetry writes; else
   *  one document. */
  constructor(output: (piece: string | Uint8Array) => void, isLines: boolean) {
    this.#output = output;
    this.#isLines = isLines;
    if (!isLines) output('{"resourceSpans":[');
  }

  add(service: Service, span: string): void {
    const key = `${service.side} ${service.name}`;
    let batch = this.#batches.get(key);
    if (batch === undefined) {
      batch = new Batch(service);
      this.#batches.set(key, batch);
    }
    batch.add(span);
    this.#length += span.length;
    if (this.#length > PIECE) this.#flush();
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
      this.#output(spans);
      this.#output("]}]}");
      this.#before = ",";
      isFirst = false;
    }
    if (this.#isLines && !isFirst) this.#output("]}\n");
    this.#batches.clear();
    this.#length = 0;
  }
}

/** Spans of one service. They become octets at once: as text they would be many small pieces for the garbage collector. */
class Batch {
  readonly head: string;
  #buffer = Buffer.allocUnsafe(8 << 10);
  #used = 0;

  constructor({ name, side }: Service) {
    const resource = attributes({ "service.name": name, "h2lint.side": side });
    const scope = `{"name":"h2lint","version":${JSON.stringify(version)}}`;
    this.head = `{"resource":{"attributes":[${resource}]},"scopeSpans":[{"scope":${scope},"spans":[`;
  }

  get spans(): Uint8Array {
    return this.#buffer.subarray(0, this.#used);
  }

  add(span: string): void {
    // No character takes more than three octets.
    const most = this.#used + 1 + 3 * span.length;
    if (most > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(2 * most);
      this.#buffer.copy(larger, 0, 0, this.#used);
      this.#buffer = larger;
    }
    if (this.#used > 0) this.#buffer[this.#used++] = COMMA;
    this.#used += this.#buffer.write(span, this.#used);
  }
}

const COMMA = 0x2c;
/** Characters of spans that wait. */
const PIECE = 1 << 19;
