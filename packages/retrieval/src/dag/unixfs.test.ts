import fc from 'fast-check'
import { UnixFS } from 'ipfs-unixfs'
import { describe, expect, it } from 'vitest'
import { decodeNode, encodeFileNode } from './unixfs.ts'

describe('UnixFS nodes', () => {
  it('read back what was written, at any size', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(2 ** 43), { maxLength: 200 }), (sizes) => {
        const fileSize = sizes.reduce((sum, size) => sum + size, 0)
        const node = { type: 'file', data: new Uint8Array(0), fileSize, blockSizes: sizes }
        expect(decodeNode(encodeFileNode(sizes))).toEqual(node)
      }),
    )
  })

  it.each([1, 127, 128, 2 ** 20, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 40])(
    'writes the size %d as others read it',
    (size) => {
      const node = UnixFS.unmarshal(encodeFileNode([size]))
      expect([node.type, node.blockSizes, node.fileSize()]).toEqual(['file', [BigInt(size)], BigInt(size)])
    },
  )

  it('reads nodes of others', () => {
    const data = Uint8Array.of(1, 2, 3)
    const file = new UnixFS({ type: 'file', data, mode: 0o644, mtime: { secs: -5n, nsecs: 7 } })
    expect(decodeNode(file.marshal())).toEqual({ type: 'file', data, fileSize: 3, blockSizes: [] })
    const shard = new UnixFS({ type: 'hamt-sharded-directory', hashType: 0x22n, fanout: 256n })
    expect(decodeNode(shard.marshal())).toMatchObject({ type: 'sharded directory', hashType: 0x22, fanout: 256 })
    expect(decodeNode(new UnixFS({ type: 'directory' }).marshal()).type).toBe('directory')
    expect(decodeNode(new UnixFS({ type: 'raw', data }).marshal()).type).toBe('raw')
  })

  it.each([
    ['nothing', []],
    ['an unknown type', [8, 9]],
    ['an end within a number', [8, 2, 0x18, 0x80]],
    ['bytes beyond the end', [8, 2, 0x12, 5, 1]],
    ['a number beyond safe integers', [8, 2, 0x18, ...Array(9).fill(0xff), 1]],
    ['an unknown wire type', [8, 2, 0x1b]],
  ])('refuse %s', (_, bytes) => {
    expect(() => decodeNode(Uint8Array.from(bytes))).toThrow()
  })
})
