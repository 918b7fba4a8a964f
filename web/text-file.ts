/** A file that is written piece by piece. Pieces go to Blobs, which a browser keeps outside of the heap, on disk where they are many. */
export class TextFile {
  #text = "";
  #pieces: Blob[] = [];

  readonly write = (text: string): void => {
    this.#text += text;
    if (this.#text.length < PIECE) return;
    this.#pieces.push(new Blob([this.#text]));
    this.#text = "";
  };

  end(type: string): Blob {
    const whole = new Blob([...this.#pieces, this.#text], { type });
    this.#pieces = [];
    this.#text = "";
    return whole;
  }
}

const PIECE = 1 << 20;
