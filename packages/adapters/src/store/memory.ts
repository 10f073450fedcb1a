import type { Store, Write } from '@sluice/engine'

/**
 * A store that lasts as long as the page or process: for tests, and for apps that only pay. A payer who loses its records
 * gets back what it had not paid, by the chain; a payee or a hub could lose what it was paid, and takes a store on disk.
 *
 * @param records What it begins with.
 */
export function createMemoryStore(records: Iterable<readonly [string, Uint8Array]> = []): Store {
  const kept = new Map<string, Uint8Array>(records)
  return {
    async *load() {
      yield* [...kept]
    },
    async commit(writes: readonly Write[]) {
      for (const { key, value } of writes) {
        if (value === undefined) kept.delete(key)
        else kept.set(key, value.slice())
      }
    },
    async close() {},
  }
}
