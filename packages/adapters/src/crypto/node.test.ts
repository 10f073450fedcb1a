import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'

const script = `
  process.dlopen = () => { throw new Error('no such file') }
  const { createNodeCrypto } = await import(${JSON.stringify(new URL('./node.ts', import.meta.url).href)})
  await createNodeCrypto().catch((error) => console.log(error.code))
`

it('fails at start when the native part does not load, rather than be slow without a word', () => {
  const out = execFileSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' })
  expect(out.trim()).toBe('CRYPTO_NATIVE_MISSING')
})
