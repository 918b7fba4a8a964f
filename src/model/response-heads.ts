import type { DecodedBlock } from "../fields/decoded-block.ts";
import { MessageHead } from "./message-head.ts";

/** The heads of responses. Servers repeat themselves: where the blocks of an answer are those of the answer before, both have one head,
 *  which does not change any more. */
export class ResponseHeads {
  #headers: DecodedBlock | undefined = undefined;
  #head: MessageHead | undefined = undefined;
  #trailers: DecodedBlock | undefined = undefined;
  /** `#head` with what `#trailers` add. */
  #ended: MessageHead | undefined = undefined;

  /** @param decoded HEADERS of a final response. */
  of(decoded: DecodedBlock): MessageHead {
    if (!decoded.kept) return MessageHead.of(decoded);
    if (this.#head !== undefined && decoded === this.#headers) return this.#head;
    const head = MessageHead.of(decoded);
    head.shared = true;
    this.#headers = decoded;
    this.#head = head;
    this.#trailers = undefined;
    return head;
  }

  /** @param head Of the response so far. @returns The same with what its trailers add. */
  withTrailers(head: MessageHead, decoded: DecodedBlock): MessageHead {
    if (!head.shared) {
      head.readGrpc(decoded);
      return head;
    }
    if (this.#ended !== undefined && decoded === this.#trailers && head === this.#head) return this.#ended;
    const ended = head.copy();
    ended.readGrpc(decoded);
    if (decoded.kept && head === this.#head) {
      ended.shared = true;
      this.#trailers = decoded;
      this.#ended = ended;
    }
    return ended;
  }
}
