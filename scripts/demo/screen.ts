/** What the user sees while the demo runs. */
export interface Screen {
  /** A step that begins. */
  readonly step: (text: string) => void
  /** The one line that is written over. */
  readonly progress: (text: string) => void
}

/** Steps and one line of progress, on standard error: standard output is for the answer. */
export function createScreen(): Screen {
  const { stderr } = process
  let isOpen = false
  const endLine = () => {
    if (isOpen) stderr.write('\n')
    isOpen = false
  }
  return {
    step: (text) => {
      endLine()
      stderr.write(`${text}\n`)
    },
    progress: (text) => {
      if (!stderr.isTTY) return
      isOpen = true
      stderr.write(`\r${text.slice(0, (stderr.columns ?? 80) - 1)}\u001b[K`)
    },
  }
}

/** Rows as a table with aligned columns. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
  return lines.map((line) => `  ${line.trimEnd()}`).join('\n')
}

/** An amount of base units in FIL, exact. */
export function fil(amount: bigint): string {
  const size = amount < 0n ? -amount : amount
  const digits = size.toString().padStart(19, '0')
  const fraction = digits.slice(-18).replace(/0+$/, '')
  return `${amount < 0n ? '-' : ''}${digits.slice(0, -18)}${fraction === '' ? '' : `.${fraction}`} FIL`
}

/** Bytes in MB with a decimal. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}

/** Bytes over milliseconds as a rate. */
export function rate(bytes: number, milliseconds: number): string {
  return `${(bytes / 1e3 / Math.max(1, milliseconds)).toFixed(1)} MB/s`
}

/** A price for people. */
export function decimalPrice({ amount, per }: { readonly amount: string; readonly per: string }): string {
  return `${fil(BigInt(amount))} for every ${per} bytes`
}
