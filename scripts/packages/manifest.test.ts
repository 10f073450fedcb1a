import { describe, expect, test } from 'vitest'
import { type Manifest, modulesOf, publishedManifest, specifiersOf } from './manifest.ts'

const manifest: Manifest = {
  name: '@sluice/protocol',
  version: '1.2.3',
  description: 'rules',
  scripts: { build: 'no business of others' },
  exports: { '.': './src/index.ts', './node': './src/node/index.ts', './testing': './src/testing/index.ts' },
  publishConfig: { access: 'public', directory: 'dist' },
  dependencies: { '@ipld/dag-cbor': '^10.0.2' },
  devDependencies: { vitest: '^5.0.0' },
}

describe('what is published', () => {
  test('names built modules and their declarations where the repository names sources', () => {
    expect(publishedManifest(manifest, 'packages/protocol', undefined)).toEqual({
      name: '@sluice/protocol',
      version: '1.2.3',
      description: 'rules',
      exports: {
        '.': { types: './lib/index.d.ts', default: './lib/index.js' },
        './node': { types: './lib/node.d.ts', default: './lib/node.js' },
      },
      publishConfig: { access: 'public' },
      dependencies: { '@ipld/dag-cbor': '^10.0.2' },
    })
  })

  test('tells where in the repository it comes from, if the repository has an address', () => {
    const address = 'git+https://code.example/sluice.git'
    const expected = { type: 'git', url: address, directory: 'packages/protocol' }
    expect(publishedManifest(manifest, 'packages/protocol', address).repository).toEqual(expected)
    expect(publishedManifest(manifest, 'packages/protocol', { type: 'git', url: address }).repository).toEqual(expected)
  })

  test('has commands as modules, and keeps files that are no sources', () => {
    const command: Manifest = {
      name: 'sluice',
      version: '1.2.3',
      exports: { './package.json': './package.json' },
      bin: { sluice: './src/main.ts' },
    }
    expect(modulesOf(command)).toEqual({ sluice: './src/main.ts' })
    expect(publishedManifest(command, 'apps/node', undefined)).toMatchObject({
      exports: { './package.json': './package.json' },
      bin: { sluice: 'lib/sluice.js' },
    })
    expect(specifiersOf(command)).toEqual([])
  })

  test('leaves out entries for the tests of this repository', () => {
    expect(modulesOf(manifest)).toEqual({ index: './src/index.ts', node: './src/node/index.ts' })
    expect(specifiersOf(manifest)).toEqual(['@sluice/protocol', '@sluice/protocol/node'])
  })
})
