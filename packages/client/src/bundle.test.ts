import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { type OutputChunk, rolldown } from 'rolldown'
import { expect, it } from 'vitest'

/** What an app may have to load for all of a client, bytes after gzip. */
const BUDGET = 98_000

async function bundle(): Promise<{ readonly modules: string[]; readonly imports: string[]; readonly bytes: number }> {
  const build = await rolldown({
    input: fileURLToPath(new URL('./index.ts', import.meta.url)),
    platform: 'browser',
    external: /^node:/,
    logLevel: 'silent',
  })
  const { output } = await build.generate({ format: 'esm', minify: true })
  await build.close()
  const chunks = output.filter((file): file is OutputChunk => file.type === 'chunk')
  return {
    modules: chunks.flatMap(({ moduleIds }) => moduleIds),
    imports: chunks.flatMap(({ imports }) =>
      imports.filter((name) => !chunks.some(({ fileName }) => fileName === name)),
    ),
    bytes: gzipSync(chunks.map(({ code }) => code).join('')).length,
  }
}

it('comes without stores, chain clients, transports or anything of Node, and stays small', async () => {
  const { modules, imports, bytes } = await bundle()
  expect(imports).toEqual([])
  expect(modules.filter((id) => /packages\/adapters|node_modules\/(viem|ws|secp256k1|hash-wasm)\//.test(id))).toEqual(
    [],
  )
  expect(bytes).toBeLessThan(BUDGET)
})
