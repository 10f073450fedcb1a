const SMALLEST = 1 << 16

/** Memory for blocks that is used again: taking it anew for every block costs more than hashing the block. */
export class BlockBuffers {
  readonly #lent: ArrayBuffer[] = []
  readonly #spare: ArrayBuffer[] = []

  /** Bytes of any content. Valid until they are taken back. */
  lend(size: number): Uint8Array {
    const at = this.#spare.findIndex(({ byteLength }) => byteLength >= size)
    const [buffer = new ArrayBuffer(Math.max(SMALLEST, 2 ** Math.ceil(Math.log2(size))))] =
      at < 0 ? [] : this.#spare.splice(at, 1)
    this.#lent.push(buffer)
    return new Uint8Array(buffer, 0, size)
  }

  /** Takes back all but the last one lent where `isLastKept`. */
  takeBack(isLastKept: boolean): void {
    const back = this.#lent.splice(0, this.#lent.length - (isLastKept ? 1 : 0))
    // A CAR has few sizes of blocks: the newest serve best.
    this.#spare.unshift(...back)
    this.#spare.length = Math.min(this.#spare.length, 4)
  }
}
