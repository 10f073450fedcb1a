/** A program in a page of documentation. */
export interface Sample {
  /** `ts` or another language that the page names. */
  readonly language: string
  readonly code: string
}

/** The programs of a page: its fenced blocks in TypeScript that import something. What imports nothing is a part of one. */
export function findSamples(page: string): readonly Sample[] {
  const blocks = page.matchAll(/^```(ts|tsx)\n([\s\S]*?)^```/gm)
  return Array.from(blocks, ([, language = '', code = '']) => ({ language, code })).filter(({ code }) =>
    /^import /m.test(code),
  )
}
