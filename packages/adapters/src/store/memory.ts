import type { Store, Write } from '@sluice/engine'
import { StoreError } from './errors.ts'

/**
 * A store that lasts as long as the page or process: for tests, and for apps that only pay. A payer who loses its records
 * gets back what it had not paid, by the chain; a payee or a hub could lose what it was paid, and takes a store on disk.
 *
 * @param records Where the records are kept: whoever holds on to it can open the store again.
 */
export function createMemoryStore(records: Map<string, Uint8Array> = new Map()): Store {
  let closed = false
  const checkOpen = (): void => {
    if (closed) throw new StoreError('STORE_CLOSED', { path: 'in memory' })
  }
  return {
    async *load() {
      checkOpen()
      for (const [key, value] of [...records]) yield [key, value.slice()]
    },
    async commit(writes: readonly Write[]) {
      checkOpen()
      for (const { key, value } of writes) {
        if (value === undefined) records.delete(key)
        else records.set(key, value.slice())
      }
    },
    async close() {
      closed = true
    },
  }
}
