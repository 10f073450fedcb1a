import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { expect, it } from 'vitest'

const entries = {
  'crypto-web': './crypto/web.ts',
  'transport-websocket-web': './transport/web.ts',
  'store-memory': './store/memory.ts',
  system: './system/system.ts',
  'chain-viem': './chain/viem.ts',
}

async function importsOf(path: string): Promise<string[]> {
  const build = await rolldown({
    input: fileURLToPath(new URL(path, import.meta.url)),
    platform: 'browser',
    external: /^node:/,
    logLevel: 'silent',
  })
  const { output } = await build.generate({ format: 'esm' })
  await build.close()
  const own = new Set(output.map(({ fileName }) => fileName))
  return output.flatMap((file) => (file.type === 'chunk' ? file.imports.filter((name) => !own.has(name)) : []))
}

it.each(Object.entries(entries))('%s runs in a browser: it needs nothing of Node', async (_name, path) => {
  expect(await importsOf(path)).toEqual([])
})
