import type { RecordKind } from '@sluice/protocol'

/** Records that take part in transactions and never reach the disk. */
export function memoryKind<R>(name: string): RecordKind<R> {
  return { prefix: `memory/${name}/`, writes: () => [], reader: () => ({ take: () => {}, records: () => [] }) }
}
