import { Flag, type Frame } from "../http2/frame.ts";
import { copyOrigin } from "../place.ts";
import { FieldBlock } from "./field-block.ts";

/** A field block that is being collected: HEADERS or PUSH_PROMISE, and what follows in CONTINUATION (RFC 9113 section 4.3). */
export class OpenBlock {
  readonly fields = new FieldBlock();
  /** Octets of it are missing. */
  broken = false;
  octets: Uint8Array = NOTHING;
  length = 0;

  /** Begin with the frame, whose octets are not taken. */
  begin(frame: Frame): this {
    const { fields } = this;
    fields.from = frame.from;
    fields.kind = frame.kind === "push-promise" ? "push-promise" : "headers";
    fields.streamId = frame.streamId;
    fields.promisedStreamId = frame.promisedStreamId;
    fields.flags = frame.flags;
    fields.length = frame.length;
    copyOrigin(fields.first, frame.first);
    copyOrigin(fields.headLast, frame.last);
    copyOrigin(fields.last, frame.last);
    fields.continuations = 0;
    fields.octets = frame.end - frame.start;
    fields.endStream = frame.kind === "headers" && (frame.flags & Flag.endStream) !== 0;
    fields.role = "unknown";
    fields.opensStream = false;
    fields.declaredLength = -1;
    fields.decoded = undefined;
    fields.pathGroup = undefined;
    fields.ignored = false;
    fields.observations.clear();
    this.broken = false;
    this.length = 0;
    return this;
  }

  /** False where the block grows beyond `limit`. */
  append(b: Uint8Array, start: number, end: number, limit: number): boolean {
    const length = this.length + end - start;
    if (length > limit) return false;
    if (length > this.octets.length) {
      const grown = new Uint8Array(Math.max(length, this.octets.length * 2, 1024));
      grown.set(this.octets.subarray(0, this.length));
      this.octets = grown;
    }
    this.octets.set(b.subarray(start, end), this.length);
    this.length = length;
    return true;
  }
}

const NOTHING = new Uint8Array(0);
