import type { Check } from './check.ts'
import { lineAt, readSources, type Source } from './sources.ts'

interface Habit {
  readonly files: RegExp
  readonly forbidden: RegExp
  readonly why: string
}

const code = /\.(ts|mjs|js|sol|sh)$|^run$|^\.ci\/run$/
const tests = /\.test\.ts$|\.t\.sol$/

const habits: readonly Habit[] = [
  {
    files: /^(?!LICENSE|package-lock\.json)/,
    forbidden: /(?<![\w.~-])\/(?:root|home\/[a-z]+|Users\/[a-z]+)\//g,
    why: 'a path of one machine: say it relative to the repository',
  },
  {
    files: code,
    forbidden: /\b(?:TODO|FIXME|XXX|HACK)\b/g,
    why: 'a promise that the code does not keep: do it, or leave it out',
  },
  {
    files: tests,
    forbidden: /\b(?:describe|suite|test|it)(?:\.\w+)*\.(?:only|skip|todo|fails|skipIf|runIf)\b|\bvm\.skip\(/g,
    why: 'a test that is skipped, or that keeps others from running',
  },
  { files: tests, forbidden: /\bretry:\s*\d/g, why: 'a retry hides a test that fails at times' },
  {
    files: tests,
    forbidden: /\bawait (?:sleep|delay)\(|from 'node:timers\/promises'/g,
    why: 'waiting for time to pass: wait for the event itself',
  },
  {
    // Tests make values that no type allows.
    files: /(?<!\.test)\.ts$/,
    forbidden: /@ts-(?:ignore|nocheck)|(?<!\/\/[^\n]*\n[^\n]*)\bas unknown as\b(?!.*\/\/)/g,
    why: 'a loosened type: write the real one, or say why beside it',
  },
]

/** Habits of this repository that no linter knows. */
export const habitCheck: Check = {
  name: 'habits',
  // The patterns above and their tests are the one place that has to name what is forbidden.
  run: async () => readSources(/^(?!scripts\/checks\/habits).*$/).flatMap(findBadHabits),
}

/** What one file does that it should not. */
export function findBadHabits({ path, text }: Source): string[] {
  return habits
    .filter(({ files }) => files.test(path))
    .flatMap(({ forbidden, why }) =>
      Array.from(
        text.matchAll(forbidden),
        ({ 0: found, index }) => `${path}:${lineAt(text, index)} ${found.trim()}: ${why}`,
      ),
    )
}
