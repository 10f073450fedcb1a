import { encode } from '@ipld/dag-json'
import fc from 'fast-check'
import type { CID } from 'multiformats/cid'
import { describe, expect, it } from 'vitest'
import { rawBlock } from '../testing/random-dag.ts'
import { DAG_JSON } from './cids.ts'
import { jsonLinks } from './json-links.ts'
import { linksIn, readValue } from './values.ts'

const { cid } = rawBlock(Uint8Array.of(1))
const link = `{"/":"${cid}"}`
const parse = (text: string) => jsonLinks(Buffer.from(text)).map(String)

describe('links of DAG-JSON', () => {
  it('are those that a reader of whole values finds, in the same order', () => {
    const leaf = fc.oneof(
      fc.nat().map((n) => rawBlock(Buffer.from(`${n}`)).cid as unknown),
      fc.string(),
      fc.integer(),
      fc.constant(null),
      fc.uint8Array({ maxLength: 5 }),
    )
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(key, tie('value')),
      ),
    }))
    fc.assert(
      fc.property(value, (given) => {
        const bytes = encode(given)
        const expected = [...linksIn(readValue(DAG_JSON, bytes)?.value)].map(String)
        expect(jsonLinks(bytes).map((one: CID) => one.toString())).toEqual(expected)
      }),
    )
  })
  const key = fc.string({ minLength: 1, maxLength: 4 }).filter((text) => !text.includes('/') && text !== '__proto__')

  it.each([
    [link, 1],
    [` { "/" : "${cid}" } `, 1],
    [`{"\\u002f":"${cid}"}`, 1],
    [`[${link},[${link}]]`, 2],
    [`{"a":${link}}`, 1],
    [`{"/":"${cid}","a":1}`, 0],
    [`{"a":1,"/":"${cid}"}`, 0],
    [`{"/":{"bytes":"AQ"}}`, 0],
    [`["/","${cid}"]`, 0],
    [JSON.stringify(link), 0],
    [`{"a":"}{\\"/\\":","b":"${cid}"}`, 0],
  ])('of %s are %d', (text, count) => {
    expect(parse(text)).toEqual(Array.from({ length: count }, () => String(cid)))
  })

  it.each(['', '{', `{"/":"nonsense"}`, `${link}${link}`, '\ufeff1'])('are not to be had of %j', (text) => {
    expect(() => parse(text)).toThrow()
  })
})
