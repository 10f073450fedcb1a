/** What a page says of a call beside its documentation in the sources. */
export interface CallText {
  /** Who may make it. */
  readonly who: string
  /** When it is made, and what has to have happened. */
  readonly when: string
  readonly events?: readonly string[]
  /** Errors by which the whole call reverts. */
  readonly errors?: readonly string[]
  /** Errors for which a batch only skips an item. */
  readonly skips?: readonly string[]
  /** What else who integrates it has to know. */
  readonly notes?: readonly string[]
}

/** Calls that have a heading, a file of samples and a contract in common. */
export interface CallGroup {
  readonly contract: string
  readonly title: string
  /** File in `samples`, without its ending. */
  readonly samples: string
  readonly calls: Readonly<Record<string, CallText>>
}
