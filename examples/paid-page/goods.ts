/** Something that the page sells. */
export interface Good {
  /** In the folder `goods`, and on the server. */
  readonly file: string
  readonly title: string
  readonly type: string
  /** For the whole of it, nanoFIL. */
  readonly price: bigint
}

/** All that is on sale. The page shows it and the server serves it, both by this list. */
export const goods: readonly Good[] = [
  { file: 'two-signatures.txt', title: 'Two signatures and a deposit', type: 'text/plain', price: 2n },
  { file: 'the-hub.txt', title: 'What the hub does not know', type: 'text/plain', price: 3n },
  { file: 'the-lock.svg', title: 'The lock, a picture', type: 'image/svg+xml', price: 5n },
]

/** Base units in a nanoFIL. */
export const NANO = 10n ** 9n
