import { hexToBytes } from '@sluice/protocol'
import type { Environment } from '../cli/command.ts'
import { NodeError } from '../errors.ts'

export interface KeyValues {
  readonly data: string
  readonly passwordFile: string | undefined
}

export async function loadKey(values: KeyValues, environment: Environment): Promise<Uint8Array> {
  const key = environment.SLUICE_KEY
  if (key === undefined || key === '') throw new NodeError('KEY_MISSING', { path: values.data })
  return hexToBytes(key as `0x${string}`, 32)
}
