import type { DecodedBlock } from "../fields/decoded-block.ts";
import { MessageHead } from "./message-head.ts";

/** The heads of responses. Servers repeat themselves: where the blocks of an answer are those of the answer before, both have one head,
 *  which does not change any more. */
export class ResponseHeads {
  // Connections take turns, and each has blocks that it repeats.
  readonly #answers = Array.from({ length: ANSWERS }, () => new Answer());

  /** @param decoded HEADERS of a final response. @param connection Its number. */
  of(decoded: DecodedBlock, connection: number): MessageHead {
    if (!decoded.kept) return MessageHead.of(decoded);
    const answer = this.#answers[connection & (ANSWERS - 1)]!;
    if (answer.head !== undefined && decoded === answer.headers) return answer.head;
    const head = MessageHead.of(decoded);
    head.shared = true;
    answer.headers = decoded;
    answer.head = head;
    answer.trailers = undefined;
    return head;
  }

  /** @param head Of the response so far. @returns The same with what its trailers add. */
  withTrailers(head: MessageHead, decoded: DecodedBlock, connection: number): MessageHead {
    if (!head.shared) {
      head.readGrpc(decoded);
      return head;
    }
    const answer = this.#answers[connection & (ANSWERS - 1)]!;
    if (answer.ended !== undefined && decoded === answer.trailers && head === answer.head) return answer.ended;
    const ended = head.copy();
    ended.readGrpc(decoded);
    if (decoded.kept && head === answer.head) {
      ended.shared = true;
      answer.trailers = decoded;
      answer.ended = ended;
    }
    return ended;
  }
}

class Answer {
  headers: DecodedBlock | undefined = undefined;
  head: MessageHead | undefined = undefined;
  trailers: DecodedBlock | undefined = undefined;
  /** `head` with what `trailers` add. */
  ended: MessageHead | undefined = undefined;
}

// A power of two.
const ANSWERS = 16;
