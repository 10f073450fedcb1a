import type { PBLink } from '@ipld/dag-pb'
import { CID } from 'multiformats/cid'
import { RetrievalError } from '../errors.ts'
import { DAG_PB, RAW, requireSupported } from './cids.ts'
import { type Below, type DagLimits, DagWalk, expandAll, type WalkOptions } from './dag-walk.ts'
import { entityUnder, readUnixFs } from './entity.ts'
import type { EntityBytes } from './entity-bytes.ts'
import { findInShard, shardOf } from './hamt.ts'
import { copyOf, readAs } from './links.ts'
import { linksIn, readValue, type Value } from './values.ts'

/** What of a DAG is wanted: from a root along a path, and there the block, the entity or all. */
export interface PathQuery {
  readonly root: CID
  /** Names behind the root, decoded. */
  readonly path: readonly string[]
  readonly scope: 'block' | 'entity' | 'all'
  /** With the scope `entity` alone: those bytes of a file. */
  readonly bytes?: EntityBytes
}

/** A walk along a path and through what is wanted at its end. */
export interface PathWalk {
  readonly walk: DagWalk
  /** The CIDs of the root and of what each name of the path led to, as far as the walk has come. */
  readonly roots: readonly CID[]
}

/**
 * Begins the walk that a query asks for: the blocks along the path, then those at its end.
 * It and the walk throw RetrievalError `PATH_NOT_FOUND` where the path leads nowhere, `RANGE_OUTSIDE` where the file has none of the bytes.
 */
export function beginPath(query: PathQuery, options: WalkOptions = {}): PathWalk {
  const roots: CID[] = [query.root]
  const steps = new Steps(query, roots)
  return { walk: new DagWalk(steps.at(query.root, 0), options), roots }
}

/** What of the DAG under a root is wanted: behind a path, the block, the entity or all. */
export type DagQuery = Omit<PathQuery, 'root'>

/** A part of a DAG that can be walked. */
export interface DagPart {
  readonly query: DagQuery
  begin(root: CID, limits: DagLimits): PathWalk
}

/**
 * The part of a DAG that a query names.
 *
 * @example `new CarVerifier(root, { sha256, part: dagPart({ path: ['docs'], scope: 'entity' }) })`
 */
export function dagPart(query: DagQuery): DagPart {
  return { query, begin: (root, limits) => beginPath({ ...query, root }, { limits }) }
}

class Steps {
  readonly #query: PathQuery
  readonly #roots: CID[]

  constructor(query: PathQuery, roots: CID[]) {
    this.#query = query
    this.#roots = roots
  }

  /** The block `cid`, behind `done` names of the path, and what follows it. */
  at(cid: CID, done: number): Below {
    if (done === this.#query.path.length) return { links: [cid], expand: this.#scope() }
    if (cid.code === RAW) throw this.#notFound(done)
    return { links: [cid], expand: (_, bytes) => this.#step(cid, bytes, done) }
  }

  #scope(): Below['expand'] {
    const { scope, bytes } = this.#query
    if (scope === 'all') return expandAll
    return scope === 'entity' ? entityUnder(bytes) : () => undefined
  }

  #step(cid: CID, bytes: Uint8Array, done: number): Below | undefined {
    if (cid.code === DAG_PB) return this.#stepByName(cid, bytes, done)
    const read = readAs(cid, () => readValue(cid.code, bytes))
    if (read === undefined) throw this.#notFound(done)
    return this.#stepIn(read.value, done)
  }

  #stepByName(cid: CID, bytes: Uint8Array, done: number): Below {
    const { links, node } = readUnixFs(cid, bytes)
    if (node?.type === 'sharded directory') return this.#stepInShard(cid, bytes, done, 0)
    if (node !== undefined && node.type !== 'directory') throw this.#notFound(done)
    const link = links.find(({ Name }) => Name === this.#query.path[done])
    if (link === undefined) throw this.#notFound(done)
    return this.#follow(link.Hash, done + 1)
  }

  #stepInShard(cid: CID, bytes: Uint8Array, done: number, level: number): Below {
    const { links, node } = readUnixFs(cid, bytes)
    const shard = readAs(cid, () => shardOf(node), 'UnixFS')
    const found = findInShard<PBLink>(shard, links, this.#query.path[done] ?? '', level)
    if (found === undefined) throw this.#notFound(done)
    const { link, isEntry } = found
    if (isEntry) return this.#follow(link.Hash, done + 1)
    const next = requireSupported(copyOf(link.Hash))
    return { links: [next], expand: (_, below) => this.#stepInShard(next, below, done, level + 1) }
  }

  /** Goes on within one block until a link leads out of it or the path ends. */
  #stepIn(from: Value, start: number): Below | undefined {
    const { path, scope } = this.#query
    let value = from
    for (let done = start; ; done++) {
      const cid = CID.asCID(value)
      if (cid !== null) return this.#follow(cid, done)
      if (done === path.length) break
      value = this.#member(value, done)
    }
    // The path ends at a part of this block.
    if (scope !== 'all') return undefined
    return { links: [...linksIn(value)].map(requireSupported), expand: expandAll }
  }

  #member(value: Value, done: number): unknown {
    const name = this.#query.path[done] ?? ''
    if (value instanceof Map && value.has(name)) return value.get(name)
    const isIndex = Array.isArray(value) && /^(?:0|[1-9]\d{0,9})$/.test(name) && Number(name) < value.length
    if (!isIndex) throw this.#notFound(done)
    return value[Number(name)]
  }

  #follow(link: CID, done: number): Below {
    const cid = copyOf(link)
    this.#roots.push(cid)
    return this.at(cid, done)
  }

  #notFound(done: number): RetrievalError {
    const { root, path } = this.#query
    const name = path[done] ?? ''
    return new RetrievalError('PATH_NOT_FOUND', { name: name.slice(0, 128), root: root.toString() })
  }
}
