import type { Options, Values } from './options.ts'
import type { Output } from './output.ts'

/** What surrounds a run of a command. */
export interface Context {
  readonly output: Output
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal
  /** Where secrets come from: they are never given on a command line. */
  readonly environment: Environment
  readonly version: string
}

/** Environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>

/** An argument of a command. */
export interface Argument {
  readonly name: string
  readonly description: string
  readonly optional?: true
}

/** One command: what its help says, and what it does. */
export interface CommandSpec {
  /** `channel open`: groups first. */
  readonly name: string
  readonly summary: string
  readonly description: string
  readonly arguments: readonly Argument[]
  readonly options: Options
  readonly examples: readonly string[]
  /** Milliseconds that it gets to end in order once it is interrupted. Whatever is killed has lost nothing. Default 1,000. */
  readonly endsWithin?: number
  readonly run: (context: Context, values: never, args: readonly string[]) => Promise<void>
}

/** Ties a command's run to the types of its options. */
export function defineCommand<O extends Options>(
  spec: Omit<CommandSpec, 'run' | 'options'> & {
    readonly options: O
    readonly run: (context: Context, values: Values<O>, args: readonly string[]) => Promise<void>
  },
): CommandSpec {
  return spec as CommandSpec
}
