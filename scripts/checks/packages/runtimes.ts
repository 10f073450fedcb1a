import { consumer, packed } from '../../packages/consumer.ts'
import { specifiersOf } from '../../packages/manifest.ts'
import { bringBun, bringDeno, bringNode, type Runtime } from '../../packages/runtimes.ts'
import { runCommand } from '../../process/run-command.ts'
import type { Check } from '../check.ts'

/** Entries that need something of Node.js, or of nothing but tests. All others are for every runtime and for browsers. */
const NODE_ONLY =
  /\/(?:node|net|testing|deploying|deploy|keys|local-chain|crypto-node|store-sqlite|transport-websocket|express|fastify)$|^sluice/

/** Whatever can be imported of the packages. */
export async function allSpecifiers(): Promise<readonly string[]> {
  return (await packed()).flatMap(({ manifest }) => specifiersOf(manifest))
}

/** What can be imported where nothing of Node.js is. */
export async function portableSpecifiers(): Promise<readonly string[]> {
  return (await allSpecifiers()).filter((specifier) => !NODE_ONLY.test(specifier))
}

/** Imports each, says which do not come, and fails then. A module without exports is none. */
function importingProgram(specifiers: readonly string[]): string {
  return `const failures = []
for (const specifier of ${JSON.stringify(specifiers)}) {
  try {
    if (Object.keys(await import(specifier)).length === 0) failures.push(specifier + ': exports nothing')
  } catch (error) {
    failures.push(specifier + ': ' + error)
  }
}
if (failures.length > 0) throw new Error(failures.join('\\n'))
`
}

function importCheck(name: string, bring: () => Promise<Runtime>, specifiers: () => Promise<readonly string[]>): Check {
  return {
    name: `packages: ${name}`,
    run: async () => {
      const { command, name: runtime } = await bring()
      const { folder, write } = await consumer()
      const path = write(`import-${runtime.replaceAll(' ', '-')}.mjs`, importingProgram(await specifiers()))
      const { code, output } = await runCommand([...command, path], { output: 'keep', cwd: folder })
      return code === 0 ? [] : [output]
    },
  }
}

/** Every entry imports where it should. */
export const runtimeChecks: readonly Check[] = [
  importCheck('every entry under Node.js 22', () => bringNode(22), allSpecifiers),
  importCheck('every entry under Node.js 24', () => bringNode(24), allSpecifiers),
  importCheck('every portable entry under Bun', bringBun, portableSpecifiers),
  importCheck('every portable entry under Deno', bringDeno, portableSpecifiers),
]
